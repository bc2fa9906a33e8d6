#!/usr/bin/env python3
"""usage: bench/backends.py [--pairs N] [--runs N] [--threads N] [--engine ID] [--pause S] FILE.wav

faster-whisper and transformers in LlamaBurn beside their own API in a bare script: the same environment,
weights, file (16 kHz, mono, 16 bits), threads and decoding (greedy, English, timestamps). In pairs, in turn;
each process loads, warms up once and takes the median of its runs. --pause: seconds between two runs of the bare
script, as LlamaBurn takes some for what it doesn't time. The goal: within 2 % on the median of the
pairs' ratios, and the same words."""

from __future__ import annotations

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
STORE = pathlib.Path(os.environ.get("XDG_DATA_HOME") or pathlib.Path.home() / ".local/share") / "llamaburn"
LIMIT = 0.02

HEAD = """
import json, sys, time, wave
import numpy
path, folder, threads, runs, pause = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5])
with wave.open(path) as file:
    kind = (file.getframerate(), file.getnchannels(), file.getsampwidth())
    assert kind == (16000, 1, 2), "16 kHz, mono, 16 bits"
    samples = numpy.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype("float32") / 32768
"""
TAIL = """
times = []
for _ in range(runs + 1):
    time.sleep(pause)
    start = time.perf_counter()
    text = transcribe()
    times.append(time.perf_counter() - start)
print(json.dumps({"times": times[1:], "text": text}))
"""
FASTER_WHISPER = """
from faster_whisper import WhisperModel
model = WhisperModel(folder, device="cpu", cpu_threads=threads, compute_type="default", local_files_only=True)
def transcribe():
    segments, _ = model.transcribe(samples, language="en", beam_size=1, temperature=0.0)
    return "".join(segment.text for segment in segments)
"""
TRANSFORMERS = """
import torch, transformers
torch.set_num_threads(threads)
torch.set_num_interop_threads(threads)
transformers.logging.set_verbosity_error()
pipe = transformers.pipeline("automatic-speech-recognition", model=folder, dtype=torch.float32, device="cpu")
how = {"language": "en", "task": "transcribe", "num_beams": 1, "temperature": 0.0}
def transcribe():
    heard = pipe({"raw": samples.copy(), "sampling_rate": 16000}, chunk_length_s=30, return_timestamps=True,
                 ignore_warning=True, generate_kwargs=dict(how))
    return heard["text"]
"""
ENGINES = {
    "faster-whisper": ("whisper/ct2/base", FASTER_WHISPER),
    "transformers": ("whisper/hf/base", TRANSFORMERS),
}


def run(command: list[str], threads: int) -> str:
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        environment[name] = str(threads)
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        sys.exit(f"{shlex.join(command)}: status {done.returncode}\n{done.stderr[-2000:]}")
    return done.stdout


def words(text: str) -> list[str]:
    return re.sub(r"[^a-z0-9' ]", " ", text.lower()).split()


class Pairs:
    """One engine, both ways."""

    def __init__(self, engine: str, options: argparse.Namespace) -> None:
        folder, script = ENGINES[engine]
        self.engine, self.threads = engine, options.threads
        python = STORE / "environments" / f"{engine}-cpu/bin/python"
        if not python.exists() or not (STORE / folder).exists():
            sys.exit(f"{engine}: llamaburn engines install {engine}, and models pull base, come first")
        threads, runs = str(options.threads), str(options.runs)
        self.ours = [str(ROOT / "build/llamaburn"), "stt", options.file, "-e", engine, "-m", "base",
                     "-d", "cpu", "-t", threads, "-n", runs, "-w", "1", "--no-warm-load", "--language", "en",
                     "--beam-size", "1", "--no-fallback", "--format", "json"]
        program = HEAD + script + TAIL
        self.theirs = [str(python), "-c", program, options.file, str(STORE / folder), threads, runs, str(options.pause)]

    def llamaburn(self) -> tuple[float, str]:
        (record,) = json.loads(run(self.ours, self.threads))
        return statistics.median(one["wall_s"] for one in record["iterations"]), record["output"]["text"]

    def bare(self) -> tuple[float, str]:
        answer = json.loads(run(self.theirs, self.threads))
        return statistics.median(answer["times"]), answer["text"]

    def measure(self, pairs: int) -> bool:
        print(f"{self.engine}: {shlex.join(self.ours)}")
        ratios = []
        for pair in range(pairs):
            first, second = (self.llamaburn, self.bare) if pair % 2 == 0 else (self.bare, self.llamaburn)
            one, other = first(), second()
            (ours_s, ours), (theirs_s, theirs) = (one, other) if pair % 2 == 0 else (other, one)
            if words(ours) != words(theirs):
                sys.exit(f"{self.engine}: other words:\n{ours}\n{theirs}")
            ratios.append(ours_s / theirs_s)
            print(f"  pair {pair + 1}: LlamaBurn {ours_s:.4f} s, bare {theirs_s:.4f} s: {ratios[-1]:.4f}")
        median = statistics.median(ratios)
        print(f"{self.engine}: median ratio {median:.4f}, {min(ratios):.4f} to {max(ratios):.4f}")
        return median <= 1 + LIMIT


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--pause", type=float, default=0)
    parser.add_argument("--engine", choices=sorted(ENGINES), action="append")
    options = parser.parse_args()
    print(f"load average {os.getloadavg()[0]:.2f}")
    good = [Pairs(engine, options).measure(options.pairs) for engine in options.engine or sorted(ENGINES)]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
