"""Fixtures of the tests of the window: one desktop for all, a fresh world and program for each."""

import importlib.util
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

# The world of the functional tests, by its path: both files are called conftest.
spec = importlib.util.spec_from_file_location("functional_world", HERE.parent / "functional" / "conftest.py")
functional_world = importlib.util.module_from_spec(spec)
spec.loader.exec_module(functional_world)
speech = functional_world.speech

from desktop import Desktop, Window, remember  # noqa: E402


@pytest.fixture(scope="session")
def desktop():
    it = Desktop()
    yield it
    it.close()


@pytest.fixture(scope="session")
def speech_clips():
    return functional_world.read_speech()


def check_end(windows):
    """Each ends by itself, and GTK had nothing to complain of."""
    for window in windows:
        window.close()
    for window in windows:
        words = window.said().splitlines()
        wrong = [line for line in words if any(sign in line for sign in ("CRITICAL", "WARNING", "ERROR", "runtime error"))]
        assert not wrong, "\n".join(wrong)


def make_opener(desktop, folder):
    world = functional_world.World(folder)
    opened = []

    def open_window(*arguments, **options):
        window = Window(desktop, world, *arguments, **options)
        opened.append(window)
        return window

    open_window.world, open_window.opened = world, opened
    return open_window


@pytest.fixture
def gui(desktop, tmp_path):
    """A function that opens the window in a fresh world: gui(FILE, environment={…}); gui.world is that."""
    open_window = make_opener(desktop, tmp_path)
    yield open_window
    check_end(open_window.opened)
    files = [str(path) for path in open_window.world.temporary.rglob("*")]
    assert not files, f"temporary files left: {files}"


@pytest.fixture(scope="module")
def open_story(desktop, tmp_path_factory):
    """As gui, for a file of tests that are the steps of one story: open_story(MODEL…, state={GROUP: {KEY: VALUE}})
    is (world, window)."""
    open_window = make_opener(desktop, tmp_path_factory.mktemp("story"))

    def open_with(*models, state=None, **options):
        remember(open_window.world, **(state or {}))
        for model in models:
            open_window.world.link_model(model)
        return open_window.world, open_window(**options)

    yield open_with
    check_end(open_window.opened)
