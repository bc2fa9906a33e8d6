"""What is done with a transcription: heard, copied, saved; and the reference that it is set against, from a file."""

import time

import pytest

from desktop import DOWN, ENTER, HOME, remember, wait_until
from test_trouble import HIDDEN, set_options

TEXT = "the cat sat down"
# Each form, in the order of the menu, and how its file begins.
FORMS = {"txt": "the cat", "srt": "1\n00:00:00,000 --> ", "vtt": "WEBVTT\n\n00:00:00.000 --> ", "json": '{\n  "text": "the cat'}


@pytest.fixture
def transcribed(gui, speech_clips):
    """A window with what the null engine was told to hear, in two segments."""
    remember(gui.world, stt={"engine": "null", "automatic": 0, "iterations": 1, "warmups": 0})
    window = gui(speech_clips[1][0], environment={**HIDDEN, "LLAMABURN_GUI_SOUND": "1"})
    set_options(window, text=TEXT, segments=2)
    window.run_once()
    window.wait("push button", "Copy")
    return window


def save(window, place, path):
    """By the menu's entry at that place, and the file dialog."""
    window.point(window.wait("toggle button|push button", "Save the Transcription"))
    time.sleep(0.5)
    window.press(HOME)
    for _ in range(place):
        window.press(DOWN)
    window.press(ENTER)
    time.sleep(3)
    window.press(37, ord("a"))
    window.desktop.ask(do="type", text=str(path))
    time.sleep(1)
    window.press(ENTER)
    wait_until(lambda: path.exists() and path.stat().st_size > 0, lambda: f"{path} is not written: {window.said()}")


@pytest.mark.parametrize("form", FORMS)
def test_it_is_saved(transcribed, form):
    path = transcribed.world.folder / f"words.{form}"
    save(transcribed, list(FORMS).index(form), path)
    assert path.read_text().startswith(FORMS[form]), path.read_text()


def test_it_is_copied(transcribed):
    transcribed.click("push button", "Copy")
    transcribed.wait("label", "The text is on the clipboard")


def test_a_segment_is_heard(transcribed):
    transcribed.point(transcribed.wait("label", holds="the cat"))
    transcribed.wait("push button", "Stop Playing")
    transcribed.wait("push button", "Play the Sound", limit_s=60)


def test_the_reference_is_read_from_a_file(gui, transcribed):
    path = gui.world.folder / "said.txt"
    path.write_text("the cat sat town")
    transcribed.point(transcribed.scroll_to("list item", "Reference Text"))
    transcribed.choose_file(path, button="From a File…")
    transcribed.wait("text", "Reference Text", holds="town")
    transcribed.run_once()
    transcribed.wait("panel", holds="Word Error Rate: 25.0 %")
    transcribed.wait("text", "Aligned Text", holds="town → down")
