"""Beats and chords of songs that are known by construction: madmom, and aubio beside Debian's own aubiotrack."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from conftest import MODELS, ROOT

sys.path.insert(0, str(ROOT / "tests" / "tools"))
import songs  # noqa: E402

QUICK = ("-n", "1", "-w", "0", "--no-warm-load", "--no-wait")
ENVIRONMENT = "environments/madmom-cpu"


@pytest.fixture(scope="module")
def two_songs(tmp_path_factory):
    """Two songs of other tempo and chords: [(wav, beats file, lab file, bpm, labels)]."""
    folder, made, tempi = tmp_path_factory.mktemp("songs"), [], set()
    for seed in range(1, 50):
        _, _, beats, chords = songs.compose(seed, bars=8)
        bpm = round(60 / (beats[1] - beats[0]))
        if bpm in tempi:
            continue
        tempi.add(bpm)
        wav = songs.song(folder, seed, bars=8, rate=44100)[1]
        (folder / f"{seed}.beats").write_text(json.dumps({"bpm": bpm, "beats": beats}))
        bar_s, labels = 4 * (beats[1] - beats[0]), []
        for bar in range(8):
            chord = chords[bar % len(chords)]
            labels.append((bar * bar_s, (bar + 1) * bar_s, chord[0] + (":min" if chord.endswith("m") else ":maj")))
        (folder / f"{seed}.lab").write_text("".join(f"{a:.6f}\t{b:.6f}\t{label}\n" for a, b, label in labels))
        made.append((wav, folder / f"{seed}.beats", folder / f"{seed}.lab", bpm, [label for *_, label in labels]))
        if len(made) == 2:
            return made
    raise AssertionError("no two tempi")


@pytest.fixture
def madmom(world):
    installed = MODELS / ENVIRONMENT
    assert (installed / "llamaburn.json").exists(), f"{installed} is missing: ./check installs it"
    (world.data / "environments").mkdir(parents=True)
    (world.data / ENVIRONMENT).symlink_to(installed)
    return world


def test_aubio_hears_what_aubiotrack_hears(world, two_songs):
    """The same beats as Debian's own program, and the tempo that the song has."""
    for wav, beats, _, bpm, _ in two_songs:
        (record,) = world.json("beats", str(wav), "-e", "aubio", "--reference", str(beats), *QUICK)
        told = subprocess.run(
            ["aubiotrack", "-i", wav, "-B", "1024", "-H", "512"], capture_output=True, text=True, check=True, timeout=60
        ).stdout.split()
        ours = record["output"]["beats"]
        assert len(ours) == len(told) > 10
        assert all(abs(one - float(other)) < 2e-3 for one, other in zip(ours, told))
        assert min(abs(record["output"]["bpm"] / (bpm * level) - 1) for level in (0.5, 1, 2)) < 0.03
        assert record["output"]["counts"]["beats"] == len(ours)
        times = open(record["output"]["beats_txt"], encoding="ascii").read().split()
        assert len(times) == len(ours)


@pytest.mark.once
@pytest.mark.parametrize("threads", ["1", "2"])
def test_madmom_beats_are_the_songs(madmom, two_songs, threads):
    """Alone and with a pool of processes; against the other song's truth they are wrong."""
    (one, right, *_, bpm, _), (_, wrong, *_) = two_songs
    (good,) = madmom.json("beats", str(one), "-e", "madmom", "-t", threads, "--reference", str(right), *QUICK)
    (bad,) = madmom.json("beats", str(one), "-e", "madmom", "-t", threads, "--reference", str(wrong), *QUICK)
    assert good["scores"]["beat_f"]["value"] > 0.85 > bad["scores"]["beat_f"]["value"]
    assert abs(good["output"]["bpm"] / bpm - 1) < 0.04
    assert good["scores"]["tempo"]["value"] == 1


@pytest.mark.once
def test_madmom_tracks_bars(madmom, two_songs):
    wav, *_ = two_songs[0]
    (record,) = madmom.json("beats", str(wav), "-e", "madmom", "--downbeats", *QUICK)
    output = record["output"]
    assert set(output["downbeats"]) <= set(output["beats"])
    assert len(output["beats"]) / len(output["downbeats"]) == pytest.approx(4, abs=1.2)
    lines = open(output["beats_txt"], encoding="ascii").read().splitlines()
    assert any(line.endswith("\t1") for line in lines)


@pytest.mark.once
def test_madmom_chords_are_the_songs(madmom, two_songs):
    """Two songs of other chords, each right for itself and wrong for the other."""
    for (wav, _, right, _, labels), (_, _, wrong, *_) in zip(two_songs, reversed(two_songs)):
        (good,) = madmom.json("chords", str(wav), "-e", "madmom", "--reference", str(right), *QUICK)
        (bad,) = madmom.json("chords", str(wav), "-e", "madmom", "--reference", str(wrong), *QUICK)
        assert good["scores"]["chord_majmin"]["value"] > 0.85 > bad["scores"]["chord_majmin"]["value"]
        heard = [chord["label"] for chord in good["output"]["chords"]]
        assert set(heard) & set(labels) and good["output"]["key"]
        lab = open(good["output"]["lab"], encoding="ascii").read().splitlines()
        assert [line.split("\t")[2] for line in lab] == heard


# ---- --click ----


def click_places(wav, song):
    """Instants of the click track's clicks, by what it has more than half of the song; and their pitch in Hz."""
    mixed, rate = soundfile.read(wav, always_2d=True)
    original, its_rate = soundfile.read(song, always_2d=True)
    assert mixed.shape == original.shape and rate == its_rate
    added = (mixed - original / 2)[:, 0]
    loud, places, at = np.abs(added) > 0.05, [], 0
    for frame in np.flatnonzero(loud):
        if not places or frame - at > 0.05 * rate:
            places.append(frame)
        at = frame
    parts = [added[place : place + int(0.02 * rate)] for place in places]
    pitches = [np.count_nonzero(np.diff(np.signbit(part))) / 2 / 0.02 for part in parts]
    return [place / rate for place in places], pitches


@pytest.mark.parametrize("suffix", ["wav", "flac"])
def test_clicks_are_where_the_beats_are(world, two_songs, tmp_path, suffix):
    for number, (wav, *_) in enumerate(two_songs):
        target = tmp_path / f"click-{number}.{suffix}"
        (record,) = world.json("beats", str(wav), "-e", "aubio", "--click", str(target), *QUICK)
        assert record["output"]["click"] == str(target)
        assert str(target) in world.run("show", "last")[0]
        places, pitches = click_places(target, wav)
        assert places == pytest.approx(record["output"]["beats"], abs=1e-3) and len(places) > 10
        assert all(900 < pitch < 1100 for pitch in pitches)


def test_downbeats_click_higher(madmom, two_songs, tmp_path):
    wav, target = two_songs[0][0], tmp_path / "click.wav"
    (record,) = madmom.json("beats", str(wav), "-e", "madmom", "--downbeats", "--click", str(target), *QUICK)
    places, pitches = click_places(target, wav)
    output = record["output"]
    assert places == pytest.approx(output["beats"], abs=1e-3)
    high = [place for place, pitch in zip(places, pitches) if pitch > 1500]
    assert high == pytest.approx(output["downbeats"], abs=1e-3) and 1 < len(high) < len(places) / 2


def test_clicks_over_the_part_that_was_processed(world, two_songs, tmp_path):
    wav, target = two_songs[0][0], tmp_path / "click.wav"
    (record,) = world.json(
        "beats", str(wav), "-e", "aubio", "--start", "2", "--duration", "6", "--click", str(target), *QUICK)
    part = tmp_path / "part.wav"
    samples, rate = soundfile.read(wav)
    soundfile.write(part, samples[2 * rate : 8 * rate], rate, subtype="FLOAT")
    assert click_places(target, part)[0] == pytest.approx(record["output"]["beats"], abs=1e-3)


def test_compare_says_how_good_each_was(world, two_songs):
    """Not only of speech: the score that the mode is known by, and no folder of the user's in the csv."""
    (one, right, *_), (_, wrong, *_) = two_songs
    scores = []
    for beats in (right, wrong):
        (record,) = world.json("beats", str(one), "-e", "aubio", "--reference", str(beats), *QUICK)
        scores.append(record["scores"]["beat_f"]["value"])
    assert scores[0] != scores[1]
    table, _ = world.run("compare", "1", "2")
    rows = list(csv.DictReader(io.StringIO(world.run("compare", "1", "2", "--format", "csv")[0])))
    for row, score in zip(rows, scores):
        assert f"Beat F {100 * score:.1f} %" in table
        assert (row["score_name"], float(row["score"]), row["input"]) == ("beat_f", score, one.name)
    assert f"Beat F {100 * scores[0]:.1f} %" in world.run("history")[0]


def test_clicks_of_several_cases_go_into_a_folder(world, two_songs, tmp_path):
    folder = tmp_path / "clicks"
    paths = [str(wav) for wav, *_ in two_songs]
    _, err = world.run("beats", *paths, "-e", "aubio", "--click", str(folder), *QUICK, status=2)
    assert "is no folder: make it (mkdir)" in err and not folder.exists()
    # one case, and a name that says that it is a folder
    _, err = world.run("beats", paths[0], "-e", "aubio", "--click", f"{folder}/", *QUICK, status=2)
    assert "is no folder: make it (mkdir)" in err and not folder.exists()
    folder.mkdir()
    records = world.json("beats", *paths, "-e", "aubio", "--click", str(folder), *QUICK)
    assert sorted(path.name for path in folder.iterdir()) == ["01-aubio-click.wav", "02-aubio-click.wav"]
    for path, wav, record in zip(sorted(folder.iterdir()), paths, records):
        assert click_places(path, wav)[0] == pytest.approx(record["output"]["beats"], abs=1e-3)
    # again, over what is there, and one case only
    world.json("beats", paths[1], "-e", "aubio", "--click", str(folder), *QUICK)
    assert click_places(folder / "01-aubio-click.wav", paths[1])[0] == pytest.approx(records[1]["output"]["beats"], abs=1e-3)


@pytest.mark.parametrize(
    "name, words",
    [
        ("click.mp3", "must end in .wav or .flac"),
        ("nowhere/click.wav", "No such file or directory"),
        ("pipe.wav", "something that is no file has that name"),
        ("song.wav", "it is an input: name another file"),
        ("beats.wav", "--click and --save name the same file"),
    ],
)
def test_click_tracks_that_can_not_be(world, two_songs, tmp_path, name, words):
    """Said before anything is measured; and no input is lost."""
    song = tmp_path / "song.wav"
    shutil.copyfile(two_songs[0][0], song)
    os.mkfifo(tmp_path / "pipe.wav")
    _, err = world.run(
        "beats", str(song), "-e", "aubio", "--click", str(tmp_path / name), "--save", str(tmp_path / "beats.wav"), *QUICK,
        status=2)
    assert words in err and song.read_bytes() == two_songs[0][0].read_bytes()
    assert not (tmp_path / "beats.wav").exists()


def test_only_beats_click(world, two_songs, tmp_path):
    _, err = world.run("chords", str(two_songs[0][0]), "--click", "x.wav", status=2)
    assert "--click" in err
    plan, _ = world.run("chords", str(two_songs[0][0]), "-e", "null", "--print-plan")
    made = json.loads(plan)
    made["settings"]["click"] = str(tmp_path / "x.wav")
    (tmp_path / "plan.json").write_text(json.dumps(made))
    _, err = world.run("run", str(tmp_path / "plan.json"), status=2)
    assert "settings.click is for cases of beats only" in err


@pytest.mark.parametrize("shape", [("-r", "8000", "-c", "1"), ("-r", "192000", "-c", "2"), ("-r", "44100", "-c", "6")])
def test_any_form_of_sound_is_heard(madmom, tmp_path, two_songs, shape):
    made = tmp_path / "other.wav"
    subprocess.run(["sox", two_songs[0][0], *shape, made, "trim", "0", "8"], check=True, timeout=60)
    for engine in ("aubio", "madmom"):
        (record,) = madmom.json("beats", str(made), "-e", engine, *QUICK)
        assert record["status"] == "ok" and record["output"]["beats"]


@pytest.mark.parametrize("effects", [["synth", "3", "sine", "0"], ["synth", "0.05", "sine", "440"]])
def test_silence_and_a_blink_have_no_beats(madmom, tmp_path, effects):
    made = tmp_path / "short.wav"
    subprocess.run(["sox", "-n", "-r", "44100", "-c", "1", made, *effects], check=True, timeout=60)
    for engine in ("aubio", "madmom"):
        (record,) = madmom.json("beats", str(made), "-e", engine, *QUICK)
        assert record["status"] == "ok" and len(record["output"]["beats"]) <= 1


@pytest.mark.parametrize(
    "options, words",
    [
        (["--min-bpm", "100", "--max-bpm", "90"], "--min-bpm must be below --max-bpm"),
        (["--downbeats", "--beats-per-bar", "x"], "--beats-per-bar takes whole numbers from 1 to 16"),
    ],
)
def test_madmom_refuses_options_in_words(madmom, two_songs, options, words):
    _, err = madmom.run("beats", str(two_songs[0][0]), "-e", "madmom", *options, *QUICK, status=1)
    assert words in err


def test_aubio_refuses_odd_sizes(world, two_songs):
    _, err = world.run("beats", str(two_songs[0][0]), "-e", "aubio", "--buffer-size", "100", *QUICK, status=1)
    assert "aubio takes no buffer-size 100 with hop-size 512" in err


def test_a_reference_that_is_none(world, two_songs, tmp_path):
    bad = tmp_path / "bad.beats"
    bad.write_text("1.0\n0.5\n")
    _, err = world.run("beats", str(two_songs[0][0]), "-e", "aubio", "--reference", str(bad), *QUICK, status=1)
    assert "line 2" in err and "each beat must come after the one before it" in err
