"""Beat and tempo scores against mir_eval.beat and mir_eval.tempo."""

import warnings

import numpy as np
import pytest
from mir_eval import beat, tempo

TOLERANCE = 1e-9


def tap(draw, seconds):
    """Beats of a piece whose tempo drifts and sometimes jumps."""
    times, time, interval = [], draw.uniform(0, 6), draw.uniform(0.25, 1)
    while time < seconds:
        times.append(time)
        interval *= 2 ** draw.gauss(0, 0.02)
        if draw.random() < 0.02:
            interval = draw.uniform(0.25, 1)
        time += interval
    return times


def track(draw, times):
    """What a tracker might find: another level, off the beat, late, lost, invented."""
    kind = draw.randrange(6)
    if kind == 0:
        times = times[draw.randrange(2)::2]
    elif kind == 1:
        times = sorted(times + [(a + b) / 2 for a, b in zip(times, times[1:])])
    elif kind == 2:
        times = [(a + b) / 2 for a, b in zip(times, times[1:])]
    elif kind == 3:
        return tap(draw, 30)
    times = [t + draw.gauss(0, 0.02) for t in times if draw.random() > 0.05]
    if draw.random() < 0.3:
        times += [draw.uniform(0, 30) for _ in range(draw.randrange(5))]
    return sorted({max(0, t) for t in times})


@pytest.mark.parametrize("seconds,times", [(8, 300), (30, 200), (120, 5)])
def test_beats_as_mir_eval(program, draw, seconds, times):
    """Every figure, with the first 5 s and without them."""
    music = program("oracle-music")
    compared = 0
    for _ in range(times):
        truth = tap(draw, seconds)
        found = track(draw, truth)
        skip = draw.choice([0, 5])
        kept = np.array([t for t in truth if t >= skip])
        ours = music.ask(what="beats", reference=truth, estimate=found, skip=skip)
        if kept.size == 0:
            assert "no beats" in ours["error"]
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = beat.evaluate(np.array(truth), np.array(found, float), min_beat_time=skip)
        names = {"f_measure": "F-measure", "cemgil": "Cemgil", "cemgil_best": "Cemgil Best Metric Level"}
        if kept.size >= 2:
            names |= {
                "p_score": "P-score", "cml_c": "Correct Metric Level Continuous",
                "cml_t": "Correct Metric Level Total", "aml_c": "Any Metric Level Continuous",
                "aml_t": "Any Metric Level Total", "information_gain": "Information gain",
            }
            compared += 1
        else:
            assert "p_score" not in ours and "cml_c" not in ours
        for name, other in names.items():
            assert ours[name] == pytest.approx(theirs[other], abs=TOLERANCE), name
    assert compared > times / 2


def test_tempo_as_mir_eval(program, draw):
    """Tempi near and far from the limit of 8 %."""
    music = program("oracle-music")
    for _ in range(300):
        truth = [draw.uniform(40, 120), draw.choice([0, draw.uniform(60, 240)])]
        found = [draw.choice(truth) * draw.choice([1, 1.08, 0.92, 2, draw.uniform(0.9, 1.1)]),
                 draw.choice([0, draw.uniform(40, 240), truth[1]])]
        weight = draw.random()
        ours = music.ask(what="tempo", reference=truth, weight=weight, estimate=found)
        theirs = tempo.detection(np.array(truth), weight, np.array(found))
        assert ours["p_score"] == pytest.approx(theirs[0], abs=TOLERANCE)
        assert (ours["one_correct"], ours["both_correct"]) == theirs[1:]
