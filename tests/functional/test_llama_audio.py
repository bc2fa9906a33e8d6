"""llama-audio on tiny models in the true architecture of Qwen2-Audio: what it says is noise, and must be the same
noise as llama.cpp's own command line says of the same files and sound."""

import json
import os
import pathlib
import shutil
import signal
import struct
import sys
import time
import wave

import numpy
import pytest

from conftest import BUILD, ROOT

sys.path.insert(0, str(ROOT / "tests" / "tools"))
import llama_cli  # noqa: E402
import tiny_audio_llm  # noqa: E402

QUICK = ("-n", "1", "-w", "0", "--no-warm-load", "--no-wait")
RATE = 16000
NEVER, AT_ONCE = -1e6, 1e6  # of the token that ends an answer


@pytest.fixture(scope="module")
def built():
    assert (BUILD / "src/engines/llama-audio.so").exists(), "llama-audio is not built: ./check builds it"


@pytest.fixture(scope="module")
def tiny(built, tmp_path_factory):
    """A model whose answers end only at the token limit."""
    return tiny_audio_llm.make(tmp_path_factory.mktemp("llm") / "tiny", end_bias=NEVER)


@pytest.fixture(scope="module")
def big(built, tmp_path_factory):
    """One that takes a while, to be stopped in."""
    return tiny_audio_llm.make(tmp_path_factory.mktemp("llm") / "big", width=512, layers=6, end_bias=NEVER)


@pytest.fixture(scope="module")
def cli():
    """llama.cpp's own command line, of the same build."""
    return llama_cli.find()


def write_wav(path, samples, rate=RATE):
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes((numpy.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return str(path)


def tone(path, seconds, hertz=440.0, rate=RATE):
    times = numpy.arange(int(seconds * rate)) / rate
    return write_wav(path, 0.5 * numpy.sin(2 * numpy.pi * hertz * times) * (0.6 + 0.4 * numpy.sin(5 * times)), rate)


def noise(path, seconds, seed=1):
    return write_wav(path, 0.3 * numpy.random.default_rng(seed).standard_normal(int(seconds * RATE)))


def describe(world, sound, model, *options, **named):
    (record,) = world.json("describe", sound, "-e", "llama-audio", "-m", str(model), *QUICK, *options, **named)
    return record


def test_the_same_words_as_llama_cpp(world, tiny, cli):
    """Two sounds: each greedy answer equals that of llama.cpp's own command line, with the template's system message
    (--jinja) and without one (its default), and all of them differ."""
    answers, prompt = [], "Describe this music in detail."
    for sound in (tone(world.folder / "tone.wav", 3), noise(world.folder / "noise.wav", 4)):
        record = describe(world, sound, tiny, "--prompt", prompt, "--max-tokens", "40", "-t", "2")
        assert record["output"]["text"].strip() == llama_cli.ask(cli, tiny, sound, prompt, 40, "--jinja")
        assert record["output"]["tokens"] == 40 and len(record["output"]["text"]) >= 40
        without = describe(world, sound, tiny, "--prompt", prompt, "--max-tokens", "40", "-t", "2", "--system", "")
        assert without["output"]["text"].strip() == llama_cli.ask(cli, tiny, sound, prompt, 40)
        answers += [record["output"]["text"], without["output"]["text"]]
    assert len(set(answers)) == 4


def test_the_same_words_over_several_windows(world, tiny, cli):
    """65 s: three windows of 30 s, all of it heard."""
    sound = noise(world.folder / "long.wav", 65)
    record = describe(world, sound, tiny, "--prompt", "What?", "--max-tokens", "20", "-t", "2")
    assert record["output"]["windows"] == 3 and record["output"]["audio_tokens"] == 3 * 750
    assert record["output"]["heard_s"] == [0, 65]
    assert record["output"]["text"].strip() == llama_cli.ask(cli, tiny, sound, "What?", 20, "--jinja")


def test_the_same_words_where_places_have_coordinates(world, built, cli):
    """The decoder of Qwen2.5-Omni: rotary embeddings by sections."""
    omni = tiny_audio_llm.make(world.folder / "omni", end_bias=NEVER, kind="qwen2vl")
    sound = tone(world.folder / "tone.wav", 35)
    record = describe(world, sound, omni, "--prompt", "What?", "--max-tokens", "20", "-t", "2")
    assert record["engine"]["info"]["architecture"] == "qwen2vl" and record["output"]["windows"] == 2
    assert record["output"]["text"].strip() == llama_cli.ask(cli, omni, sound, "What?", 20, "--jinja")


def test_what_is_measured(world, tiny):
    sound = tone(world.folder / "tone.wav", 3)
    (record,) = world.json(
        "describe", sound, "-e", "llama-audio", "-m", str(tiny), "--max-tokens", "30", "-n", "2", "-w", "0", "--no-wait"
    )
    assert record["engine"]["deterministic"] and record["engine"]["device"] == "cpu"
    assert record["engine"]["info"]["projector"] == "qwen2a" and record["engine"]["info"]["quantisation"] == "all F32"
    assert record["engine"]["info"]["system"] == "You are a helpful assistant."
    assert record["engine"]["info"]["projector_device"] == "CPU"
    assert len(record["outputs"]) == 1, "greedy answers are the same"
    parameters = sum(
        array.size
        for part in (
            tiny_audio_llm.language_model(tiny_audio_llm.Weights(1), 128, 2, 0),
            tiny_audio_llm.projector(tiny_audio_llm.Weights(1), 128, 128),
        )
        for array in part[1].values()
    )
    assert record["model"]["parameters"] == parameters
    for one in record["iterations"]:
        phases = one["phases"]
        assert one["tokens"] == 30 and one["latency_kind"] == "token"
        parts = phases["encode_s"] + phases["prompt_s"] + phases["generate_s"]
        assert parts == pytest.approx(one["engine_s"], rel=0.05, abs=0.002)
        assert 0 < phases["eval_s"] <= phases["generate_s"]
        assert one["latency_s"] == pytest.approx(phases["encode_s"] + phases["prompt_s"], rel=0.3, abs=0.02)
        assert one["engine_s"] <= one["wall_s"]
        assert one["generate_tokens_per_sec"] > one["tokens_per_sec"] > 0
        assert one["prompt_tokens_per_sec"] > 0
    assert record["output"]["prompt_tokens"] > record["output"]["audio_tokens"] == 750
    assert record["output"]["stopped"] == "token-limit"
    assert "token-limit" in {flag["id"] for flag in record["validity"]["flags"]}


def test_partial_text_is_told_as_it_comes(world, tiny):
    """The pieces together are the answer, each whole characters."""
    sound = tone(world.folder / "tone.wav", 2)
    events = world.folder / "events"
    plan, _ = world.run("describe", sound, "-e", "llama-audio", "-m", str(tiny), "--max-tokens", "30", *QUICK, "--print-plan")
    (world.folder / "plan.json").write_text(plan)
    with open(events, "wb") as out:
        world.run("run", str(world.folder / "plan.json"), "--events", str(out.fileno()), pass_fds=[out.fileno()])
    told = [json.loads(line) for line in events.read_bytes().splitlines()]
    pieces = [event["text"] for event in told if event["event"] == "partial"]
    (end,) = [event for event in told if event["event"] == "run-end"]
    text = end["record"]["output"]["text"]
    assert len(pieces) > 3 and text.startswith("".join(pieces)) and len("".join(pieces)) >= len(text) - 3


def test_sampling(world, tiny):
    """By its seed: the same again, and another with another."""
    sound = tone(world.folder / "tone.wav", 2)
    hot = ("--temperature", "1.5", "--top-k", "0", "--top-p", "1", "--min-p", "0", "--max-tokens", "20")
    texts = [describe(world, sound, tiny, *hot, "--seed", seed)["output"]["text"] for seed in ("1", "1", "2")]
    assert texts[0] == texts[1] != texts[2]
    assert not describe(world, sound, tiny, *hot)["engine"]["deterministic"]
    greedy = [describe(world, sound, tiny, "--max-tokens", "20", "--seed", seed)["output"]["text"] for seed in ("1", "2")]
    assert greedy[0] == greedy[1]


def test_template_and_system(world, tiny):
    sound = tone(world.folder / "tone.wav", 2)
    usual = describe(world, sound, tiny, "--max-tokens", "20")["output"]
    without = describe(world, sound, tiny, "--max-tokens", "20", "--system", "")["output"]
    pirate = describe(world, sound, tiny, "--max-tokens", "20", "--system", "Talk like a pirate.")["output"]
    plain = describe(world, sound, tiny, "--max-tokens", "20", "--template", "none")["output"]
    other = describe(world, sound, tiny, "--max-tokens", "20", "--template", "llama3")["output"]
    counts = [one["prompt_tokens"] for one in (plain, without, usual)]
    assert counts == sorted(counts) and len(set(counts)) == 3
    assert len({one["text"] for one in (usual, without, pirate, plain, other)}) >= 4
    _, err = world.run(
        "describe", sound, "-e", "llama-audio", "-m", str(tiny), "--template", "nonsense", *QUICK, status=1
    )
    assert 'llama.cpp has no chat template "nonsense"' in err


def test_an_answer_that_ends_and_one_that_is_empty(world, tiny, built):
    sound = tone(world.folder / "tone.wav", 1)
    silent = tiny_audio_llm.make(world.folder / "empty", end_bias=AT_ONCE)
    record = describe(world, sound, silent)
    assert record["output"]["text"] == "" and record["output"]["tokens"] == 0 and record["output"]["stopped"] == "end"
    assert "empty-answer" in {flag["id"] for flag in record["validity"]["flags"]} and not record["validity"]["valid"]
    out, _ = world.run("describe", sound, "-e", "llama-audio", "-m", str(silent), *QUICK)
    assert "empty-answer" in out
    ends = tiny_audio_llm.make(world.folder / "ends", end_bias=6.0)
    record = describe(world, sound, ends, "--max-tokens", "400")
    assert record["output"]["stopped"] == "end" and record["output"]["tokens"] < 400
    assert "token-limit" not in {flag["id"] for flag in record["validity"]["flags"]}


def test_a_text_that_is_no_utf8_is_repaired_and_said(world, tiny):
    """Tokens of single bytes, drawn at random: hardly ever whole characters."""
    sound = tone(world.folder / "tone.wav", 1)
    bytes_too = tiny_audio_llm.make(world.folder / "bytes", end_bias=NEVER, any_byte=True)
    record = describe(world, sound, bytes_too, "--temperature", "10", "--top-k", "0", "--top-p", "1", "--min-p", "0",
                      "--max-tokens", "200")
    assert "\N{REPLACEMENT CHARACTER}" in record["output"]["text"] and record["output"]["repaired"]
    assert "repaired-text" in {flag["id"] for flag in record["validity"]["flags"]}


# ---- sounds ----


def odd_float_wav(path):
    """One second with NaN and infinity in it, as 32-bit floats."""
    samples = numpy.zeros(RATE, dtype="<f4")
    samples[100:200] = numpy.nan
    samples[300] = numpy.inf
    data = samples.tobytes()
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 3, 1, RATE, 4 * RATE, 4, 32,
                       b"data", len(data))
    pathlib.Path(path).write_bytes(head + data)
    return str(path)


@pytest.mark.parametrize(
    "make, windows",
    [
        (lambda path: tone(path, 0.05), 1),
        (lambda path: write_wav(path, numpy.zeros(RATE)), 1),
        (odd_float_wav, 1),
        (lambda path: tone(path, 2, rate=44100), 1),
        (lambda path: write_wav(path, numpy.array([0.5, -0.5, 0.25])), 1),
    ],
    ids=["50 ms", "silence", "nan", "44100 Hz", "three samples"],
)
def test_odd_sounds(world, tiny, make, windows):
    record = describe(world, make(world.folder / "odd.wav"), tiny, "--max-tokens", "5")
    assert record["output"]["tokens"] == 5 and record["output"]["windows"] == windows


def test_ten_minutes(world, tiny):
    """Too much for the usual context, which is said in seconds; that much of it goes."""
    sound = tone(world.folder / "long.wav", 600)
    command = ("describe", sound, "-e", "llama-audio", "-m", str(tiny), "--max-tokens", "5", *QUICK)
    _, err = world.run(*command, status=1)
    assert "the context of 8192 tokens is too small for 600.0 s of sound" in err and "--duration 2" in err
    assert "--context" not in err, "the model can't take more"
    seconds = err.split("--duration ")[1].split()[0]
    (record,) = world.json(*command, "--duration", seconds)
    assert record["output"]["tokens"] == 5 and record["output"]["heard_s"] == [0, float(seconds)]
    _, err = world.run("describe", sound, "-e", "llama-audio", "-m", str(tiny), "--duration", "10", "--context", "512",
                       *QUICK, status=1)
    assert "the context of 512 tokens is too small for 10.0 s of sound (750 tokens)" in err
    assert "no window of sound fits, or --context up to 8192" in err


# ---- stopping ----


def test_cancelled_within_a_token(world, big):
    sound = noise(world.folder / "noise.wav", 25)
    process = world.start(
        "describe", sound, "-e", "llama-audio", "-m", str(big), "--max-tokens", "100000", "--context", "0", *QUICK
    )
    deadline = time.monotonic() + 60
    folder = world.data / "runs"
    while not (folder.exists() and any(folder.iterdir())):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.05)
    time.sleep(4)
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 130
    assert time.monotonic() - begun < 2, "it had to be killed"


def test_cancelled_while_it_encodes(world, tiny):
    """After the first of ten windows, before a word is said."""
    sound = tone(world.folder / "long.wav", 280)
    plan, _ = world.run("describe", sound, "-e", "llama-audio", "-m", str(tiny), *QUICK, "--print-plan")
    (world.folder / "plan.json").write_text(plan)
    reader, writer = os.pipe()
    process = world.start("run", str(world.folder / "plan.json"), "--events", str(writer), pass_fds=[writer])
    os.close(writer)
    seen, running = [], False
    with open(reader, encoding="utf-8") as events:
        for line in events:
            event = json.loads(line)
            seen.append(event["event"])
            running = running or (event["event"] == "started" and event["what"] == "iteration")
            if running and event["event"] == "progress":
                begun = time.monotonic()
                process.send_signal(signal.SIGINT)
                break
        process.communicate(timeout=30)
    assert process.returncode == 130 and "partial" not in seen
    assert time.monotonic() - begun < 2, "it had to be killed"


# ---- bad models ----


def damaged(folder, name, change):
    """A copy of the tiny model with one file changed."""

    def make(tiny):
        copy = shutil.copytree(tiny, folder / "bad")
        path = copy / name
        path.write_bytes(change(path.read_bytes()))
        return copy

    return make


def wrong_width(path):
    tiny_audio_llm.write(path / "mmproj-tiny.gguf", *tiny_audio_llm.projector(tiny_audio_llm.Weights(1), 128, 256))


def for_pictures(path):
    members, tensors = tiny_audio_llm.projector(tiny_audio_llm.Weights(1), 128, 128)
    members = [one for one in members if one[0] != "clip.has_audio_encoder"]
    members.append(("clip.has_vision_encoder", tiny_audio_llm.BOOL, True))
    tiny_audio_llm.write(path / "mmproj-tiny.gguf", members, tensors)


def without_tensor(path):
    members, tensors = tiny_audio_llm.projector(tiny_audio_llm.Weights(1), 128, 128)
    del tensors["mm.a.fc.weight"]
    tiny_audio_llm.write(path / "mmproj-tiny.gguf", members, tensors)


def unknown_projector(path):
    members, tensors = tiny_audio_llm.projector(tiny_audio_llm.Weights(1), 128, 128)
    members = [(key, kind, "wav2mystery" if key == "clip.projector_type" else value) for key, kind, value in members]
    tiny_audio_llm.write(path / "mmproj-tiny.gguf", members, tensors)


def no_template(path):
    members, tensors = tiny_audio_llm.language_model(tiny_audio_llm.Weights(1), 128, 2, 0)
    tiny_audio_llm.write(path / "tiny.gguf", [one for one in members if one[0] != "tokenizer.chat_template"], tensors)


def change_file(name, change):
    return lambda path: (path / name).write_bytes(change((path / name).read_bytes()))


@pytest.mark.parametrize(
    "damage, said",
    [
        (lambda path: (path / "mmproj-tiny.gguf").unlink(), "holds no projector (mmproj*.gguf)"),
        (lambda path: (path / "tiny.gguf").unlink(), "holds no model (*.gguf)"),
        (lambda path: shutil.copy(path / "tiny.gguf", path / "two.gguf"), "holds 2 files that may be the model"),
        (lambda path: shutil.copy(path / "tiny.gguf", path / "mmproj-tiny.gguf"), 'is no projector: it holds a model of the kind "qwen2"'),
        (lambda path: shutil.copy(path / "mmproj-tiny.gguf", path / "tiny.gguf"), "is a projector, and no language model"),
        (wrong_width, "belongs to another model: it gives 256 values a place"),
        (for_pictures, "takes no sound (it is for pictures)"),
        (without_tensor, "llama.cpp can't load"),
        (unknown_projector, "llama.cpp can't load"),
        (no_template, "the model has no chat template: name one with --template"),
        (change_file("tiny.gguf", lambda data: data[: len(data) // 2]), "is cut short"),
        (change_file("tiny.gguf", lambda data: data[:200]), "cut short"),
        (change_file("mmproj-tiny.gguf", lambda data: data[:-1000]), "is cut short"),
        (change_file("tiny.gguf", lambda data: b""), "is empty"),
        (change_file("tiny.gguf", lambda data: b"RIFF" + data[4:]), "is no GGUF file"),
        (change_file("tiny.gguf", lambda data: data[:4] + struct.pack("<I", 9) + data[8:]), "is of version 9 of GGUF"),
        (change_file("tiny.gguf", lambda data: data[:8] + struct.pack("<Q", 2**60) + data[16:]), "more than it can hold"),
    ],
)
def test_bad_models(world, tiny, damage, said):
    """One clear line each, and no crash."""
    sound = tone(world.folder / "tone.wav", 1)
    bad = pathlib.Path(shutil.copytree(tiny, world.folder / "bad"))
    damage(bad)
    _, err = world.run("describe", sound, "-e", "llama-audio", "-m", str(bad), *QUICK, status=1)
    assert said in err, err
    assert "ended" not in err and "signal" not in err


def test_a_file_finds_its_projector(world, tiny):
    record = describe(world, tone(world.folder / "tone.wav", 1), tiny / "tiny.gguf", "--max-tokens", "3")
    assert record["output"]["tokens"] == 3
    alone = world.folder / "alone"
    alone.mkdir()
    shutil.copy(tiny / "tiny.gguf", alone / "tiny.gguf")
    _, err = world.run("describe", str(world.folder / "tone.wav"), "-e", "llama-audio", "-m", str(alone / "tiny.gguf"),
                       *QUICK, status=1)
    assert "holds no projector (mmproj*.gguf)" in err


def test_from_the_store_and_without_a_model(world, tiny):
    """A folder of the catalogue's name, and the pull command where it is missing."""
    sound = tone(world.folder / "tone.wav", 1)
    _, err = world.run("describe", sound, "-e", "llama-audio", *QUICK, status=1)
    assert "llamaburn models pull qwen2-audio-7b-instruct" in err
    _, err = world.run("describe", sound, "-e", "llama-audio", "-m", str(tiny), "--random-weights", *QUICK, status=2)
    assert "random" in err
    _, err = world.run("describe", sound, "-e", "llama-audio", "-m", str(tiny), "-d", "cuda:7", *QUICK, status=1)
    assert "cuda:7" in err
