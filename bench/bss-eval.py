"""BSS Eval v4 of 30 s of 4 stereo stems: ours and museval, side by side, in turn.

    python3 bench/bss-eval.py [--seconds 30] [--stems 4] [--pairs 3] [--seed 1]

needs museval and scipy. Each measurement is a fresh process; the time is that of the scoring alone, on the same samples
(ours reads them from a file meanwhile, museval has them in memory); memory is the process's own peak (VmHWM).
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

import numpy as np
from scipy import signal

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = pathlib.Path(os.environ.get("LLAMABURN_BUILD", ROOT / "build")).resolve()
RATE, CHANNELS = 44100, 2
MUSEVAL = """
import json, sys, time
import numpy as np
from museval.metrics import bss_eval
for line in sys.stdin:
    ask = json.loads(line)
    shape = (2, ask["stems"], ask["frames"], ask["channels"])
    references, estimates = np.fromfile(ask["path"], "<f4").reshape(shape).astype(float)
    start = time.perf_counter()
    ratios = np.array(bss_eval(references, estimates, window=ask["rate"], hop=ask["rate"])[:4])
    print(json.dumps({"seconds": time.perf_counter() - start,
                      "stems": [{"each": each.T.tolist()} for each in ratios.transpose(1, 0, 2)]}), flush=True)
"""


def write_stems(path, stems, frames, seed):
    """Coloured noise, and what a separator might make of it."""
    generator = np.random.default_rng(seed)
    references = np.empty((stems, frames, CHANNELS), "<f4")
    for stem in references:
        noise = generator.standard_normal((frames, CHANNELS))
        noise[:, 1] = 0.5 * noise[:, 0] + 0.5 * noise[:, 1]
        stem[:] = 0.05 * signal.lfilter([1], [1, -generator.uniform(0.3, 0.95)], noise, axis=0)
    mix = references.sum(0)
    with open(path, "wb") as file:
        file.write(references.tobytes())
        for stem in references:
            noise = 0.01 * generator.standard_normal(stem.shape)
            file.write((0.9 * stem + 0.1 * mix + noise).astype("<f4").tobytes())


def measure(command, request):
    """The answer of one process, with its peak memory in MiB, read while it waits for the next request."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        process.stdin.close()
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
    return {**answer, "peak_mib": peak / 1024}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--stems", type=int, default=4)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    frames = options.seconds * RATE
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "stems.f32")
        write_stems(path, options.stems, frames, options.seed)
        request = {"path": path, "stems": options.stems, "channels": CHANNELS, "frames": frames, "rate": RATE}
        for _ in range(options.pairs):
            ours.append(measure([BUILD / "tests" / "oracle" / "oracle-bss-eval"], request))
            theirs.append(measure([sys.executable, "-c", MUSEVAL], request))
    each = [np.array([stem["each"] for stem in answer["stems"]], float) for answer in (ours[0], theirs[0])]
    difference = np.abs(each[0] - each[1]).max()
    assert difference < 1e-6, f"the scores differ by {difference} dB"
    ratios = [other["seconds"] / one["seconds"] for one, other in zip(ours, theirs)]
    print(f"{options.seconds} s of {options.stems} stereo stems, pairs {options.pairs}, differences up to "
          f"{difference:.1e} dB, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    for name, runs in (("llamaburn", ours), ("museval", theirs)):
        times = [run["seconds"] for run in runs]
        print(f"{name:10} median {statistics.median(times):.3f} s ({min(times):.3f} to {max(times):.3f}), "
              f"peak {max(run['peak_mib'] for run in runs):.1f} MiB")
    print(f"museval / llamaburn: median {statistics.median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f})")


if __name__ == "__main__":
    main()
