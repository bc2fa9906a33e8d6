"""StyleTTS 2: the real loading code on a small model in the published form, the true size on random weights."""

import pickle
import subprocess
import time

import pytest
from speaking import ENVIRONMENTS, ROOT, Failed, Speaking, catalogue_model, hum

pytestmark = pytest.mark.slow
RATE_HZ = 24000
VOICE = hum(2, RATE_HZ)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("styletts2") / "libritts"
    python = ENVIRONMENTS / "styletts2-cpu/bin/python"
    assert python.exists(), f"{python} is missing: ./check --all installs it"
    done = subprocess.run(
        [python, ROOT / "tests/workers/tiny_styletts2.py", folder], check=True, capture_output=True, timeout=300, text=True
    )
    return folder, int(done.stdout.split()[-1])


@pytest.fixture(scope="module")
def engine():
    with Speaking("styletts2") as it:
        yield it


@pytest.fixture(scope="module")
def loaded(engine, small):
    engine.answer = engine.load(model_path=small[0], threads=1)
    return engine


def test_published_form_is_loaded(loaded, small):
    """Names as several GPUs leave them, numbers of numpy, modules that only training has."""
    assert loaded.answer["parameters"] == small[1]
    assert loaded.answer["output_rate_hz"] == loaded.answer["input_rate_hz"] == RATE_HZ


def test_text_seed_and_voice_are_heard(loaded):
    _, first = loaded.speak("One two.", VOICE, RATE_HZ, seed=7)
    output, again = loaded.speak("One two.", VOICE, RATE_HZ, seed=7)
    _, other_text = loaded.speak("Three four five.", VOICE, RATE_HZ, seed=7)
    _, other_seed = loaded.speak("One two.", VOICE, RATE_HZ, seed=8)
    _, other_voice = loaded.speak("One two.", hum(2, RATE_HZ, pitch=260), RATE_HZ, seed=7)
    assert first == again and len(first) > 0 and output["voice"] == "the sample"
    assert len({one.tobytes() for one in (first, other_text, other_seed, other_voice)}) == 4


def test_long_text_is_cut_and_comes_piece_by_piece(loaded):
    output, _ = loaded.speak("One two three four five. " * 22, VOICE, RATE_HZ)
    assert len(output["sentences"]) == 3 and len(output["pcm"]) == 3
    kinds = [line["type"] for line in loaded.lines]
    assert kinds.index("first") < kinds.index("progress") < kinds.index("done")


def test_a_hundred_thousand_characters_can_be_stopped(loaded):
    """They are cut and begun; a cancel is noticed in the middle of a piece, and the next run works."""
    with pytest.raises(Failed) as failed:
        loaded.speak("One two three four. " * 5000, VOICE, RATE_HZ, cancel_at="first")
    assert failed.value.kind == "cancelled" and time.monotonic() - loaded.cancelled < 10
    assert len(loaded.speak("One.", VOICE, RATE_HZ)[1]) > 0


@pytest.mark.parametrize("text", ["One 1,234 🙂", "\u202eשלום one\u202c", "a\x07b $(rm -rf /) {\"x\": 1}"])
def test_odd_texts_are_spoken(loaded, text):
    assert len(loaded.speak(text, VOICE, RATE_HZ)[1]) > 0


@pytest.mark.parametrize("text,voice,said", [
    ("", VOICE, "nothing can be said"),
    (" .,! ", VOICE, "nothing can be said"),
    ("🙂", VOICE, "nothing can be said"),
    ("One", None, "needs a voice to follow: --voice-sample"),
    ("One", hum(0.5, RATE_HZ), "at least 1 s"),
    ("One", hum(31, RATE_HZ), "at most 30 s"),
    ("One", hum(2, RATE_HZ, loud=1e-5), "silent"),
])
def test_bad_input_is_told_and_the_next_run_works(loaded, text, voice, said):
    with pytest.raises(Failed, match=said) as failed:
        loaded.speak(text, voice, RATE_HZ)
    assert failed.value.kind == "bad-input"
    assert len(loaded.speak("One.", VOICE, RATE_HZ)[1]) > 0


class Evil:
    def __reduce__(self):
        return (print, ("this ran",))


@pytest.mark.parametrize("name,change,said", [
    ("epochs_2nd_00020.pth", lambda old: pickle.dumps({"net": Evil()}), "could run any code: it is refused"),
    ("epochs_2nd_00020.pth", lambda old: old[:1_000_000], "damaged"),
    ("epochs_2nd_00020.pth", None, "is missing"),
    ("config.yml", lambda old: old.replace(b"hidden_dim: 512", b"hidden_dim: -5"), "must be a whole number"),
    ("config.yml", lambda old: old.replace(b"n_layer: 1", b"n_layer: 2"), "another model"),
    ("config.yml", lambda old: old.replace(b"upsample_initial_channel: 512", b"upsample_initial_channel: 64"), "must be 512"),
    ("config.yml", lambda old: b"!!python/object/apply:os.system ['true']", "is no YAML"),
    ("config.yml", lambda old: b"[]", "no model_params"),
])
def test_models_that_are_none(engine, small, tmp_path, name, change, said):
    folder = tmp_path / "libritts"
    folder.mkdir()
    for path in small[0].iterdir():
        (folder / path.name).symlink_to(path)
    (folder / name).unlink()
    if change is not None:
        (folder / name).write_bytes(change((small[0] / name).read_bytes()))
    engine.ask("unload")
    with pytest.raises(Failed) as failed:
        engine.load(model_path=folder, threads=1)
    assert said in str(failed.value) and failed.value.kind == "bad-model"


def test_true_size_on_random_weights(engine):
    engine.ask("unload")
    model = catalogue_model("styletts2-libritts")
    answer = engine.load(model, threads=1)
    assert answer["parameters"] == model["parameters"] == 135794568
    (first, one), (_, two) = engine.speak("One two."), engine.speak("Yes, all of it.")
    assert first["voice"] == "random" and one != two
    _, cloned = engine.speak("One two.", VOICE, RATE_HZ)
    assert len(cloned) > 0 and cloned != one
    # a phoneme lasts about 75 ms
    assert 0.3 < len(one) / RATE_HZ < 1.5
    engine.ask("unload")
