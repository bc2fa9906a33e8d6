"""Truth as people have it: MIDI and .lab files that are odd, and those that are none; ten songs by both Basic Pitches."""

import shutil
import struct

import numpy as np
import pytest
import soundfile

from conftest import BUILD, MODELS

if not (BUILD / "src/engines/basic-pitch.so").exists():
    pytest.skip("this build is without ONNX Runtime: ./check gets it", allow_module_level=True)

QUICK = ("-n", "1", "-w", "0", "--no-warm-load", "--no-wait")
RATE, PITCHES = 22050, (69, 72, 76, 69)


@pytest.fixture(scope="module")
def tune(tmp_path_factory):
    """Four tones of half a second each, with a rest after each."""
    time_s = np.arange(int(0.4 * RATE)) / RATE
    parts = []
    for pitch in PITCHES:
        hz = 440 * 2 ** ((pitch - 69) / 12)
        harmonics = sum(np.sin(2 * np.pi * hz * k * time_s) / k for k in (1, 2, 3))
        parts += [0.3 * harmonics * np.exp(-3 * time_s), np.zeros(int(0.1 * RATE))]
    path = tmp_path_factory.mktemp("tune") / "tune.wav"
    soundfile.write(path, np.concatenate(parts), RATE)
    return path


def chunk(name, data):
    return name + struct.pack(">I", len(data)) + data


def midi(events, division=480):
    """A file of one track."""
    return chunk(b"MThd", struct.pack(">HHH", 0, 1, division)) + chunk(b"MTrk", events + b"\x00\xff\x2f\x00")


def number(value):
    return bytes([value]) if value < 128 else bytes([0x80 | value >> 7, value & 127])


def notes(on, off, status=True, last_ends=True):
    """The tune's notes: @on and @off ticks each; a status byte before each event, or only before the first."""
    made = b""
    for index, pitch in enumerate(PITCHES):
        first = number(0 if index == 0 else off) + (b"\x90" if status or index == 0 else b"") + bytes([pitch, 90])
        ends = last_ends or index < len(PITCHES) - 1
        # in running status a note ends as one of no velocity
        end = number(on) + ((b"\x80" if status else b"") + bytes([pitch, 0])) if ends else b""
        made += first + end
    return made if last_ends else made + number(on) + b"\xff\x01\x00"


# At 120 a minute 480 ticks are half a second; in film time 25 frames of 40 ticks are a second.
TRUTHS = {
    "plain": midi(notes(384, 96)),
    "running-status": midi(notes(384, 96, status=False)),
    "unended": midi(notes(384, 96, last_ends=False)),
    "smpte": midi(notes(400, 100), division=struct.unpack(">H", struct.pack(">bB", -25, 40))[0]),
}


@pytest.fixture
def heard(world):
    world.link_model("music/basic-pitch/nmp.onnx")
    return world


def test_odd_midi_is_the_same_truth(heard, tune):
    """Four spellings of four notes: the same score, and a good one; another tune's is not."""
    values = []
    wrong = midi(notes(384, 96)).replace(bytes([0x90, 69]), bytes([0x90, 50]))
    for name, content in {**TRUTHS, "wrong": wrong}.items():
        path = heard.folder / f"{name}.mid"
        path.write_bytes(content)
        (record,) = heard.json("transcribe", str(tune), "-e", "basic-pitch", "--reference", str(path), *QUICK)
        score = record["scores"]["note_f1"]
        values.append((score["value"], score["onset_pitch_offset"]["f1"]))
    assert values[0] == values[1] == values[2] == values[3] and values[0][0] > 0.7
    assert values[4][0] < values[0][0]


@pytest.mark.parametrize("content, words", [
    (b"", "empty"),
    (midi(b""), "has no notes"),
    (midi(b"\x00\xff\x51\x03\x00\x00\x00" + notes(384, 96)), "tempo"),
    (TRUTHS["plain"][:40], "cut short"),
    (TRUTHS["plain"][:13], "no MIDI that can be read"),
    (midi(notes(384, 96), division=0), "ticks"),
])
def test_midi_that_is_no_truth(heard, tune, content, words):
    """Before anything is measured: one line with the file's name."""
    path = heard.folder / "truth.mid"
    path.write_bytes(content)
    _, err = heard.run("transcribe", str(tune), "-e", "basic-pitch", "--reference", str(path), *QUICK, status=1)
    assert words in err and "truth.mid" in err and "iteration 1/1" not in err


@pytest.mark.parametrize("content, words", [
    ("0 1 C:maj\n0.5 2 G:maj\n", "chord 2 of 2 overlaps the one before it"),
    ("0 1 C:maj\n1 2 H:maj\n", "line 2"),
    ("0 1 C:wonderful\n", "line 1"),
    ("0 1\n", "line 1"),
    ("1 0 C:maj\n", "line 1"),
    ("", "empty"),
])
def test_lab_that_is_no_truth(world, tune, content, words):
    path = world.folder / "truth.lab"
    path.write_text(content)
    _, err = world.run("chords", str(tune), "-e", "null", "--reference", str(path), *QUICK, status=1)
    assert words in err and "truth.lab" in err and "iteration 1/1" not in err


@pytest.mark.slow
def test_ten_songs_have_the_same_f1_in_both(heard):
    """The samples set, natively and by the package."""
    name = "environments/basic-pitch-python-cpu"
    assert (MODELS / name / "llamaburn.json").exists(), f"{MODELS / name} is missing: ./check installs it"
    (heard.data / "environments").mkdir(parents=True)
    (heard.data / name).symlink_to(MODELS / name)
    heard.run("samples", "pull", "songs", timeout=600)
    folder = heard.data / "samples/songs"
    songs = sorted(str(path) for path in folder.glob("*.flac"))
    assert len(songs) == 10
    records = heard.json(
        "transcribe", *songs, "-e", "basic-pitch,basic-pitch-python", "--reference", str(folder), *QUICK, timeout=1500)
    values = {}
    for record in records:
        values.setdefault(record["input"]["path"], {})[record["engine"]["id"]] = record["scores"]["note_f1"]["value"]
    assert len(values) == 10 and all(len(both) == 2 for both in values.values())
    for both in values.values():
        assert both["basic-pitch"] == pytest.approx(both["basic-pitch-python"], abs=0.002)
    assert len({round(both["basic-pitch"], 4) for both in values.values()}) > 5
    shutil.rmtree(folder)
