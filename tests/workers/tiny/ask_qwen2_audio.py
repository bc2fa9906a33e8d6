"""transformers itself, without LlamaBurn: the greedy tokens of the tiny model about each sound.

ask_qwen2_audio.py FOLDER PROMPT TOKENS FILE.f32… → a line of JSON for each: {"tokens", "prompt_tokens", "text"}"""

import json
import pathlib
import sys

import numpy
import torch
from transformers import AutoProcessor, Qwen2AudioForConditionalGeneration

folder, prompt, most, *files = sys.argv[1:]
torch.set_num_threads(1)
processor = AutoProcessor.from_pretrained(folder)
model = Qwen2AudioForConditionalGeneration.from_pretrained(folder, dtype=torch.float32)
for file in files:
    samples = numpy.frombuffer(pathlib.Path(file).read_bytes(), dtype=numpy.float32)
    conversation = [
        {"role": "system", "content": "You are a helpful assistant."},
        {"role": "user", "content": [{"type": "audio", "audio": "x"}, {"type": "text", "text": prompt}]},
    ]
    text = processor.apply_chat_template(conversation, add_generation_prompt=True, tokenize=False)
    inputs = processor(text=text, audio=[samples], sampling_rate=16000, return_tensors="pt")
    answer = model.generate(**inputs, max_new_tokens=int(most), do_sample=False)[0, inputs["input_ids"].shape[1] :]
    print(json.dumps({
        "tokens": answer.tolist(), "prompt_tokens": inputs["input_ids"].shape[1],
        "text": processor.tokenizer.decode(answer, skip_special_tokens=True).strip(),
    }))
