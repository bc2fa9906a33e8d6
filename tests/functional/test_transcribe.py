"""Songs into notes: Basic Pitch, natively and by its own package."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys

import mido
import pretty_midi
import pytest

from conftest import BUILD, MODELS, ROOT, wait_for

sys.path.insert(0, str(ROOT / "tests" / "tools"))
import songs  # noqa: E402

if not (BUILD / "src/engines/basic-pitch.so").exists():
    pytest.skip("this build is without ONNX Runtime: ./check gets it", allow_module_level=True)

QUICK = ("-n", "1", "-w", "0", "--no-warm-load", "--no-wait")
PYTHON = "environments/basic-pitch-python-cpu"


@pytest.fixture
def heard(world):
    """A world that has the model."""
    world.link_model("music/basic-pitch/nmp.onnx")
    return world


@pytest.fixture
def package(heard):
    """And the package's environment, as ./check has made it."""
    installed = MODELS / PYTHON
    assert (installed / "llamaburn.json").exists(), f"{installed} is missing: ./check installs it"
    (heard.data / "environments").mkdir(parents=True)
    (heard.data / PYTHON).symlink_to(installed)
    return heard


@pytest.fixture(scope="module")
def two_songs(tmp_path_factory):
    """Two songs with different notes: [(midi, wav, notes)]."""
    folder = tmp_path_factory.mktemp("songs")
    return [songs.song(folder, seed, bars=4)[:3] for seed in (1, 2)]


def test_two_songs_are_two_lists_of_notes_scored(heard, two_songs):
    """Each against its own truth is good, against the other's is not."""
    texts = []
    for (midi, wav, truth), (wrong, *_) in zip(two_songs, reversed(two_songs)):
        (good,) = heard.json("transcribe", str(wav), "-e", "basic-pitch", "--reference", str(midi), *QUICK)
        (bad,) = heard.json("transcribe", str(wav), "-e", "basic-pitch", "--reference", str(wrong), *QUICK)
        score = good["scores"]["note_f1"]
        assert score["value"] > 0.4 > bad["scores"]["note_f1"]["value"]
        assert {"precision", "recall", "f1"} <= score["onset_pitch"].keys()
        assert good["output"]["counts"]["notes"] == len(good["output"]["notes"]) > len(truth) / 3
        texts.append(json.dumps(good["output"]["notes"]))
    assert texts[0] != texts[1]


def test_the_midi_opens_elsewhere_with_the_same_notes(heard, two_songs):
    _, wav, _ = two_songs[0]
    (record,) = heard.json("transcribe", str(wav), "-e", "basic-pitch", *QUICK)
    path = record["output"]["midi"]
    assert mido.MidiFile(path).type == 1
    read = sorted(
        (note.pitch, note.start, note.end, note.velocity)
        for instrument in pretty_midi.PrettyMIDI(path).instruments for note in instrument.notes
    )
    told = sorted((n["pitch"], n["start_s"], n["end_s"], n["velocity"]) for n in record["output"]["notes"])
    assert len(read) == len(told) > 10
    for ours, others in zip(told, read):
        assert ours[0] == others[0] and ours[3] == others[3]
        assert ours[1:3] == pytest.approx(others[1:3], abs=0.0006)
    rows = pathlib.Path(record["output"]["notes_csv"]).read_text().splitlines()
    assert rows[0] == "start_s,end_s,pitch,velocity" and len(rows) == len(told) + 1
    assert {artifact["role"] for artifact in record["artifacts"]} == {"midi", "notes_csv"}


def test_save_formats_and_the_block(heard, two_songs):
    midi, wav, _ = two_songs[0]
    target = heard.folder / "mine.mid"
    out, _ = heard.run(
        "transcribe", str(wav), "-e", "basic-pitch", "--reference", str(midi), "--save", str(target), *QUICK)
    assert target.read_bytes()[:4] == b"MThd"
    assert "a second, MIDI" in out and "precision" in out
    for form in ("csv", "md", "json"):
        out, _ = heard.run("transcribe", str(wav), "-e", "basic-pitch", *QUICK, "--format", form)
        assert "basic-pitch" in out
    # again: the bytes are the same
    first = target.read_bytes()
    heard.run("transcribe", str(wav), "-e", "basic-pitch", "--save", str(target), *QUICK)
    assert target.read_bytes() == first


def test_the_package_finds_the_same_notes(package, two_songs):
    """On 22.05 kHz, where nothing is resampled; also with other options."""
    frame_s = 256 / 22050
    _, wav, _ = two_songs[0]
    for options in ((), ("--multiple-pitch-bends", "--minimum-note-ms", "60", "--onset-threshold", "0.4"),
                    ("--no-melodia-trick", "--minimum-frequency", "100", "--maximum-frequency", "1000")):
        native, python = package.json(
            "transcribe", str(wav), "-e", "basic-pitch,basic-pitch-python", *QUICK, *options)
        assert python["engine"]["version"] == "0.4.0"
        ours, theirs = native["output"]["notes"], python["output"]["notes"]
        assert len(ours) == len(theirs) > 10
        for mine, other in zip(ours, theirs):
            assert mine["pitch"] == other["pitch"]
            assert mine["start_s"] == pytest.approx(other["start_s"], abs=frame_s)
            assert mine["end_s"] == pytest.approx(other["end_s"], abs=frame_s)
            assert abs(mine["velocity"] - other["velocity"]) <= 1
            assert ("bends" in mine) == ("bends" in other)


@pytest.mark.parametrize("name,shape", [
    ("silent", ("-r", "22050", "-c", "1", "trim", "0", "1")),
    ("short", ("-r", "22050", "-c", "1", "trim", "0", "0.05")),
    ("8khz", ("-r", "8000", "-c", "1", "synth", "2", "sine", "440")),
    ("192khz", ("-r", "192000", "-c", "2", "synth", "2", "sine", "440")),
    ("six", ("-r", "44100", "-c", "6", "synth", "2", "sine", "440")),
    ("clipped", ("-r", "22050", "-c", "1", "synth", "2", "sine", "440", "gain", "30")),
])
def test_sounds_of_all_shapes(heard, name, shape):
    wav = heard.folder / f"{name}.wav"
    rate, effects = shape[:4], shape[4:]
    subprocess.run(["sox", "-D", "-n", *rate, wav, *effects], check=True, stderr=subprocess.DEVNULL)
    (record,) = heard.json("transcribe", str(wav), "-e", "basic-pitch", *QUICK)
    pitches = {note["pitch"] for note in record["output"]["notes"]}
    assert pitches == set() if name in ("silent", "short") else 69 in pitches
    assert pathlib.Path(record["output"]["midi"]).read_bytes()[:4] == b"MThd"


def test_no_sound_at_all(heard):
    wav = heard.folder / "empty.wav"
    subprocess.run(["sox", "-n", "-r", "22050", "-c", "1", wav, "trim", "0", "0"], check=True, stderr=subprocess.DEVNULL)
    _, err = heard.run("transcribe", str(wav), "-e", "basic-pitch", *QUICK, status=1)
    assert "empty.wav" in err and "Traceback" not in err


@pytest.mark.parametrize("engine", ["basic-pitch", "basic-pitch-python"])
@pytest.mark.parametrize("what", ["cut", "empty", "noise", "other"])
def test_a_model_that_is_none(package, two_songs, engine, what):
    target = package.data / "music/basic-pitch/nmp.onnx"
    whole = target.read_bytes()
    target.unlink()
    if what == "other":
        other = MODELS / "tts/piper/en_US-joe-medium.onnx"
        assert other.exists(), f"{other} is missing: ./check pulls it"
        shutil.copyfile(other, target)
    else:
        target.write_bytes({"cut": whole[: len(whole) // 2], "empty": b"", "noise": os.urandom(5000)}[what])
    _, err = package.run("transcribe", str(two_songs[0][1]), "-e", engine, *QUICK, status=1)
    assert "model" in err and "Traceback" not in err and "(load)" in err


@pytest.mark.parametrize("content,words", [
    (b"MThd", "no MIDI that can be read"),
    (b"", "empty"),
    (b"start_s,end_s,pitch\n0,1,600\n", "line 2"),
    (b"\x00\x01\x02", "reference"),
])
def test_a_reference_that_is_none(heard, two_songs, content, words):
    path = heard.folder / "truth.mid"
    path.write_bytes(content)
    _, err = heard.run(
        "transcribe", str(two_songs[0][1]), "-e", "basic-pitch", "--reference", str(path), *QUICK, status=1)
    assert words in err and "truth.mid" in err


def test_interrupted_in_a_run(heard, two_songs):
    """Ctrl-C: what was measured stays, is named, and no process is left (the fixture looks)."""
    wav = heard.folder / "long.wav"
    subprocess.run(["sox", *[str(two_songs[0][1])] * 30, wav], check=True)
    process = heard.start("transcribe", str(wav), "-e", "basic-pitch", "-n", "50", "-w", "0", "--no-warm-load", "--no-wait")
    wait_for(process, b"1/50")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    out, _ = heard.run("history", "--format", "json")
    assert json.loads(out)[0]["status"] == "interrupted"
