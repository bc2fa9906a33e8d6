"""--score grounding: descriptions of songs whose tempo, key and instruments are known by construction."""

import json
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools"))
import songs
from openai_server import Server
from test_song_features import A_MAJOR, chord, write
from test_hybrid import END, TAGS, figures, line, stream

QUICK = ("-n", "1", "-w", "0", "--no-warm-load", "--no-wait")
KNOWN = {"key": "C major", "vocals": False, "instruments": ["drums"], "genre": "pop"}


def describe(world, sound, text, *arguments, status=0):
    """What the engine that says what it is told is told to say."""
    return world.json("describe", str(sound), "-e", "null", "--text", text, *QUICK, *arguments, status=status)


@pytest.fixture
def song(world):
    """(sound, reference file, BPM) of a song of notes."""
    _, wav, _, beats, _ = songs.song(world.folder, 2, bars=4)
    bpm = round(60 / (beats[1] - beats[0]))
    reference = wav.with_suffix(".json")
    reference.write_text(json.dumps({"tempo": bpm, **KNOWN}))
    return wav, reference, bpm


def score(record):
    found = record["scores"]["grounding"]
    return found["right"], found["wrong"], found["unchecked"]


def test_right_claims_are_right_and_wrong_ones_wrong(world, song):
    wav, reference, bpm = song
    right = f"A pop piece in C major at {bpm} BPM with drums and no vocals."
    wrong = f"A metal piece in E minor at {bpm * 1.3:.0f} BPM with a harp, no drums, and a female singer."
    (record,) = describe(world, wav, right, "--reference", str(reference))
    assert score(record) == (5, 0, 0)
    assert record["scores"]["grounding"]["precision"] == record["scores"]["grounding"]["recall"] == 1
    (record,) = describe(world, wav, wrong, "--reference", str(reference), "--score", "grounding")
    assert score(record) == (0, 6, 0)
    assert record["scores"]["grounding"]["precision"] == record["scores"]["grounding"]["recall"] == 0
    said = {claim["said"]: claim["right"] for claim in record["scores"]["grounding"]["list"]}
    assert said["E minor"] is False and said["harp"] is False and record["scores"]["grounding"]["words"] == "claims/1"


def test_without_a_reference_it_is_measured(world, song):
    wav, _, bpm = song
    (record,) = describe(world, wav, f"{bpm} bpm, piano.", "--score", "grounding")
    assert score(record) == (1, 0, 1)
    assert record["scores"]["grounding"]["list"][0]["against"] == "measured"
    (record,) = describe(world, wav, f"{bpm * 1.25:.0f} bpm, piano.", "--score", "grounding")
    assert score(record) == (0, 1, 1)


def test_every_view_shows_it(world, song):
    wav, reference, bpm = song
    out, _ = world.run("describe", str(wav), "-e", "null", "--text", f"{bpm} BPM, piano, 808s.", *QUICK,
                       "--reference", str(reference))
    assert "2 of 3 claims right; 2 of 5 facts told" in out
    out, _ = world.run("show", "last")
    assert "grounding" in out
    out, _ = world.run("show", "last", "--format", "csv")
    assert "claims_unchecked" in out.splitlines()[0]


def test_a_folder_of_references(world, song):
    wav, reference, bpm = song
    other = write(world.folder / "other.wav", chord(*A_MAJOR), 16000)
    folder = world.folder / "references"
    folder.mkdir()
    (folder / reference.name).write_text(reference.read_text())
    (folder / "other.json").write_text('{"key": "A major"}')
    records = world.json("describe", str(wav), other, "-e", "null", "--text", "In A major.", *QUICK,
                         "--reference", str(folder))
    assert [score(record) for record in records] == [(0, 1, 0), (1, 0, 0)]
    out, _ = world.run("describe", str(wav), other, "-e", "null", "--text", "In A major.", *QUICK,
                       "--reference", str(folder), environment={"COLUMNS": "400"})
    assert "Claims right mean 50.00 %, median 50.00 %, worst 0.00 %" in out


def test_through_hybrid_what_was_measured_is_right(world):
    """Two songs and a model that tells what it was told, then one that lies."""
    minor = write(world.folder / "minor.wav", chord(-9, 3, 6, 10, seconds=2), 16000)

    def tells(reply):
        stream(reply, line(f"It is in {figures(reply)['key']['name']}, without drums."), json.dumps(END))

    def lies(reply):
        stream(reply, line("It is in F# major, with drums."), json.dumps(END))

    for part, wanted in ((tells, (1, 0, 1)), (lies, (0, 1, 1))):
        with Server(part, models=TAGS) as server:
            (record,) = world.json("describe", minor, "-e", "hybrid", "--url", server.url, *QUICK, "--score", "grounding")
        assert score(record) == wanted


BAD = {
    "no JSON": "tempo 120",
    "\"tempo\"": "{}",
    "\"key\" must": '{"key": "H dur"}',
    "contraption": '{"instruments": ["contraption"]}',
}


@pytest.mark.parametrize("words", BAD)
def test_bad_references(world, song, words):
    wav, reference, _ = song
    reference.write_text(BAD[words])
    (record,) = describe(world, wav, "x", "--reference", str(reference), status=1)
    message = record["error"]["message"]
    assert reference.name in message and "\n" not in message
    assert words in message or words == "no JSON"


def test_usage(world, song):
    wav, reference, _ = song
    _, err = world.run("describe", str(wav), "-e", "null", *QUICK, "--score", "wer", status=2)
    assert "wer" in err
    _, err = world.run("tts", "Hello.", "-e", "null", *QUICK, "--score", "grounding", status=2)
    assert "describe" in err
    _, err = world.run("describe", str(wav), "-e", "null", *QUICK, "--score", "truth", status=2)
    assert "grounding" in err
    _, err = world.run("describe", str(wav), "-e", "null", *QUICK, "--reference", "absent.json", status=1)
    assert "absent.json" in err


def test_an_empty_answer_claims_nothing(world, song):
    wav, reference, _ = song
    (record,) = describe(world, wav, " ", "--reference", str(reference))
    assert score(record) == (0, 0, 0) and "value" not in record["scores"]["grounding"]
    assert record["scores"]["grounding"]["recall"] == 0
