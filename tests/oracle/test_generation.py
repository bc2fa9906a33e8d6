"""Scores of generated music against SciPy and NumPy: the Fréchet distance by the square root of a matrix, repetition
by plain arithmetic."""

import numpy
import pytest
import scipy.linalg


def by_square_root(a, b):
    """The usual formula, as the published programs have it."""
    sigma_a, sigma_b = (numpy.atleast_2d(numpy.cov(one, rowvar=False)) for one in (a, b))
    root = scipy.linalg.sqrtm(sigma_a @ sigma_b)
    difference = a.mean(0) - b.mean(0)
    return float(difference @ difference + numpy.trace(sigma_a + sigma_b - 2 * numpy.real(root)))


SHAPES = [(2, 2, 1), (3, 50, 4), (200, 90, 16), (40, 40, 39), (500, 130, 128)]


@pytest.mark.parametrize("count_a, count_b, dimensions", SHAPES)
def test_frechet_distance_as_scipy(program, draw, count_a, count_b, dimensions):
    ask = program("oracle-generation").ask
    for _ in range(3):
        random = numpy.random.default_rng(draw.randrange(2**32))
        mix = random.normal(size=(dimensions, dimensions))
        a = random.normal(size=(count_a, dimensions)) @ mix
        b = random.normal(size=(count_b, dimensions)) * random.uniform(0.1, 3, dimensions) + random.normal(size=dimensions)
        ours = ask(a=a.tolist(), b=b.tolist())["distance"]
        size = numpy.trace(numpy.atleast_2d(numpy.cov(a, rowvar=False))) + numpy.trace(numpy.atleast_2d(numpy.cov(b, rowvar=False)))
        # SciPy's root of a singular product is only good to the root of the rounding.
        few = min(count_a, count_b) <= dimensions
        assert ours == pytest.approx(by_square_root(a, b), rel=1e-3 if few else 1e-8, abs=size * (1e-4 if few else 1e-9))


def test_few_vectors_in_many_dimensions(program, draw):
    """As of one piece of music: the trace by the eigenvalues of the small product, which is the same number."""
    random = numpy.random.default_rng(draw.randrange(2**32))
    a, b = random.normal(size=(10, 512)), random.normal(size=(300, 512)) + 0.1
    x, y = ((one - one.mean(0)) / numpy.sqrt(len(one) - 1) for one in (a, b))
    product = x @ y.T
    root = numpy.sqrt(numpy.linalg.eigvalsh(product @ product.T).clip(0)).sum()
    expected = ((a.mean(0) - b.mean(0)) ** 2).sum() + (x**2).sum() + (y**2).sum() - 2 * root
    assert program("oracle-generation").ask(a=a.tolist(), b=b.tolist())["distance"] == pytest.approx(expected, rel=1e-9)


def levels_of(samples, rate):
    """Decibels in 36 bands each 50 ms, as docs/MEASURING.md says."""
    size, hop = round(0.1 * rate), round(0.05 * rate)
    window = 0.5 - 0.5 * numpy.cos(2 * numpy.pi * numpy.arange(size) / size)
    frames = numpy.lib.stride_tricks.sliding_window_view(samples.mean(1), size)[::hop]
    power = abs(numpy.fft.rfft(frames * window, axis=1)) ** 2
    highest = min(12000.0, 0.45 * rate)
    first = numpy.floor(60 * (highest / 60) ** (numpy.arange(37) / 36) * size / rate + 0.5).astype(int)
    bands = [power[:, low : max(high, low + 1)].sum(1) for low, high in zip(first, first[1:])]
    decibels = 10 * numpy.log10(numpy.maximum(numpy.array(bands).T, 1e-30))
    return numpy.maximum(decibels, decibels.max() - 80)


def repetition(samples, rate):
    levels = levels_of(samples, rate)
    same = (numpy.diff(levels, axis=0) ** 2).mean(1) < 1
    runs = "".join("x" if one else " " for one in same).split()
    y = levels - levels.mean(0)
    lags = range(10, min(len(y) // 2, 600) + 1)
    found = [(y[:-lag] * y[lag:]).sum() / numpy.sqrt((y[:-lag] ** 2).sum() * (y[lag:] ** 2).sum()) for lag in lags]
    best = int(numpy.argmax(found))
    return {
        "value": found[best], "loop_s": 0.05 * lags[best],
        "stuck_s": 0.05 * max(map(len, runs), default=0), "stuck_share": same.mean(),
    }


@pytest.mark.parametrize("rate, channels, seconds", [(16000, 1, 3.3), (32000, 2, 8), (44100, 2, 5.01), (48000, 1, 62)])
def test_repetition_as_numpy(program, draw, tmp_path, rate, channels, seconds):
    """Notes of a few pitches in a drawn order, some of it again, some of it held."""
    random = numpy.random.default_rng(draw.randrange(2**32))
    time = numpy.arange(int(rate * 0.25)) / rate
    notes = [numpy.sin(2 * numpy.pi * pitch * time) * numpy.exp(-6 * time) for pitch in random.uniform(80, 2000, 6)]
    song = numpy.concatenate([notes[i] for i in random.integers(0, 6, int(4 * seconds) + 1)])[: int(rate * seconds)]
    song[: rate // 2] = 0.3 * numpy.sin(2 * numpy.pi * 300 * numpy.arange(rate // 2) / rate)
    samples = numpy.stack([song * random.uniform(0.3, 1) for _ in range(channels)], 1)
    samples = (samples + 0.01 * random.normal(size=samples.shape)).astype(numpy.float32)
    (tmp_path / "sound").write_bytes(samples.tobytes())
    ours = program("oracle-generation").ask(path=str(tmp_path / "sound"), channels=channels, rate=rate)
    theirs = repetition(samples.astype(float), rate)
    assert ours["value"] == pytest.approx(theirs["value"], abs=1e-6)
    assert ours["loop_s"] == pytest.approx(theirs["loop_s"])
    # A frame exactly at the threshold may fall to either side.
    assert ours["stuck_share"] == pytest.approx(theirs["stuck_share"], abs=1.5 / len(levels_of(samples.astype(float), rate)))
