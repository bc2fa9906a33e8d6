#!/usr/bin/env python3
"""usage: bench/piper.py [--pairs N] [--threads N] [--voice VOICE.onnx] [--table]

Piper in C beside the package piper-tts: same voice, phonemes (checked), threads and ONNX Runtime
settings, no noise, so that both do the same work; processes run in turn. Three figures, medians of
paired ratios with their range: RTF of the runs after the first (goal: at most 1.01), process start
to first sound (0.7), peak memory (0.85). Then once more with LlamaBurn's own defaults, which leave out
ONNX Runtime's memory pattern and its optimiser. --table: what ONNX Runtime's settings make of it instead."""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/tools"))
from engine_process import EngineProcess  # noqa: E402

STORE = pathlib.Path(os.environ.get("XDG_DATA_HOME", pathlib.Path.home() / ".local/share")) / "llamaburn"
PEER = STORE / "environments/piper-tts-cpu/bin/python"
TEXT = (
    "The quick brown fox jumps over the lazy dog. Hello, world! "
    "She sells green apples at the market on Friday morning. How do you like them? "
    "The train leaves at noon, and nobody knows when it comes back."
)
RUNS = 5  # in one process, after the first
GOALS = {"rtf": 1.01, "first_s": 0.7, "peak_mib": 0.85}

# The peer as its documentation uses it; only what is measured is added.
SCRIPT = r"""
import json, os, sys, time
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
import onnxruntime
from piper import PiperVoice, SynthesisConfig
from piper.config import PiperConfig
voice_path, threads, text, runs = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = threads
with open(voice_path + ".json", encoding="utf-8") as file:
    config = PiperConfig.from_dict(json.load(file))
session = onnxruntime.InferenceSession(voice_path, sess_options=options, providers=["CPUExecutionProvider"])
voice = PiperVoice(config=config, session=session)
quiet = SynthesisConfig(noise_scale=0, noise_w_scale=0)
first_ns, walls, frames, phonemes = 0, [], 0, []
for run in range(runs + 1):
    begin, frames, phonemes = time.monotonic_ns(), 0, []
    for chunk in voice.synthesize(text, quiet):
        first_ns = first_ns or time.monotonic_ns()
        frames += len(chunk.audio_float_array)
        phonemes.append("".join(chunk.phonemes))
    walls.append((time.monotonic_ns() - begin) / 1e9)
with open("/proc/self/status") as file:
    peak = next(int(line.split()[1]) for line in file if line.startswith("VmHWM:"))
print(json.dumps({"first_ns": first_ns, "walls": walls[1:], "seconds": frames / config.sample_rate,
                  "phonemes": "\n".join(phonemes), "peak_mib": peak / 1024}))
"""


def native(voice: pathlib.Path, threads: int, **options: Any) -> dict[str, Any]:
    with EngineProcess(ROOT / "data/engines/piper.json") as engine:
        began = time.monotonic()
        loaded = engine.load(voice, threads=threads, noise_scale=0, noise_w=0, **options)
        load_s, walls = time.monotonic() - began, []
        samples = engine.speak(TEXT)
        first_ns = engine.first_ns
        for _ in range(RUNS):
            samples = engine.speak(TEXT)
            walls.append((engine.done_ns - engine.run_ns) / 1e9)
        seconds = len(samples) / loaded["output_rate_hz"]
        # The sound lies in memory that llamaburn shares with the engine: it is not the engine's.
        peak_mib = engine.peak_kib() / 1024 - 4 * len(samples) / 2**20
        return {
            "first_s": (first_ns - engine.started_ns) / 1e9, "rtf": statistics.median(walls) / seconds, "seconds": seconds,
            "phonemes": engine.output["phonemes"], "peak_mib": peak_mib, "load_s": load_s, "threads": loaded["threads"],
        }


def peer(voice: pathlib.Path, threads: int) -> dict[str, Any]:
    began = time.monotonic_ns()
    done = subprocess.run(
        [str(PEER), "-c", SCRIPT, str(voice), str(threads), TEXT, str(RUNS)], capture_output=True, text=True
    )
    if done.returncode != 0:
        sys.exit(f"piper-tts: status {done.returncode}\n{done.stderr[-2000:]}")
    told = json.loads(done.stdout)
    told["first_s"] = (told.pop("first_ns") - began) / 1e9
    told["rtf"] = statistics.median(told.pop("walls")) / told["seconds"]
    return told


def show(title: str, ratios: dict[str, list[float]]) -> bool:
    print(f"{title:34} {'median':>8} {'range':>18} {'goal':>6}")
    for name, values in ratios.items():
        spread = f"{min(values):.3f} to {max(values):.3f}"
        print(f"{name:34} {statistics.median(values):8.3f} {spread:>18} {GOALS[name]:6}")
    return all(statistics.median(values) <= GOALS[name] for name, values in ratios.items())


def side_by_side(voice: pathlib.Path, threads: int, pairs: int) -> bool:
    print(f"settings of both: {threads} threads, sequential, spinning, arena, memory pattern, graph optimisation all, no noise")
    sides = {
        "same": lambda: native(voice, threads, memory_pattern=True, graph_optimisation="all"),
        "theirs": lambda: peer(voice, threads),
        "default": lambda: native(voice, threads),
    }
    ratios: dict[str, dict[str, list[float]]] = {side: {name: [] for name in GOALS} for side in ("same", "default")}
    for side in sides.values():
        side()  # what lies on the disk is in memory now
    for pair in range(pairs):
        order = list(sides) if pair % 2 == 0 else list(reversed(sides))
        told = {side: sides[side]() for side in order}
        theirs = told["theirs"]
        for side, gathered in ratios.items():
            if told[side]["phonemes"] != theirs["phonemes"] or told[side]["seconds"] != theirs["seconds"]:
                sys.exit(f"not the same work:\n{told[side]}\n{theirs}")
            for name, values in gathered.items():
                values.append(told[side][name] / theirs[name])
        print(
            f"pair {pair + 1}: "
            + ", ".join(f"{name} {told['same'][name]:.4f} / {theirs[name]:.4f} / {told['default'][name]:.4f}" for name in GOALS)
        )
    good = show("native / piper-tts, same settings", ratios["same"])
    show("native's defaults / piper-tts", ratios["default"])
    return good


def table(voice: pathlib.Path, threads: int, rounds: int) -> None:
    """Every setting alone against the default, in turn, so that a busy minute hits all alike."""
    cases: list[tuple[str, int, dict[str, Any]]] = [("default", threads, {})]
    cases += [(f"{n} threads", n, {}) for n in sorted({1, 2, threads // 2, threads * 2} - {0, threads})]
    cases += [
        ("no spinning", threads, {"spinning": False}),
        ("no arena", threads, {"arena": False}),
        ("memory pattern", threads, {"memory_pattern": True}),
        ("no arena, memory pattern", threads, {"arena": False, "memory_pattern": True}),
        *((f"optimisation {level}", threads, {"graph_optimisation": level}) for level in ("basic", "extended", "all")),
    ]
    told: dict[str, list[dict[str, Any]]] = {name: [] for name, _, _ in cases}
    for _ in range(rounds):
        for name, count, options in cases:
            told[name].append(native(voice, count, **options))
    columns = ("rtf", "load_s", "first_s", "peak_mib")
    print(f"{'setting':26}" + "".join(f"{column:>10}" for column in columns) + "   rtf / default")
    for name, rows in told.items():
        values = [statistics.median(row[column] for row in rows) for column in columns]
        share = statistics.median(row["rtf"] / base["rtf"] for row, base in zip(rows, told["default"]))
        print(f"{name:26}" + "".join(f"{value:10.4f}" for value in values) + f"   {share:.3f}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--voice", type=pathlib.Path, default=STORE / "tts/piper/en_US-joe-medium.onnx")
    parser.add_argument("--table", action="store_true")
    options = parser.parse_args()
    if not PEER.exists() and not options.table:
        sys.exit("the peer is missing: llamaburn engines install piper-tts")
    print(f"load average {os.getloadavg()[0]:.2f}; voice {options.voice.name}; {len(TEXT)} characters")
    if options.table:
        table(options.voice, options.threads, options.pairs)
        return 0
    return 0 if side_by_side(options.voice, options.threads, options.pairs) else 1


if __name__ == "__main__":
    sys.exit(main())
