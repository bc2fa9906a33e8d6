"""transformers' audio classifiers: tiny ones of four kinds in the true format of their files.

What torch's environment (7 GB) needs is slow: ./check --all. What is refused before it runs always."""

import hashlib
import json
import shutil
import signal
import subprocess
import sys

import pytest

from conftest import MODELS, ROOT, wait_for

QUICK = ("-n", "1", "-w", "0", "--no-warm-load", "--no-wait", "-d", "cpu", "-t", "1")
ENVIRONMENT = "environments/genre-transformers-cpu"
WORKER = ROOT / "workers/genre-transformers"
KINDS = ("audio-spectrogram-transformer", "wav2vec2", "hubert", "whisper")


def tone(folder, name, *effects, rate=16000, channels=1):
    path = folder / f"{name}.wav"
    subprocess.run(
        ["sox", "-D", "-R", "-n", "-r", str(rate), "-c", str(channels), "-b", "24", path, *map(str, effects)],
        check=True, stderr=subprocess.DEVNULL)
    return path


def listen(world, sound, model, *options, status=0):
    (record,) = world.json(
        "genre", str(sound), "-e", "genre-transformers", "-m", str(model), *QUICK, *options, status=status)
    return record


def scores(record):
    return {one["label"]: one["score"] for one in record["output"]["genre"]}


# ---- refused before any library sees it ----


@pytest.fixture
def bare(world):
    """An environment without any package."""
    folder = world.data / ENVIRONMENT
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    lock = (WORKER / "requirements-cpu.txt").read_bytes()
    (folder / "llamaburn.json").write_text(json.dumps({
        "schema": "llamaburn.environment/1", "engine": "genre-transformers", "accelerator": "cpu",
        "lock_sha256": hashlib.sha256(lock).hexdigest(), "python": sys.version.split()[0], "bytes": 1,
        "installed": 1,
    }))
    return world


def config(**changes):
    return json.dumps({"model_type": "hubert", "id2label": {"0": "low", "1": "high"}, **changes})


@pytest.mark.parametrize("files, said", [
    ({"config.json": None}, "config.json"),
    ({"config.json": "[" * 100000}, "can't be read"),
    ({"config.json": config(model_type="bert")}, 'of the kind "bert"'),
    ({"config.json": config(model_type=["hubert"])}, "of the kind"),
    ({"config.json": config(id2label=None)}, "has no labels"),
    ({"config.json": config(id2label={})}, "has no labels"),
    ({"config.json": config(id2label={"0": 5})}, "has no labels"),
    ({"config.json": config(id2label={"0": "a", "1": "a"})}, "a label twice"),
    ({"preprocessor_config.json": None}, "preprocessor_config.json"),
    ({"preprocessor_config.json": "[]"}, "preprocessor_config.json"),
    ({"model.safetensors": None}, "model.safetensors"),
    ({"model.safetensors": None, "pytorch_model.bin": "x"}, "pickled weights can run programs"),
    ({"model.safetensors": None, "model.safetensors.index.json": '{"weight_map": {"a": "../b"}}'}, "outside of its folder"),
])
def test_folders_that_are_refused_before_any_library_sees_them(bare, files, said):
    folder = bare.folder / "model"
    folder.mkdir()
    whole = {"config.json": config(), "preprocessor_config.json": "{}", "model.safetensors": "", **files}
    for name, content in whole.items():
        if content is not None:
            (folder / name).write_text(content)
    record = listen(bare, tone(bare.folder, "low", "synth", 1, "sine", 120), folder, status=1)
    assert record["error"]["kind"] == "bad-model" and said in record["error"]["message"], record["error"]


def test_without_torch_the_cure_is_said(bare):
    folder = bare.folder / "model"
    folder.mkdir()
    for name, content in (("config.json", config()), ("preprocessor_config.json", "{}"), ("model.safetensors", "")):
        (folder / name).write_text(content)
    record = listen(bare, tone(bare.folder, "low", "synth", 1, "sine", 120), folder, status=1)
    assert record["error"]["kind"] == "engine-missing" and "install the engine again" in record["error"]["message"]


def test_without_the_model_the_pull_command_is_said(bare):
    _, err = bare.run("genre", str(tone(bare.folder, "low", "synth", 1, "sine", 120)), "-e", "genre-transformers", *QUICK, status=1)
    assert "llamaburn models pull gtzan-wav2vec2 --variant hf" in err


# ---- for real ----


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """The folder of the tiny models, made by the environment's own classes."""
    folder = tmp_path_factory.mktemp("tiny")
    python = MODELS / ENVIRONMENT / "bin/python"
    assert python.exists(), f"{python} is missing: ./check --all installs it"
    subprocess.run(
        [python, ROOT / "tests/workers/tiny/make_audio_classifiers.py", folder], check=True, timeout=600,
        capture_output=True)
    return folder


@pytest.fixture
def hf(world):
    installed = MODELS / ENVIRONMENT
    assert (installed / "llamaburn.json").exists(), f"{installed} is missing: ./check --all installs it"
    (world.data / "environments").mkdir(parents=True)
    (world.data / ENVIRONMENT).symlink_to(installed)
    return world


@pytest.fixture
def sounds(hf):
    """As make_audio_classifiers.py has them."""
    made = {}
    for name, hertz in (("low", 120), ("high", 6000)):
        made[name] = tone(hf.folder, name, "synth", 2, "sine", hertz, "vol", 0.5)
        (hf.folder / f"{name}.txt").write_text(f"{name}\n")
    return made


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_two_sounds_have_two_genres(hf, sounds, tiny, kind):
    """Each right, and as transformers' own pipeline has it."""
    expected = json.loads((tiny / kind / "expected.json").read_text())
    for name, sound in sounds.items():
        record = listen(hf, sound, tiny / kind, "--reference", str(hf.folder / f"{name}.txt"))
        assert record["output"]["genre"][0]["label"] == name
        assert record["scores"]["genre_top1"]["value"] == 1
        assert record["output"]["windows"] == 1
        for label, score in scores(record).items():
            assert score == pytest.approx(expected[name][label], abs=1e-3)
        assert record["engine"]["deterministic"] and record["model"]["id"] == f"own-{kind}"
    wrong = listen(hf, sounds["low"], tiny / kind, "--reference", str(hf.folder / "high.txt"))
    assert wrong["scores"]["genre_top1"]["value"] == 0


@pytest.mark.slow
def test_windows_are_averaged(hf, sounds, tiny):
    """A second of each tone: of two windows the mean; the options are followed."""
    both = hf.folder / "both.wav"
    subprocess.run(["sox", sounds["low"], sounds["high"], both], check=True)
    alone = [scores(listen(hf, sounds[name], tiny / "hubert")) for name in ("low", "high")]
    joined = listen(hf, both, tiny / "hubert", "--window", "2")
    assert joined["output"]["windows"] == 2
    for label, score in scores(joined).items():
        assert score == pytest.approx((alone[0][label] + alone[1][label]) / 2, abs=1e-4)
    assert listen(hf, both, tiny / "hubert", "--window", "1", "--hop", "0.5", "--batch-size", "3")["output"]["windows"] == 7
    assert listen(hf, both, tiny / "hubert", "--window", "1.5")["output"]["windows"] == 3
    assert listen(hf, both, tiny / "hubert", "--window", "1.9")["output"]["windows"] == 2
    assert len(listen(hf, both, tiny / "hubert", "--top-k", "1")["output"]["genre"]) == 1
    sigmoid = scores(listen(hf, both, tiny / "hubert", "--activation", "sigmoid"))
    assert sum(sigmoid.values()) == pytest.approx(1, abs=0.01)  # its two rows are opposites
    long = listen(hf, both, tiny / "audio-spectrogram-transformer", "--window", "60", status=1)
    assert "takes windows of at most 2.575 s" in long["error"]["message"]


@pytest.mark.slow
def test_sounds_of_all_shapes(hf, tiny):
    cases = [
        ("short", 16000, 1, ("synth", 0.05, "sine", 6000), "high"),
        ("one", 16000, 1, ("synth", 0.0001, "sine", 6000), None),
        ("narrow", 8000, 1, ("synth", 2, "sine", 120), "low"),
        ("six", 44100, 6, ("synth", 2, "sine", 120), "low"),
        ("silent", 16000, 1, ("trim", 0, 2), None),
    ]
    for kind in ("audio-spectrogram-transformer", "wav2vec2"):
        for name, rate, channels, effects, expected in cases:
            record = listen(hf, tone(hf.folder, name, *effects, rate=rate, channels=channels), tiny / kind)
            assert record["status"] == "ok"
            if expected and name != "short":  # 50 ms are less than either was taught on
                assert record["output"]["genre"][0]["label"] == expected, (kind, name)


@pytest.mark.slow
@pytest.mark.parametrize("damage, words", [
    ("cut", "can't be read"),
    ("noise", "can't be read"),
    ("label", "do not fit config.json: classifier"),
    ("body", "do not fit config.json: projector.weight"),
    ("nan", 'gave no number for "low"'),
    ("features", "other features than the model takes"),
])
def test_models_that_are_damaged(hf, sounds, tiny, damage, words):
    kind = "audio-spectrogram-transformer" if damage == "features" else "hubert"
    folder = shutil.copytree(tiny / kind, hf.folder / "own")
    weights = folder / "model.safetensors"
    whole = weights.read_bytes()
    if damage == "cut":
        weights.write_bytes(whole[: len(whole) // 2])
    elif damage == "noise":
        weights.write_bytes(bytes(range(256)) * 64)
    elif damage == "label":
        described = json.loads((folder / "config.json").read_text())
        described["id2label"] = {"0": "low", "1": "middle", "2": "high"}
        described["label2id"] = {"low": 0, "middle": 1, "high": 2}
        (folder / "config.json").write_text(json.dumps(described))
    elif damage == "body":
        weights.write_bytes(whole.replace(b"projector.weight", b"projectile.weigt"))
    elif damage == "nan":
        weights.write_bytes(whole[:-8] + b"\x00\x00\xc0\x7f" * 2)
    else:
        described = json.loads((folder / "preprocessor_config.json").read_text())
        (folder / "preprocessor_config.json").write_text(json.dumps({**described, "num_mel_bins": 64}))
    record = listen(hf, sounds["low"], folder, status=1)
    message = record["error"]["message"]
    assert words in message and "\n" not in message, record["error"]


@pytest.mark.slow
def test_random_weights_of_true_size(hf, sounds):
    record = listen(
        hf, sounds["low"], "ast-audioset", "--random-weights", "--reference", str(hf.folder / "low.txt"), "--top-k", "9")
    assert record["model"]["synthetic"] and record["model"]["parameters"] == 86_594_063
    assert "genre_top1" not in (record.get("scores") or {})
    assert len(record["output"]["genre"]) == 9


@pytest.mark.slow
def test_interrupted_in_a_run(hf, tiny):
    sound = tone(hf.folder, "long", "synth", 300, "sine", 120)
    process = hf.start(
        "genre", str(sound), "-e", "genre-transformers", "-m", str(tiny / "hubert"), "--window", "1", "-n", "50", "-w", "0",
        "--no-warm-load", "--no-wait", "-d", "cpu", "-t", "1")
    wait_for(process, b"1/50")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
