"""The statistics against NumPy and SciPy, on samples drawn here."""

import numpy
import pytest
import scipy.stats


def draw_samples(draw, n):
    """Positive, skewed; now and then with ties or with a far one."""
    x = [draw.lognormvariate(0, draw.choice([0.01, 0.3, 1])) for _ in range(n)]
    if draw.random() < 0.3:
        x = [round(v, 1) + 0.1 for v in x]
    if draw.random() < 0.3:
        x[draw.randrange(n)] *= 10
    return x


def test_figures_as_numpy(program, draw):
    """Mean, median, extremes, deviation, percentile, lag-1 correlation."""
    ask = program("oracle-statistics").ask
    for _ in range(300):
        x = draw_samples(draw, draw.randint(2, 60))
        p = draw.choice([50, 75, 90, 95])
        ours = ask(x=x, y=[], p=p)
        a = numpy.array(x)
        assert ours["mean"] == pytest.approx(a.mean(), rel=1e-12)
        assert ours["median"] == pytest.approx(numpy.median(a), rel=1e-12)
        assert (ours["minimum"], ours["maximum"]) == (a.min(), a.max())
        assert ours["deviation"] == pytest.approx(a.std(ddof=1), rel=1e-9, abs=1e-12)
        assert ("percentile" in ours) == (len(x) * (100 - p) >= 100)
        if "percentile" in ours:
            assert ours["percentile"] == pytest.approx(numpy.percentile(a, p), rel=1e-12)
        d = a - a.mean()
        if len(x) >= 10 and d.any():
            lag1 = (d[1:] * d[:-1]).sum() / (d * d).sum()
            assert ours["lag1"] == pytest.approx(lag1, rel=1e-6, abs=1e-9)
        else:
            assert "lag1" not in ours


def test_outliers_as_scipy(program, draw):
    """The modified Z-score, from SciPy's median absolute deviation."""
    ask = program("oracle-statistics").ask
    for _ in range(300):
        x = numpy.array(draw_samples(draw, draw.randint(5, 40)))
        mad = scipy.stats.median_abs_deviation(x)
        if mad > 0:
            scores = 0.6745 * abs(x - numpy.median(x)) / mad
            assert ask(x=list(x), y=[])["outliers"] == list(scores > 3.5)


def interval_by_scipy(x):
    """Hettmansperger & Sheather's interval, from SciPy's binomial distribution."""
    x, n = sorted(x), len(x)
    covers = [1 - 2 * scipy.stats.binom.cdf(d - 1, n, 0.5) for d in range(n // 2 + 2)]
    d = max(d for d in range(1, n // 2 + 1) if covers[d] >= 0.95)
    share = (covers[d] - 0.95) / (covers[d] - covers[d + 1])
    w = (n - d) * share / (d + (n - 2 * d) * share)
    return (1 - w) * x[d - 1] + w * x[d], (1 - w) * x[n - d] + w * x[n - d - 1]


def test_median_interval_as_scipy(program, draw):
    """At every size from the smallest."""
    ask = program("oracle-statistics").ask
    for n in [*range(6, 60), 100, 501, 3000]:
        x = draw_samples(draw, n)
        assert ask(x=x, y=[])["median_interval"] == pytest.approx(interval_by_scipy(x), rel=1e-9)


def test_unpaired_ratio_inverts_the_rank_sum_test(program, draw):
    """Inside the interval SciPy's exact test does not reject at 5 %, outside it does."""
    ask = program("oracle-statistics").ask
    for _ in range(120):
        x = [draw.lognormvariate(0.1, 0.5) for _ in range(draw.randint(4, 15))]
        y = [draw.lognormvariate(0, 0.5) for _ in range(draw.randint(4, 15))]
        ours = ask(x=x, y=y)
        differences = numpy.subtract.outer(numpy.log(x), numpy.log(y)).ravel()
        assert ours["unpaired"] == pytest.approx(numpy.exp(numpy.median(differences)), rel=1e-12)
        low, high = ours["unpaired_interval"]
        for ratio, inside in ((low * (1 + 1e-9), True), (low * (1 - 1e-9), False),
                              (high * (1 - 1e-9), True), (high * (1 + 1e-9), False)):
            p = scipy.stats.mannwhitneyu(numpy.array(x) / ratio, y, method="exact").pvalue
            assert (p > 0.05) == inside, (x, y, ratio, p)


def test_paired_ratio(program, draw):
    """The median of the ratios, with its interval."""
    ask = program("oracle-statistics").ask
    for n in range(6, 40):
        x, y = draw_samples(draw, n), draw_samples(draw, n)
        ours = ask(x=x, y=y)
        ratios = [a / b for a, b in zip(x, y)]
        assert ours["paired"] == pytest.approx(numpy.median(ratios), rel=1e-12)
        assert ours["paired_interval"] == pytest.approx(interval_by_scipy(ratios), rel=1e-9)
