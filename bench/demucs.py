#!/usr/bin/env python3
"""usage: bench/demucs.py [--pairs N] [--runs N] [--seconds S] [--threads N] [--shifts N] [FILE.wav]

Demucs in LlamaBurn beside its own API in a bare script: the same environment, seeded random weights of htdemucs's true
size (written in both published forms), sound (44.1 kHz, stereo), threads, shifts and seed. In pairs, in turn; each process
loads, warms up once and takes the median of its runs. The goal: within 2 % on the median of the pairs' ratios. Before that
once `python -m demucs` as a user runs it beside `llamaburn separate`, whole processes: its four stems must be LlamaBurn's to
1e-4, as the API's must be in each pair. Without FILE a song is rendered."""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any

import numpy
import soundfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
STORE = pathlib.Path(os.environ.get("XDG_DATA_HOME") or pathlib.Path.home() / ".local/share") / "llamaburn"
BUILD = pathlib.Path(os.environ.get("LLAMABURN_BUILD", ROOT / "build"))
PEER = STORE / "environments/demucs-cpu/bin/python"
STEMS = ("drums", "bass", "other", "vocals")
LIMIT, SAME = 0.02, 1e-4
RATE = 44100
SEED = 0

BARE = """
import json, random, sys, time
import numpy, torch
from pathlib import Path
from demucs.api import Separator
path, folder, threads, runs, shifts, out = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6]), sys.argv[6]
torch.set_num_threads(threads)
torch.set_num_interop_threads(threads)
separator = Separator(model="bag", repo=Path(folder), device="cpu", shifts=shifts)
samples = torch.from_numpy(numpy.load(path))
times = []
with torch.no_grad():
    for _ in range(runs + 1):
        random.seed(0)
        torch.manual_seed(0)
        start = time.perf_counter()
        _, stems = separator.separate_tensor(samples)
        times.append(time.perf_counter() - start)
for name, stem in stems.items():
    numpy.save(f"{out}/{name}.npy", stem.numpy().T)
print(json.dumps(times[1:]))
"""

# As a user starts it: only the seed, which it doesn't take, is set before.
PROGRAM = """
import random, runpy, sys
import torch
random.seed(0)
torch.manual_seed(0)
sys.argv[0] = "demucs"
runpy.run_module("demucs", run_name="__main__")
"""


def run(command: list[Any], threads: int) -> str:
    environment = dict(os.environ)
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        environment[name] = str(threads)
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))[:300]}: status {done.returncode}\n{done.stderr[-2000:]}")
    return done.stdout


def render(folder: pathlib.Path, seconds: int) -> pathlib.Path:
    sys.path.insert(0, str(ROOT / "tests/tools"))
    try:
        import songs
    except ImportError:
        sys.exit("mido is missing: run it with $(tools/test-venv)/bin/python")
    wavs = [songs.song(folder, seed, bars=8, rate=RATE)[1] for seed in (1, 2)]
    path = folder / "mix.wav"
    subprocess.run(["sox", *wavs, path, "trim", "0", str(seconds)], check=True)
    return path


class Sides:
    def __init__(self, song: pathlib.Path, folder: pathlib.Path, options: argparse.Namespace) -> None:
        self.song, self.folder, self.options = song, folder, options
        self.weights = folder / "weights"
        self.samples = folder / "samples.npy"  # the peer's environment has nothing that reads sound files
        numpy.save(self.samples, numpy.ascontiguousarray(soundfile.read(song, dtype="float32", always_2d=True)[0].T))
        catalogue = json.loads((ROOT / "data/catalogue.json").read_text())
        (model,) = [one for one in catalogue["models"] if one["id"] == "htdemucs"]
        arguments = json.dumps(model["architecture"]["arguments"])
        run([PEER, ROOT / "tests/workers/make_demucs.py", self.weights, arguments], options.threads)

    def llamaburn(self, runs: int, warmups: int) -> tuple[float, float, dict[str, Any]]:
        """Median of its runs, the whole process, and the stems."""
        saved = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        began = time.perf_counter()
        answer = run(
            [BUILD / "llamaburn", "separate", self.song, "-e", "demucs", "-m", self.weights, "-d", "cpu", "-n", runs,
             "-w", warmups, "-t", self.options.threads, "--seed", SEED, "--shifts", self.options.shifts, "--no-warm-load",
             "--no-store", "-q", "--no-wait", "--save", saved, "--format", "json"], self.options.threads)
        whole_s = time.perf_counter() - began
        (record,) = json.loads(answer)
        stems = {name: soundfile.read(next(saved.glob(f"*-{name}.wav")), dtype="float32")[0] for name in STEMS}
        return statistics.median(one["wall_s"] for one in record["iterations"]), whole_s, stems

    def bare(self) -> tuple[float, float, dict[str, Any]]:
        out = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        began = time.perf_counter()
        times = json.loads(run([PEER, "-c", BARE, self.samples, self.weights, self.options.threads, self.options.runs,
                                self.options.shifts, out], self.options.threads))
        whole_s = time.perf_counter() - began
        return statistics.median(times), whole_s, {name: numpy.load(out / f"{name}.npy") for name in STEMS}

    def program(self) -> tuple[float, dict[str, Any]]:
        out = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        began = time.perf_counter()
        run([PEER, "-c", PROGRAM, "--repo", self.weights, "-n", "bag", "-d", "cpu", "--shifts", self.options.shifts,
             "--float32", "--clip-mode", "none", "-o", out, self.song], self.options.threads)
        whole_s = time.perf_counter() - began
        found = out / "bag" / self.song.stem
        return whole_s, {name: soundfile.read(found / f"{name}.wav", dtype="float32")[0] for name in STEMS}


def compare(what: str, ours: dict[str, Any], theirs: dict[str, Any]) -> float:
    worst = 0.0
    for name in STEMS:
        if ours[name].shape != theirs[name].shape:
            sys.exit(f"{what}: {name} has {ours[name].shape} samples, the peer's {theirs[name].shape}")
        if numpy.abs(theirs[name]).max() < 1e-3:
            sys.exit(f"{what}: {name} is silent: nothing is compared")
        worst = max(worst, float(numpy.abs(ours[name] - theirs[name]).max()))
    if worst > SAME:
        sys.exit(f"{what}: stems differ by {worst:.2g}")
    return worst


def side_by_side(sides: Sides, options: argparse.Namespace) -> bool:
    sides.llamaburn(1, 0)  # what lies on the disk is in memory now
    theirs_s, theirs = sides.program()
    _, ours_s, ours = sides.llamaburn(1, 0)
    worst = compare("python -m demucs", ours, theirs)
    print(f"whole processes: llamaburn {ours_s:.2f} s, python -m demucs {theirs_s:.2f} s: {ours_s / theirs_s:.3f}; "
          f"stems within {worst:.2g}", flush=True)
    ratios, all_worst = [], 0.0
    for pair in range(options.pairs):
        order = [lambda: sides.llamaburn(options.runs, 1), sides.bare]
        told = [side() for side in (order if pair % 2 == 0 else reversed(order))]
        ours_told, theirs_told = told if pair % 2 == 0 else reversed(told)
        all_worst = max(all_worst, compare("demucs.api", ours_told[2], theirs_told[2]))
        ratios.append(ours_told[0] / theirs_told[0])
        print(f"pair {pair + 1}: LlamaBurn {ours_told[0]:.3f} s, demucs.api {theirs_told[0]:.3f} s: {ratios[-1]:.4f}", flush=True)
    median = statistics.median(ratios)
    print(f"median ratio {median:.4f}, {min(ratios):.4f} to {max(ratios):.4f} (goal: within {LIMIT:.0%}); "
          f"stems within {all_worst:.2g} (goal {SAME:.0e})")
    return median <= 1 + LIMIT


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=pathlib.Path)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--shifts", type=int, default=1)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    options = parser.parse_args()
    if not PEER.exists():
        sys.exit("the peer is missing: llamaburn engines install demucs")
    print(f"load average {os.getloadavg()[0]:.2f}")
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        song = options.file or render(place, options.seconds)
        return 0 if side_by_side(Sides(song, place, options), options) else 1


if __name__ == "__main__":
    sys.exit(main())
