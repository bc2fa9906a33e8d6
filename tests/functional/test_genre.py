"""What genre a sound is, by classifiers whose right answer is known by construction: natively, from ONNX graphs."""

import json
import math
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from conftest import BUILD, MODELS, ROOT, wait_for

sys.path.insert(0, str(ROOT / "tests" / "tools"))
import tiny_classifiers as tiny  # noqa: E402

if not (BUILD / "src/engines/genre-onnx.so").exists():
    pytest.skip("this build is without ONNX Runtime: ./check gets it", allow_module_level=True)

QUICK = ("-n", "1", "-w", "0", "--no-warm-load", "--no-wait")


def tone(folder, name, *effects, rate=16000, channels=1):
    path = folder / f"{name}.wav"
    subprocess.run(
        ["sox", "-D", "-R", "-n", "-r", str(rate), "-c", str(channels), path, *map(str, effects)], check=True,
        stderr=subprocess.DEVNULL)
    return path


@pytest.fixture
def sounds(world):
    """Two sounds with different right answers, each with the file that says it."""
    made = []
    for name, hertz in (("low", 120), ("high", 6000)):
        made.append(tone(world.folder, name, "synth", 3, "sine", hertz, "gain", -6))
        (world.folder / f"{name}.txt").write_text(f"{name.upper()}\n")
    return made


def listen(world, sound, model, *options, **settings):
    (record,) = world.json("genre", str(sound), "-e", "genre-onnx", "-m", f"{model}/", *QUICK, *options, **settings)
    return record


def answer(record):
    return record["output"]["genre"][0]["label"]


def refused(world, sound, model, *options):
    """The one line that says why not."""
    (record,) = world.json("genre", str(sound), "-e", "genre-onnx", "-m", str(model), *QUICK, *options, status=1)
    message = record["error"]["message"]
    assert "\n" not in message and len(message) < 600
    return message


FORMS = {
    "frames, then bands": (tiny.third_of_bands, {}),
    "bands, then frames, like a picture": (
        lambda: tiny.third_of_bands(("batch", 1, tiny.BANDS, "frames")), {"shape": ["batch", 1, "bands", "frames"]}),
    "three times the same": (
        lambda: tiny.third_of_bands(("batch", 3, tiny.BANDS, "frames")), {"shape": ["batch", 3, "bands", "frames"]}),
    "one window only": (
        lambda: tiny.third_of_bands((1, "frames", tiny.BANDS), 1), {"shape": [1, "frames", "bands"]}),
    "samples": (
        tiny.slope_of_samples, {"mel": None, "shape": ["batch", "samples"], "labels": ["low", "high"]}),
    "samples, normalised": (
        tiny.slope_of_samples,
        {"mel": None, "shape": ["batch", "samples"], "labels": ["low", "high"], "normalise": "window"}),
    "cut out of the spectrum": (tiny.third_of_bands, {"cut": "spectrum", "last": "drop"}),
    "scores of their own": (tiny.third_of_bands, {"activation": "sigmoid", "average": "max"}),
    "averaged before": (tiny.third_of_bands, {"average": "outputs", "pad": "zeros"}),
}


@pytest.mark.parametrize("form", FORMS)
def test_two_sounds_have_two_genres(world, sounds, form):
    """Of a model of every form: each right by its own reference, wrong by the other's."""
    make, changes = FORMS[form]
    model = tiny.write(world.folder / "model", make(), tiny.description(**changes))
    for sound, (right, wrong) in zip(sounds, (("low", "high"), ("high", "low"))):
        good = listen(world, sound, model, "--reference", str(world.folder / f"{right}.txt"))
        bad = listen(world, sound, model, "--reference", str(world.folder / f"{wrong}.txt"))
        assert answer(good) == right
        assert good["scores"]["genre_top1"]["value"] == 1 and bad["scores"]["genre_top1"]["value"] == 0
        assert bad["scores"]["genre_top1"]["place"] > 1 and bad["scores"]["genre_top1"]["top_k"] is True
        scores = [one["score"] for one in good["output"]["genre"]]
        assert scores == sorted(scores, reverse=True) and all(0 <= score <= 1 for score in scores)
        assert good["output"]["windows"] == 5  # of 1 s, one each 0.5 s of 3
        if changes.get("activation", "softmax") == "softmax":
            assert sum(scores) == pytest.approx(1)


def test_as_onnxruntime_in_python(world):
    """The scores of the same graph over librosa's mel spectra, window by window."""
    import librosa
    import onnxruntime
    import soundfile

    sound = tone(world.folder, "sweep", "synth", 2.6, "sine", "100-7000", "gain", -12)
    model = tiny.write(world.folder / "model")
    samples, _ = soundfile.read(sound, dtype="float32")
    session = onnxruntime.InferenceSession(str(model / "model.onnx"))
    scores, starts = [], range(0, len(samples) - 16000 + 8000, 8000)
    for start in starts:
        piece = np.pad(samples[start : start + 16000], (0, max(0, start + 16000 - len(samples))))
        mel = librosa.feature.melspectrogram(
            y=piece, sr=16000, n_fft=512, win_length=400, hop_length=160, n_mels=tiny.BANDS, htk=True, norm=None,
            pad_mode="reflect")
        (logits,) = session.run(None, {"sound": np.log10(1 + 1000 * mel).T[None].astype(np.float32)})
        scores.append(np.exp(logits[0]) / np.exp(logits[0]).sum())
    expected = dict(zip(tiny.LABELS, np.mean(scores, 0)))
    record = listen(world, sound, model)
    assert record["output"]["windows"] == len(starts) == 5
    for one in record["output"]["genre"]:
        assert one["score"] == pytest.approx(expected[one["label"]], abs=1e-5)


def test_options_and_formats(world, sounds):
    low, _ = sounds
    model = tiny.write(world.folder / "model")
    assert len(listen(world, low, model, "--top-k", "1")["output"]["genre"]) == 1
    assert listen(world, low, model, "--hop", "0.25")["output"]["windows"] == 9
    batch = listen(world, low, model, "--batch", "4", "--no-spinning", "-t", "2")
    plain = listen(world, low, model)
    assert [one["label"] for one in batch["output"]["genre"]] == [one["label"] for one in plain["output"]["genre"]]
    for one, other in zip(batch["output"]["genre"], plain["output"]["genre"]):
        assert one["score"] == pytest.approx(other["score"], abs=1e-6)
    assert plain["model"]["id"] == "own-model"
    out, _ = world.run(
        "genre", str(low), "-m", str(model / "model.onnx"), "--reference", str(world.folder / "low.txt"), *QUICK)
    assert "Genre" in out and "low " in out and "Top-1" in out and "100.00 %, place of the right one 1" in out
    for form in ("csv", "md", "jsonl"):
        out, _ = world.run("genre", str(low), "-m", str(model / "model.onnx"), *QUICK, "--format", form)
        assert "genre-onnx" in out


def test_a_set_is_scored_as_a_set(world, sounds):
    """One right of two: each has its own answer in the folder of references."""
    model = tiny.write(world.folder / "model")
    (world.folder / "high.txt").write_text("middle\n")
    records = world.json(
        "genre", *map(str, sounds), "-m", f"{model}/", "--reference", str(world.folder), *QUICK)
    assert [record["scores"]["genre_top1"]["value"] for record in records] == [1, 0]


def test_labels_of_transformers(world, sounds):
    model = tiny.write(world.folder / "model", described=tiny.description(labels="config.json"), labels=None)
    (model / "config.json").write_text(json.dumps({"id2label": {"1": "middle", "0": "low", "2": "high"}}))
    assert [answer(listen(world, sound, model)) for sound in sounds] == ["low", "high"]


@pytest.mark.parametrize("name,rate,channels,effects,expected,pad", [
    ("short", 16000, 1, ("synth", 0.05, "sine", 6000), "high", "silence"),
    ("short", 16000, 1, ("synth", 0.05, "sine", 6000), "high", "zeros"),
    ("short", 16000, 1, ("synth", 0.05, "sine", 6000), "high", "repeat"),
    ("shorter", 16000, 1, ("synth", 0.0005, "sine", 6000), "high", "zeros"),
    ("narrow", 8000, 1, ("synth", 2, "sine", 150), "low", "silence"),
    ("wide", 192000, 2, ("synth", 2, "sine", 6000), "high", "silence"),
    ("six", 44100, 6, ("synth", 2, "sine", 150), "low", "repeat"),
    ("clipped", 16000, 1, ("synth", 2, "sine", 150, "gain", 30), "low", "silence"),
    ("silent", 16000, 1, ("trim", 0, 2), "low", "silence"),
])
def test_sounds_of_all_shapes(world, name, rate, channels, effects, expected, pad):
    """Silence scores all the same, in the labels' order."""
    model = tiny.write(world.folder / "model", described=tiny.description(pad=pad, window_s=1.3))
    record = listen(world, tone(world.folder, name, *effects, rate=rate, channels=channels), model)
    assert answer(record) == expected
    if name == "silent":
        assert {round(one["score"], 9) for one in record["output"]["genre"]} == {round(1 / 3, 9)}


def test_no_sound_at_all(world):
    model = tiny.write(world.folder / "model")
    _, err = world.run("genre", str(tone(world.folder, "empty", "trim", 0, 0)), "-m", f"{model}/", *QUICK, status=1)
    assert "empty.wav" in err and "Traceback" not in err


def test_progress_and_interruption(world):
    """Ctrl-C within a run of many windows; no process is left (the fixture looks)."""
    model = tiny.write(world.folder / "model", described=tiny.description(hop_s=0.01))
    sound = tone(world.folder, "long", "synth", 120, "sine", 120)
    process = world.start(
        "genre", str(sound), "-m", f"{model}/", "-n", "100", "-w", "0", "--no-warm-load", "--no-wait")
    wait_for(process, b"1/100")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert json.loads(world.run("history", "--format", "json")[0])[0]["status"] == "interrupted"


# ---- models that are none ----


def broken_mel(**changes):
    return tiny.description(mel={**tiny.MEL, **changes})


# Each number that can't be: tests/unit/engines/genre-description.c.
WRONG = {
    "a member misspelt": (tiny.description(wimdow_s=1), 'did you mean "window_s"'),
    "an endless transform": (broken_mel(fft_size=2**31), "its mel's fft_size is no whole number from 16 to 65536"),
    "more than memory": (
        tiny.description(window_s=600, mel={**tiny.MEL, "hop_size": 1, "bands": 1024}), "has more than 67108864 numbers"),
    "labels elsewhere": (tiny.description(labels="/etc/passwd"), "no name of a file beside it"),
    "labels that aren't there": (tiny.description(labels="other.txt"), "it can't be read"),
    "a label too few": (tiny.description(labels=["low", "high"]), "gives 3 numbers for 1 window, and has 2 labels"),
    "another input": (tiny.description(input="spectrum"), 'has no input "spectrum"'),
    "another output": (tiny.description(output="styles"), "is not what its description says"),
    "another width": (broken_mel(bands=40), "is not what its description says"),
    "another rank": (tiny.description(shape=["batch", 1, "bands", "frames"]), "is not what its description says"),
    "a list": ([1, 2], "it is no JSON object"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_description_that_is_wrong(world, sounds, what):
    described, words = WRONG[what]
    model = tiny.write(world.folder / "model", described=described)
    message = refused(world, sounds[0], f"{model}/")
    assert words in message and str(model) in message


@pytest.mark.parametrize("content,words", [
    (b"", "classifier.json"),
    (b"{", "classifier.json"),
    (b"[" * 100000, "classifier.json"),
    (b'{"schema": "llamaburn.classifier/1", "rate_hz": NaN}', "classifier.json"),
    (b"\xff\xfe\x00", "classifier.json"),
    (b'{"\\u001b[31mred": 1}', "\\x1b[31mred"),
])
def test_a_description_that_is_none(world, sounds, content, words):
    model = tiny.write(world.folder / "model")
    (model / "classifier.json").write_bytes(content)
    assert words in refused(world, sounds[0], f"{model}/")


def test_a_folder_that_lacks_something(world, sounds):
    model = tiny.write(world.folder / "model")
    (model / "second.onnx").write_bytes(b"")
    assert "holds 2 .onnx" in refused(world, sounds[0], f"{model}/")
    (model / "second.onnx").unlink()
    (model / "model.onnx").unlink()
    assert "holds no .onnx" in refused(world, sounds[0], f"{model}/")
    (model / "classifier.json").unlink()
    assert "classifier.json\" is missing" in refused(world, sounds[0], f"{model}/")
    (model / "model.safetensors").write_bytes(b"")
    assert "-e genre-transformers" in refused(world, sounds[0], f"{model}/")


@pytest.mark.parametrize("what", ["cut", "empty", "noise", "other", "a folder"])
def test_a_graph_that_is_none(world, sounds, what):
    model = tiny.write(world.folder / "model")
    graph = model / "model.onnx"
    whole = graph.read_bytes()
    graph.unlink()
    if what == "a folder":
        graph.mkdir()
    elif what == "other":  # a voice: other inputs
        other = MODELS / "tts/piper/en_US-joe-medium.onnx"
        assert other.exists(), f"{other} is missing: ./check pulls it"
        graph.symlink_to(other)
    else:
        graph.write_bytes({"cut": whole[: len(whole) // 2], "empty": b"", "noise": os.urandom(5000)}[what])
    message = refused(world, sounds[0], f"{model}/")
    assert "model.onnx" in message


@pytest.mark.parametrize("poison", [math.nan, math.inf])
def test_an_output_that_is_no_number(world, sounds, poison):
    model = tiny.write(world.folder / "model", tiny.third_of_bands(poison=poison))
    message = refused(world, sounds[0], f"{model}/")
    assert 'gave no number for "low" in window 1' in message


def test_what_a_model_does_not_take(world, sounds):
    one = tiny.write(
        world.folder / "model", tiny.third_of_bands((1, "frames", tiny.BANDS), 1),
        tiny.description(shape=[1, "frames", "bands"]))
    assert "takes no --batch of 4: its shape has no batch" in refused(world, sounds[0], f"{one}/", "--batch", "4")


@pytest.mark.parametrize("content", ["", "...\n"])
def test_a_reference_that_is_none(world, sounds, content):
    model = tiny.write(world.folder / "model")
    (world.folder / "none.txt").write_text(content)
    _, err = world.run(
        "genre", str(sounds[0]), "-m", f"{model}/", "--reference", str(world.folder / "none.txt"), *QUICK, status=1)
    assert "none.txt" in err, err


def test_without_a_model_the_pull_is_named(world, sounds):
    _, err = world.run("genre", str(sounds[0]), *QUICK, status=1)
    assert "llamaburn models pull discogs-effnet" in err


def test_the_catalogues_own_description_is_taken(world, sounds):
    """A stand-in of the true input and outputs where discogs-effnet belongs: 400 styles, two outputs."""
    weights = np.zeros((96, 400), np.float32)
    for band in range(96):
        weights[band, band * 400 // 96] = 1
    from onnx import TensorProto, helper

    nodes = [
        helper.make_node("ReduceMean", ["melspectrogram"], ["embeddings"], axes=[1], keepdims=0),
        helper.make_node("MatMul", ["embeddings", "weights"], ["raw"]),
        helper.make_node("Sigmoid", ["raw"], ["activations"]),
    ]
    model = tiny.graph(
        nodes, [("melspectrogram", TensorProto.FLOAT, ["n", 128, 96])],
        [("embeddings", ["n", 96]), ("activations", ["n", 400])], {"weights": weights})
    catalogue = json.loads((ROOT / "data/catalogue.json").read_text())
    (entry,) = [one for one in catalogue["models"] if one["name"] == "discogs-effnet"]
    folder = tiny.write(
        world.data / entry["path"], model, labels=None, name="discogs-effnet-bsdynamic-1.onnx")
    (folder / "classifier.json").unlink()
    labels = folder / "discogs-effnet-bsdynamic-1.json"
    labels.write_text(json.dumps({"classes": [f"Style---{index}" for index in range(400)]}))
    for file in entry["files"]:  # of another size than the true ones, which can't be had here
        file["bytes"] = (folder / file["path"]).stat().st_size
        file.pop("sha256")
    data = world.folder / "shared"
    data.mkdir()
    (data / "catalogue.json").write_text(json.dumps(catalogue))
    (data / "engines").symlink_to(ROOT / "data/engines")
    found = []
    for sound in sounds:
        (record,) = world.json(
            "genre", str(sound), *QUICK, environment={"LLAMABURN_DATA": str(data)})
        assert record["model"]["id"] == "discogs-effnet" and len(record["output"]["genre"]) == 400
        # 188 frames: 128 of them, then 128 from the 62nd on would need 190
        assert record["output"]["windows"] == 1
        found.append(int(answer(record).removeprefix("Style---")))
    assert found[0] < 40 < 250 < found[1]
