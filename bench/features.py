#!/usr/bin/env python3
"""The features of a song: `llamaburn features` against librosa computing the same set, side by side.

Needs the tests' environment ($(tools/test-venv)/bin/python bench/features.py); reads build/. Both are whole
take turns. LlamaBurn's time is that of the whole process; librosa's that of loading and measuring alone, without
the start of Python, its imports and the compiling of its loops (a short sound first). LlamaBurn's memory is the
private memory of its processes and that of its memory files, 100 times a second; librosa's is VmHWM.
Seconds of the processor are told beside both: a busy machine changes them least.
Exit 1 where LlamaBurn is less than 5 times as fast, or takes 150 MB or more.
"""

import argparse
import json
import os
import pathlib
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
SONG = pathlib.Path("/usr/share/games/fretsonfire/data/songs/muldjord/armygeddon/song.ogg")
LIBROSA = """
import sys, time
sys.path.insert(0, sys.argv[1])
import librosa, soundfile
import librosa_features
librosa_features.measure(sys.argv[3])
before, cpu_before = time.monotonic(), time.process_time()
librosa_features.measure(sys.argv[2])
after, cpu_after = time.monotonic(), time.process_time()
peak = int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) * 1024
print(after - before, cpu_after - cpu_before, peak)
"""


def cut(source, wav, seconds):
    subprocess.run(
        ["ffmpeg", "-v", "error", "-stream_loop", "-1", "-t", str(seconds), "-i", source, wav], check=True,
        stdin=subprocess.DEVNULL,
    )
    return wav


def tree(pid):
    """Process ids of it and its children."""
    found = [pid]
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += tree(int(child))
    return found


def held(pid):
    """Bytes of a process tree: its private memory, and its memory files, which nobody may have mapped."""
    total = 0
    for process in tree(pid):
        rollup = pathlib.Path(f"/proc/{process}/smaps_rollup").read_text()
        total += sum(int(kb) * 1024 for kb in re.findall(r"^Private_\w+:\s+(\d+) kB", rollup, re.M))
    for fd in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        if os.readlink(fd).startswith("/memfd:"):
            total += os.stat(fd).st_blocks * 512
    return total


def cpu_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def llamaburn(path):
    """(seconds, seconds of the processor, peak bytes)."""
    before, cpu_before, peak = time.monotonic(), cpu_of_children(), 0
    process = subprocess.Popen([ROOT / "build" / "llamaburn", "features", path], stdout=subprocess.DEVNULL)
    done = threading.Event()

    def wait():
        process.wait()
        done.set()

    threading.Thread(target=wait).start()
    while not done.wait(0.01):
        try:
            peak = max(peak, held(process.pid))
        except OSError:
            pass
    took = time.monotonic() - before
    assert process.returncode == 0
    return took, cpu_of_children() - cpu_before, peak


def librosa(path, warm):
    out = subprocess.run(
        [sys.executable, "-c", LIBROSA, ROOT / "tests" / "tools", path, warm], check=True, stdout=subprocess.PIPE
    ).stdout
    seconds, cpu, peak = out.split()
    return float(seconds), float(cpu), int(peak)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("song", nargs="?", default=SONG, help=f"default {SONG}")
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("-n", type=int, default=5)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        wav = cut(chosen.song, pathlib.Path(folder) / "song.wav", chosen.seconds)
        warm = cut(chosen.song, pathlib.Path(folder) / "warm.wav", 5)
        llamaburn(wav)
        ours, theirs = [], []
        for _ in range(chosen.n):
            ours.append(llamaburn(wav))
            theirs.append(librosa(wav, warm))
    ratios = [there[0] / here[0] for here, there in zip(ours, theirs)]
    result = {
        "song_s": chosen.seconds,
        "llamaburn_s": statistics.median(one[0] for one in ours),
        "librosa_s": statistics.median(one[0] for one in theirs),
        "librosa_over_llamaburn": statistics.median(ratios),
        "llamaburn_cpu_s": statistics.median(one[1] for one in ours),
        "librosa_cpu_s": statistics.median(one[1] for one in theirs),
        "ratios": [round(ratio, 2) for ratio in ratios],
        "llamaburn_peak_mb": max(one[2] for one in ours) / 1e6,
        "librosa_peak_mb": max(one[2] for one in theirs) / 1e6,
    }
    print(json.dumps(result, indent=2))
    return 0 if result["librosa_over_llamaburn"] >= 5 and result["llamaburn_peak_mb"] < 150 else 1


if __name__ == "__main__":
    sys.exit(main())
