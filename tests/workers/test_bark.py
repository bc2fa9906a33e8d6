"""Bark: the real loading code on a tiny model in the published form, the true size on random weights."""

import pickle
import subprocess
import time

import pytest
from speaking import ENVIRONMENTS, ROOT, Failed, Speaking, catalogue_model

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bark") / "small"
    python = ENVIRONMENTS / "bark-cpu/bin/python"
    assert python.exists(), f"{python} is missing: ./check --all installs it"
    done = subprocess.run(
        [python, ROOT / "tests/workers/tiny_bark.py", folder], check=True, capture_output=True, timeout=300, text=True
    )
    return folder, int(done.stdout.split()[-1])


@pytest.fixture(scope="module")
def engine():
    with Speaking("bark") as it:
        yield it


@pytest.fixture(scope="module")
def loaded(engine, tiny):
    engine.answer = engine.load(model_path=tiny[0], threads=1)
    return engine


def test_published_form_is_loaded(loaded, tiny):
    assert loaded.answer["parameters"] == tiny[1]
    assert loaded.answer["output_rate_hz"] == 24000 and loaded.answer["input_rate_hz"] == 0


def test_text_and_seed_are_heard(loaded):
    _, first = loaded.speak("Hi there.", seed=7)
    _, again = loaded.speak("Hi there.", seed=7)
    _, other_text = loaded.speak("The other one!", seed=7)
    _, other_seed = loaded.speak("Hi there.", seed=8)
    assert first == again and len(first) > 0
    assert len({one.tobytes() for one in (first, other_text, other_seed)}) == 3


def test_a_hundred_thousand_characters_can_be_stopped(loaded):
    """They are cut and begun; a cancel is noticed in the middle of a piece, and the next run works."""
    with pytest.raises(Failed) as failed:
        loaded.speak("One two three four. " * 5000, cancel_at="first")
    assert failed.value.kind == "cancelled" and time.monotonic() - loaded.cancelled < 10
    assert len(loaded.speak("One.")[1]) > 0


@pytest.mark.parametrize("text", ["Hi 🙂", "\u202eשלום a\u202c", "a\x07b $(rm -rf /) {\"x\": 1}", "你好 a"])
def test_odd_texts_are_spoken(loaded, text):
    assert len(loaded.speak(text)[1]) > 0


@pytest.mark.parametrize("text,said", [("", "nothing can be said"), (" .,! ", "nothing"), ("🙂", "nothing")])
def test_bad_text_is_told_and_the_next_run_works(loaded, text, said):
    with pytest.raises(Failed, match=said) as failed:
        loaded.speak(text)
    assert failed.value.kind == "bad-input"
    assert len(loaded.speak("Hi.")[1]) > 0


def test_preset_piece_and_temperature(engine, tiny):
    engine.ask("unload")
    answer = engine.load(model_path=tiny[0], threads=1, voice_preset="v2/en_speaker_0", piece=20, top_k=0, min_eos_p=0)
    assert answer["options"]["voice-preset"] == "v2/en_speaker_0"
    output, samples = engine.speak("One two three. Four five six. Seven eight.")
    assert output["sentences"] == ["One two three.", "Four five six.", "Seven eight."]
    assert output["voice"] == "v2/en_speaker_0" and len(samples) > 0 and len(output["pcm"]) == 3


@pytest.mark.parametrize("precision", ["float16", "bfloat16"])
def test_precisions(engine, tiny, precision):
    engine.ask("unload")
    answer = engine.load(model_path=tiny[0], threads=1, precision=precision)
    assert answer["options"]["precision"] == precision and len(engine.speak("Hi.")[1]) > 0


@pytest.mark.parametrize("options,kind,said", [
    ({"voice_preset": "../../etc/passwd"}, "usage", "is no preset"),
    ({"voice_preset": "v2/de_speaker_3"}, "bad-model", "is not in the model store"),
    ({"fine_temperature": 7}, "usage", "from 0.01 to 1"),
    ({"device": "cuda:0"}, "usage", "there is no device"),
])
def test_settings_that_cannot_be(engine, tiny, options, kind, said):
    engine.ask("unload")
    with pytest.raises(Failed) as failed:
        engine.load(model_path=tiny[0], threads=1, **options)
    assert said in str(failed.value) and failed.value.kind == kind


class Evil:
    def __reduce__(self):
        return (print, ("this ran",))


@pytest.mark.parametrize("name,change,said", [
    ("pytorch_model.bin", lambda old: pickle.dumps({"a": Evil()}), "could run any code: it is refused"),
    ("pytorch_model.bin", lambda old: old[:100_000], "damaged"),
    ("pytorch_model.bin", None, "is missing"),
    ("config.json", lambda old: old.replace(b'"hidden_size": 32', b'"hidden_size": 64'), "do not fit config.json"),
    ("config.json", lambda old: old.replace(b'"num_layers": 2', b'"num_layers": "two"'), "must be a whole number"),
    ("config.json", lambda old: b"{}", "no architecture of Bark"),
    ("tokenizer.json", lambda old: b"{}", "is no tokenizer"),
    ("generation_config.json", lambda old: b"[", "is no JSON"),
])
def test_models_that_are_none(engine, tiny, tmp_path, name, change, said):
    folder = tmp_path / "small"
    folder.mkdir()
    for path in tiny[0].iterdir():
        (folder / path.name).symlink_to(path)
    (folder / name).unlink()
    if change is not None:
        (folder / name).write_bytes(change((tiny[0] / name).read_bytes()))
    engine.ask("unload")
    with pytest.raises(Failed) as failed:
        engine.load(model_path=folder, threads=1)
    assert said in str(failed.value) and failed.value.kind == "bad-model"


def test_preset_that_is_a_pickle_is_refused(engine, tiny, tmp_path):
    folder = tmp_path / "small"
    (folder / "speaker_embeddings/v2").mkdir(parents=True)
    for path in tiny[0].iterdir():
        if path.is_file():
            (folder / path.name).symlink_to(path)
    for path in (tiny[0] / "speaker_embeddings/v2").iterdir():
        (folder / "speaker_embeddings/v2" / path.name).write_bytes(pickle.dumps(Evil()))
    engine.ask("unload")
    with pytest.raises(Failed, match="is no array of codes"):
        engine.load(model_path=folder, voice_preset="v2/en_speaker_0")


def test_true_size_on_random_weights(engine):
    """All of Bark small: its parameters, and a short piece, its length bound by the text's."""
    engine.ask("unload")
    model = catalogue_model("bark-small")
    answer = engine.load(model, threads=1)
    assert answer["parameters"] == model["parameters"] == 404409058
    output, samples = engine.speak("Hi!")
    _, other = engine.speak("No.")
    assert output["sentences"] == ["Hi!"] and samples != other
    assert abs(len(samples) / 24000 - 16 / 49.9) < 0.03  # its least of tokens
    engine.ask("unload")
