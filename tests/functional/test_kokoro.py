"""Kokoro for real: the words that it says are heard; and by torch, tiny and at its true size with random weights."""

import re
import subprocess

import pytest

from conftest import MODELS, ROOT

pytestmark = pytest.mark.slow
ENVIRONMENT = "environments/kokoro-cpu"
MODEL = "tts/kokoro/int8-ja"
QUICK = ("-w", "0", "--no-warm-load", "-d", "cpu", "--no-wait")
ENGLISH = ("-e", "kokoro", "-m", "82m-int8-ja", "--language", "en-us")
TEXTS = ("The quick brown fox jumps over the lazy dog.", "She had your dark suit in greasy wash water all year.")


def words(text):
    return re.sub(r"[^a-z0-9' ]", " ", text.lower()).split()


@pytest.fixture
def kokoro(world):
    installed = MODELS / ENVIRONMENT
    assert (installed / "llamaburn.json").exists(), f"{installed} is missing: ./check --all installs it"
    (world.data / "environments").mkdir(parents=True)
    (world.data / ENVIRONMENT).symlink_to(installed)
    world.link_model(MODEL)
    return world


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Made by the package's own classes, in the format of the published weights for torch."""
    folder = tmp_path_factory.mktemp("kokoro-small")
    python = MODELS / ENVIRONMENT / "bin/python"
    out = subprocess.run(
        [python, ROOT / "tests/workers/tiny/make_kokoro.py", folder], check=True, capture_output=True, text=True
    ).stdout
    return folder, int(out)


def test_what_it_says_is_heard(kokoro):
    """Two texts through the program; the sound back through whisper.cpp."""
    kokoro.link_model("whisper/ggml-base.bin")
    records = kokoro.json("tts", *TEXTS, *ENGLISH, "-n", "2", *QUICK, timeout=600)
    sounds = [record["output"]["audio"] for record in records]
    for record in records:
        assert len(record["outputs"]) == 1 and record["engine"]["info"]["runtime"] == "onnxruntime"
        assert record["iterations"][0]["latency_kind"] == "audio" and not record["model"].get("synthetic")
    heard = kokoro.json("stt", *sounds, "-e", "whisper.cpp", "-m", "base", "-n", "1", *QUICK, timeout=600)
    for record, text in zip(heard, TEXTS):  # of a Japanese voice: a small word may be heard as another
        said, understood = words(text), words(record["output"]["text"])
        assert len(said) == len(understood)
        assert sum(one != other for one, other in zip(said, understood)) <= 2, understood


def test_speakers_speed_and_languages(kokoro):
    (usual,) = kokoro.json("tts", TEXTS[0], *ENGLISH, "-n", "1", *QUICK)
    (other,) = kokoro.json("tts", TEXTS[0], *ENGLISH, "--speaker", "jm_kumo", "--speed", "2", "-n", "1", *QUICK)
    assert other["settings"]["options"]["speaker"] == "jm_kumo"
    assert other["iterations"][0]["audio_s"] < 0.7 * usual["iterations"][0]["audio_s"]
    (mixed,) = kokoro.json("tts", "Hello, こんにちは", "-e", "kokoro", "-m", "82m-int8-ja", "-n", "1", *QUICK)
    assert mixed["settings"]["options"]["language"] == "ja" and "(" not in mixed["output"]["phonemes"]


@pytest.mark.parametrize("text,said", [
    ("...!", "digit"), ("😀😀", "digit"), ("x" * 100_000, "100000 characters"),
])
def test_texts_that_are_refused(kokoro, text, said):
    (record,) = kokoro.json("tts", text, *ENGLISH, "-n", "1", *QUICK, status=1)
    assert record["error"]["kind"] == "bad-input" and said in record["error"]["message"]


@pytest.mark.parametrize("options,said", [
    (["--speaker", "nobody"], 'no speaker "nobody": it has jf_alpha'), (["--language", "xx"], 'no language "xx"'),
])
def test_options_that_cannot_be(kokoro, options, said):
    (record,) = kokoro.json("tts", TEXTS[0], "-e", "kokoro", "-m", "82m-int8-ja", *options, "-n", "1", *QUICK, status=1)
    assert said in record["error"]["message"]


def test_weights_for_torch(kokoro, small):
    folder, parameters = small
    records = kokoro.json("tts", "Hello there.", TEXTS[0], "-e", "kokoro", "-m", str(folder), "-n", "1", *QUICK, timeout=600)
    assert [record["model"]["parameters"] for record in records] == [parameters] * 2
    assert records[0]["settings"]["options"]["speaker"] == "af_one"
    one, other = (record["iterations"][0]["audio_s"] for record in records)
    assert 0.3 < one < other < 20
    (again,) = kokoro.json(
        "tts", "Hello there.", "-e", "kokoro", "-m", str(folder), "--speaker", "bf_two", "-n", "1", *QUICK, timeout=600
    )
    assert again["settings"]["options"]["language"] == "en-gb"
    assert again["outputs"][0]["sha256"] != records[0]["outputs"][0]["sha256"]


def test_folders_that_are_no_model(kokoro, small):
    own = kokoro.folder / "own"
    own.mkdir()
    graph, voices = MODELS / MODEL / "kokoro-v1.0.int8.onnx", MODELS / MODEL / "voices_ja.npz"
    for files, said in (
        ({}, "kokoro-v1_0.pth"),
        ({"k.onnx": b"no graph"}, "k.onnx"),
        ({"k.onnx": graph.read_bytes()}, "has no voices"),
        ({"k.onnx": graph.read_bytes(), "voices.npz": voices.read_bytes()[:10_000]}, "holds no voices"),
        ({"config.json": b"{}", "kokoro-v1_0.pth": b"x"}, "no configuration of Kokoro"),
        ({"config.json": (small[0] / "config.json").read_bytes(), "kokoro-v1_0.pth": b"x" * 99}, "no checkpoint"),
    ):
        for path in own.iterdir():
            path.unlink()
        for name, content in files.items():
            (own / name).write_bytes(content)
        (record,) = kokoro.json("tts", TEXTS[0], "-e", "kokoro", "-m", str(own), "-n", "1", *QUICK, status=1)
        assert record["error"]["kind"] == "bad-model" and said in record["error"]["message"], record["error"]


def test_the_true_size_with_random_weights(kokoro):
    (record,) = kokoro.json(
        "tts", TEXTS[0], "-e", "kokoro", "-m", "82m", "--random-weights", "-n", "1", *QUICK, timeout=600
    )
    assert record["model"]["synthetic"] is True and record["model"]["parameters"] == 81_810_022
    assert 1 < record["iterations"][0]["audio_s"] < 10
