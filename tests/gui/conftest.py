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
world = functional_world.world
speech = functional_world.speech

from desktop import Desktop, Window  # noqa: E402


@pytest.fixture(scope="session")
def desktop():
    it = Desktop()
    yield it
    it.close()


@pytest.fixture
def gui(desktop, tmp_path):
    """A function that opens the window: gui(world, environment={…})."""
    world = functional_world.World(tmp_path)
    opened = []

    def open_window(*arguments, **options):
        window = Window(desktop, world, *arguments, **options)
        opened.append(window)
        return window

    open_window.world = world
    yield open_window
    for window in opened:
        window.close()
        critical = [line for line in window.said().splitlines() if "CRITICAL" in line or "WARNING" in line or "ERROR" in line]
        assert not critical, "\n".join(critical)
