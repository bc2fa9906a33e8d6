"""The page Compare: two runs of a known difference, from the history and by search; charts as files."""

import json
import time
import xml.etree.ElementTree as tree

import pytest
from desktop import LOOKS, ENTER
from test_history import compare, measure, open_history, open_page, save_as, wait_numbers


def two_runs(world):
    (world.folder / "said.txt").write_text("the cat sat down")
    for sleep, text in ((50, "the cat sat down"), (100, "the cat sat")):
        measure(world, "-O", f"null:sleep-ms={sleep}", "-O", f"null:text={text}", "--reference", "said.txt")


def add(window, words):
    """By the search: Enter takes the first that fits."""
    window.click("push button|toggle button", "Add a Run")
    window.write(window.wait("entry", "Search runs to compare"), words)
    time.sleep(1)
    window.press(ENTER)


def verdict(world, *runs):
    return json.loads(world.run("compare", *runs, "--format", "json")[0])["runs"][1]["against"]


def test_compare(gui):
    """Verification: Compare. Two runs from the history, by RTF, with the verdict of the command line."""
    world = gui.world
    two_runs(world)
    window = open_history(gui)
    wait_numbers(window, ["2", "1"])
    compare(window, 1, 2)
    against = verdict(world, "1", "2")
    assert 1.6 < against["ratio"] < 2.4, "the null engine slept 50 and 100 ms"
    window.wait("label", holds=against["words"].split(";")[0])
    window.wait("label", holds="Not the same benchmark")
    window.wait("label", holds="RTF 0.05")
    window.wait("label", holds="WER 25.0 %")
    image = window.wait("image", holds="Real-time factor (less is faster)")
    assert "1 null" in image["name"] and "2 null" in image["name"]
    window.wait("image", holds="Speed against quality")
    window.shot("compare-two")
    window.click("push button", "Make run 2 the baseline")
    window.wait("label", holds=verdict(world, "2", "1")["words"].split(";")[0])
    window.click("push button", "Remove run 1")
    window.wait("label", holds="Add another run")


def test_runs_are_added_by_search(gui):
    two_runs(gui.world)
    window = open_page(gui, "compare")
    window.wait("label", "Compare Runs")
    add(window, "1")
    window.wait("label", holds="Add another run")
    add(window, "2")
    window.wait("label", holds=verdict(gui.world, "1", "2")["words"].split(";")[0])
    gui.world.run("history", "remove", "2")
    window.click("push button", "Make run 2 the baseline")
    window.wait("label", holds='no run "2"')


@pytest.mark.parametrize("button, name", [("Save Charts…", "all.svg"), ("Save chart rtf", "rtf.svg"), ("Save chart rtf", "rtf.png")])
def test_charts_are_saved(gui, button, name):
    two_runs(gui.world)
    window = open_history(gui)
    wait_numbers(window, ["2", "1"])
    compare(window, 1, 2)
    window.wait("image", holds="Real-time factor (less is faster)")
    path = gui.world.folder / name
    save_as(window, button, path)
    if name.endswith("svg"):
        words = tree.fromstring(path.read_bytes()).find("{http://www.w3.org/2000/svg}desc").text
        assert "1 null" in words and ("Memory" in words) == (name == "all.svg")
    else:
        assert path.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


@pytest.mark.parametrize("look, width", LOOKS)
def test_looks(gui, look, width):
    two_runs(gui.world)
    window = open_page(gui, "compare", width=width, environment={"ADW_DEBUG_COLOR_SCHEME": f"prefer-{look}"})
    add(window, "1")
    window.wait("label", holds="Add another run")
    add(window, "2")
    window.wait("image", holds="Speed against quality")
    window.shot(f"compare-{look}-{width}")
