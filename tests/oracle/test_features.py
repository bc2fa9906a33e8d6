"""`llamaburn features` against librosa 0.11 on the same settings, and against ffmpeg's ebur128 filter, on ten
files: two recorded songs, two clips of speech, three songs of notes, three drawn sounds."""

import json
import pathlib
import re
import subprocess
import sys

import numpy as np
import pytest
import soundfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools"))
import librosa_features
import songs
from conftest import BUILD

SONGS = pathlib.Path("/usr/share/games/fretsonfire/data/songs/muldjord")
SPEECH = pathlib.Path("/usr/share/pocketsphinx/test/data/librivox")
# Relative to what librosa says, or absolute. A roll-off is a whole bin: where two share the edge, single precision
# decides.
TOLERANCE, ROLLOFF_TOLERANCE = 1e-4, 1e-3


def cut(source, wav, seconds):
    """Seconds of a recorded song from its first half minute on."""
    subprocess.run(
        ["ffmpeg", "-v", "error", "-ss", "30", "-t", str(seconds), "-i", source, wav],
        check=True, stdin=subprocess.DEVNULL,
    )
    return wav


def drawn(folder):
    """Clicks at 100 BPM, 48 kHz; a chord out of tune under noise, 8 kHz; a glide in noise, then silence, 96 kHz."""
    draw = np.random.default_rng(5)
    clicks = np.zeros((48000 * 12, 2))
    for start in range(4800, len(clicks), 28800):
        clicks[start : start + 480] = draw.normal(size=(480, 2)) * np.linspace(0.5, 0, 480)[:, None]
    at = np.arange(8000 * 10) / 8000
    chord = sum(np.sin(2 * np.pi * 440 * 2 ** ((note + 0.37) / 12) * at) for note in (0, 3, 7)) / 8
    chord += draw.normal(size=len(at)) * 0.01
    at = np.arange(96000 * 8) / 96000
    glide = 0.3 * np.sin(2 * np.pi * (100 * at + 150 * at**2))
    glide = (glide + draw.normal(size=len(at)) * 0.001) * (at < 6)
    for name, samples, rate in (("clicks", clicks, 48000), ("chord", chord, 8000), ("glide", glide, 96000)):
        soundfile.write(folder / f"{name}.wav", samples, rate, subtype="FLOAT")
        yield folder / f"{name}.wav"


def ten_files(folder):
    for name in ("armygeddon", "chaos_god"):
        yield cut(SONGS / name / "song.ogg", folder / f"{name}.wav", 20)
    yield from sorted(SPEECH.glob("*.wav"))[:2]
    for seed in (1, 2, 3):
        yield songs.song(folder, seed, bars=4, rate=44100)[1]
    yield from drawn(folder)


def through_llamaburn(paths):
    out = subprocess.run([BUILD / "llamaburn", "features", *paths], check=True, stdout=subprocess.PIPE).stdout
    return {pathlib.Path(one["input"]["path"]).stem: one for one in json.loads(out)}


def differences(ours, theirs, name):
    """Figures that differ, each with its place."""
    if isinstance(theirs, dict):
        for key, value in theirs.items():
            yield from differences(ours.get(key), value, f"{name}.{key}")
    elif isinstance(theirs, list):
        for i, value in enumerate(theirs):
            yield from differences(ours[i], value, f"{name}[{i}]")
    elif isinstance(theirs, (str, int)):
        if ours != theirs:
            yield f"{name}: {ours}, librosa {theirs}"
    else:
        tolerance = ROLLOFF_TOLERANCE if ".rolloff" in name else TOLERANCE
        if ours != pytest.approx(theirs, rel=tolerance, abs=TOLERANCE):
            yield f"{name}: {ours}, librosa {theirs}"


def loudness_by_ffmpeg(path):
    """LUFS, of one decimal."""
    said = subprocess.run(
        ["ffmpeg", "-hide_banner", "-nostats", "-i", path, "-af", "ebur128", "-f", "null", "-"],
        check=True, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
    ).stderr.decode()
    return float(re.findall(r"^\s+I:\s+(-?[0-9.]+) ", said, re.M)[-1])


def test_ten_files_have_librosas_features_and_ffmpegs_loudness(tmp_path):
    paths = list(ten_files(tmp_path))
    assert len(paths) == 10
    measured = through_llamaburn(paths)
    found = []
    for path in paths:
        ours, theirs = measured[path.stem], librosa_features.measure(path)
        found += differences(ours, theirs, path.stem)
        lufs = loudness_by_ffmpeg(path)
        if abs(ours["loudness"]["integrated_lufs"] - lufs) > 0.11:
            found.append(f"{path.stem}: {ours['loudness']}, ffmpeg {lufs} LUFS")
    assert not found, "\n".join(found)
    # They are ten different sounds: an answer that is always the same would not have passed.
    assert len({one["key"]["name"] for one in measured.values()}) >= 4
    assert measured["clicks"]["tempo"]["bpm"] == pytest.approx(100, rel=0.01)
    assert measured["chord"]["key"]["name"] == "A minor"
    assert measured["chord"]["tuning_semitones"] == pytest.approx(0.37, abs=0.011)
    assert measured["clicks"]["percussive_share"] > 0.9 > 0.1 > measured["chord"]["percussive_share"]
