"""Separation scores against museval, window by window; the plain SDR and SI-SDR against their formulas."""

import pathlib
import warnings

import numpy as np
import pytest
import soundfile
from museval.metrics import bss_eval
from scipy import signal

SPEECH = pathlib.Path("/usr/share/pocketsphinx/test/data/librivox")
RATIOS = ("sdr_db", "isr_db", "sir_db", "sar_db")


@pytest.fixture
def score(program, tmp_path):
    """Our scores of [stem, frame, channel] arrays, which go through a file of f32."""
    bss = program("oracle-bss-eval")

    def run(references, estimates, rate):
        stems, frames, channels = references.shape
        path = tmp_path / "stems.f32"
        path.write_bytes(b"".join(a.astype("<f4").tobytes() for a in (references, estimates)))
        return bss.ask(path=str(path), stems=stems, channels=channels, frames=frames, rate=rate)

    return run


def noises(generator, stems, frames, channels):
    """Stems of coloured noise, their channels alike in part."""
    out = []
    for _ in range(stems):
        noise = generator.standard_normal((frames, channels))
        noise[:, -1] = 0.5 * noise[:, 0] + 0.5 * noise[:, -1]
        out.append(0.1 * signal.lfilter([1], [1, -generator.uniform(0.3, 0.95)], noise, axis=0))
    return np.array(out)


def separate(generator, stems):
    """What a separator might give: quieter, filtered, with some of the others and of noise."""
    mix = stems.sum(0)
    filtered = signal.lfilter([0.8, 0.2, -0.1], [1], stems, axis=1)
    return filtered + generator.uniform(0.02, 0.2) * mix + 0.005 * generator.standard_normal(stems.shape)


def compare(answer, references, estimates, rate):
    """Every ratio of every window, and their medians."""
    references, estimates = (a.astype("<f4").astype(float) for a in (references, estimates))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = np.array(bss_eval(references, estimates, window=rate, hop=rate)[:4])
        if len(references) == 1:
            theirs[2] = np.nan  # without other stems nothing can interfere: theirs is infinite
        medians = np.nanmedian(theirs, axis=2)
    assert "error" not in answer
    ours = np.array([stem["each"] for stem in answer["stems"]], float).transpose(2, 0, 1)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6)
    for i, ratio in enumerate(RATIOS):
        for stem, median in zip(answer["stems"], medians[i]):
            assert stem.get(ratio, np.nan) == pytest.approx(median, abs=1e-6, nan_ok=True)


@pytest.mark.parametrize("stems,channels,seconds,rate", [(1, 1, 3.5, 4000), (2, 2, 5, 8000), (4, 1, 2.2, 11025),
                                                         (3, 2, 0.4, 44100)])
def test_noise_as_museval(score, draw, stems, channels, seconds, rate):
    """Stems and what was made of them, whole windows and less than one."""
    generator = np.random.default_rng(draw.getrandbits(32))
    references = noises(generator, stems, int(seconds * rate), channels)
    estimates = separate(generator, references)
    compare(score(references, estimates, rate), references, estimates, rate)


def test_silent_windows_as_museval(score, draw):
    """A second in which one reference is silent, another in which one estimate is."""
    generator = np.random.default_rng(draw.getrandbits(32))
    references = noises(generator, 2, 20000, 2)
    estimates = separate(generator, references)
    references[0, 4000:8000] = 0
    estimates[1, 12000:16000] = 0
    answer = score(references, estimates, 4000)
    assert [stem["scored_windows"] for stem in answer["stems"]] == [3, 3]
    compare(answer, references, estimates, 4000)


def test_speech_as_museval(score):
    """Recorded voices, separated by a mask that knows them."""
    clips = [soundfile.read(path)[0][:60000] for path in sorted(SPEECH.glob("*.wav"))[:2]]
    assert len(clips) == 2, "Debian's pocketsphinx-testdata is missing: ./check installs it"
    frames = min(map(len, clips))
    references = np.array([clip[:frames, None] for clip in clips])
    spectra = [signal.stft(clip[:frames], 16000, nperseg=512)[2] for clip in clips]
    power = sum(np.abs(s) ** 2 for s in spectra) + 1e-12
    estimates = np.array([signal.istft(sum(spectra) * np.abs(s) ** 2 / power, 16000, nperseg=512)[1][:frames, None]
                          for s in spectra])
    compare(score(references, estimates, 16000), references, estimates, 16000)


def test_equal_channels_as_museval(score, draw):
    """Mono as stereo: no filter is the best one then, but what they make is the same."""
    generator = np.random.default_rng(draw.getrandbits(32))
    references = noises(generator, 2, 12000, 2)
    references[0, :, 1] = references[0, :, 0]
    estimates = separate(generator, references)
    answer = score(references, estimates, 4000)
    assert answer["stems"][0]["loading"] > 0
    compare(answer, references, estimates, 4000)


def test_whole_track_ratios(score, draw):
    """SDR as of the Demucs papers, SI-SDR as of Le Roux et al., from their formulas."""
    generator = np.random.default_rng(draw.getrandbits(32))
    references = noises(generator, 2, 10000, 2).astype("<f4")
    estimates = separate(generator, references).astype("<f4")
    for stem, s, e in zip(score(references, estimates, 4000)["stems"], references.astype(float),
                          estimates.astype(float)):
        sdr = 10 * np.log10(((s**2).sum() + 1e-7) / (((s - e) ** 2).sum() + 1e-7))
        target = (e * s).sum() / (s * s).sum() * s
        si_sdr = 10 * np.log10((target**2).sum() / ((e - target) ** 2).sum())
        assert stem["whole_sdr_db"] == pytest.approx(sdr, abs=1e-9)
        assert stem["si_sdr_db"] == pytest.approx(si_sdr, abs=1e-9)
