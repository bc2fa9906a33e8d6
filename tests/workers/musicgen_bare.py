"""What transformers itself makes of a model's folder, without LlamaBurn; run by the engine's own Python:
musicgen_bare.py FOLDER OUT SEED FRAMES PROMPT [MELODY]: raw 32-bit floats, interleaved, into OUT."""

import json
import pathlib
import sys

import numpy
import torch
import transformers
from tokenizers import Tokenizer

folder, out, seed, frames, prompt = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
melody = json.loads(pathlib.Path(folder, "config.json").read_text())["model_type"] == "musicgen_melody"
kind = transformers.MusicgenMelodyForConditionalGeneration if melody else transformers.MusicgenForConditionalGeneration
model = kind.from_pretrained(folder).eval()
ids = torch.tensor([Tokenizer.from_file(folder + "/tokenizer.json").encode(prompt).ids])
inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
if len(sys.argv) > 6:
    extractor = transformers.AutoFeatureExtractor.from_pretrained(folder)
    tune = numpy.fromfile(sys.argv[6], numpy.float32)
    inputs["input_features"] = extractor(tune, sampling_rate=32000, return_tensors="pt")["input_features"]
torch.set_num_threads(1)  # sums of more threads are rounded otherwise
torch.manual_seed(seed)
decoder = model.config.decoder
steps = frames + decoder.num_codebooks // decoder.audio_channels - 1
sound = model.generate(**inputs, do_sample=True, guidance_scale=3.0, temperature=1.0, top_k=250, max_new_tokens=steps)
sound[0].T.contiguous().numpy().astype(numpy.float32).tofile(out)
