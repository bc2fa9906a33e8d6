"""XTTS: the real loading code on a tiny model in the published form, the true size on random weights."""

import pickle
import subprocess
import time
import zipfile

import pytest
from speaking import ENVIRONMENTS, ROOT, Failed, Speaking, catalogue_model, hum

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    folder = tmp_path_factory.mktemp("xtts") / "v2"
    python = ENVIRONMENTS / "xtts-cpu/bin/python"
    assert python.exists(), f"{python} is missing: ./check --all installs it"
    subprocess.run([python, ROOT / "tests/workers/tiny_xtts.py", folder], check=True, capture_output=True, timeout=300)
    return folder


@pytest.fixture(scope="module")
def engine():
    with Speaking("xtts") as it:
        yield it


@pytest.fixture(scope="module")
def loaded(engine, tiny):
    engine.answer = engine.load(model_path=tiny, threads=1)
    return engine


def test_published_form_is_loaded(loaded):
    """Settings pickled as objects under their old names, the trainer's prefix, what is not of the model."""
    answer = loaded.answer
    assert answer["parameters"] == 23026592  # as the model counted itself when it was written
    assert answer["output_rate_hz"] == 24000 and answer["input_rate_hz"] == 22050
    assert answer["info"]["speakers"] == 2 and answer["deterministic"]


def test_text_seed_and_voice_are_heard(loaded):
    _, first = loaded.speak("One two.", seed=7)
    _, again = loaded.speak("One two.", seed=7)
    _, other_text = loaded.speak("Three four five.", seed=7)
    _, other_seed = loaded.speak("One two.", seed=8)
    output, cloned = loaded.speak("One two.", hum(2, 22050), seed=7)
    assert first == again and len(first) > 0
    assert output["voice"] == "the sample" and 0 < output["phases"]["voice_s"] < output["engine_s"]
    sounds = [one.tobytes() for one in (first, other_text, other_seed, cloned)]
    assert len(set(sounds)) == 4


def test_sound_comes_before_the_end(loaded):
    loaded.speak("One two three four five six seven, and so on and so on.")
    kinds = [line["type"] for line in loaded.lines]
    assert kinds.index("first") < kinds.index("done")
    assert next(line for line in loaded.lines if line["type"] == "first")["kind"] == "audio"


def test_long_text_is_cut_at_sentences(loaded):
    output, _ = loaded.speak("One two. " * 60)
    assert len(output["sentences"]) == 3
    assert all(len(piece) <= 250 and piece.endswith("two.") for piece in output["sentences"])


def test_a_hundred_thousand_characters_can_be_stopped(loaded):
    """They are cut and begun; a cancel is noticed in the middle of a piece, and the next run works."""
    with pytest.raises(Failed) as failed:
        loaded.speak("One two three four. " * 5000, cancel_at="first")
    assert failed.value.kind == "cancelled" and time.monotonic() - loaded.cancelled < 10
    assert len(loaded.speak("One.")[1]) > 0


@pytest.mark.parametrize("text", ["One 1,234 two 🙂", "\u202eשלום one\u202c", "a\x07b $(rm -rf /) {\"x\": 1}", "ﷺ 你好"])
def test_odd_texts_are_spoken(loaded, text):
    assert len(loaded.speak(text)[1]) > 0


@pytest.mark.parametrize("text,voice,said", [
    ("", None, "nothing can be said"),
    (" .,! ", None, "nothing can be said"),
    ("🙂", None, "nothing can be said"),
    ("ok", hum(0.5, 22050), "at least 1 s"),
    ("ok", hum(31, 22050), "at most 30 s"),
    ("ok", hum(2, 22050, loud=1e-5), "silent"),
])
def test_bad_input_is_told_and_the_next_run_works(loaded, text, voice, said):
    with pytest.raises(Failed, match=said) as failed:
        loaded.speak(text, voice)
    assert failed.value.kind == "bad-input"
    assert len(loaded.speak("One two.")[1]) > 0


@pytest.mark.parametrize("options", [
    {"stream": False}, {"precision": "bfloat16"}, {"precision": "float16"}, {"language": "de", "speaker": "Aaron Dreschner", "speed": 2},
    {"language": "ja"}, {"language": "zh-cn"}, {"language": "ko"}, {"language": "ar"}, {"language": "hi"},
])
def test_options_take_effect(engine, tiny, options):
    engine.ask("unload")
    answer = engine.load(model_path=tiny, threads=1, **options)
    for name, value in options.items():
        assert answer["options"][name] == value
    number = "one" if options.get("language") == "hi" else "12"
    output, samples = engine.speak(f"One {number} three, 你好 こんにちは مرحبا नमस्ते.")
    assert len(samples) > 0 and output["language"] == options.get("language", "en")
    assert output["voice"] == options.get("speaker", "Ana Florence")
    if options.get("language") == "hi":
        with pytest.raises(Failed, match="no digits in hi"):
            engine.speak("12")


@pytest.mark.parametrize("options,said", [
    ({"language": "tlh"}, "one of en, es"),
    ({"speaker": "Nobody"}, "there is no speaker \"Nobody\": the model has 2"),
    ({"device": "cuda:0"}, "there is no device"),
    ({"device": "vulkan:0"}, "not on \"vulkan:0\""),
])
def test_settings_that_cannot_be(engine, tiny, options, said):
    engine.ask("unload")
    with pytest.raises(Failed) as failed:
        engine.load(model_path=tiny, threads=1, **options)
    assert said in str(failed.value) and failed.value.kind == "usage"


class Evil:
    def __reduce__(self):
        return (print, ("this ran",))


def damage(folder, tiny, what):
    folder.mkdir()
    for path in tiny.iterdir():
        (folder / path.name).symlink_to(path)
    target = folder / ("vocab.json" if "vocabulary" in what else "config.json" if "config" in what else "model.pth")
    target.unlink()
    if what == "pickle":
        target.write_bytes(pickle.dumps({"model": Evil()}))
    elif what == "pickle in zip":
        with zipfile.ZipFile(target, "w") as archive:
            archive.writestr("archive/data.pkl", pickle.dumps({"model": Evil()}, 2))
            archive.writestr("archive/version", "3\n")
    elif what == "cut short":
        target.write_bytes((tiny / "model.pth").read_bytes()[:1_000_000])
    elif what == "no weights":
        target.write_bytes(b"<html>not found</html>")
    elif what == "another vocabulary":
        target.write_text('{"version": "1.0"}')
    elif what == "config of another":
        target.write_text((tiny / "config.json").read_text().replace('"gpt_layers": 2', '"gpt_layers": 3'))
    elif what == "config of a giant":
        target.write_text((tiny / "config.json").read_text().replace('"gpt_n_model_channels": 64', '"gpt_n_model_channels": 65536'))
    elif what == "config that lies":
        target.write_text((tiny / "config.json").read_text().replace('"gpt_layers": 2', '"gpt_layers": -2'))


@pytest.mark.parametrize("what,said", [
    ("pickle", "could run any code: it is refused"),
    ("pickle in zip", "could run any code: it is refused"),
    ("cut short", "damaged"),
    ("no weights", "no checkpoint"),
    ("missing", "model.pth\" is missing"),
    ("another vocabulary", "is no vocabulary"),
    ("config of another", "it is another model"),
    ("config that lies", "must be a whole number from 1 to 1024, not -2"),
])
def test_models_that_are_none(engine, tiny, tmp_path, what, said):
    engine.ask("unload")
    damage(tmp_path / "v2", tiny, what)
    with pytest.raises(Failed) as failed:
        engine.load(model_path=tmp_path / "v2", threads=1)
    assert said in str(failed.value) and failed.value.kind == "bad-model"


def test_sizes_that_no_machine_holds(engine, tiny, tmp_path):
    """Torch's own error, in the words of the package; the next model loads."""
    engine.ask("unload")
    damage(tmp_path / "v2", tiny, "config of a giant")
    with pytest.raises(Failed, match="the engine has no memory left") as failed:
        engine.load(model_path=tmp_path / "v2", threads=1)
    assert failed.value.kind == "memory"
    assert engine.load(model_path=tiny, threads=1)["parameters"] == 23026592


def test_true_size_on_random_weights(engine):
    """All of v2: the published 467 million parameters; a short piece, its length bound by the text's."""
    engine.ask("unload")
    model = catalogue_model("xtts-v2")
    answer = engine.load(model, threads=1)
    assert answer["parameters"] == model["parameters"] == 466874863
    first, second = engine.speak("One two."), engine.speak("Yes, all of it.")
    assert first[0]["voice"] == "random" and first[1] != second[1]
    for (_, samples), characters in ((first, 8), (second, 15)):
        # 1.54 codes a character, 1024 samples at 22.05 kHz each
        assert abs(len(samples) / 24000 - 1.54 * characters * 1024 / 22050) < 0.12
    engine.ask("unload")
