#!/usr/bin/env python3
"""usage: bench/basic-pitch.py [--pairs N] [--seconds S] [--threads N] [--table]

Basic Pitch in C, through llamaburn, beside the package basic-pitch as its documentation uses it: same song
(22.05 kHz, 3 minutes), same model file, same notes (checked: 99.5 % within a frame); processes run in turn.
Medians of paired ratios with their range: RTF of the runs after the first (goal: at most 0.97), process start
to MIDI file (0.3), peak memory of the engine's process (0.5). --table: what --batch and --spinning make of it."""

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

ROOT = pathlib.Path(__file__).resolve().parents[1]
STORE = pathlib.Path(os.environ.get("XDG_DATA_HOME", pathlib.Path.home() / ".local/share")) / "llamaburn"
PEER = STORE / "environments/basic-pitch-python-cpu/bin/python"
BUILD = pathlib.Path(os.environ.get("LLAMABURN_BUILD", ROOT / "build"))
RUNS = 5  # in one process, after the first
FRAME_S = 256 / 22050
GOALS = {"rtf": 0.97, "start_s": 0.3, "peak_mib": 0.5}

SCRIPT = r"""
import json, logging, os, sys, time
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
told = os.fdopen(os.dup(1), "w"); os.dup2(2, 1)
logging.disable(logging.WARNING)
from basic_pitch import inference
import onnxruntime
song, model_path, threads, runs, midi = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = threads
model = inference.Model.__new__(inference.Model)
model.model_type = inference.Model.MODEL_TYPES.ONNX
model.model = onnxruntime.InferenceSession(model_path, sess_options=options, providers=["CPUExecutionProvider"])
walls = []
for run in range(runs + 1):
    begin = time.monotonic_ns()
    _, made, events = inference.predict(song, model)
    walls.append((time.monotonic_ns() - begin) / 1e9)
    if run == 0:
        made.write(midi)
        done_ns = time.monotonic_ns()
with open("/proc/self/status") as file:
    peak = next(int(line.split()[1]) for line in file if line.startswith("VmHWM:"))
print(json.dumps({"done_ns": done_ns, "walls": walls[1:], "peak_mib": peak / 1024,
                  "notes": [[float(s), float(e), int(p)] for s, e, p, *_ in events]}), file=told)
"""


def song_of(folder: pathlib.Path, seconds: int) -> pathlib.Path:
    sys.path.insert(0, str(ROOT / "tests/tools"))
    try:
        import songs
    except ImportError:
        sys.exit("mido is missing: run it with $(tools/test-venv)/bin/python")
    wavs = [songs.song(folder, seed, bars=16)[1] for seed in range(8)]
    path = folder / "song.wav"
    subprocess.run(["sox", *wavs, "-c", "1", path, "trim", "0", str(seconds)], check=True)
    return path


def transcribe(song: pathlib.Path, threads: int, *options: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [BUILD / "llamaburn", "transcribe", song, "-e", "basic-pitch", "-t", str(threads), "--no-wait", "--no-store", "-q",
         "--no-warm-load", *options, "--format", "json"],
        stdout=subprocess.PIPE, check=True,
    )
    return json.loads(done.stdout)


def native(song: pathlib.Path, threads: int, *options: str) -> dict[str, Any]:
    midi = song.with_name("native.mid")
    began = time.monotonic()
    transcribe(song, threads, "-n", "1", "-w", "0", "--save", str(midi), *options)
    start_s = time.monotonic() - began
    (record,) = transcribe(song, threads, "-n", str(RUNS), "-w", "1", *options)
    return {
        "start_s": start_s,
        "rtf": statistics.median(one["rtf"] for one in record["iterations"]),
        "peak_mib": max(one["peak_rss_bytes"] for one in record["iterations"]) / 2**20,
        "notes": [[note["start_s"], note["end_s"], note["pitch"]] for note in record["output"]["notes"]],
        "phases": record["iterations"][0]["phases"],
    }


def peer(song: pathlib.Path, threads: int, seconds: int) -> dict[str, Any]:
    began = time.monotonic_ns()
    done = subprocess.run(
        [str(PEER), "-c", SCRIPT, str(song), str(STORE / "music/basic-pitch/nmp.onnx"), str(threads), str(RUNS),
         str(song.with_name("peer.mid"))],
        capture_output=True, text=True,
    )
    if done.returncode != 0:
        sys.exit(f"basic-pitch: status {done.returncode}\n{done.stderr[-2000:]}")
    told = json.loads(done.stdout)
    told["start_s"] = (told.pop("done_ns") - began) / 1e9
    told["rtf"] = statistics.median(told.pop("walls")) / seconds
    return told


def same_notes(ours: list[Any], theirs: list[Any]) -> float:
    left, count = sorted(ours), 0
    for start, end, pitch in theirs:
        for i, note in enumerate(left):
            if note[2] == pitch and abs(note[0] - start) <= FRAME_S and abs(note[1] - end) <= FRAME_S:
                del left[i]
                count += 1
                break
    return count / max(1, len(ours), len(theirs))


def side_by_side(song: pathlib.Path, options: argparse.Namespace) -> bool:
    ratios: dict[str, list[float]] = {name: [] for name in GOALS}
    sides = {
        "ours": lambda: native(song, options.threads),
        "theirs": lambda: peer(song, options.threads, options.seconds),
    }
    for pair in range(-1, options.pairs):  # the first one warms the disk, and numba's cache
        order = list(sides) if pair % 2 == 0 else list(reversed(sides))
        told = {side: sides[side]() for side in order}
        share = same_notes(told["ours"]["notes"], told["theirs"]["notes"])
        if share < 0.995:
            sys.exit(f"not the same notes: {100 * share:.2f} %")
        if pair < 0:
            print(f"{len(told['theirs']['notes'])} notes, {100 * share:.2f} % alike; native: {told['ours']['phases']}")
            continue
        for name, values in ratios.items():
            values.append(told["ours"][name] / told["theirs"][name])
        print(f"pair {pair + 1}: " + ", ".join(f"{n} {told['ours'][n]:.4f} / {told['theirs'][n]:.4f}" for n in GOALS))
    print(f"{'native / package':20} {'median':>8} {'range':>18} {'goal':>6}")
    for name, values in ratios.items():
        spread = f"{min(values):.3f} to {max(values):.3f}"
        print(f"{name:20} {statistics.median(values):8.3f} {spread:>18} {GOALS[name]:6}")
    return all(statistics.median(values) <= GOALS[name] for name, values in ratios.items())


def table(song: pathlib.Path, options: argparse.Namespace) -> None:
    """Every setting beside the default, in turn, so that a busy minute hits all alike."""
    cases: list[tuple[str, ...]] = [(), *(("--batch", str(n)) for n in (2, 4, 8, 16)), ("--no-spinning",), ("--no-melodia-trick",)]
    told: dict[tuple[str, ...], list[dict[str, Any]]] = {case: [] for case in cases}
    for _ in range(options.pairs):
        for case in cases:
            told[case].append(native(song, options.threads, *case))
    for case, rows in told.items():
        figures = [statistics.median(row[name] for row in rows) for name in GOALS]
        notes_s = statistics.median(row["phases"]["notes_s"] for row in rows)
        print(f"{' '.join(case) or 'default':22}" + "".join(f"{value:10.4f}" for value in figures) + f"  notes {notes_s:.4f} s")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=180)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--table", action="store_true")
    options = parser.parse_args()
    if not PEER.exists() and not options.table:
        sys.exit("the peer is missing: llamaburn engines install basic-pitch-python")
    print(f"load average {os.getloadavg()[0]:.2f}; {options.seconds} s of song, {options.threads} threads")
    with tempfile.TemporaryDirectory() as folder:
        song = song_of(pathlib.Path(folder), options.seconds)
        if options.table:
            table(song, options)
            return 0
        return 0 if side_by_side(song, options) else 1


if __name__ == "__main__":
    sys.exit(main())
