"""How often `compare` raises a false alarm: two runs of one program, drawn here, with fixed seeds.

docs/MEASURING.md gives the figures. Times are skewed (lognormal, 3 %), as iterations' are.
"""

import math
import random

import pytest

TIMES = 1500
SPREAD = 0.03
# 5 % are promised; the bound is four standard errors of TIMES draws above it.
ALARMS_AT_MOST = 0.05 + 4 * math.sqrt(0.05 * 0.95 / TIMES)


def record(figures, order):
    """As much of a record as comparing takes."""
    return {
        "status": "ok", "group": {"id": "one"}, "settings": {"order": order},
        "iterations": [{"index": i, "rtf": x, "wall_s": x} for i, x in enumerate(figures)],
    }


def independent(draw, n):
    """Iterations that know nothing of each other."""
    return [draw.lognormvariate(0, SPREAD) for _ in range(n)]


def drift(draw, n, lag=0.6):
    """Logarithms of a disturbance that lasts: each is near the one before."""
    x = [draw.gauss(0, SPREAD)]
    while len(x) < n:
        x.append(lag * x[-1] + math.sqrt(1 - lag * lag) * draw.gauss(0, SPREAD))
    return x


def correlated(draw, n):
    """Iterations of one session on a machine that is now slower, now faster."""
    return [math.exp(x) for x in drift(draw, n)]


def judge(ask, pairs, order="sequential"):
    """All verdicts on pairs of runs: {verdict: how many}, and all their words."""
    counts, words = {}, []
    for a, b in pairs:
        answer = ask(records=[record(a, order), record(b, order)])
        counts[answer["verdict"]] = counts.get(answer["verdict"], 0) + 1
        words.append((answer["verdict"], answer["words"], answer["method"]))
    return counts, words


def alarms(counts):
    """The share of verdicts that see a difference."""
    return (counts.get("slower", 0) + counts.get("faster", 0)) / sum(counts.values())


@pytest.mark.parametrize("n", [4, 6, 10, 30])
def test_equal_programs_differ_in_one_of_twenty_at_most(program, n):
    """Independent iterations, not interleaved: what the 95 % interval promises."""
    draw = random.Random(1000 + n)
    pairs = [(independent(draw, n), independent(draw, n)) for _ in range(TIMES)]
    counts, words = judge(program("oracle-compare").ask, pairs)
    assert {method for _, _, method in words} == {"unpaired"}
    assert 0.01 < alarms(counts) < ALARMS_AT_MOST, counts
    # Neither side is favoured.
    low = min(counts.get("slower", 0), counts.get("faster", 0))
    assert low > 0.25 * TIMES * alarms(counts), counts


@pytest.mark.parametrize("n", [6, 10, 30])
def test_interleaving_takes_out_a_drift_that_both_feel(program, n):
    """What disturbs one iteration disturbs its neighbour, the other run's: the ratio is free of it."""
    draw = random.Random(2000 + n)
    pairs = []
    for _ in range(TIMES):
        common = drift(draw, n)
        pairs.append(tuple([math.exp(c + draw.gauss(0, SPREAD / 3)) for c in common] for _ in range(2)))
    counts, words = judge(program("oracle-compare").ask, pairs, "interleaved")
    assert {method for _, _, method in words} == {"paired"}
    assert 0.02 < alarms(counts) < ALARMS_AT_MOST, counts


def test_drift_between_sessions_raises_alarms_and_is_said(program):
    """One after the other, a drift looks like a difference: why such a verdict names --interleave."""
    draw = random.Random(3)
    ask = program("oracle-compare").ask
    shares = []
    for n in (6, 30):
        counts, words = judge(ask, [(correlated(draw, n), correlated(draw, n)) for _ in range(TIMES)])
        shares.append(alarms(counts))
        for verdict, text, _ in words:
            assert ("--interleave tells whether it holds" in text) == (verdict in ("slower", "faster"))
    assert 0.12 < shares[0] and 0.2 < shares[1] < 0.5, shares


@pytest.mark.parametrize("order, n", [("sequential", 6), ("sequential", 12), ("interleaved", 12)])
def test_a_real_difference_is_found(program, order, n):
    """10 % more time, three standard deviations: hardly ever missed, and never called faster."""
    draw = random.Random(4000 + n)
    pairs = [(independent(draw, n), [1.1 * x for x in independent(draw, n)]) for _ in range(400)]
    counts, _ = judge(program("oracle-compare").ask, pairs, order)
    assert counts.get("faster", 0) == 0
    assert counts["slower"] > 0.9 * 400, counts
