"""Engine piper, and the worker piper-tts beside it, on the voice that ./check has pulled."""

import array
import json
import math
import pathlib
import sys
import time
import wave

import pytest
from conftest import BUILD, MODELS, ROOT

sys.path.insert(0, str(ROOT / "tests" / "tools"))
from engine_process import EngineError, EngineProcess  # noqa: E402

VOICE = MODELS / "tts/piper/en_US-joe-medium.onnx"
MANIFEST = ROOT / "data/engines/piper.json"
FOX = "The quick brown fox jumps over the lazy dog."
STILL = {"noise_scale": 0, "noise_w": 0}
QUIET = {"spinning": False}  # the machine of the tests may be busy
if not (BUILD / "src/engines/piper.so").exists():
    pytest.skip("this build is without ONNX Runtime or espeak-ng: ./check gets both", allow_module_level=True)


@pytest.fixture
def piper():
    with EngineProcess(MANIFEST) as engine:
        yield engine


@pytest.fixture
def own_voice(tmp_path):
    """Makes a voice of the real model and a changed description."""

    def make(**changes):
        description = json.loads(pathlib.Path(f"{VOICE}.json").read_text())
        description.update(changes)
        (tmp_path / "own.onnx").symlink_to(VOICE)
        (tmp_path / "own.onnx.json").write_text(json.dumps(description))
        return tmp_path / "own.onnx"

    return make


def save(path, samples, rate=22050):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(array.array("h", [int(sample * 32767) for sample in samples]).tobytes())


@pytest.mark.once
@pytest.mark.parametrize(
    "text", [FOX, "The train leaves the station at nine on Friday morning."]
)
def test_what_it_says_is_understood(world, piper, text):
    """Two texts, two right answers: Whisper base writes down what was to be said. Without noise: always the same."""
    piper.load(VOICE, threads=2, **{**QUIET, "noise-scale": 0.0, "noise-w": 0.0})
    save(world.folder / "said.wav", piper.speak(text))
    world.link_model("whisper/ggml-base.bin")
    heard, = world.json(
        "stt", "said.wav", "-e", "whisper.cpp", "-m", "base", "-n", "1", "--no-wait", "--language", "en"
    )
    said = heard["output"]["text"].lower().replace("9", "nine")
    plain = "".join(c for c in said if c.isalpha() or c == " ").split()
    assert plain == "".join(c for c in text.lower() if c.isalpha() or c == " ").split()


def test_the_fox_through_the_program(world):
    """Five runs, their figures, the sound in the history, and Whisper's ear over it."""
    world.link_model("whisper/ggml-base.bin")
    for name in ("en_US-joe-medium.onnx", "en_US-joe-medium.onnx.json"):
        world.link_model(f"tts/piper/{name}")
    record, = world.json(
        "tts", FOX, "-e", "piper", "-n", "5", "--noise-scale", "0", "--noise-w", "0", "--no-spinning", "--score", "wer",
        "--no-wait")
    summary = record["summary"]
    assert len(record["iterations"]) == summary["iterations"] == 5
    assert summary["avg_rtf"] > 0 and 0 < summary["avg_latency_s"] <= summary["avg_wall_s"]
    speeds = [len(FOX) / one["wall_s"] for one in record["iterations"]]
    assert summary["avg_chars_per_sec"] == pytest.approx(sum(speeds) / 5)
    with open(record["output"]["audio"], "rb") as file:
        assert file.read(4) == b"RIFF"
    assert record["scores"]["wer"]["value"] == 0 and record["scores"]["wer"]["reference_words"] == 9


def test_first_sound_comes_early(piper):
    loaded = piper.load(VOICE, threads=2, **QUIET)
    assert loaded["threads"] == 2 and loaded["output_rate_hz"] == 22050 and not loaded["deterministic"]
    samples = piper.speak(f"Hello. {FOX} {FOX} {FOX}")
    assert piper.output["sentences"] == 4 and piper.output["unknown_phonemes"] == 0
    assert piper.output["phonemes"].splitlines()[0] == "həlˈoʊ."
    assert piper.run_ns < piper.first_ns < piper.run_ns + (piper.done_ns - piper.run_ns) / 2
    assert max(map(abs, samples)) == 1.0  # each sentence is raised to full scale
    phases = piper.output["phases"]
    assert 0 < phases["phonemes_s"] < phases["infer_s"] <= piper.output["engine_s"]


def test_options_have_effect(piper):
    """Lengths, noise, loudness, silence between sentences, and no noise: always the same."""
    piper.load(VOICE, **STILL, **QUIET)
    plain = piper.speak("One. Two.")
    assert piper.speak("One. Two.") == plain
    for options, check in (
        ({"length_scale": 2}, lambda s: len(s) > 1.6 * len(plain)),
        ({"volume": 0.5}, lambda s: math.isclose(max(map(abs, s)), 0.5, rel_tol=1e-6)),
        ({"normalise": False}, lambda s: max(map(abs, s)) < 1 and len(s) == len(plain)),
        ({"sentence_silence": 0.5}, lambda s: len(s) == len(plain) + 11025),
        ({"noise_scale": 0.667}, lambda s: len(s) == len(plain) and s != plain),
        ({"graph_optimisation": "all"}, lambda s: abs(len(s) - len(plain)) <= 512),
        ({"arena": False, "memory_pattern": True}, lambda s: s == plain),
    ):
        piper.unload()
        piper.load(VOICE, **{**STILL, **QUIET, **options})
        assert check(piper.speak("One. Two.")), options


@pytest.mark.parametrize("count", [1, 3])
def test_threads_are_counted(piper, count):
    assert piper.load(VOICE, threads=count, **QUIET)["threads"] == count


def test_given_phonemes(piper):
    piper.load(VOICE, **QUIET)
    piper.speak("say [[hˈaɪ]] now")
    assert piper.output["phonemes"] == "sˈeɪ hˈaɪ nˈaʊ"


def test_characters_as_phonemes(piper, own_voice):
    """A voice of the kind text: é is e and an accent, what it doesn't know is counted."""
    loaded = piper.load(own_voice(phoneme_type="text", espeak={}), **QUIET)
    assert loaded["info"]["phonemes_by"] == "characters"
    piper.speak("été, \u4f60!")
    assert piper.output["sentences"] == 1 and piper.output["phonemes"] == "e\u0301te\u0301, \u4f60!"
    assert piper.output["unknown_phonemes"] == 3


@pytest.mark.parametrize("text", ["", "   ", "...", "\n\n\t", "\u200b"])
def test_nothing_to_say(piper, text):
    piper.load(VOICE, **QUIET)
    with pytest.raises(EngineError) as refusal:
        piper.speak(text)
    assert refusal.value.kind == "bad-input" and "nothing in the text" in str(refusal.value)
    assert len(piper.speak("yes")) > 1000  # the session goes on


@pytest.mark.parametrize(
    "text",
    ["!?", "\U0001f600 hi \U0001f1eb\U0001f1f7", "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627", "a\x01Vfr\x02b\x7fc\x1b[31m",
     "$(reboot) `x` '; DROP \\ \" {\"a\":1} <b>&amp;</b>", "((( a", "a [[", "]] a [[", "a [[\n]] b", "\ufeffx", "a" * 900],
)
def test_odd_text_is_spoken(piper, text):
    piper.load(VOICE, threads=2, length_scale=0.1, **QUIET)
    samples = piper.speak(text)
    assert len(samples) > 100 and all(math.isfinite(sample) for sample in samples)


@pytest.mark.parametrize("piece", ["word ", "Long. ", "ab"])
def test_a_hundred_thousand_characters(piper, piece):
    """Only its beginning is waited for: no sentence is as long as that, and cancel comes through."""
    piper.load(VOICE, threads=2, length_scale=0.05, **QUIET)
    began = time.monotonic()
    request = piper.send("run", inputs=[{"role": "text", "text": piece * (100000 // len(piece))}], seed=0, index=0)
    piper.answer("first")
    assert time.monotonic() - began < 60 and piper.peak_kib() < 4 << 20
    cancelled = time.monotonic()
    piper.send("cancel")
    with pytest.raises(EngineError) as refusal:
        piper.answer("output")
    assert request == piper._id and refusal.value.kind == "cancelled"
    assert time.monotonic() - cancelled < 2
    assert len(piper.speak("yes")) > 100


def test_cancelled_within_a_sentence(piper):
    """ONNX Runtime is told to stop: one sentence of two minutes ends in less than two seconds."""
    piper.load(VOICE, length_scale=8, **QUIET)
    piper.send("run", inputs=[{"role": "text", "text": "and so on " * 60}], seed=0, index=0)
    time.sleep(0.5)
    cancelled = time.monotonic()
    piper.send("cancel")
    with pytest.raises(EngineError) as refusal:
        piper.answer("output")
    assert refusal.value.kind == "cancelled" and time.monotonic() - cancelled < 2


def test_engine_s_ends_with_the_sound(piper):
    """What the engine does after its last sample is no part of its time."""
    piper.load(VOICE, threads=2, **QUIET)
    for _ in range(3):
        begun = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        piper.send("run", inputs=[{"role": "text", "text": "Yes."}], seed=0, index=0)
        done, output = piper.answer("done"), piper.answer("output")
        assert 0 < output["output"]["engine_s"] <= (done["t_ns"] - begun) / 1e9


def test_scale_beyond_the_graph(piper):
    """Noise of 100 makes ONNX Runtime fail: what to do about it is said."""
    piper.load(VOICE, noise_w=100, **QUIET)
    with pytest.raises(EngineError, match="noise-scale, noise-w and length-scale"):
        for _ in range(20):
            piper.speak("Hi there, you")


def test_more_sound_than_room(own_voice):
    with EngineProcess(MANIFEST, out_bytes=4096) as engine:
        engine.load(VOICE, **QUIET)
        with pytest.raises(EngineError, match="more sound than there is room for"):
            engine.speak(FOX)


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"phoneme_id_map": {}}, "no phoneme_id_map"),
        ({"phoneme_id_map": {"_": [0], "^": [1], "$": [999]}}, "none of its 256 symbols"),
        ({"phoneme_id_map": {"_": [], "^": [1], "$": [2]}}, 'no id for "_"'),
        ({"audio": {"sample_rate": 0}}, "sample_rate"),
        ({"audio": {"sample_rate": 10**9}}, "sample_rate"),
        ({"num_speakers": 2}, "speakers, but the .onnx has one"),
        ({"num_speakers": "x"}, "num_speakers"),
        ({"espeak": {"voice": "xx-nowhere"}}, "xx-nowhere"),
        ({"phoneme_type": "pinyin"}, "piper-tts"),
        ({"speaker_id_map": {"a": 5}}, "speaker_id_map"),
    ],
)
def test_lying_description(piper, own_voice, changes, words):
    with pytest.raises(EngineError) as refusal:
        piper.load(own_voice(**changes), **QUIET)
    assert refusal.value.kind == "bad-model" and words in str(refusal.value) and "\n" not in str(refusal.value)
    assert piper.load(VOICE, **QUIET)["output_rate_hz"] == 22050


def test_ids_beyond_the_model(piper, own_voice):
    """The description allows an id that the graph's table hasn't: the run fails, the session goes on."""
    ids = json.loads(pathlib.Path(f"{VOICE}.json").read_text())["phoneme_id_map"]
    piper.load(own_voice(num_symbols=9000, phoneme_id_map={**ids, "a": [8000]}), **QUIET)
    with pytest.raises(EngineError, match="its .json belongs to it.*ONNX Runtime failed"):
        piper.speak("[[a]]")
    assert len(piper.speak("[[oʊ]]")) > 1000


def field(number, value):
    """One field of a protocol buffer: a number, or bytes with their length."""
    if isinstance(value, int):
        return bytes([number << 3, value])
    return bytes([number << 3 | 2, len(value)]) + value


def other_model():
    """A whole ONNX model that is no voice: y = x."""
    tensor = field(2, field(1, field(1, 1) + field(2, field(1, field(1, 1)))))
    node = field(1, b"x") + field(2, b"y") + field(4, b"Identity")
    graph = field(1, node) + field(2, b"g") + field(11, field(1, b"x") + tensor) + field(12, field(1, b"y") + tensor)
    return field(1, 8) + field(8, field(2, 13)) + field(7, graph)


@pytest.mark.parametrize(
    "content, words",
    [
        (b"", "can't load"),
        (b"not a model at all\n" * 100, "can't load"),
        (None, "can't load"),  # cut short
        (other_model(), 'no Piper voice: it has no input "input"'),
    ],
)
def test_corrupt_model(piper, tmp_path, content, words):
    path = tmp_path / "bad.onnx"
    path.write_bytes(VOICE.read_bytes()[: 30 << 20] if content is None else content)
    pathlib.Path(f"{path}.json").write_bytes(pathlib.Path(f"{VOICE}.json").read_bytes())
    with pytest.raises(EngineError) as refusal:
        piper.load(path, **QUIET)
    assert refusal.value.kind == "bad-model" and words in str(refusal.value) and "\n" not in str(refusal.value)


def test_missing_description(piper, tmp_path):
    (tmp_path / "alone.onnx").symlink_to(VOICE)
    with pytest.raises(EngineError, match="alone.onnx.json\" is missing"):
        piper.load(tmp_path / "alone.onnx", **QUIET)


@pytest.mark.parametrize("speaker", ["1", "ann", "-1", "", "99999999999999999999"])
def test_no_such_speaker(piper, speaker):
    with pytest.raises(EngineError) as refusal:
        piper.load(VOICE, speaker=speaker, **QUIET)
    assert refusal.value.kind == "usage" and "one speaker" in str(refusal.value)


def test_needs_a_voice(piper):
    with pytest.raises(EngineError, match="piper needs a voice"):
        piper.load(None)


def test_both_engines_are_checked(world):
    """`engines check` runs each over the voice in the store."""
    world.link_model("tts/piper/en_US-joe-medium.onnx")
    world.link_model("tts/piper/en_US-joe-medium.onnx.json")
    (world.data / "environments").symlink_to(MODELS / "environments")
    for engine in ("piper", "piper-tts"):
        out, _ = world.run("engines", "check", engine)
        assert "loads in" in out and "runs in" in out, out


def test_a_voice_is_two_files(world):
    """Verified, missed, and removed together, and nothing else beside them."""
    folder = world.data / "tts/piper"
    folder.mkdir(parents=True)
    for suffix in ("", ".json"):
        (folder / (VOICE.name + suffix)).write_bytes(pathlib.Path(f"{VOICE}{suffix}").read_bytes())
    (folder / "other.onnx").write_text("another's")
    out, err = world.run("models", "verify", VOICE.stem)
    assert "good" in out + err
    description = folder / (VOICE.name + ".json")
    whole = description.read_text()
    description.write_text(whole.replace("22050", "22051"))
    out, err = world.run("models", "verify", VOICE.stem, status=1)
    assert "damaged" in out + err
    description.unlink()
    out, err = world.run("models", "path", VOICE.stem, status=1)
    assert "is missing" in out + err and "models pull" in err
    description.write_text(whole)
    world.run("models", "remove", VOICE.stem)
    assert [path.name for path in folder.iterdir()] == ["other.onnx"]
