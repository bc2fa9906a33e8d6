"""Sets of sounds with exact truth: made of packages, whole, and of use to the commands that score."""

import hashlib
import json
import os

import mido
import numpy as np
import pretty_midi
import pytest
import soundfile

from conftest import BUILD, ROOT

RECIPE = json.loads((ROOT / "data/samples.json").read_text())
SETS = {one["name"]: one for one in RECIPE["sets"]}
QUICK = ("-n", "1", "-w", "0", "--no-warm-load", "--no-wait")


@pytest.fixture
def two(world):
    """A recipe of two songs only: all ten take a while."""
    data = world.folder / "shared"
    data.mkdir()
    songs = {**SETS["songs"], "songs": SETS["songs"]["songs"][:2]}
    (data / "samples.json").write_text(json.dumps({"sets": [songs, SETS["speech"], SETS["recorded"]]}))
    for name in ("engines", "catalogue.json", "texts"):
        (data / name).symlink_to(ROOT / "data" / name)
    world.environment["LLAMABURN_DATA"] = str(data)
    return world


def test_what_is_pulled_is_in_the_manifest(two):
    out, err = two.run("samples", "pull")
    root = two.data / "samples"
    assert out.strip() == str(root)
    manifest = json.loads((root / "manifest.json").read_text())
    assert set(manifest) == set(SETS)
    listed = {file["path"]: file for one in manifest.values() for file in one["files"]}
    found = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()} - {"manifest.json"}
    assert set(listed) == found
    for path, file in listed.items():
        data = (root / path).read_bytes()
        assert len(data) == file["bytes"] and hashlib.sha256(data).hexdigest() == file["sha256"]
    assert all(one["licence"] for one in manifest.values())
    out, _ = two.run("samples", "list", "--format", "json")
    assert [one["here"] for one in json.loads(out)] == [True] * 3
    # again: nothing to do; a file that is gone is made anew, and the same
    _, err = two.run("samples", "pull")
    assert err.count("is here") == 3
    (root / "songs/song-01/bass.flac").unlink()
    two.run("samples", "pull", "songs")
    assert json.loads((root / "manifest.json").read_text()) == manifest


def test_songs_are_what_their_truth_says(two):
    two.run("samples", "pull", "songs")
    folder, tempi = two.data / "samples/songs", set()
    for recipe in SETS["songs"]["songs"][:2]:
        name = recipe["name"]
        mix, rate = soundfile.read(folder / f"{name}.flac")
        stems = {stem: soundfile.read(folder / name / f"{stem}.flac")[0] for stem in ("drums", "bass", "other", "vocals")}
        assert rate == 44100 and all(np.abs(stem).max() > 0.01 for stem in stems.values())
        assert sum(stems.values()) == pytest.approx(mix, abs=1e-6)
        song = pretty_midi.PrettyMIDI(str(folder / f"{name}.mid"))
        assert song.get_tempo_changes()[1][0] == pytest.approx(recipe["bpm"], rel=1e-5)
        assert len(song.instruments) == 4 and sum(one.is_drum for one in song.instruments) == 1
        assert [one.program for one in song.instruments if not one.is_drum] == recipe["programs"]
        beats = json.loads((folder / f"{name}.beats").read_text())
        assert beats["bpm"] == recipe["bpm"] and len(beats["beats"]) == 4 * recipe["bars"]
        assert np.diff(beats["beats"]) == pytest.approx(60 / recipe["bpm"])
        drums = next(one for one in song.instruments if one.is_drum)
        assert [note.start for note in drums.notes] == pytest.approx(beats["beats"], abs=1e-3)
        lines = [line.split("\t") for line in (folder / f"{name}.lab").read_text().splitlines()]
        assert [line[2] for line in lines] == [recipe["chords"][i % len(recipe["chords"])] for i in range(recipe["bars"])]
        assert float(lines[-1][1]) == pytest.approx(4 * recipe["bars"] * 60 / recipe["bpm"])
        assert len(mix) / rate == pytest.approx(float(lines[-1][1]) + 1, abs=0.01)
        # what sounds is what is written: each stem is loudest where its notes are, silent before the first
        assert np.abs(mix[-2000:]).max() < 0.05
        tempi.add(beats["bpm"])
        mido.MidiFile(folder / f"{name}.mid")
    assert len(tempi) == 2


@pytest.mark.skipif(not (BUILD / "src/engines/aubio-beats.so").exists(), reason="built without aubio")
def test_the_set_is_scored_as_a_whole(two):
    two.run("samples", "pull", "songs")
    folder = two.data / "samples/songs"
    songs = [str(folder / f"song-0{i}.flac") for i in (1, 2)]
    records = two.json("beats", *songs, "-e", "aubio", "--reference", str(folder), *QUICK)
    assert [round(record["scores"]["tempo"]["value"]) for record in records] == [1, 1]
    scores = [record["scores"]["beat_f"]["value"] for record in records]
    assert all(score > 0.5 for score in scores)
    out, _ = two.run("beats", *songs, "-e", "aubio", "--reference", str(folder), *QUICK, environment={"COLUMNS": "400"})
    line = next(line for line in out.splitlines() if "2 results" in line)
    assert f"Beat F mean {50 * sum(scores):.2f} %, median {50 * sum(scores):.2f} %, worst {100 * min(scores):.2f} %" in line
    assert "RTF mean" in line


def test_a_missing_package_is_named_with_the_cure(two):
    empty = two.folder / "bin"
    empty.mkdir()
    (empty / "prlimit").symlink_to("/usr/bin/prlimit")
    environment = {"PATH": str(empty)}
    _, err = two.run("samples", "pull", "songs", status=1, environment=environment)
    assert "apt install fluidsynth" in err and "prlimit" not in err
    _, err = two.run("samples", "pull", environment=environment)
    assert "left out" in err and not (two.data / "samples/songs").exists()
    out, _ = two.run("samples", "list", environment=environment)
    assert "needs packages" in out


def test_wrong_names_and_recipes(two):
    two.run("samples", "pull", "nothing", status=2)
    path = two.folder / "shared/samples.json"
    for broken in ({"bpm": 0}, {"bars": 10**9}, {"chords": ["H:maj"]}, {"chords": []}, {"melody": ["0"]}, {"melody": ["-1234567"]},
                   {"programs": [0, 200, 0]}):
        songs = {**SETS["songs"], "songs": [{**SETS["songs"]["songs"][0], **broken}]}
        path.write_text(json.dumps({"sets": [songs]}))
        _, err = two.run("samples", "pull", "songs", status=1)
        assert "song-01" in err
    path.write_text("{")
    two.run("samples", "list", status=1)
    assert os.listdir(two.temporary) == []
