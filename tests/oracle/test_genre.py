"""What a classifier is given: equal to librosa's mel spectra, Kaldi's filter banks, and transformers' own features.

Tolerances: all of them reckon in 32-bit floats, whose noise is a ten-millionth of the loudest bin. A level is compared
where its band has at least LEAST of the loudest band's power, to TOLERANCE of a nepers or a bel (0.01 dB)."""

import json
import os
import pathlib
import subprocess
import sys

import kaldi_native_fbank
import librosa
import numpy as np
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools"))
from tiny_classifiers import description  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODELS = pathlib.Path(
    os.environ.get("LLAMABURN_TEST_MODELS")
    or pathlib.Path(os.environ.get("XDG_DATA_HOME") or pathlib.Path.home() / ".local/share") / "llamaburn"
)
RATE = 16000
TOLERANCE, LEAST = 2e-3, 1e-7


def sound(draw, seconds):
    """Tones, a sweep, noise, an offset: loud and soft."""
    n = round(seconds * RATE)
    t = np.arange(n) / RATE
    random = np.random.default_rng(draw.randrange(2**32))
    mixed = sum(
        draw.uniform(0.01, 0.2) * np.sin(2 * np.pi * draw.uniform(50, 7900) * t + draw.random()) for _ in range(6))
    mixed += 0.1 * np.sin(2 * np.pi * draw.uniform(100, 1500) * t**2) + draw.uniform(1e-4, 0.05) * random.normal(size=n)
    return (mixed + draw.uniform(-0.05, 0.05)).astype(np.float32)


def given(program, described, samples, index=0):
    """What our code makes of a window: (frames, bands), and how many windows there are."""
    answer = program("oracle-genre").ask(description=described, samples=[float(x) for x in samples], index=index)
    assert "error" not in answer, answer
    return np.array(answer["values"]), answer["count"]


def assert_levels(ours, theirs, powers):
    """Where there is something to hear they agree; what is compared is most of it."""
    heard = powers >= LEAST * powers.max()
    assert heard.mean() > 0.5
    assert np.abs(ours - theirs)[heard].max() < TOLERANCE


@pytest.mark.parametrize("times", range(6))
def test_mel_spectra_as_librosa(program, draw, times):
    fft_size = draw.choice([256, 400, 512, 1000, 1024, 2048])
    window_size = draw.choice([fft_size, fft_size * 3 // 4, fft_size // 2 + 1])
    hop = draw.choice([100, 160, 256, window_size // 2])
    low, high = draw.choice([(0, 8000), (20, 7600), (125.5, 6000)])
    bands, htk, area = draw.choice([20, 40, 64]), draw.random() < 0.5, draw.random() < 0.5
    power, hamming = draw.choice([1, 2]), draw.random() < 0.3
    centre = draw.choice(["zeros", "reflect", "none"])
    samples = sound(draw, draw.uniform(0.5, 1.2))
    theirs = librosa.feature.melspectrogram(
        y=samples, sr=RATE, n_fft=fft_size, win_length=window_size, hop_length=hop, n_mels=bands, fmin=low, fmax=high,
        htk=htk, norm="slaney" if area else None, power=power, window="hamming" if hamming else "hann",
        center=centre != "none", pad_mode="reflect" if centre == "reflect" else "constant",
    ).T
    for level, makes in [
        ("linear", lambda x: x),
        ("db", lambda x: librosa.power_to_db(x, amin=1e-10, top_db=None) * (2 if power == 1 else 1)),
        ("ln", lambda x: np.log(x + 1e-6)),
        ("log10", lambda x: np.log10(1 + 10000 * x)),
    ]:
        changes = {"ln": {"offset": 1e-6}, "log10": {"offset": 1, "gain": 10000}}.get(level, {})
        mel = {
            "fft_size": fft_size, "window_size": window_size, "hop_size": hop, "bands": bands, "min_hz": low,
            "max_hz": high, "window": "hamming" if hamming else "hann", "scale": "htk" if htk else "slaney",
            "area": area, "spectrum": "power" if power == 2 else "magnitude", "centre": centre, "level": level,
            "floor": 1e-10, **changes,
        }
        ours, count = given(program, description(mel=mel, window_s=len(samples) / RATE), samples)
        assert count == 1
        ours, wanted = ours.reshape(theirs.shape), makes(theirs)
        if level == "linear":
            assert np.abs(ours - wanted).max() < 1e-5 * wanted.max()
        else:
            scale = 10 if level == "db" else 1
            assert_levels(ours / scale, wanted / scale, theirs ** (2 / power))


def test_range_and_loudest_as_librosa(program, draw):
    samples = sound(draw, 1)
    theirs = librosa.power_to_db(
        librosa.feature.melspectrogram(y=samples, sr=RATE, n_fft=1024, hop_length=512, n_mels=64), ref=np.max, top_db=60).T
    mel = {
        "fft_size": 1024, "hop_size": 512, "bands": 64, "scale": "slaney", "area": True, "centre": "zeros", "level": "db",
        "from_loudest": True, "range": 60,
    }
    ours, _ = given(program, description(mel=mel), samples)
    assert np.abs(ours.reshape(theirs.shape) - theirs).max() < 10 * TOLERANCE
    assert theirs.max() == 0 and theirs.min() >= -60


AST = {
    "fft_size": 512, "window_size": 400, "hop_size": 160, "window": "hann-symmetric", "wide_frames": False,
    "remove_dc": True, "preemphasis": 0.97, "bands": 128, "min_hz": 20, "scale": "htk", "triangles": "mel",
    "level": "ln", "floor": 1.1920928955078125e-07,
}


@pytest.mark.parametrize("window", ["hann-symmetric", "hamming-symmetric", "povey", "rectangular"])
def test_filter_banks_as_kaldi(program, draw, window):
    options = kaldi_native_fbank.FbankOptions()
    options.frame_opts.samp_freq = RATE
    options.frame_opts.dither = 0
    options.frame_opts.window_type = {"hann-symmetric": "hanning", "hamming-symmetric": "hamming"}.get(window, window)
    options.mel_opts.num_bins = 80
    options.mel_opts.high_freq = 0
    options.energy_floor = 0
    bank = kaldi_native_fbank.OnlineFbank(options)
    samples = sound(draw, 1)
    bank.accept_waveform(RATE, [float(x) for x in samples])
    bank.input_finished()
    theirs = np.array([bank.get_frame(i) for i in range(bank.num_frames_ready)])
    ours, _ = given(program, description(mel={**AST, "window": window, "bands": 80}), samples)
    assert_levels(ours.reshape(theirs.shape), theirs, np.exp(theirs))


def shown_by(name, arguments, samples, folder):
    """What transformers' class makes of them."""
    python = MODELS / "environments/genre-transformers-cpu/bin/python"
    assert python.exists(), f"{python} is missing: ./check --all installs it"
    np.save(folder / "samples.npy", samples)
    subprocess.run(
        [python, ROOT / "tests/tools/feature_peer.py", name, json.dumps(arguments), folder / "samples.npy",
         folder / "features.npy"], check=True, timeout=300)
    return np.load(folder / "features.npy")


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.7, 10.24, 11])
def test_input_of_ast(program, draw, tmp_path, seconds):
    """Kaldi's filter banks, zeros behind them, AudioSet's mean and deviation, halved."""
    samples = sound(draw, seconds)
    theirs = shown_by("ASTFeatureExtractor", {}, samples, tmp_path)
    whole = description(
        window_s=10.255, mel=AST, frames=1024, pad="zeros", normalise={"mean": -4.2677393, "std": 9.1379948})
    ours, _ = given(program, whole, samples)
    assert theirs.shape == (1024, 128)
    powers = np.exp(theirs * 9.1379948 - 4.2677393)
    assert_levels(ours.reshape(theirs.shape)[powers > 0], theirs[powers > 0], powers[powers > 0])
    frames = 1 + (len(samples) - 400) // 160
    assert np.abs(ours.reshape(theirs.shape)[frames:] - theirs[frames:]).max(initial=0) < 1e-6


@pytest.mark.slow
def test_input_of_whisper(program, draw, tmp_path):
    samples = sound(draw, 4)
    theirs = shown_by("WhisperFeatureExtractor", {}, samples, tmp_path)  # bands × frames
    mel = {
        "fft_size": 400, "hop_size": 160, "bands": 80, "scale": "slaney", "area": True, "centre": "reflect",
        "level": "log10", "range": 8,
    }
    whole = description(
        window_s=30, mel=mel, frames=3000, normalise={"mean": -4, "std": 4}, shape=["batch", "bands", "frames"])
    ours, _ = given(program, whole, samples)
    assert np.abs(ours.reshape(theirs.shape) - theirs).max() < TOLERANCE


@pytest.mark.slow
def test_input_of_wav2vec2(program, draw, tmp_path):
    samples = sound(draw, 2)
    theirs = shown_by("Wav2Vec2FeatureExtractor", {}, samples, tmp_path)
    whole = description(window_s=2, mel=None, normalise="window", shape=["batch", "samples"])
    ours, _ = given(program, whole, samples)
    assert np.abs(ours - theirs).max() < 1e-4
