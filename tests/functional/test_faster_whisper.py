"""faster-whisper for real, beside whisper.cpp on the same weights: the same work, the same words."""

import re

import pytest

from conftest import MODELS

GREEDY = ("--language", "en", "--beam-size", "1", "--no-fallback")
QUICK = ("-n", "1", "-w", "0", "--no-warm-load", "-d", "cpu", "--no-wait")
ENVIRONMENT = "environments/faster-whisper-cpu"


def words(text):
    return re.sub(r"[^a-z0-9' ]", " ", text.lower().replace("-", " ")).split()


@pytest.fixture
def faster(world):
    """The environment and the weights that ./check has made, in this world."""
    installed = MODELS / ENVIRONMENT
    assert (installed / "llamaburn.json").exists(), f"{installed} is missing: ./check installs it"
    (world.data / "environments").mkdir(parents=True)
    (world.data / ENVIRONMENT).symlink_to(installed)
    world.link_model("whisper/ct2/base")
    return world


def test_two_clips_have_the_words_that_whisper_cpp_hears(faster, speech):
    """Two inputs with different right answers; both engines greedy."""
    faster.link_model("whisper/ggml-base.bin")
    clips = sorted(speech)[:2]
    records = faster.json(
        "stt", *[str(path) for path, _ in clips], "-e", "faster-whisper,whisper.cpp", "-m", "base", *GREEDY, *QUICK
    )
    heard = {(record["engine"]["id"], record["input"]["path"]): record for record in records}
    texts = set()
    for path, spoken in clips:
        ours, theirs = heard["faster-whisper", str(path)], heard["whisper.cpp", str(path)]
        assert words(ours["output"]["text"]) == words(theirs["output"]["text"])
        common = set(words(ours["output"]["text"])) & set(words(spoken))
        assert len(common) >= 0.8 * len(set(words(spoken)))
        texts.add(ours["output"]["text"])
        assert ours["model"]["id"] == theirs["model"]["id"] == "whisper-base"
        assert ours["model"]["variant"] == "ct2"
        (iteration,) = ours["iterations"]
        assert iteration["latency_kind"] == "segment" and 0 < iteration["latency_s"] <= iteration["wall_s"]
        last = ours["output"]["segments"][-1]
        assert 0 <= last["start_s"] < last["end_s"] <= ours["input"]["duration_s"] + 1
        assert ours["settings"]["options"]["compute-type"] == "float32"
    assert len(texts) == 2


@pytest.mark.parametrize("threads", [1, 2])
def test_threads_are_what_was_asked_for(faster, speech, threads):
    """Counted by the worker, not repeated."""
    path = min(speech)[0]
    (record,) = faster.json(
        "stt", str(path), "-e", "faster-whisper", "-m", "base", *GREEDY, *QUICK, "-t", str(threads),
        "--compute-type", "int8", "--word-timestamps", "--vad-filter",
    )
    assert record["engine"]["threads"] == threads
    assert record["settings"]["options"]["compute-type"].startswith("int8")
    said = [word for segment in record["output"]["segments"] for word in segment["words"]]
    assert [words(word["text"]) for word in said if words(word["text"])]
    assert all(0 <= word["start_s"] <= word["end_s"] for word in said)


def test_batches(faster, speech):
    path, spoken = min(speech)
    (record,) = faster.json(
        "stt", str(path), "-e", "faster-whisper", "-m", "base", *GREEDY, *QUICK, "--batch-size", "4"
    )
    assert len(set(words(record["output"]["text"])) & set(words(spoken))) >= 0.8 * len(set(words(spoken)))


@pytest.mark.parametrize("options,said", [
    (["--language", "xx"], "xx"),
    (["--compute-type", "float16"], "--compute-type"),
    (["-d", "cuda:0"], "no packages for cuda"),
    (["-d", "vulkan:0"], "cpu and cuda"),
])
def test_settings_that_cannot_be(faster, speech, options, said):
    path = min(speech)[0]
    (record,) = faster.json(
        "stt", str(path), "-e", "faster-whisper", "-m", "base", *options, *QUICK[:4], "--no-wait",
        *(() if "-d" in options else ("-d", "cpu")), status=1
    )
    assert said in record["error"]["message"], record["error"]["message"]


def test_models_that_are_none(faster, speech):
    path = min(speech)[0]
    own = faster.folder / "own"
    own.mkdir()
    for name in ("config.json", "tokenizer.json"):
        (own / name).write_bytes((MODELS / "whisper/ct2/base" / name).read_bytes())
    (own / "model.bin").write_bytes(b"no weights at all" * 1000)
    (record,) = faster.json("stt", str(path), "-e", "faster-whisper", "-m", str(own), *QUICK, status=1)
    assert "model" in record["error"]["message"] and record["error"]["kind"] == "bad-model"
    (own / "tokenizer.json").unlink()
    (record,) = faster.json("stt", str(path), "-e", "faster-whisper", "-m", str(own), *QUICK, status=1)
    assert "tokenizer.json" in record["error"]["message"]


def test_without_the_model_the_pull_command_is_said(faster, speech):
    (faster.data / "whisper/ct2/base").unlink()
    out, err = faster.run("stt", str(min(speech)[0]), "-e", "faster-whisper", "-m", "base", *QUICK, status=1)
    assert "llamaburn models pull base" in out + err
