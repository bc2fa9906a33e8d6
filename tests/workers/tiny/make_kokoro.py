"""Run by an environment's python: a tiny Kokoro in the true format of its weights for torch, in the folder given."""

import io
import json
import os
import sys

import torch

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
sys.path[:0] = [os.path.join(ROOT, "workers"), os.path.join(ROOT, "workers/kokoro")]
import worker  # noqa: E402

from kokoro_onnx.config import DEFAULT_VOCAB  # noqa: E402

folder = sys.argv[1]
config = dict(worker.PUBLISHED, vocab=DEFAULT_VOCAB)
config["plbert"] = dict(config["plbert"], hidden_size=48, num_attention_heads=2, intermediate_size=64, num_hidden_layers=2)
with open(f"{folder}/config.json", "w", encoding="utf-8") as file:
    json.dump(config, file)
worker.stub_package("kokoro")
from kokoro.model import KModel  # noqa: E402

torch.manual_seed(1)
empty = io.BytesIO()
torch.save({}, empty)
empty.seek(0)
model = KModel(repo_id="hexgrad/Kokoro-82M", config=config, model=empty)
model.predictor.duration_proj.linear_layer.bias.data.fill_(-2.75)  # three frames a phoneme, as speech has
state = {}
for name, part in model.named_children():
    state[name] = {f"module.{key}": tensor for key, tensor in part.state_dict().items()}
torch.save(state, f"{folder}/kokoro-v1_0.pth")
for name in ("af_one", "bf_two"):
    torch.save(torch.randn(510, 1, 256) * 0.2, f"{folder}/{name}.pt")
print(sum(one.numel() for one in model.parameters()))
