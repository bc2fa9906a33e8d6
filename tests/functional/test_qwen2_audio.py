"""describe by qwen2-audio: what is refused without torch, and (slow) the whole path on a tiny model."""

from __future__ import annotations

import json
import signal
import struct
import subprocess
import time
import wave

import pytest

from conftest import MODELS, ROOT, wait_for

QUICK = ("-n", "1", "-w", "0", "--no-warm-load", "--no-wait", "-d", "cpu", "-t", "1")
TINY = ROOT / "tests/workers/tiny"


def make_wav(path, samples):
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return str(path)


def saw(seconds, period, loud=9000):
    return [loud * (2 * (i % period) // period - 1) + i % period for i in range(int(seconds * 16000))]


@pytest.fixture
def sounds(world):
    return [make_wav(world.folder / "low.wav", saw(2, 160)), make_wav(world.folder / "high.wav", saw(1.5, 23, 3000))]


def describe(world, sounds, *options, model, status=0):
    return world.json("describe", *sounds, "-e", "qwen2-audio", "-m", str(model), *options, *QUICK, status=status)


# ---- without torch ----


def kind(folder):
    (folder / "config.json").write_text('{"model_type": "whisper"}')


def pickle(folder):
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x02cos\nsystem\n")


def outside(folder):
    (folder / "model.safetensors.index.json").write_text('{"weight_map": {"a": "../other.safetensors"}}')


def part_missing(folder):
    parts = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": parts}))
    (folder / parts["a"]).write_bytes(b"")


@pytest.mark.parametrize("damage, said", [
    (kind, "runs qwen2_audio only"),
    (pickle, "pickled weights can run programs"),
    (outside, "outside of its folder"),
    (part_missing, "model-00002-of-00002.safetensors"),
])
def test_folders_that_are_refused_before_any_library_sees_them(world, sounds, damage, said):
    world.make_bare_environment("qwen2-audio")
    folder = world.folder / "own"
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "qwen2_audio"}')
    for name in ("preprocessor_config.json", "tokenizer.json"):
        (folder / name).write_text("{}")
    damage(folder)
    (record,) = describe(world, sounds[:1], model=folder, status=1)
    assert record["error"]["kind"] == "bad-model" and said in record["error"]["message"], record["error"]


def test_without_the_model_the_pull_command_is_said(world, sounds):
    world.make_bare_environment("qwen2-audio")
    (record,) = world.json("describe", sounds[0], "-e", "qwen2-audio", *QUICK, status=1)
    assert "llamaburn models pull qwen2-audio-7b-instruct --variant hf" in record["error"]["message"]


def test_what_no_package_index_has_is_listed_and_said(world, sounds):
    """SALMONN and LTU: a listing, that pretends nothing."""
    out, _ = world.run("engines", "list")
    for engine, repository in (("salmonn", "bytedance/SALMONN"), ("ltu", "YuanGongND/ltu")):
        assert engine in out
        (record,) = world.json("describe", sounds[0], "-e", engine, *QUICK, status=1)
        assert repository in record["error"]["message"] and "in no package index" in record["error"]["message"]


# ---- on a tiny model in the published form ----


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    python = MODELS / "environments/qwen2-audio-cpu/bin/python"
    assert python.exists(), f"{python} is missing: ./check --all installs it"
    folder = tmp_path_factory.mktemp("tiny") / "model"
    subprocess.run([python, "-I", TINY / "make_qwen2_audio.py", folder], check=True, capture_output=True, timeout=300)
    return python, folder


@pytest.mark.slow
def test_two_sounds_are_described_as_by_the_library_alone(world, sounds, tiny):
    python, folder = tiny
    world.link_environment("qwen2-audio-cpu")
    prompt, most = "Which instruments?", "16"
    records = describe(world, sounds, "--prompt", prompt, "--max-new-tokens", most, model=folder)
    files = []
    for sound in sounds:
        with wave.open(sound) as file:
            samples = struct.unpack(f"<{file.getnframes()}h", file.readframes(file.getnframes()))
        files.append(world.folder / f"{len(files)}.f32")
        files[-1].write_bytes(struct.pack(f"<{len(samples)}f", *(sample / 32768 for sample in samples)))
    done = subprocess.run([python, "-I", TINY / "ask_qwen2_audio.py", folder, prompt, most, *files], check=True,
                          capture_output=True, timeout=300, text=True)
    expected = [json.loads(line) for line in done.stdout.splitlines()]
    assert expected[0]["text"] != expected[1]["text"]
    for record, wanted in zip(records, expected):
        assert record["output"]["text"] == wanted["text"].replace("\0", "\ufffd")
        (one,) = record["iterations"]
        assert one["tokens"] == len(wanted["tokens"]) == 16
        assert record["output"]["prompt_tokens"] == wanted["prompt_tokens"]
        assert one["latency_kind"] == "token"
        assert one["latency_s"] == pytest.approx(one["phases"]["encode_s"] + one["phases"]["prompt_s"], abs=0.1)
        assert one["generate_tokens_per_sec"] > 0 and one["prompt_tokens_per_sec"] > 0
        assert record["engine"]["deterministic"] and record["engine"]["info"]["precision"] == "float32"


@pytest.mark.slow
def test_other_precision_and_a_long_sound(world, tiny):
    world.link_environment("qwen2-audio-cpu")
    sound = make_wav(world.folder / "long.wav", saw(33, 100))
    (record,) = describe(world, [sound], "--dtype", "bfloat16", "--device-map", "auto", "--max-new-tokens", "4",
                         model=tiny[1])
    assert record["engine"]["info"]["precision"] == "bfloat16"
    assert record["output"]["heard_s"] == [0, 30]
    assert "part-heard" in {flag["id"] for flag in record["validity"]["flags"]}


@pytest.mark.slow
def test_true_size_does_not_fit_into_what_it_may_have(world, sounds):
    """8.4 billion parameters as 32-bit floats, where there are less than 33 GB."""
    world.link_environment("qwen2-audio-cpu")
    plan = world.folder / "plan.json"
    plan.write_text(json.dumps({
        "schema": "llamaburn.plan/1",
        "settings": {"iterations": 1, "warmups": 0, "warm_load": False, "wait": False, "random_weights": True},
        "cases": [{"mode": "analysis", "engine": "qwen2-audio", "model": "qwen2-audio-7b-instruct", "device": "cpu",
                   "inputs": [{"role": "audio", "path": sounds[0]}, {"role": "prompt", "text": "What?"}],
                   "options": {"dtype": "float32"}}],
    }))
    with open("/proc/meminfo", encoding="ascii") as file:
        (available,) = [int(line.split()[1]) for line in file if line.startswith("MemAvailable")]
    if available > 34_000_000:
        pytest.skip("this machine has room for it")
    (record,) = json.loads(world.run("run", str(plan), "--format", "json", status=1)[0])
    assert record["error"]["kind"] == "memory", record["error"]
    assert "8,397,094,912 parameters need 31.3 GiB as float32" in record["error"]["message"]
    assert "--dtype bfloat16" in record["error"]["message"]


@pytest.mark.slow
def test_cancel_in_the_middle(world, sounds, tiny):
    world.link_environment("qwen2-audio-cpu")
    process = world.start("describe", sounds[0], "-e", "qwen2-audio", "-m", str(tiny[1]), "-n", "500", "-w", "0",
                          "--no-wait", "-d", "cpu", "--max-new-tokens", "1800", "--min-new-tokens", "1800")
    wait_for(process, b"loaded in")
    time.sleep(1)
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 130 and time.monotonic() - started < 10
