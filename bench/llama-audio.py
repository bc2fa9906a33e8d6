#!/usr/bin/env python3
"""usage: bench/llama-audio.py [--pairs N] [--threads N] [--tokens N] [--width W] [--layers N] [--model FOLDER]

llama.cpp in LlamaBurn (engine llama-audio) beside llama-mtmd-cli of the same build, in turn: same model, sound,
prompt, threads and number of tokens, greedy. The model is one of random weights in the architecture of Qwen2-Audio
(tests/tools/tiny_audio_llm.py), or FOLDER. Figures, as paired ratios: tokens a second while the answer is written
(the goal: within 2 % on the median), the sound's encoding; and whether both said the same. (What llama.cpp calls prompt
time holds the encoding too: it is not compared.)

Theirs is what llama.cpp's own clocks say: they stop while a token is chosen and printed. Ours runs on, over all of
it."""

import argparse
import json
import os
import pathlib
import re
import shlex
import statistics
import subprocess
import sys
import tempfile
import wave

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/tools"))
import tiny_audio_llm  # noqa: E402

PROMPT = "Describe this music in detail."
ENCODED = re.compile(rb"mtmd batch encoding done in (\d+) ms")
PERF = re.compile(rb"perf_context_print:\s+(eval) time =\s+([\d.]+) ms /\s+(\d+)")
MARKER = b"<<answer>>"


def run(command, **options):
    done = subprocess.run(command, capture_output=True, **options)
    if done.returncode != 0:
        sys.exit(f"{shlex.join(map(str, command))}: status {done.returncode}\n{done.stderr[-2000:].decode(errors='replace')}")
    return done


def cli_of_build():
    folder = run([ROOT / "tools/build-llama", "--cli"]).stdout.decode().strip()
    return pathlib.Path(folder).parents[1] / "bin/llama-mtmd-cli" if folder else "llama-mtmd-cli"


def make_sound(path, seconds):
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16000)
        times = numpy.arange(16000 * seconds) / 16000
        out.writeframes((12000 * numpy.sin(times * 2000) * numpy.sin(times * 3)).astype("<i2").tobytes())


def ours(command):
    (record,) = json.loads(run(command).stdout)
    one = record["iterations"][0]
    phases = one["phases"]
    return {
        "rate": (one["tokens"] - 1) / phases["generate_s"],
        "encode_s": phases["encode_s"],
        "text": record["output"]["text"].strip(),
    }


def theirs(command, tokens):
    """A thread of its own writes its log, and is cut off at its end now and then: then it is asked again."""
    for _ in range(20):
        done = run(command, env={**os.environ, "MTMD_TEST_RESPONSE_MARKER": MARKER.decode()})
        log = done.stdout + done.stderr
        times = {name: (float(ms) / 1000, int(n)) for name, ms, n in PERF.findall(log)}
        if times and len(done.stdout.split(MARKER)[-1].strip()) >= tokens:
            break
    eval_s, n = times[b"eval"]
    return {
        "rate": n / eval_s,
        "encode_s": sum(int(ms) for ms in ENCODED.findall(log)) / 1000,
        "text": done.stdout.split(MARKER)[-1].strip().decode(errors="replace"),
    }


def show(name, values):
    print(f"{name}: median {statistics.median(values):.4f}, {min(values):.4f} to {max(values):.4f}")


def commands(options, folder):
    model = pathlib.Path(options.model) if options.model else tiny_audio_llm.make(
        folder / "model", width=options.width, layers=options.layers, end_bias=-1e6
    )
    sound = folder / "sound.wav"
    make_sound(sound, 10)
    (projector,) = model.glob("*mmproj*.gguf")
    (weights,) = set(model.glob("*.gguf")) - {projector}
    threads, tokens = str(options.threads), str(options.tokens)
    mine = [ROOT / "build/llamaburn", "describe", sound, "-e", "llama-audio", "-m", model, "-d", "cpu", "-t", threads,
            "--prompt", PROMPT, "--max-tokens", tokens, "-n", "1", "-w", "1", "--no-warm-load", "--format", "json"]
    other = [cli_of_build(), "-m", weights, "--mmproj", projector, "--audio", sound, "-p", PROMPT, "--temp", "0",
             "-n", tokens, "-c", "8192", "-t", threads, "-ngl", "0", "--no-mmproj-offload", "--jinja", "--perf", "-lv", "4"]
    return mine, other


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--tokens", type=int, default=256)
    parser.add_argument("--width", type=int, default=512)
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--model")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        mine, other = commands(options, pathlib.Path(folder))
        print(f"load average {os.getloadavg()[0]:.2f}\n{shlex.join(map(str, mine))}\n{shlex.join(map(str, other))}")
        ratios = {"rate": [], "encode_s": []}
        same = True
        for pair in range(options.pairs):
            sides = [None, None]
            for side in (0, 1) if pair % 2 == 0 else (1, 0):
                sides[side] = ours(mine) if side == 0 else theirs(other, options.tokens)
            for name, values in ratios.items():
                values.append(sides[0][name] / sides[1][name])
            same = same and sides[0]["text"] == sides[1]["text"]
            print(f"pair {pair + 1}: {sides[0]['rate']:.1f} and {sides[1]['rate']:.1f} tokens/s, encoding "
                  f"{sides[0]['encode_s']:.3f} and {sides[1]['encode_s']:.3f} s")
    show("tokens a second, ours / llama-mtmd-cli", ratios["rate"])
    show("encoding (with the spectrogram) / llama-mtmd-cli (without)", ratios["encode_s"])
    print("the same answers" if same else "DIFFERENT ANSWERS")
    return 0 if same and statistics.median(ratios["rate"]) >= 0.98 else 1


if __name__ == "__main__":
    sys.exit(main())
