#!/usr/bin/env python3
"""usage: bench/whisper-cli.py [--pairs N] [--threads N] [--model BASE.bin] FILE.wav

whisper.cpp in LlamaBurn beside whisper-cli of the same build: same file, threads and decoding, run in
turn. Two figures: LlamaBurn's wall_s against whisper.cpp's own sum of timings in the same process (the
goal: within 1 % on the median), and against whisper-cli's sum, paired."""

import argparse
import json
import os
import pathlib
import re
import shlex
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
STORE = pathlib.Path(os.environ.get("XDG_DATA_HOME", pathlib.Path.home() / ".local/share"))
PHASES = re.compile(r"whisper_print_timings:\s+(mel|sample|encode|decode|batchd|prompt) time =\s+([\d.]+) ms")


def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{shlex.join(command)}: status {done.returncode}\n{done.stderr[-2000:]}")
    return done


def llamaburn(command):
    """[(wall_s, engine_s)] of its iterations."""
    iterations = json.loads(run(command).stdout)[0]["iterations"]
    return [(iteration["wall_s"], iteration["engine_s"]) for iteration in iterations]


def whisper_cli(command):
    return sum(float(ms) for _, ms in PHASES.findall(run(command).stderr)) / 1000


def cli_of_build():
    folder = run([str(ROOT / "tools/build-whisper")]).stdout.strip()
    return str(pathlib.Path(folder).parents[1] / "bin/whisper-cli") if folder else "whisper-cli"


def show(name, values):
    print(f"{name}: median {statistics.median(values):.4f}, {min(values):.4f} to {max(values):.4f}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--model", default=str(STORE / "llamaburn/whisper/ggml-base.bin"))
    options = parser.parse_args()
    threads = str(options.threads)
    # In pairs one cold run in both: neither warms up, both load the model outside their sums.
    ours = [str(ROOT / "build/llamaburn"), "stt", options.file, "-e", "whisper.cpp", "-m", options.model,
            "-t", threads, "-d", "cpu", "--language", "en", "--beam-size", "5",
            "--best-of", "5", "--format", "json"]
    theirs = [cli_of_build(), "-m", options.model, "-f", options.file, "-t", threads, "-ng",
              "-l", "en", "-bs", "5", "-bo", "5"]
    cold = [*ours, "-n", "1", "-w", "0"]
    warm = [*ours, "-n", str(options.pairs), "-w", "1"]
    print(f"load average {os.getloadavg()[0]:.2f}\n{shlex.join(warm)}\n{shlex.join(cold)}\n{shlex.join(theirs)}")
    own, paired = [wall_s / engine_s for wall_s, engine_s in llamaburn(warm)], []
    for pair in range(options.pairs):
        order = (0, 1) if pair % 2 == 0 else (1, 0)
        for side in order:
            if side == 0:
                wall_s, engine_s = llamaburn(cold)[0]
            else:
                cli_s = whisper_cli(theirs)
        paired.append(wall_s / cli_s)
        print(f"pair {pair + 1}: wall {wall_s:.4f} s, own sum {engine_s:.4f} s, whisper-cli {cli_s:.4f} s")
    show("wall_s / whisper.cpp's own sum, same process", own)
    show("wall_s / whisper-cli's sum, paired", paired)
    return 0 if abs(statistics.median(own) - 1) <= 0.01 else 1


if __name__ == "__main__":
    sys.exit(main())
