#!/usr/bin/env python3
"""usage: bench/llama-audio.py [--pairs N] [--threads N] [--tokens N] [--width W] [--layers N] [--model FOLDER] [--cpu]

llama.cpp in LlamaBurn (engine llama-audio) beside llama-mtmd-cli of the same build, in turn: same model, sound,
prompt, threads and number of tokens, greedy. The model is one of random weights in the architecture of Qwen2-Audio
(tests/tools/tiny_audio_llm.py), or FOLDER. Figures, as paired ratios: tokens a second while the answer is written
(the goal: within 2 % on the median), the sound's encoding; and whether both said the same. (What llama.cpp calls prompt
time holds the encoding too: it is not compared.)

--cpu compares processor time for each token instead, on one thread: of runs with N and with N / 8 tokens the
difference. A busy machine moves that little.

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


def cpu_of_ours(command):
    (record,) = json.loads(run(command).stdout)
    return record["iterations"][0]["cpu_s"]


def cpu_of_theirs(command):
    """Seconds of the whole process."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{shlex.join(map(str, command))}: status {status}")
    return usage.ru_utime + usage.ru_stime


def show(name, values):
    print(f"{name}: median {statistics.median(values):.4f}, {min(values):.4f} to {max(values):.4f}")


def prepare(options, folder):
    """The model's folder, and a sound."""
    model = pathlib.Path(options.model) if options.model else tiny_audio_llm.make(
        folder / "model", width=options.width, layers=options.layers, end_bias=-1e6
    )
    make_sound(folder / "sound.wav", 10)
    return model, folder / "sound.wav"


def commands(model, sound, threads, tokens):
    (projector,) = model.glob("*mmproj*.gguf")
    (weights,) = set(model.glob("*.gguf")) - {projector}
    threads, tokens = str(threads), str(tokens)
    mine = [ROOT / "build/llamaburn", "describe", sound, "-e", "llama-audio", "-m", model, "-d", "cpu", "-t", threads,
            "--prompt", PROMPT, "--max-tokens", tokens, "-n", "1", "-w", "1", "--no-warm-load", "--format", "json"]
    other = [cli_of_build(), "-m", weights, "--mmproj", projector, "--audio", sound, "-p", PROMPT, "--temp", "0",
             "-n", tokens, "-c", "8192", "-t", threads, "-ngl", "0", "--no-mmproj-offload", "--jinja", "--perf", "-lv", "4"]
    return mine, other


def in_turn(pair, mine, other):
    """[what each of the two calls gave], every second time the other way round."""
    sides = [None, None]
    for side in (0, 1) if pair % 2 == 0 else (1, 0):
        sides[side] = mine() if side == 0 else other()
    return sides


def compare_speed(options, model, sound):
    mine, other = commands(model, sound, options.threads, options.tokens)
    print(f"{shlex.join(map(str, mine))}\n{shlex.join(map(str, other))}")
    ratios, same = {"rate": [], "encode_s": []}, True
    for pair in range(options.pairs):
        a, b = in_turn(pair, lambda: ours(mine), lambda: theirs(other, options.tokens))
        for name, values in ratios.items():
            values.append(a[name] / b[name])
        same = same and a["text"] == b["text"]
        print(f"pair {pair + 1}: {a['rate']:.1f} and {b['rate']:.1f} tokens/s, encoding {a['encode_s']:.3f} and "
              f"{b['encode_s']:.3f} s", flush=True)
    show("tokens a second, ours / llama-mtmd-cli", ratios["rate"])
    show("encoding (with the spectrogram) / llama-mtmd-cli (without)", ratios["encode_s"])
    print("the same answers" if same else "DIFFERENT ANSWERS")
    return same and statistics.median(ratios["rate"]) >= 0.98


def compare_cpu(options, model, sound):
    few = options.tokens // 8
    mine, other = commands(model, sound, 1, options.tokens)
    mine_few, other_few = commands(model, sound, 1, few)
    print(f"{shlex.join(map(str, mine))}\n{shlex.join(map(str, other))}")
    ratios = []
    for pair in range(options.pairs):
        a, b = in_turn(
            pair,
            lambda: (cpu_of_ours(mine) - cpu_of_ours(mine_few)) / (options.tokens - few),
            lambda: (cpu_of_theirs(other) - cpu_of_theirs(other_few)) / (options.tokens - few),
        )
        ratios.append(a / b)
        print(f"pair {pair + 1}: {a * 1000:.3f} and {b * 1000:.3f} ms of processor time a token", flush=True)
    show("processor time a token, ours / llama-mtmd-cli", ratios)
    return statistics.median(ratios) <= 1.02


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--tokens", type=int, default=256)
    parser.add_argument("--width", type=int, default=512)
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--model")
    parser.add_argument("--cpu", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        model, sound = prepare(options, pathlib.Path(folder))
        print(f"load average {os.getloadavg()[0]:.2f}")
        good = (compare_cpu if options.cpu else compare_speed)(options, model, sound)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
