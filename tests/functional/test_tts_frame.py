"""Modes that make sound, through the program, with the null engine: what is measured, checked, kept and said."""

import hashlib
import json
import math
import os
import pathlib
import signal
import struct
import subprocess
import wave

import pytest

LIBRIVOX = pathlib.Path("/usr/share/pocketsphinx/test/data/librivox")
CLIP = str(LIBRIVOX / "sense_and_sensibility_01_austen_64kb-0880.wav")
OTHER = str(LIBRIVOX / "sense_and_sensibility_01_austen_64kb-0890.wav")
FOX = "The quick brown fox jumps over the lazy dog."
RATE = 22050
# Flags that this part raises: a test machine may be busy, and say so.
OURS = {"clipped-output", "silent-output", "output-differs", "not-kept", "not-saved", "not-scored", "failed"}


def text(words, **more):
    return {"role": "text", "text": words, **more}


def case(*inputs, mode="tts", **members):
    return {"mode": mode, "engine": "null", "device": "cpu", "inputs": list(inputs) or [text(FOX)], **members}


def write_plan(world, *cases, **settings):
    settings = {"iterations": 2, "warmups": 1, "warm_load": False, "wait": False, **settings}
    plan = {"schema": "llamaburn.plan/1", "settings": settings, "cases": list(cases) or [case()]}
    path = world.folder / "plan.json"
    path.write_text(json.dumps(plan))
    return path


def measure(world, *cases, status=0, options=(), environment=None, **settings):
    plan = write_plan(world, *cases, **settings)
    return world.json("run", plan, *options, status=status, **({"environment": environment} if environment else {}))


def flags(record):
    return {flag["id"]: flag for flag in record["validity"]["flags"]}


def read_float_wav(path):
    """(rate, channels, samples) of a WAV of 32-bit floats: Python's wave doesn't read them."""
    data = pathlib.Path(path).read_bytes()
    assert data[:4] == b"RIFF" and data[8:12] == b"WAVE"
    at, found = 12, {}
    while at < len(data):
        name, size = data[at : at + 4], struct.unpack_from("<I", data, at + 4)[0]
        found[name] = data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    kind, channels, rate = struct.unpack_from("<HHI", found[b"fmt "])
    assert kind == 3
    return rate, channels, found[b"data"]


def test_speech_is_measured_by_what_came_out(world):
    """RTF, characters and words a second follow from the raw times; the sound has the length of the text."""
    (record,) = measure(world, case(text(FOX, set="short", name="fox")))
    length_s = math.floor(0.06 * len(FOX) * RATE) / RATE
    assert record["status"] == "ok" and not OURS & set(flags(record))
    assert record["input"] == {"text": FOX, "characters": 44, "words": 9, "set": "short", "name": "fox"}
    for one in record["iterations"] + record["warmups"]:
        assert one["audio_s"] == pytest.approx(length_s)
        assert one["rtf"] == pytest.approx(one["wall_s"] / length_s)
        assert one["chars_per_sec"] == pytest.approx(44 / one["wall_s"])
        assert one["words_per_sec"] == pytest.approx(9 / one["wall_s"])
        assert one["latency_kind"] == "audio" and 0 < one["latency_s"] < one["wall_s"]
    summary, iterations = record["summary"], record["iterations"]
    for mean, member in (
        ("avg_audio_s", "audio_s"), ("avg_chars_per_sec", "chars_per_sec"), ("avg_words_per_sec", "words_per_sec"),
        ("avg_rtf", "rtf"),
    ):  # fmt: skip
        assert summary[mean] == pytest.approx(sum(one[member] for one in iterations) / len(iterations))
    overhead_s = record["timing"]["load_s"] + summary["median_wall_s"]
    assert summary["end_to_end_rtf"] == pytest.approx(overhead_s / length_s)
    number = str(record["number"])
    (stored,) = json.loads(world.run("show", number, "--format", "json")[0])
    assert stored["iterations"] == iterations and stored["output"] == record["output"]
    assert stored["artifacts"] == record["artifacts"]


def test_two_texts_give_two_sounds(world):
    """The figures are the text's own: a sine of half full scale, as long as its text."""
    records = measure(world, case(text("Short.")), case(text("A much longer text, of more words.")))
    lengths = [record["output"]["sound"]["duration_s"] for record in records]
    assert lengths == pytest.approx([0.06 * 6, 0.06 * 34], abs=1e-4)
    for record in records:
        sound = record["output"]["sound"]
        assert sound["sample_rate"] == RATE and sound["channels"] == 1
        assert sound["peak_db"] == pytest.approx(-6.02, abs=0.01)
        assert sound["rms_db"] == pytest.approx(-9.03, abs=0.02)
        assert sound["clipped_share"] == 0 and sound["silent_share"] == 0
    assert "loudness_lufs" not in records[0]["output"]["sound"]  # below 0.4 s there is none
    assert records[1]["output"]["sound"]["loudness_lufs"] == pytest.approx(-9.66, abs=0.1)


def test_the_sound_is_kept_as_it_came(world):
    """The file holds the samples whose hash the record has, bit by bit; the artifact is that file."""
    (record,) = measure(world)
    path = pathlib.Path(record["output"]["audio"])
    (artifact,) = record["artifacts"]
    assert path == world.data / artifact["path"] and artifact["role"] == "audio"
    assert artifact["bytes"] == path.stat().st_size
    assert artifact["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    rate, channels, samples = read_float_wav(path)
    assert (rate, channels) == (RATE, 1)
    assert hashlib.sha256(samples).hexdigest() == record["output"]["sound"]["sha256"]
    assert oct(path.stat().st_mode & 0o777) == "0o600"
    assert [file.name for file in path.parent.iterdir()] == ["audio.wav"]
    world.run("history", "remove", str(record["number"]))
    assert not path.exists()


@pytest.mark.parametrize("keep,files", [("first", 1), ("all", 3), ("none", 0)])
def test_keep_says_how_many_stay(world, keep, files):
    """One for each different output; what stays belongs to the output that names it."""
    (record,) = measure(world, case(options={"vary": True}), iterations=3, keep=keep)
    assert len(record["outputs"]) == 3 and len(record["artifacts"]) == files
    paths = [output["output"]["audio"] for output in record["outputs"] if "audio" in output["output"]]
    assert len(paths) == files
    for output, path in zip(record["outputs"], paths):
        _, _, samples = read_float_wav(path)
        assert hashlib.sha256(samples).hexdigest() == output["output"]["sound"]["sha256"]


def test_the_hash_of_an_output_is_without_its_path(world):
    """Two runs of one text have one output hash, though their files lie in two folders."""
    first, second = measure(world)[0], measure(world)[0]
    assert first["output"]["audio"] != second["output"]["audio"]
    assert first["outputs"][0]["sha256"] == second["outputs"][0]["sha256"]


def test_no_store_keeps_nothing_and_saves_what_is_asked(world):
    target = world.folder / "fox.wav"
    (record,) = measure(world, options=["--no-store"], save=str(target))
    assert record["artifacts"] == [] and "audio" not in record["output"]
    assert hashlib.sha256(read_float_wav(target)[2]).hexdigest() == record["output"]["sound"]["sha256"]
    assert not (world.data / "runs").exists()


def test_a_voice_and_its_text_travel_with_the_text(world):
    """Inputs by role, in any order: each is heard, at its own place, and is in the record."""
    voice, words = {"role": "voice", "path": CLIP}, {"role": "voice-text", "text": "what is said there"}
    alone, given, turned = measure(world, case(), case(text(FOX), voice, words), case(voice, words, text(FOX)))
    assert "frames" in given["output"]["text"] and "frames" not in alone["output"]["text"]
    assert given["output"]["text"].startswith(alone["output"]["text"])
    assert sorted(given["output"]["text"].split("; ")) == sorted(turned["output"]["text"].split("; "))
    sound, said = given["more_inputs"]
    assert sound["role"] == "voice" and sound["path"] == CLIP and sound["sample_rate"] == 16000
    assert sound["sha256"] == hashlib.sha256(pathlib.Path(CLIP).read_bytes()).hexdigest()
    assert sound["duration_s"] == pytest.approx(sound["processed_s"]) and sound["channels"] == 1
    assert said == {"role": "voice-text", "text": "what is said there"}
    assert turned["input"]["text"] == FOX and "more_inputs" not in alone


def test_only_what_is_measured_is_cut(world):
    """--start and --duration are of the sound that is measured, not of a voice beside it."""
    sound, voice = {"role": "audio", "path": CLIP}, {"role": "voice", "path": OTHER}
    (record,) = measure(world, case(sound, voice, mode="stt"), start_s=0.5, duration_s=1)
    assert record["input"]["processed_s"] == pytest.approx(1)
    assert record["more_inputs"][0]["processed_s"] == pytest.approx(record["more_inputs"][0]["duration_s"])
    frames = [int(words.split()[0]) for words in record["output"]["text"].split("; ")]
    assert frames == [16000, round(record["more_inputs"][0]["duration_s"] * 16000)]


def test_several_sounds_of_one_file_have_places_of_their_own(world):
    """The same file twice, at a rate that needs resampling: both are heard alike, whole."""
    sound, voice = {"role": "audio", "path": CLIP}, {"role": "voice", "path": CLIP}
    (record,) = measure(world, case(sound, voice, mode="stt", options={"rate": 22051, "channels": 2}))
    first, second = record["output"]["text"].split("; ")
    assert first == second and int(first.split()[0]) > 22051
