"""What diffusers itself makes of a pipeline's folder, without LlamaBurn; run by the engine's own Python:
diffusers_bare.py FOLDER OUT SEED SECONDS STEPS GUIDANCE PROMPT [NEGATIVE]: raw 32-bit floats, interleaved, into OUT."""

import sys

import diffusers
import numpy
import torch

folder, out, seed, seconds, steps, guidance, prompt = sys.argv[1:8]
pipeline = diffusers.DiffusionPipeline.from_pretrained(folder)
torch.set_num_threads(1)  # sums of more threads are rounded otherwise
length = "audio_end_in_s" if isinstance(pipeline, diffusers.StableAudioPipeline) else "audio_length_in_s"
sound = pipeline(
    prompt, num_inference_steps=int(steps), guidance_scale=float(guidance),
    negative_prompt=sys.argv[8] if len(sys.argv) > 8 else None,
    generator=torch.Generator().manual_seed(int(seed)), output_type="np", **{length: float(seconds)},
).audios[0]
numpy.ascontiguousarray(sound.T).astype(numpy.float32).tofile(out)
