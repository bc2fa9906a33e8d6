"""The figures of compare, through the program, against SciPy's on the iterations that the history holds."""

import math
import subprocess

import numpy
import pytest
import scipy.stats


@pytest.fixture
def measured(world):
    """Two plain runs and two interleaved ones, of an engine that sleeps."""
    sound = world.folder / "a.wav"
    other = world.folder / "b.wav"
    for path, tone in ((sound, "440"), (other, "500")):
        subprocess.run(["sox", "-n", "-r", "16000", "-c", "1", path, "synth", "1", "sine", tone], check=True)
    common = ("-e", "null", "-q", "--no-wait", "--no-warm-load")
    world.run("stt", str(sound), *common, "-n", "9", "--sleep-ms", "2")
    world.run("stt", str(sound), *common, "-n", "7", "--sleep-ms", "60")
    world.run("stt", str(sound), str(other), *common, "-n", "9", "--sleep-ms", "2", "--interleave")
    return world


def real_time_factors(world, number):
    return [i["rtf"] for i in world.json("show", str(number))[0]["iterations"]]


def against(world, base, run):
    return world.json("compare", str(base), str(run))["runs"][1]["against"]


def test_unpaired_figures(measured):
    base, run = real_time_factors(measured, 1), real_time_factors(measured, 2)
    answer = against(measured, 1, 2)
    assert (answer["method"], answer["n"], answer["exact"]) == ("unpaired", [9, 7], True)
    ratios = numpy.divide.outer(run, base).ravel()
    assert answer["ratio"] == pytest.approx(math.exp(numpy.median(numpy.log(ratios))), rel=1e-12)
    low, high = answer["ci95"]
    for ratio, inside in ((low * (1 + 1e-9), True), (low * (1 - 1e-9), False),
                          (high * (1 - 1e-9), True), (high * (1 + 1e-9), False)):
        p = scipy.stats.mannwhitneyu(numpy.array(run) / ratio, base, method="exact").pvalue
        assert (p > 0.05) == inside
    assert answer["verdict"] == "slower"
    assert f"{answer['ratio']:.3f}× slower (95 %: {low:.3f} to {high:.3f})" in answer["words"]


def test_paired_figures(measured):
    base, run = numpy.array(real_time_factors(measured, 3)), numpy.array(real_time_factors(measured, 4))
    answer = against(measured, 3, 4)
    assert (answer["method"], answer["n"]) == ("paired", [9, 9])
    ratios = numpy.sort(run / base)
    assert answer["ratio"] == pytest.approx(numpy.median(ratios), rel=1e-12)
    # Order statistics: the 95 % interval lies between those of 96.1 % (2nd) and 82 % (3rd).
    low, high = answer["ci95"]
    assert ratios[1] <= low <= ratios[2] and ratios[6] <= high <= ratios[7]


def test_a_ratio_turned_round(measured):
    """Who is the baseline changes the sign, not the finding."""
    one, other = against(measured, 1, 2), against(measured, 2, 1)
    assert one["ratio"] * other["ratio"] == pytest.approx(1, rel=1e-12)
    assert one["ci95"][0] * other["ci95"][1] == pytest.approx(1, rel=1e-12)
    assert (one["verdict"], other["verdict"]) == ("slower", "faster")


def test_the_gate(measured):
    for base, run, percent, status in (
        (1, 2, "5", 4), (1, 2, "100000", 0), (2, 1, "0", 0), (1, 1, "0", 0), (1, 99, "5", 1), (1, 2, "nan", 2),
    ):
        measured.run("compare", str(base), str(run), "--fail-if-slower", percent, status=status)


def test_the_gate_does_not_open_for_a_run_that_failed(measured):
    measured.run("stt", "a.wav", "-e", "null", "-q", "--fail", "-n", "6", status=1)
    out, err = measured.run("compare", "1", "last", "--fail-if-slower", "5", status=1)
    assert "can't judge run 5" in err and "failed" in out
    # What a failed run doesn't know of itself is no difference.
    whats = [d["what"] for d in against(measured, 1, "last")["differences"]]
    assert "option fail" in whats and not [w for w in whats if "machine" in w or "length" in w]


def test_an_early_failure_has_no_list_of_differences(measured):
    measured.run("stt", "nofile", "-e", "null", "-q", "-n", "6", status=1)
    answer = against(measured, 1, "last")
    assert answer["differences"] == []
    out, _ = measured.run("compare", "1", "last", "--format", "md")
    assert "differs in" not in out
