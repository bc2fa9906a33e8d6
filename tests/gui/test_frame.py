"""The window's frame: its pages by click and by key, what it remembers, how it looks in every light and size."""

import pytest

from desktop import ALT, CONTROL, SHIFT, remember, wait_until
from test_trouble import HIDDEN

PAGES = ["Benchmark", "History", "Compare", "Models", "System"]
# How the window is looked at: what it remembers of its size, and the environment.
LOOKS = {
    "light": ({"width": 1100, "height": 780}, {}),
    "dark": ({"width": 1100, "height": 780}, {"ADW_DEBUG_COLOR_SCHEME": "prefer-dark"}),
    "contrast": ({"width": 1100, "height": 780}, {"ADW_DEBUG_HIGH_CONTRAST": "1"}),
    "narrow": ({"width": 600, "height": 860}, {}),
    "wide": ({"width": 1270, "height": 880}, {}),
    "scaled": ({"width": 620, "height": 430}, {"GDK_SCALE": "2"}),
}


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_opens(gui, look):
    size, environment = LOOKS[look]
    remember(gui.world, window=size)
    window = gui(environment=environment)
    for page in PAGES:
        tab = [it for it in window.find_all("page tab", page) if it["box"][3] > 0][-1 if look in ("narrow", "scaled") else 0]
        window.click(tab)
        wait_until(lambda p=page: window.find("page tab", p, states=["selected"]), f"{page} is not shown")
        window.shot(f"page-{page.lower()}-{look}")


@pytest.mark.parametrize("mode", ["stt", "tts", "separation", "analysis"])
def test_every_mode_fits_into_600_pixels(gui, mode):
    """Its bar of modes and tasks above all."""
    remember(gui.world, window={"width": 600, "height": 860},
             benchmark={"mode": mode if mode in ("stt", "tts") else "music", "task": mode})
    window = gui()
    window.wait("push button", "Run")
    width = window.wait("frame|window")["box"][2]
    assert width <= 600, f"{width} pixels"
    window.shot(f"bar-{mode}")


def focus(window):
    """Without a window manager keys go to what is below the pointer."""
    window.point(window.wait("label", "Nothing Measured Yet"))


def test_pages_by_key(gui):
    window = gui()
    focus(window)
    for number, page in enumerate(PAGES, 1):
        window.press(ALT, ord("0") + number)
        window.wait("page tab", page, states=["selected"])


def test_shortcuts_are_shown(gui):
    window = gui()
    focus(window)
    window.press(CONTROL, SHIFT, ord("?"))
    window.wait("label", "Leave LlamaBurn")
    window.shot("shortcuts")


def test_the_page_and_the_set_up_are_remembered(gui):
    window = gui()
    window.show_page("System")
    window.show_page("Benchmark")
    window.wait("spin button", "Warm-ups")
    window.set_value("Warm-ups", 3)
    window.show_page("Models")
    window.wait("page tab", "Models", states=["selected"])
    window.click("push button", "Close")
    assert window.process.wait(20) == 0
    again = gui()
    again.wait("page tab", "Models", states=["selected"])
    again.show_page("Benchmark")
    spin = again.wait("spin button", "Warm-ups")
    assert again.desktop.ask(do="value", node=spin["id"]) == 3


@pytest.mark.parametrize("look", ["light", "dark", "contrast", "narrow", "wide"])
def test_results_in_every_light_and_size(gui, speech_clips, look):
    size, environment = LOOKS[look]
    clip = speech_clips[0][0]
    remember(gui.world, window=size, stt={"engine": "null", "automatic": 0, "iterations": 12, "warmups": 0})
    window = gui(clip, environment={**HIDDEN, **environment})
    window.wait_ready()
    window.click("push button", "Run")
    window.wait("panel", holds="RTF, Median:")
    window.shot(f"results-{look}")
