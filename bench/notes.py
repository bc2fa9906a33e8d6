#!/usr/bin/env python3
"""usage: bench/notes.py [--pieces N] [BUILD]

Note scores of two lists of 10 minutes (3,000 true notes and what an engine might have written) beside mir_eval's on the same:
time of the processor within lb_note_score(), which gives all figures at once, and of mir_eval's precision, recall and F1 with
onset and with offset. The goal: under 10 ms. The same F1 is checked."""

from __future__ import annotations

import argparse
import json
import pathlib
import random
import statistics
import subprocess
import sys
import time

import numpy
from mir_eval import transcription

ROOT = pathlib.Path(__file__).resolve().parents[1]
SECONDS, NOTES, LIMIT_MS = 600, 3000, 10


def play(draw: random.Random) -> list[list[float]]:
    notes = []
    for _ in range(NOTES):
        onset = draw.uniform(0, SECONDS - 2)
        notes.append([onset, onset + draw.uniform(0.05, 1.5), 440 * 2 ** ((draw.randint(40, 90) - 69) / 12)])
    return notes


def hear(draw: random.Random, played: list[list[float]]) -> list[list[float]]:
    """A tenth is missed, a tenth has another pitch, a tenth is invented; onsets and ends are moved."""
    heard = []
    for onset, offset, pitch in played:
        kind = draw.random()
        if kind < 0.1:
            continue
        pitch *= 2 if kind < 0.2 else 2 ** (draw.gauss(0, 10) / 1200)
        start = max(0.0, onset + draw.gauss(0, 0.02))
        heard.append([start, max(start + 0.01, offset + draw.gauss(0, 0.1)), pitch])
        if kind > 0.9:
            heard.append([start + draw.uniform(0, 1), offset + 1.1, pitch])
    return heard


def theirs(reference: list[list[float]], estimate: list[list[float]]) -> tuple[float, float]:
    """mir_eval's F1 with onset and pitch, and its time in ms."""
    true, heard = numpy.array(reference), numpy.array(estimate)
    began = time.process_time()
    arguments = (true[:, :2], true[:, 2], heard[:, :2], heard[:, 2])
    _, _, f1, _ = transcription.precision_recall_f1_overlap(*arguments, offset_ratio=None)
    transcription.precision_recall_f1_overlap(*arguments)
    return f1, 1000 * (time.process_time() - began)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pieces", type=int, default=5)
    parser.add_argument("build", nargs="?", default="build")
    options = parser.parse_args()
    draw, ours_ms, ratios = random.Random(1), [], []
    command = [str(ROOT / options.build / "tests/oracle/oracle-music")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        for _ in range(options.pieces):
            reference = play(draw)
            estimate = hear(draw, reference)
            print(json.dumps({"what": "notes", "reference": reference, "estimate": estimate}),
                  file=program.stdin, flush=True)
            told = json.loads(program.stdout.readline())
            f1, theirs_ms = theirs(reference, estimate)
            if abs(told["onset_pitch"]["f1"] - f1) > 1e-6:
                sys.exit(f"another F1: {told['onset_pitch']['f1']} and {f1}")
            ours_ms.append(1000 * told["seconds"])
            ratios.append(theirs_ms / ours_ms[-1])
        program.stdin.close()
    median = statistics.median(ours_ms)
    print(f"{NOTES} true notes: {median:.2f} ms ({min(ours_ms):.2f} to {max(ours_ms):.2f}), goal {LIMIT_MS} ms; "
          f"mir_eval takes {statistics.median(ratios):.0f} × as long ({min(ratios):.0f} to {max(ratios):.0f})")
    return 0 if median < LIMIT_MS else 1


if __name__ == "__main__":
    sys.exit(main())
