"""Songs into stems, scored against the true ones; Demucs for real at the end (slow)."""

import json
import pathlib
import shutil
import signal
import subprocess

import museval
import numpy as np
import pytest
import soundfile

from conftest import MODELS, ROOT, wait_for

QUICK = ("-n", "1", "-w", "0", "--no-warm-load", "--no-wait")
RATE, SECONDS = 8000, 3

MANIFEST = {
    "id": "splitter", "title": "Splits a sound in a way that is known", "modes": ["separation"],
    "inputs": [{"role": "audio", "kind": "pcm"}], "outputs": ["pcm", "stems"], "backends": ["cpu"],
    "python": {"versions": ">=3.9"},
    "options": [
        {"name": "rate", "kind": "int", "default": RATE, "min": 100, "max": 48000, "help": "that it works at"},
        {"name": "smooth", "kind": "int", "default": 4, "min": 1, "max": 64, "help": "samples that bass is the mean of"},
    ],
}
WORKER = '''
from array import array
from llamaburn_worker import Engine, Loaded

class Splitter(Engine):
    def load(self, request):
        self.options = request.options
        return Loaded(
            input_rate_hz=self.options["rate"], input_channels=2, output_rate_hz=self.options["rate"],
            output_channels=2, output_stems=2, deterministic=True, same_length=True,
        )

    def run(self, request):
        mix, n = request.sound().samples, self.options["smooth"]
        low = array("f", bytes(4 * len(mix)))
        for i in range(len(mix)):
            taken = [mix[k] for k in range(i, max(-1, i - 2 * n), -2)]
            low[i] = sum(taken) / len(taken)
        request.write(low, "bass")
        request.write(array("f", [m - l for m, l in zip(mix, low)]), "vocals")
        return {"stems": ["bass", "vocals"]}
'''


@pytest.fixture
def splitter(world):
    """A world with an engine of two stems."""
    folder = world.data / "workers" / "splitter"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps(MANIFEST))
    (folder / "worker.py").write_text(WORKER)
    return world


def write(path, samples, rate=RATE):
    path.parent.mkdir(exist_ok=True)
    soundfile.write(path, samples, rate, subtype="FLOAT" if path.suffix == ".wav" else None)


@pytest.fixture
def song(tmp_path):
    """The mix and its folder of truth: low noise and high noise."""
    rng = np.random.default_rng(5)
    noise = rng.standard_normal((RATE * SECONDS + 16, 4))
    low = np.cumsum(noise[:, :2], axis=0)
    bass = 0.1 * (low[16:] - low[:-16]) + 0.02 * noise[16:, 1::-1]
    vocals = 0.1 * (noise[16:, 2:] - noise[15:-1, 2:])
    truth = tmp_path / "truth"
    write(truth / "bass.wav", bass)
    write(truth / "vocals.wav", vocals)
    write(tmp_path / "song.wav", bass + vocals)
    return tmp_path / "song.wav", truth


def test_scores_are_museval_s(splitter, song):
    wav, truth = song
    values = []
    for smooth in ("4", "16"):
        (record,) = splitter.json("separate", str(wav), "-e", "splitter", "--reference", str(truth), "--smooth", smooth,
                                  "--audio-format", "wav", *QUICK)
        score = record["scores"]["sdr"]
        names = ["bass", "vocals"]
        right = np.stack([soundfile.read(truth / f"{name}.wav")[0] for name in names])
        found = np.stack([soundfile.read(record["output"]["stems"][name])[0] for name in names])
        assert found.sum(axis=0) == pytest.approx(soundfile.read(wav)[0], abs=1e-6)
        theirs = museval.evaluate(right, found, win=RATE, hop=RATE)  # sdr, isr, sir, sar
        for i, name in enumerate(names):
            for member, table in zip(("sdr_db", "isr_db", "sir_db", "sar_db"), theirs):
                assert score["stems"][name][member] == pytest.approx(np.nanmedian(table[i]), abs=1e-3)
            whole = 10 * np.log10(np.sum(right[i] ** 2) / np.sum((right[i] - found[i]) ** 2))
            assert score["stems"][name]["whole_sdr_db"] == pytest.approx(whole, abs=1e-3)
        assert score["value"] == pytest.approx(np.mean([score["stems"][name]["sdr_db"] for name in names]))
        values.append(score["value"])
    assert abs(values[0] - values[1]) > 0.5


def test_the_block_and_the_table_have_them(splitter, song):
    wav, truth = song
    out, _ = splitter.run("separate", str(wav), "-e", "splitter", "--reference", str(truth), *QUICK)
    assert "SDR" in out and "vocals" in out and "SI-SDR" in out
    out, _ = splitter.run("separate", str(wav), "-e", "splitter", "--reference", str(truth), *QUICK, "--format", "csv")
    head, row = out.splitlines()[:2]
    assert float(dict(zip(head.split(","), row.split(",")))["sdr_bass_db"]) > 3


def test_the_part_that_is_separated_is_what_is_scored(splitter, song):
    wav, truth = song
    (record,) = splitter.json("separate", str(wav), "-e", "splitter", "--reference", str(truth), "--start", "1",
                              "--duration", "1", *QUICK)
    assert record["scores"]["sdr"]["stems"]["bass"]["windows"] == 1
    assert record["scores"]["sdr"]["stems"]["bass"]["sdr_db"] > 3


def test_several_songs_have_a_folder_each(splitter, song):
    wav, truth = song
    other = wav.with_name("other.wav")
    shutil.copyfile(wav, other)
    for name in ("song", "other"):
        shutil.copytree(truth, wav.parent / "all" / name)
    (wav.parent / "all/other/bass.wav").unlink()
    samples, _ = soundfile.read(truth / "bass.wav")
    write(wav.parent / "all/other/bass.flac", 0.5 * samples)
    first, second = splitter.json(
        "separate", str(wav), str(other), "-e", "splitter", "--reference", str(wav.parent / "all"), *QUICK)
    assert first["scores"]["sdr"]["value"] > second["scores"]["sdr"]["value"]


@pytest.mark.parametrize("what,words", [
    ("name", 'lacks the stem'),
    ("rate", "8000"),
    ("channels", "1 channels"),
    ("length", "lasts 2.000 s"),
    ("noise", "vocals"),
    ("silent", "silent"),
])
def test_truth_that_does_not_fit_is_said_and_figures_stay(splitter, song, what, words):
    wav, truth = song
    samples, _ = soundfile.read(truth / "vocals.wav")
    if what == "name":
        (truth / "vocals.wav").rename(truth / "singer.wav")
    elif what == "rate":
        write(truth / "vocals.wav", samples, 16000)
    elif what == "channels":
        write(truth / "vocals.wav", samples[:, 0])
    elif what == "length":
        write(truth / "vocals.wav", samples[: 2 * RATE])
    elif what == "noise":
        (truth / "vocals.wav").write_bytes(b"RIFF no sound at all")
    else:
        write(truth / "vocals.wav", 0 * samples)
    (record,) = splitter.json("separate", str(wav), "-e", "splitter", "--reference", str(truth), *QUICK)
    assert "scores" not in record and record["iterations"]
    (flag,) = [flag for flag in record["validity"]["flags"] if flag["id"] == "not-scored"]
    assert words in json.dumps(flag)


@pytest.mark.parametrize("what", ["missing", "file", "empty"])
def test_a_reference_that_is_no_folder_of_stems(splitter, song, what):
    """Before anything is measured."""
    wav, truth = song
    path = {"missing": wav.parent / "nowhere", "file": wav, "empty": wav.parent / "empty"}[what]
    (wav.parent / "empty").mkdir()
    _, err = splitter.run("separate", str(wav), "-e", "splitter", "--reference", str(path), *QUICK, status=1)
    assert "true stems" in err and "(input)" in err


# ---- Demucs ----


@pytest.fixture
def demucs(world):
    installed = MODELS / "environments/demucs-cpu"
    assert (installed / "llamaburn.json").exists(), f"{installed} is missing: ./check --all installs it"
    (world.data / "environments").mkdir(parents=True)
    (world.data / "environments/demucs-cpu").symlink_to(installed)
    return world


@pytest.fixture
def short(tmp_path):
    """Two seconds: a model of this size takes 7.8 s at once."""
    rng = np.random.default_rng(7)
    path = tmp_path / "short.wav"
    write(path, 0.1 * rng.standard_normal((2 * 44100 + 17, 2)), 44100)
    return path


DEMUCS = ("-e", "demucs", "--random-weights", "--shifts", "0", *QUICK)


@pytest.mark.slow
def test_demucs_with_random_weights(demucs, short, tmp_path):
    """Four stems, aligned, marked synthetic, not scored, of the true size."""
    truth = tmp_path / "truth"
    samples, _ = soundfile.read(short)
    for name in ("drums", "bass", "other", "vocals"):
        write(truth / f"{name}.wav", samples, 44100)
    (record,) = demucs.json("separate", str(short), "--reference", str(truth), *DEMUCS)
    assert record["model"]["synthetic"] is True and record["model"]["parameters"] == 41984456
    assert list(record["output"]["stems"]) == ["drums", "bass", "other", "vocals"]
    assert "scores" not in record
    total = 0
    for path in record["output"]["stems"].values():
        stem, rate = soundfile.read(path)
        assert stem.shape == samples.shape and rate == 44100
        total = total + stem
    # the sum's distance from the mix is what the record says; FLAC has 24 bits
    assert np.sqrt(np.mean((total - samples) ** 2)) == pytest.approx(record["output"]["sum_difference_rms"], rel=1e-3)
    out, _ = demucs.run("show", record["id"])
    assert "synthetic" in out


SIZES = {
    "sources": ["drums", "bass", "other", "vocals"], "audio_channels": 2, "channels": 8, "depth": 4, "bottom_channels": 0,
    "t_layers": 1, "t_heads": 4, "dconv_mode": 3, "samplerate": 44100,
    "segment": {"_type": "fraction", "numerator": 2, "denominator": 1},
}
PACKAGE = """
import random, sys
import numpy, torch
from pathlib import Path
from demucs.api import Separator
separator = Separator(model="bag", repo=Path(sys.argv[1]), device="cpu", shifts=1)
samples = torch.from_numpy(numpy.load(sys.argv[2]).T.copy())
random.seed(0)
torch.manual_seed(0)
with torch.no_grad():
    _, stems = separator.separate_tensor(samples)
for name, stem in stems.items():
    numpy.save(f"{sys.argv[3]}/{name}.npy", stem.numpy().T)
"""


def in_environment(*arguments):
    python = MODELS / "environments/demucs-cpu/bin/python"
    done = subprocess.run([python, *map(str, arguments)], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A small network of seeded weights in both published forms, and its parameters."""
    folder = tmp_path_factory.mktemp("demucs") / "bag"
    return folder, int(in_environment(ROOT / "tests/workers/make_demucs.py", folder, json.dumps(SIZES)))


@pytest.mark.slow
def test_demucs_gives_the_stems_of_its_package(demucs, short, small, tmp_path):
    """Real loading code on weights in the true format: sample by sample what demucs.api gives of the same file."""
    samples, _ = soundfile.read(short, dtype="float32")
    numpy_file = tmp_path / "samples.npy"
    np.save(numpy_file, samples)
    in_environment("-c", PACKAGE, small[0], numpy_file, tmp_path)
    (record,) = demucs.json("separate", str(short), "-e", "demucs", "-m", str(small[0]), "--audio-format", "wav", *QUICK)
    assert record["model"]["parameters"] == small[1] and not record["model"].get("synthetic")
    for name, path in record["output"]["stems"].items():
        ours, theirs = soundfile.read(path, dtype="float32")[0], np.load(tmp_path / f"{name}.npy")
        assert np.abs(theirs).max() > 1e-3 and ours == pytest.approx(theirs, abs=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("what,words", [
    ("no-bag", "must hold one .yaml"),
    ("cut", "pull it again"),
    ("class", "is no network of Demucs"),
    ("pickle", "no model of Demucs"),
    ("missing", "is no model of Demucs"),
])
def test_demucs_refuses_what_is_no_model(demucs, short, small, tmp_path, what, words):
    folder = tmp_path / "bag"
    shutil.copytree(small[0], folder)
    weights = folder / "0badcafe.safetensors"
    content = weights.read_bytes()
    if what == "no-bag":
        (folder / "bag.yaml").unlink()
    elif what == "cut":
        weights.write_bytes(content[: len(content) // 2])
    elif what == "class":
        weights.write_bytes(content.replace(b"demucs.htdemucs.HTDemucs", b"subprocess.run.something"))
    elif what == "pickle":
        shutil.copyfile(folder / "0badcafe.th", weights)
    else:
        weights.unlink()
    _, err = demucs.run("separate", str(short), "-e", "demucs", "-m", str(folder), *QUICK, status=1)
    assert words in err and "Traceback" not in err


@pytest.mark.slow
def test_demucs_two_stems(demucs, short):
    samples, _ = soundfile.read(short)
    (record,) = demucs.json("separate", str(short), *DEMUCS, "--two-stems", "vocals", "--other-method", "minus")
    stems = [soundfile.read(record["output"]["stems"][name])[0] for name in ("vocals", "no_vocals")]
    assert len(record["output"]["stems"]) == 2
    assert stems[0] + stems[1] == pytest.approx(samples, abs=1e-6)
    _, err = demucs.run("separate", str(short), *DEMUCS, "--two-stems", "piano", status=1)
    assert "has no stem piano" in err


@pytest.mark.slow
def test_demucs_interrupted(demucs, short):
    process = demucs.start("separate", str(short), *DEMUCS[: -len(QUICK)], "-n", "50", "-w", "0", "--no-warm-load", "--no-wait")
    wait_for(process, b"1/50", limit_s=300)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    out, _ = demucs.run("history", "--format", "json")
    assert json.loads(out)[0]["status"] == "interrupted"


def test_without_weights_it_says_what_to_do(world, song):
    """Neither environment nor weights: one line each."""
    _, err = world.run("separate", str(song[0]), "-e", "demucs", *QUICK, status=1)
    assert "llamaburn" in err and "Traceback" not in err
    assert not list(pathlib.Path(world.data).rglob("*.wav"))
