"""Engine hybrid-llama: features measured here, and a text GGUF in the process, tiny and of random weights: what it says
is noise, but noise of what it is told. tests/oracle compares it with llama.cpp's own command line."""

import json
import os
import pathlib
import re
import shutil
import signal
import struct
import sys
import time

import pytest

from conftest import BUILD, ROOT
from test_chat_servers import GOOD
from test_song_features import A_MAJOR, C_MINOR, chord, write

sys.path.insert(0, str(ROOT / "tests" / "tools"))
import tiny_audio_llm  # noqa: E402

QUICK = ("-n", "1", "-w", "0", "-t", "1", "--no-warm-load", "--no-wait")
RATE = 16000
NEVER, AT_ONCE = -1e6, 1e6  # of the token that ends an answer


def model(path, *, width=128, layers=2, end_bias=NEVER, any_byte=False):
    weights = tiny_audio_llm.Weights(1)
    return tiny_audio_llm.make_text(path, tiny_audio_llm.language_model(weights, width, layers, end_bias, any_byte))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Its answers end only at the token limit."""
    assert (BUILD / "src/engines/hybrid-llama.so").exists(), "hybrid-llama is not built: ./check builds it"
    return model(tmp_path_factory.mktemp("llm") / "tiny.gguf")


@pytest.fixture
def song(world):
    def make(name="song", notes=A_MAJOR, seconds=1.5):
        return write(world.folder / f"{name}.wav", chord(*notes, seconds=seconds), RATE)

    return make


def describe(world, path, *arguments, **named):
    return world.json("describe", *arguments, "-e", "hybrid-llama", "-m", str(path), *QUICK, **named)


def flags(record):
    return {flag["id"] for flag in record["validity"]["flags"]}


def failure(world, path, *arguments):
    """The one line of a run that failed."""
    (record,) = describe(world, path, *arguments, status=1)
    assert record["status"] == "failed" and "\n" not in record["error"]["message"], record
    return record["error"]["message"]


# ---- what is asked, what is kept ----


def test_two_songs_have_their_own_answers(world, tiny, song):
    a, b = describe(world, tiny, song("a"), song("b", C_MINOR), "--max-tokens", "30")
    assert a["output"]["text"] != b["output"]["text"]
    assert [one["output"]["features"]["key"]["name"] for one in (a, b)] == ["A major", "C minor"]
    (again,) = describe(world, tiny, song("b", C_MINOR), "--max-tokens", "30")
    assert again["output"]["text"] == b["output"]["text"], "the run before is forgotten"
    assert again["engine"]["deterministic"]


def test_the_prompt_holds_the_features_and_the_question(world, tiny, song):
    path = song()
    (record,) = describe(world, tiny, path, "--prompt", "Which key?", "--max-tokens", "5")
    output, prompt = record["output"], record["output"]["prompt"]
    told = json.loads(prompt["user"].splitlines()[1])
    assert told["key"]["name"] == "A major" and told["tempo"].keys() == output["features"]["tempo"].keys()
    assert prompt["user"].endswith("\n\nWhich key?") and prompt["version"] == "hybrid/1"
    assert "can't hear" in prompt["system"]
    (alone,) = json.loads(world.run("features", path)[0])
    # 16 kHz through 44.1 to 22.05 kHz, or straight there: the ends of the resampler's filter differ.
    assert output["features"]["chroma"] == pytest.approx(alone["chroma"], abs=0.01)
    # A tiny vocabulary: nearly a token for each byte, and those of the template.
    length = len((prompt["system"] + prompt["user"]).encode())
    assert 0.8 * length < output["prompt_tokens"] < length + 60
    other = describe(world, tiny, path, "--prompt", "Which tempo?", "--max-tokens", "30")[0]["output"]["text"]
    assert other != describe(world, tiny, path, "--prompt", "Which key?", "--max-tokens", "30")[0]["output"]["text"]


def test_what_is_measured(world, tiny, song):
    (record,) = world.json("describe", song(), "-e", "hybrid-llama", "-m", str(tiny), "--max-tokens", "30", "-n", "2", "-w", "0",
                           "-t", "1", "--no-wait")
    info = record["engine"]["info"]
    assert info["architecture"] == "qwen2" and info["quantisation"] == "all F32" and info["context"] == 4096
    assert info["prompt_version"] == "hybrid/1" and "projector" not in info
    parameters = sum(array.size for array in tiny_audio_llm.language_model(tiny_audio_llm.Weights(1), 128, 2, 0)[1].values())
    assert record["model"]["parameters"] == parameters
    assert len(record["outputs"]) == 1, "greedy answers are the same"
    for one in record["iterations"]:
        phases = one["phases"]
        parts = phases["features_s"] + phases["prompt_s"] + phases["generate_s"]
        assert parts == pytest.approx(one["engine_s"], rel=0.05, abs=0.002) and one["engine_s"] <= one["wall_s"]
        assert 0 < phases["eval_s"] <= phases["generate_s"] and one["latency_kind"] == "token"
        assert phases["features_s"] + phases["prompt_s"] <= one["latency_s"] <= one["wall_s"]
        assert one["tokens"] == 30 and one["generate_tokens_per_sec"] > one["tokens_per_sec"] > 0
        assert one["prompt_tokens_per_sec"] > 0
    assert record["output"]["stopped"] == "token-limit" and "token-limit" in flags(record)
    assert "remote" not in flags(record) and "network" not in record and "heard_s" not in record["output"]
    out, _ = world.run("show", "last")
    assert "features measured in" in out


def events_of(world, *arguments):
    """A run whose events are read: (the process, the file that they come from)."""
    plan, _ = world.run("describe", *arguments, *QUICK, "--print-plan")
    (world.folder / "plan.json").write_text(plan)
    reader, writer = os.pipe()
    process = world.start("run", str(world.folder / "plan.json"), "--events", str(writer), pass_fds=[writer])
    os.close(writer)
    return process, open(reader, encoding="utf-8")


def test_partial_text_is_told_as_it_comes(world, tiny, song):
    process, events = events_of(world, song(), "-e", "hybrid-llama", "-m", str(tiny), "--max-tokens", "30")
    with events:
        told = [json.loads(line) for line in events]
    process.communicate(timeout=60)
    pieces = [event["text"] for event in told if event["event"] == "partial"]
    (end,) = [event for event in told if event["event"] == "run-end"]
    text = end["record"]["output"]["text"]
    assert len(pieces) > 3 and text.startswith("".join(pieces)) and len("".join(pieces)) >= len(text) - 3


def test_templates(world, tiny, song):
    """Whatever stands around them, figures and question are in the prompt."""
    path = song()
    usual, llama, plain = (
        describe(world, tiny, path, "--max-tokens", "20", *options)[0]["output"]
        for options in ((), ("--template", "llama3"), ("--template", "none"))
    )
    assert len({one["text"] for one in (usual, llama, plain)}) == 3
    length = len((plain["prompt"]["system"] + plain["prompt"]["user"]).encode())
    assert 0.8 * length < plain["prompt_tokens"] < usual["prompt_tokens"]
    _, err = world.run("describe", path, "-e", "hybrid-llama", "-m", str(tiny), "--template", "nonsense", *QUICK, status=1)
    assert 'llama.cpp has no chat template "nonsense"' in err


def test_a_real_model_says_words(world, song):
    """SmolLM2 135M, too small to be right, but not to talk about what it was told."""
    world.link_model("llm/smollm2-135m-instruct")
    records = world.json("describe", song("a"), song("b", C_MINOR), "-e", "hybrid-llama", "-m", "smollm2-135m-instruct", *QUICK,
                         "--prompt", "In which key is this song?", "--max-tokens", "24")
    texts = [record["output"]["text"] for record in records]
    assert texts[0] != texts[1] and all(len(re.findall(r"[a-z]{3,}", text)) >= 2 for text in texts), texts
    assert records[0]["model"]["id"] == "smollm2-135m-instruct" and records[0]["engine"]["info"]["quantisation"] == "Q4_1"
    assert records[0]["output"]["prompt_tokens"] < 1000, "words are tokens"


def test_sampling_is_by_its_seed(world, tiny, song):
    hot = ("--temperature", "1.5", "--top-k", "0", "--top-p", "1", "--min-p", "0", "--max-tokens", "20")
    records = [describe(world, tiny, song(), *hot, "--seed", seed)[0] for seed in ("1", "1", "2")]
    texts = [record["output"]["text"] for record in records]
    assert texts[0] == texts[1] != texts[2] and not records[0]["engine"]["deterministic"]


def test_answers_that_end_are_empty_or_no_utf8(world, song):
    (record,) = describe(world, model(world.folder / "empty.gguf", end_bias=AT_ONCE), song())
    assert record["output"]["text"] == "" and record["output"]["stopped"] == "end"
    assert "empty-answer" in flags(record) and not record["validity"]["valid"]
    (record,) = describe(world, model(world.folder / "bytes.gguf", any_byte=True), song(), "--temperature", "10", "--top-k", "0",
                         "--top-p", "1", "--min-p", "0", "--max-tokens", "200")
    assert "\N{REPLACEMENT CHARACTER}" in record["output"]["text"] and "repaired-text" in flags(record)
    said = tiny_audio_llm.make_text(world.folder / "says.gguf", tiny_audio_llm.saying("It is in A major.\n"))
    (record,) = describe(world, said, song(), "--score", "grounding")
    assert record["output"]["text"] == "It is in A major.\n" and record["output"]["tokens"] == 1
    assert record["output"]["stopped"] == "end" and record["scores"]["grounding"]["precision"] == 1


def test_a_context_that_is_too_small_is_said_in_tokens(world, tiny, song):
    message = failure(world, tiny, song(), "--context", "512")
    assert "the context of 512 tokens is too small for the prompt (" in message and "--context " in message
    needed = message.split("--context ")[1].split()[0]
    assert message.endswith("or more, up to 8192")
    (record,) = describe(world, tiny, song(), "--context", needed, "--max-tokens", "1000")
    assert record["output"]["stopped"] == "context" and "token-limit" in flags(record)
    taken = record["output"]["tokens"] + record["output"]["prompt_tokens"]
    assert taken == pytest.approx(record["engine"]["info"]["context"], abs=2)
    message = failure(world, tiny, song(), "--context", "0", "--prompt", "long " * 2000)
    assert "the context of 8192 tokens is too small" in message and "ask less" in message


# ---- stopping ----


def interrupted(process, events, until):
    """Stops it when an event comes for which @until holds; returns what came, and how long stopping took."""
    seen = []
    with events:
        for line in events:
            seen.append(json.loads(line))
            if until(seen[-1]):
                time.sleep(0.3)
                begun = time.monotonic()
                process.send_signal(signal.SIGINT)
                break
        process.communicate(timeout=30)
    assert process.returncode == 130
    return seen, time.monotonic() - begun


def test_cancelled_while_it_measures(world, tiny, song):
    # A chord of a minute, four times: made faster than four minutes of a chord.
    minute = song("minute", seconds=60)
    data = pathlib.Path(minute).read_bytes()
    body = data[44:] * 4
    head = data[:4] + struct.pack("<I", 36 + len(body)) + data[8:40] + struct.pack("<I", len(body))
    pathlib.Path(minute).write_bytes(head + body)
    process, events = events_of(world, minute, "-e", "hybrid-llama", "-m", str(tiny))
    seen, took = interrupted(process, events, lambda event: event["event"] == "started" and event["what"] == "iteration")
    assert took < 2, "it had to be killed"
    assert "partial" not in {event["event"] for event in seen}


def test_cancelled_while_it_writes(world, song):
    big = model(world.folder / "big.gguf", width=512, layers=6)
    process, events = events_of(world, song(), "-e", "hybrid-llama", "-m", str(big), "--max-tokens", "100000", "--context", "0")
    _, took = interrupted(process, events, lambda event: event["event"] == "partial")
    assert took < 2, "it had to be killed"


# ---- models ----


def changed(change):
    return lambda path: path.write_bytes(change(path.read_bytes()))


def projector(path):
    tiny_audio_llm.write(path, *tiny_audio_llm.projector(tiny_audio_llm.Weights(1), 128, 128))


def rewritten(change):
    """A tiny model with other members or tensors."""

    def write_it(path):
        members, tensors = tiny_audio_llm.language_model(tiny_audio_llm.Weights(1), 128, 2, 0)
        tiny_audio_llm.write(path, *change(members, tensors))

    return write_it


def without_template(members, tensors):
    return [one for one in members if one[0] != "tokenizer.chat_template"], tensors


def without_tensor(members, tensors):
    return members, {name: array for name, array in tensors.items() if name != "blk.1.ffn_up.weight"}


def without_words(members, tensors):
    rest = [one for one in members if not one[0].startswith("tokenizer.ggml")]
    count = len(tensors["output.bias"])
    return [*rest, ("tokenizer.ggml.model", tiny_audio_llm.STRING, "no_vocab"),
            ("qwen2.vocab_size", tiny_audio_llm.UINT32, count)], tensors


def of_another_kind(members, tensors):
    return [(key, kind, "mystery" if key == "general.architecture" else value) for key, kind, value in members], tensors


template_gone = rewritten(without_template)


@pytest.mark.parametrize(
    "damage, said",
    [
        (projector, "is a projector (of sound or pictures), and no language model"),
        (template_gone, "the model has no chat template: name one with --template"),
        (rewritten(without_tensor), "llama.cpp can't load"),
        (rewritten(without_words), "holds a model that doesn't write answers"),
        (rewritten(of_another_kind), "llama.cpp can't load"),
        (changed(lambda data: data[: len(data) // 2]), "is cut short"),
        (changed(lambda data: data[:200]), "cut short"),
        (changed(lambda data: data[:4] + struct.pack("<I", 9) + data[8:]), "is of version 9 of GGUF"),
        (changed(lambda data: data[:8] + struct.pack("<Q", 2**60) + data[16:]), "more than it can hold"),
    ],
)
def test_bad_models(world, tiny, song, damage, said):
    """One clear line each, and no crash."""
    bad = pathlib.Path(shutil.copy(tiny, world.folder / "bad.gguf"))
    damage(bad)
    message = failure(world, bad, song())
    assert said in message and ("bad.gguf" in message or damage is template_gone), message
    assert "ended" not in message and "signal" not in message


def test_a_folder_of_a_model_that_listens_will_do(world, tiny, song):
    """The projector beside it doesn't matter; two models do."""
    folder = tiny_audio_llm.make(world.folder / "both", end_bias=NEVER)
    (record,) = describe(world, folder, song(), "--max-tokens", "20")
    (alone,) = describe(world, folder / "tiny.gguf", song(), "--max-tokens", "20")
    assert record["output"]["text"] == alone["output"]["text"] and record["output"]["tokens"] == 20
    shutil.copy(tiny, folder / "second.gguf")
    assert "holds 2 files that may be the model" in failure(world, folder, song())
    bare = world.folder / "bare"
    bare.mkdir()
    assert "holds no model (*.gguf): name a GGUF file, or a folder with one" in failure(world, bare, song())


def test_models_that_are_not_there(world, tiny, song):
    _, err = world.run("describe", song(), "-e", "hybrid-llama", *QUICK, status=1)
    assert "llamaburn models pull" in err and "--variant llm" in err
    (world.folder / "ggml.bin").write_bytes(b"lmgg" + bytes(100))
    _, err = world.run("describe", song(), "-e", "hybrid-llama", "-m", str(world.folder / "ggml.bin"), *QUICK, status=2)
    assert "is of kind ggml: the engine takes" in err
    _, err = world.run("describe", song(), "-e", "hybrid-llama", "-m", str(tiny), "--random-weights", *QUICK, status=2)
    assert "random" in err
    _, err = world.run("describe", song(), "-e", "hybrid-llama", "-m", str(tiny), "-d", "cuda:7", *QUICK, status=1)
    assert "cuda:7" in err


# ---- as a judge ----


@pytest.mark.parametrize("specificity", [1, 5])
def test_it_judges_without_a_sound(world, song, specificity):
    said = json.dumps({**GOOD, "specificity": specificity})
    judge = tiny_audio_llm.make_text(world.folder / "judge.gguf", tiny_audio_llm.saying(said))
    (record,) = world.json("describe", song(), "-e", "null", "--text", "It is loud.", "--judge", f"hybrid-llama:{judge}", *QUICK)
    opinion = record["judgement"]
    assert opinion["scores"]["specificity"] == specificity and opinion["said"] == said
    assert (opinion["engine"], opinion["model"]) == ("hybrid-llama", "own-judge.gguf")
    assert "can't hear" in opinion["prompt"] and "Measured of the sound" not in opinion["prompt"]
    assert "remote" not in flags(record)


def test_a_judge_of_noise_and_one_that_is_not_there(world, tiny, song):
    (record,) = world.json("describe", song(), "-e", "null", "--judge", f"hybrid-llama:{tiny}", *QUICK)
    assert "not-judged" in flags(record) and "judgement" not in record and record["status"] == "ok"
    _, err = world.run("describe", song(), "-e", "null", "--judge", "hybrid-llama:nobody", *QUICK, status=2)
    assert 'there is no model "nobody"' in err
    _, err = world.run("describe", song(), "-e", "null", "--judge", "hybrid-llama:./nobody.gguf", *QUICK, status=2)
    assert "nobody.gguf" in err
