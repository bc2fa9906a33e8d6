#!/usr/bin/env python3
"""Decode and resample a 10-minute MP3 to 16 kHz mono: ours against the ffmpeg command, both with soxr.

Interleaved pairs in alternating order; prints the median ratio (ours / ffmpeg) with its range, and how much
memory the decode needed above its process's size before the file was opened.
Goals: ratio at most 1.05, memory at most 32 MB."""

import argparse
import json
import os
import pathlib
import statistics
import struct
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = pathlib.Path(os.environ.get("LLAMABURN_BUILD", ROOT / "build")).resolve()
SPEECH = pathlib.Path("/usr/share/pocketsphinx/test/data/librivox")
TRAILER = 3


def make_mp3(path, seconds):
    """Real speech, repeated, as most speech comes: 44.1 kHz joint stereo at 128 kbit/s."""
    clips = sorted(SPEECH.glob("*.wav"))
    assert clips, "Debian's pocketsphinx-testdata is missing"
    listing = path.with_suffix(".txt")
    listing.write_text("".join(f"file '{clip}'\n" for clip in clips))
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-stream_loop", "-1", "-f", "concat", "-safe", "0", "-i", listing,
         "-t", str(seconds), "-ar", "44100", "-ac", "2", "-b:a", "128k", path],
        check=True, stdin=subprocess.DEVNULL,
    )


def timed(command, environment):
    start = time.perf_counter()
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    return time.perf_counter() - start


def memory(path):
    """Bytes above the size before the file was opened, as the decoder itself reports them."""
    with open(path, "rb") as file, subprocess.Popen(
        [BUILD / "llamaburn-decode"], stdin=file, stdout=subprocess.PIPE
    ) as process:
        while True:
            kind, size = struct.unpack("=II", process.stdout.read(8))
            body = process.stdout.read(size)
            if kind == TRAILER:
                trailer = json.loads(body)
                return trailer["peak_rss_bytes"] - trailer["base_rss_bytes"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=7, help="pairs (at least 5)")
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--check", action="store_true", help="exit 1 when a goal is missed")
    options = parser.parse_args()
    assert options.n >= 5, "fewer than 5 pairs say nothing"
    environment = {**os.environ, "LLAMABURN_LIBEXEC": str(BUILD)}
    with tempfile.TemporaryDirectory() as folder:
        sound, out = pathlib.Path(folder) / "speech.mp3", pathlib.Path(folder) / "out.f32"
        make_mp3(sound, options.seconds)
        commands = {
            "llamaburn": [BUILD / "tests/tools/lb-audio-tool", "--rate", "16000", "--channels", "1",
                          "--out", out, sound],
            "ffmpeg": ["ffmpeg", "-v", "error", "-y", "-i", sound, "-af", "aresample=16000:resampler=soxr",
                       "-ac", "1", "-f", "f32le", out],
        }
        seconds = {name: [] for name in commands}
        for name in commands:
            timed(commands[name], environment)
        for pair in range(options.n):
            order = list(commands) if pair % 2 == 0 else list(commands)[::-1]
            for name in order:
                seconds[name].append(timed(commands[name], environment))
        above = memory(sound)
    ratios = [ours / theirs for ours, theirs in zip(seconds["llamaburn"], seconds["ffmpeg"])]
    ratio = statistics.median(ratios)
    print(" ".join(map(str, commands["ffmpeg"])))
    print(f"llamaburn {statistics.median(seconds['llamaburn']):.3f} s, "
          f"ffmpeg {statistics.median(seconds['ffmpeg']):.3f} s (medians of {options.n})")
    print(f"ratio {ratio:.3f} ({min(ratios):.3f} to {max(ratios):.3f}), goal ≤ 1.05")
    print(f"memory above the process's own {above / 1e6:.1f} MB, goal ≤ 32 MB")
    return int(options.check and (ratio > 1.05 or above > 32e6))


if __name__ == "__main__":
    sys.exit(main())
