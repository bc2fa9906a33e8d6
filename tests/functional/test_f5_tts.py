"""F5-TTS by its real loading code, on tiny weights in the true format, and at its true size with random ones."""

import pickle
import subprocess

import pytest

from conftest import MODELS, ROOT

pytestmark = pytest.mark.slow
ENVIRONMENT = "environments/f5-tts-cpu"
QUICK = ("-w", "0", "--no-warm-load", "-d", "cpu", "--no-wait")
SPOKEN = "and mister john dashwood had then leisure to consider"
PARAMETERS = 337_096_804


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Made by the package's own classes."""
    folder = tmp_path_factory.mktemp("f5-tts-tiny")
    python = MODELS / ENVIRONMENT / "bin/python"
    assert python.exists(), f"{python} is missing: ./check --all installs it"
    out = subprocess.run(
        [python, ROOT / "tests/workers/tiny/make_f5.py", folder], check=True, capture_output=True, text=True
    ).stdout
    return folder, int(out)


@pytest.fixture
def f5(world):
    (world.data / "environments").mkdir(parents=True)
    (world.data / ENVIRONMENT).symlink_to(MODELS / ENVIRONMENT)
    return world


@pytest.fixture
def voice(world, speech):
    path = world.folder / "voice.wav"
    subprocess.run(["sox", str(min(speech)[0]), str(path), "trim", "1", "4"], check=True)
    return path


@pytest.fixture
def copy(world, tiny):
    """The tiny model, to be damaged."""
    folder = world.folder / "own"
    folder.mkdir()
    for path in tiny[0].iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def speak(world, model, voice, *texts, options=(), status=0):
    return world.json(
        "tts", *texts, "-e", "f5-tts", "-m", str(model), "--voice-sample", str(voice), "--voice-text", SPOKEN,
        "--steps", "2", *QUICK, *options, status=status, timeout=600,
    )


def test_two_texts_sound_different_and_the_same_seed_the_same(f5, tiny, voice):
    folder, parameters = tiny
    short, long = speak(f5, folder, voice, "Hello there.", "A sentence with more words in it.", options=("-n", "2"))
    assert short["model"]["parameters"] == parameters and not short["model"].get("synthetic")
    assert short["settings"]["options"]["precision"] == "float32"
    assert [len(record["outputs"]) for record in (short, long)] == [1, 1], "the same seed gave two sounds"
    assert short["outputs"][0]["sha256"] != long["outputs"][0]["sha256"]
    one, other = (record["iterations"][0]["audio_s"] for record in (short, long))
    assert 0.3 < one < other < 10
    # A piece comes whole: there is no first sound before the last.
    assert "latency_s" not in short["iterations"][0]
    assert {item["role"] for item in short["more_inputs"]} == {"voice", "voice-text"}
    (seeded,) = speak(f5, folder, voice, "Hello there.", options=("-n", "1", "--seed", "7"))
    assert seeded["outputs"][0]["sha256"] != short["outputs"][0]["sha256"]
    (faster,) = speak(f5, folder, voice, "Hello there.", options=("-n", "1", "--speed", "2"))
    assert faster["iterations"][0]["audio_s"] == pytest.approx(one / 2, rel=0.1)


def test_long_text_is_cut_into_pieces(f5, tiny, voice):
    (record,) = speak(f5, tiny[0], voice, "She said that it was good. " * 20, options=("-n", "1"))
    assert record["output"]["pieces"] > 1
    assert record["iterations"][0]["audio_s"] > 20


@pytest.mark.parametrize("text,said", [("", ""), ("...!", "digit"), ("x" * 100_000, "100000")])
def test_texts_that_are_refused(f5, tiny, voice, text, said):
    out, err = f5.run(
        "tts", text, "-e", "f5-tts", "-m", str(tiny[0]), "--voice-sample", str(voice), "--voice-text", SPOKEN,
        "-n", "1", *QUICK, "--format", "json", status=2 if not text else 1,
    )
    assert said in out + err


def test_voices_that_are_refused(f5, tiny, voice):
    for effect, said in (
        (["trim", "0", "0.5"], "0.50 s"), (["vol", "0"], "silent"), (["repeat", "4"], "at most 12 s"),
    ):
        other = f5.folder / "other.wav"
        subprocess.run(["sox", str(voice), str(other), *effect], check=True)
        (record,) = speak(f5, tiny[0], other, "Hello there.", options=("-n", "1"), status=1)
        assert record["error"]["kind"] == "bad-input" and said in record["error"]["message"], record["error"]
    out, err = f5.run(
        "tts", "Hello.", "-e", "f5-tts", "-m", str(tiny[0]), "--voice-sample", str(voice), "-n", "1", *QUICK, status=2
    )
    assert "voice-text" in out + err


class Evil:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (self.path, "w"))


def test_checkpoints_that_are_refused(f5, copy, voice):
    owned = f5.folder / "owned"
    vocos, weights = copy / "pytorch_model.bin", copy / "model_1250000.safetensors"
    good, whole = vocos.read_bytes(), weights.read_bytes()
    for path, content, said in (
        (vocos, pickle.dumps({"a": Evil(str(owned))}, protocol=2), "could run any code"),
        (vocos, good[: len(good) // 2], "damaged"),
        (vocos, b"no weights", "no checkpoint"),
        (weights, whole[: len(whole) // 2], "damaged"),
        (weights, good, "DiT blocks are missing"),
        (copy / "vocab.txt", b" \na\n", "not of one model"),
        (copy / "config.yaml", b"backbone: {class_path: os.system, init_args: {}}", "no configuration of Vocos"),
    ):
        before = path.read_bytes()
        path.write_bytes(content)
        (record,) = speak(f5, copy, voice, "Hello there.", options=("-n", "1"), status=1)
        assert record["error"]["kind"] == "bad-model" and said in record["error"]["message"], record["error"]
        assert "\n" not in record["error"]["message"] and not owned.exists()
        path.write_bytes(before)
    weights.unlink()
    (record,) = speak(f5, copy, voice, "Hello there.", options=("-n", "1"), status=1)
    assert "model_1250000.safetensors" in record["error"]["message"]


def test_the_true_size_with_random_weights(f5, voice):
    short = f5.folder / "short.wav"
    subprocess.run(["sox", str(voice), str(short), "trim", "0", "1.5"], check=True)
    (record,) = f5.json(
        "tts", "Hello there.", "-e", "f5-tts", "-m", "base", "--random-weights", "--voice-sample", str(short),
        "--voice-text", "and mister john", "--steps", "1", "--cfg-strength", "0", "-n", "1", *QUICK, timeout=900,
    )
    assert record["model"]["synthetic"] is True and record["model"]["parameters"] == PARAMETERS
    assert 0.3 < record["iterations"][0]["audio_s"] < 10
    assert record["output"]["sound"]["silent_share"] < 1
