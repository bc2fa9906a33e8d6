#!/usr/bin/env python3
"""usage: bench/musicgen.py [--pairs N] [--runs N] [--threads N] [--duration S] [--size small|tiny] [--first-piece S]

MusicGen through LlamaBurn beside transformers alone: same random weights (in a folder of the published form, made
here), prompt, seed, threads and length; processes in turn. The median of a process's runs after its first, the
medians of paired ratios with their range (goal: within 2 %), and whether the samples are equal. --size tiny: only to
see that it works. Without --first-piece nothing is decoded twice, so that both do the same work."""

from __future__ import annotations

import argparse
import array
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parents[1]
STORE = pathlib.Path(os.environ.get("XDG_DATA_HOME", pathlib.Path.home() / ".local/share")) / "llamaburn"
PEER = STORE / "environments/musicgen-cpu/bin/python"
PROMPT, SEED, GOAL = "upbeat jazz with saxophone", 7, 0.02

# Weights of the catalogue's size, as the worker draws them, in a folder as it is published.
MAKE = r"""
import json, sys
sys.path[:0] = [sys.argv[1] + "/workers", sys.argv[1] + "/workers/musicgen"]
import architecture
from llamaburn_worker import torch_tools
entry, folder = json.load(sys.stdin), sys.argv[2]
config, kind = architecture.make_config(entry, "the catalogue's entry")
model = torch_tools.random_weights(lambda: kind(config), 1)
torch_tools.draw_codebooks(model.audio_encoder, 1)
model.save_pretrained(folder)
"""

# transformers as its documentation uses it; only what is measured is added.
BARE = r"""
import json, sys, time
import torch, transformers
from tokenizers import Tokenizer
folder, threads, frames, seed, prompt, runs, out = sys.argv[1:8]
torch.set_num_threads(int(threads))
model = transformers.MusicgenForConditionalGeneration.from_pretrained(folder, dtype=torch.float32).eval()
tokenizer, walls = Tokenizer.from_file(folder + "/tokenizer.json"), []
for run in range(int(runs) + 1):
    began = time.monotonic()
    torch.manual_seed(int(seed))
    ids = torch.tensor([tokenizer.encode(prompt).ids])
    sound = model.generate(input_ids=ids, attention_mask=torch.ones_like(ids), do_sample=True, guidance_scale=3.0,
                           top_k=250, max_new_tokens=int(frames) + 3)
    samples = sound[0, 0].numpy()
    walls.append(time.monotonic() - began)
samples.tofile(out)
print(json.dumps(walls[1:]))
"""


def make_folder(size: str, folder: pathlib.Path) -> None:
    """A model of @size, with the tokenizer of the tests."""
    tiny = [PEER, ROOT / "tests/workers/tiny_musicgen.py", folder]
    subprocess.run(tiny, check=True, capture_output=True)
    if size == "tiny":
        return
    catalogue = json.loads((ROOT / "data/catalogue.json").read_text())["models"]
    entry = next(one["architecture"] for one in catalogue if one["id"] == f"musicgen-{size}")
    subprocess.run([PEER, "-c", MAKE, ROOT, folder], input=json.dumps(entry), text=True, check=True, capture_output=True)


def through_llamaburn(folder: pathlib.Path, given: argparse.Namespace, out: pathlib.Path) -> list[float]:
    command = [
        ROOT / "build/llamaburn", "generate", PROMPT, "-e", "musicgen", "-m", folder, "--duration", str(given.duration),
        "--first-piece", str(given.first_piece), "-n", str(given.runs), "-w", "1", "-t", str(given.threads), "-d", "cpu",
        "--seed", str(SEED), "--no-warm-load", "--no-store", "--save", out, "--time-limit", "3600", "-q", "--format", "json",
    ]
    done = subprocess.run(command, check=True, capture_output=True)
    record: dict[str, Any] = json.loads(done.stdout)[0]
    return [one["wall_s"] for one in record["iterations"]]


def alone(folder: pathlib.Path, given: argparse.Namespace, out: pathlib.Path) -> list[float]:
    frames = round(given.duration * 50)
    arguments = [folder, given.threads, frames, SEED, PROMPT, given.runs, out]
    done = subprocess.run([PEER, "-c", BARE, *map(str, arguments)], check=True, capture_output=True)
    return list(json.loads(done.stdout))


def samples_of(path: pathlib.Path) -> array.array[float]:
    """Of a WAV file of 32-bit floats, every bit: sox would round them to 24."""
    data = path.read_bytes()
    at = data.index(b"data") + 4
    size = int.from_bytes(data[at : at + 4], "little")
    return array.array("f", data[at + 4 : at + 4 + size])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--duration", type=float, default=2)
    parser.add_argument("--size", default="small")
    parser.add_argument("--first-piece", type=float, default=0)
    given = parser.parse_args()
    ratios, equal = [], 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary) / "model"
        make_folder(given.size, folder)
        ours_path, theirs_path = folder.with_name("ours.wav"), folder.with_name("theirs")
        for pair in range(given.pairs):
            steps = [lambda: through_llamaburn(folder, given, ours_path), lambda: alone(folder, given, theirs_path)]
            walls = [steps[0](), steps[1]()] if pair % 2 == 0 else [steps[1](), steps[0]()][::-1]
            ours, theirs = (statistics.median(one) for one in walls)
            ratios.append(ours / theirs)
            equal += samples_of(ours_path) == array.array("f", theirs_path.read_bytes())
            print(f"pair {pair + 1}: LlamaBurn {ours:.3f} s, alone {theirs:.3f} s, ratio {ours / theirs:.4f}", flush=True)
    median = statistics.median(ratios)
    print(f"median {median:.4f}, range {min(ratios):.4f} to {max(ratios):.4f}; samples equal in {equal} of {given.pairs}")
    return 0 if abs(median - 1) <= GOAL and equal == given.pairs else 1


if __name__ == "__main__":
    sys.exit(main())
