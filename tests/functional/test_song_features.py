"""llamaburn features: views, parts of sounds, and sounds that are none."""

import json
import math
import pathlib
import struct
import sys
import wave

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools"))
import songs


# Semitones above A = 440 Hz, the tonic doubled: a bare triad is as much its third's minor.
A_MAJOR, C_MINOR = (-12, 0, 4, 7), (-9, 3, 6, 10)


def write(path, samples, rate, channels=1):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        frames = (sample for sample in samples for _ in range(channels))
        file.writeframes(b"".join(struct.pack("<h", round(32767 * sample)) for sample in frames))
    return str(path)


def chord(*notes, seconds=3.0, rate=16000):
    """A sound of these notes together."""
    return [
        sum(math.sin(2 * math.pi * 440 * 2 ** (note / 12) * i / rate) for note in notes) / (2 * len(notes))
        for i in range(round(seconds * rate))
    ]


def features(world, *paths, status=0):
    out, err = world.run("features", *paths, status=status)
    return json.loads(out) if out else None, err


def test_two_songs_have_their_own_features(world):
    a = write(world.folder / "a.wav", chord(*A_MAJOR), 16000)
    b = write(world.folder / "b.wav", chord(*C_MINOR), 16000)
    (first, second), _ = features(world, a, b)
    assert first["input"]["path"] == a and second["input"]["path"] == b
    assert first["key"]["name"] == "A major" and second["key"]["name"] == "C minor"
    assert first["chroma"] != second["chroma"]
    for one in (first, second):
        assert one["schema"] == "llamaburn.features/1" and one["duration_s"] == 3
        assert one["tuning_semitones"] == pytest.approx(0, abs=0.03)
        assert one["input"]["sample_rate"] == 16000 and one["input"]["channels"] == 1


def test_a_song_of_notes_has_its_tempo(world):
    _, wav, _, beats, _ = songs.song(world.folder, 2)
    (song,), _ = features(world, str(wav))
    bpm = 60 / (beats[1] - beats[0])
    assert min(abs(song["tempo"]["bpm"] / (bpm * octave) - 1) for octave in (0.5, 1, 2)) < 0.02
    assert song["onsets"] > 10 and song["tempo"]["strength"] > 0.2


def test_views(world):
    a = write(world.folder / "a.wav", chord(*A_MAJOR), 16000)
    silence = write(world.folder / "silence.wav", [0.0] * 16000, 16000)
    out, _ = world.run("features", a, silence, "--format", "jsonl")
    lines = [json.loads(line) for line in out.splitlines()]
    assert [line.get("key", {}).get("name") for line in lines] == ["A major", None]
    out, _ = world.run("features", a, silence, "--format", "table")
    head, first, second = out.splitlines()
    assert head.split()[:4] == ["FILE", "LENGTH", "BPM", "KEY"]
    assert "a.wav" in first and "3.0 s" in first and "A major" in first
    assert "silence.wav" in second and "–" in second and "100 %" in second


def test_a_part_of_a_sound(world):
    path = write(world.folder / "a.wav", chord(*A_MAJOR) + chord(*C_MINOR), 16000)
    out, _ = world.run("features", path, "--start", "3", "--duration", "2")
    (part,) = json.loads(out)
    assert part["duration_s"] == 2 and part["key"]["name"] == "C minor"


@pytest.mark.parametrize("rate, channels, seconds", [(8000, 1, 3), (192000, 1, 1), (48000, 6, 1)])
def test_odd_formats_are_measured_alike(world, rate, channels, seconds):
    path = write(world.folder / "odd.wav", chord(*A_MAJOR, seconds=seconds, rate=rate), rate, channels)
    (one,), _ = features(world, path)
    assert one["key"]["name"] == "A major"
    assert one["input"]["channels"] == channels and one["duration_s"] == seconds


ABSENT_OF_SILENCE = ("tempo", "key", "chroma", "tuning_semitones", "centroid_hz", "percussive_share", "loudness")


def test_silence_has_no_key(world):
    (one,), _ = features(world, write(world.folder / "silence.wav", [0.0] * 32000, 16000, 2))
    assert one["silent_share"] == 1 and one["onsets"] == 0
    assert not set(ABSENT_OF_SILENCE) & set(one)


def test_a_constant_has_no_key(world):
    (one,), _ = features(world, write(world.folder / "dc.wav", [0.5] * 32000, 16000))
    assert "key" not in one and "tuning_semitones" not in one and one["silent_share"] == 0


def test_fifty_milliseconds(world):
    (one,), _ = features(world, write(world.folder / "short.wav", chord(*A_MAJOR, seconds=0.05), 16000))
    assert one["duration_s"] == pytest.approx(0.05)
    assert "onsets_per_s" not in one and "range_lu" not in one["loudness"]


def test_nan_is_measured_as_silence_and_said(world):
    data = struct.pack("<f", math.nan) * 4000 + struct.pack("<f", 0.25) * 16000
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 3, 1, 16000, 64000, 4, 32,
                       b"data", len(data))
    path = world.folder / "nan.wav"
    path.write_bytes(head + data)
    (one,), err = features(world, str(path))
    assert "4000 samples" in err and one["duration_s"] == 1.25
    assert one["silent_share"] == pytest.approx(0.2)


def test_what_is_no_sound_leaves_the_others_features(world):
    good = write(world.folder / "good.wav", chord(*A_MAJOR), 16000)
    words = world.folder / "words.txt"
    words.write_text("no sound")
    found, err = features(world, str(words), good, str(world.folder / "absent.wav"), status=1)
    assert [one["key"]["name"] for one in found] == ["A major"]
    assert len(err.splitlines()) == 2 and "words.txt" in err and "absent.wav" in err
    found, err = features(world, str(words), status=1)
    assert found is None


def test_usage(world):
    world.run("features", status=2)
    world.run("features", "x.wav", "--format", "xml", status=2)
    out, _ = world.run("features", "--help")
    assert "--format" in out and "FILE" in out
