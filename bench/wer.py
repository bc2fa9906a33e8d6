"""WER of 100,000 words against 100,000 with 10 % errors: ours and jiwer, side by side, in turn.

    python3 bench/wer.py [--words 100000] [--pairs 7] [--seed 1]

needs jiwer. Each measurement is a fresh process; the time is that of the scoring call alone, on the
same words, without normalisation on either side; memory is the process's own peak (VmHWM).
"""

import argparse
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = pathlib.Path(os.environ.get("LLAMABURN_BUILD", ROOT / "build")).resolve()
JIWER = """
import json, sys, time, jiwer
reference, hypothesis = (open(name, encoding="utf-8").read() for name in sys.argv[1:3])
start = time.perf_counter()
it = jiwer.process_words(reference, hypothesis)
seconds = time.perf_counter() - start
print(json.dumps({"seconds": seconds, "value": it.wer, "substitutions": it.substitutions,
                  "deletions": it.deletions, "insertions": it.insertions}))
"""


def write_texts(folder, words, seed):
    """A reference with the word frequencies of a language (Zipf), and 10 % errors of all three kinds."""
    draw = random.Random(seed)
    lexicon = [f"word{i}" for i in range(20000)]
    said = draw.choices(lexicon, [1 / (i + 1) for i in range(len(lexicon))], k=words)
    heard = []
    for word in said:
        error = draw.random()
        if error < 0.06:
            heard.append(draw.choice(lexicon))
        elif error < 0.08:
            heard += [word, draw.choice(lexicon)]
        elif error >= 0.1:
            heard.append(word)
    names = [folder / "reference", folder / "hypothesis"]
    for name, text in zip(names, (said, heard)):
        name.write_text(" ".join(text))
    return names


def measure(command):
    """The answer of one process, with its peak memory in MiB (VmHWM, read as it ends)."""
    peak = 0
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    status = pathlib.Path(f"/proc/{process.pid}/status")
    while process.poll() is None:
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                peak = max(peak, int(line.split()[1]))
        try:
            process.wait(0.002)
        except subprocess.TimeoutExpired:
            pass
    out = process.stdout.read()
    assert process.returncode == 0, command
    return {**json.loads(out), "peak_mib": peak / 1024}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--words", type=int, default=100000)
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.pairs < 5:
        parser.error("at least 5 pairs")
    with tempfile.TemporaryDirectory() as folder:
        names = [str(name) for name in write_texts(pathlib.Path(folder), options.words, options.seed)]
        ours, theirs = [], []
        for _ in range(options.pairs):
            ours.append(measure([BUILD / "bench" / "bench-wer", *names]))
            theirs.append(measure([sys.executable, "-c", JIWER, *names]))
    for one, other in zip(ours, theirs):
        errors = [sum(x[k] for k in ("substitutions", "deletions", "insertions")) for x in (one, other)]
        assert errors[0] == errors[1], "the scores differ"
    ratios = [other["seconds"] / one["seconds"] for one, other in zip(ours, theirs)]
    print(f"words {options.words}, WER {ours[0]['value']:.4f}, pairs {options.pairs}, "
          f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    for name, runs in (("llamaburn", ours), ("jiwer", theirs)):
        times = [run["seconds"] for run in runs]
        print(f"{name:10} median {statistics.median(times):.4f} s ({min(times):.4f} to {max(times):.4f}), "
              f"peak {max(run['peak_mib'] for run in runs):.1f} MiB")
    print(f"jiwer / llamaburn: median {statistics.median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f})")


if __name__ == "__main__":
    main()
