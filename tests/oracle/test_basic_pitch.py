"""Basic Pitch in C against the package basic-pitch 0.4.0: notes and bends of activations, and whole songs."""

import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest
from conftest import BUILD, ROOT
from mir_eval import transcription

sys.path.insert(0, str(ROOT / "tests" / "tools"))
import songs  # noqa: E402

STORE = pathlib.Path(
    os.environ.get("LLAMABURN_TEST_MODELS")
    or pathlib.Path(os.environ.get("XDG_DATA_HOME") or pathlib.Path.home() / ".local/share") / "llamaburn"
)
FRAME_S = 256 / 22050
PEER = STORE / "environments/basic-pitch-python-cpu/bin/python"


class Package:
    """tests/tools/basic_pitch_peer.py, started once."""

    def __init__(self):
        assert PEER.exists(), f"{PEER} is missing: ./check installs it"
        self.process = subprocess.Popen(
            [PEER, ROOT / "tests/tools/basic_pitch_peer.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        )

    def ask(self, **request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        assert self.process.wait(20) == 0


@pytest.fixture(scope="module")
def package():
    it = Package()
    yield it
    it.close()


def drawn_activations(rng, frames):
    """Noise of some sort, with notes in it: some with an onset, some without; equal values too."""
    levels = rng.choice([0.1, 0.25, 0.35])
    notes = rng.random((frames, 88)) * levels
    onsets = rng.random((frames, 88)) * rng.choice([0.2, 0.5])
    for _ in range(int(rng.integers(0, 2 + frames // 4))):
        begin, key = int(rng.integers(0, frames)), int(rng.integers(0, 88))
        end = min(frames, begin + int(rng.integers(1, 80)))
        notes[begin:end, key] = rng.uniform(0.25, 1)
        if rng.random() < 0.7:
            onsets[begin, key] = rng.uniform(0.4, 1)
    if rng.random() < 0.3:
        notes, onsets = np.round(notes, 1), np.round(onsets, 1)
    return [x.astype(np.float32) for x in (notes, onsets, rng.random((frames, 264)))]


def assert_same(ours, theirs):
    """Frame for frame, in the package's order; bends equal; times to the last digits."""
    assert [note[:3] for note in ours["notes"]] == [note[:3] for note in theirs["notes"]]
    for our, their in zip(ours["notes"], theirs["notes"]):
        assert our[3] == pytest.approx(their[3], abs=1e-5)  # a mean of 32-bit floats
        assert our[4] == their[4]
    assert ours["times"] == pytest.approx(theirs["times"], abs=1e-9)


@pytest.mark.parametrize("frames,times", [(3, 20), (12, 60), (150, 80), (900, 10)])
def test_notes_of_drawn_activations(program, package, draw, tmp_path, frames, times):
    ours, found = program("oracle-basic-pitch"), 0
    path = tmp_path / "activations"
    for _ in range(times):
        rng = np.random.default_rng(draw.randrange(2**32))
        with open(path, "wb") as file:
            for matrix in drawn_activations(rng, frames):
                file.write(matrix.tobytes())
        request = {
            "path": str(path), "frames": frames, "onset": draw.choice([0.5, 0.3, 0.8]),
            "frame": draw.choice([0.3, 0.2, 0.6]), "shortest": draw.choice([11, 0, 1, 5, 30]),
            "infer": draw.random() < 0.6, "melodia": draw.random() < 0.7,
        }
        for bound in ("min_hz", "max_hz"):
            if draw.random() < 0.3:
                request[bound] = draw.uniform(30, 4500)
        theirs = package.ask(**request)
        assert_same(ours.ask(**request), theirs)
        found += len(theirs["notes"])
    assert found > 0 or frames == 3


def test_notes_of_a_song(program, package, tmp_path):
    """What the network really says."""
    _, wav, *_ = songs.song(tmp_path, 1)
    path = tmp_path / "activations"
    frames = package.ask(song=str(wav), activations=str(path))["frames"]
    for settings in ({}, {"melodia": False}, {"infer": False}, {"shortest": 3, "onset": 0.3}):
        request = {
            "path": str(path), "frames": frames, "onset": 0.5, "frame": 0.3, "shortest": 11,
            "infer": True, "melodia": True, **settings,
        }
        theirs = package.ask(**request)
        assert len(theirs["notes"]) > 30
        assert_same(program("oracle-basic-pitch").ask(**request), theirs)


def through_llamaburn(tmp_path, engine, paths):
    """The notes that an engine finds, by name of the song."""
    data = tmp_path / "data"
    for part in ("music", "environments"):
        (data / "llamaburn").mkdir(parents=True, exist_ok=True)
        (data / "llamaburn" / part).symlink_to(STORE / part)
    done = subprocess.run(
        [BUILD / "llamaburn", "transcribe", *paths, "-e", engine, "-n", "1", "-w", "0", "--no-warm-load", "--no-wait",
         "--format", "json"],
        env={**os.environ, "XDG_DATA_HOME": str(data)}, stdout=subprocess.PIPE, check=True, timeout=600,
    )
    return {pathlib.Path(record["input"]["path"]).stem: record["output"]["notes"] for record in json.loads(done.stdout)}


def matched(ours, theirs):
    """How many of their notes we have too: pitch equal, onset and offset within one frame."""
    left, count = sorted(ours), 0
    for start, end, pitch in theirs:
        for i, note in enumerate(left):
            if note[2] == pitch and abs(note[0] - start) <= FRAME_S and abs(note[1] - end) <= FRAME_S:
                del left[i]
                count += 1
                break
    return count


def f1(truth, notes):
    def arrays(table):
        table = np.array(table, float)
        return table[:, :2], 440 * 2 ** ((table[:, 2] - 69) / 12)

    return transcription.precision_recall_f1_overlap(*arrays(truth), *arrays(notes), offset_ratio=None)[2]


def test_ten_songs_have_the_packages_notes_and_score(package, tmp_path):
    """On 22.05 kHz input, where neither resamples."""
    made = [songs.song(tmp_path, seed) for seed in range(10)]
    heard = through_llamaburn(tmp_path, "basic-pitch", [str(wav) for _, wav, *_ in made])
    notes = same = 0
    for midi, wav, truth, *_ in made:
        ours = [[n["start_s"], n["end_s"], n["pitch"]] for n in heard[wav.stem]]
        theirs = [note[:3] for note in package.ask(song=str(wav))["notes"]]
        assert len(theirs) > 50
        notes += max(len(theirs), len(ours))
        same += matched(ours, theirs)
        assert f1(truth, ours) == pytest.approx(f1(truth, theirs), abs=0.002)
        assert f1(truth, ours) > 0.3
    assert same >= 0.995 * notes, f"{same} of {notes}"
