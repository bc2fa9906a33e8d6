"""The pages Models and System: downloads from a server on this machine, engines that are installed and checked."""

import importlib.util
import pathlib
import sys
import time

import pytest
from desktop import LOOKS, wait_until
from test_history import open_page

FUNCTIONAL = pathlib.Path(__file__).resolve().parents[1] / "functional"


def functional(name):
    """A module of the functional tests, which import their own conftest."""
    import conftest as own

    sys.modules["conftest"] = sys.modules["functional_world"] if "functional_world" in sys.modules else own.functional_world
    try:
        spec = importlib.util.spec_from_file_location("functional_" + name, FUNCTIONAL / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    finally:
        sys.modules["conftest"] = own


pulls = functional("test_pull")
installs = functional("test_engines_install")
server = pulls.server


def offer(gui, server, way="good"):
    pulls.catalogue(gui.world, pulls.entry("tiny", f"{server.url}/{way}/x"))
    return open_page(gui, "models")


def test_a_model_is_downloaded_and_removed(gui, server):
    window = offer(gui, server)
    window.wait("label", holds="licence MIT · not here")
    window.shot("models-offered")
    window.click("push button", "Download tiny ggml")
    window.wait("label", holds="· on this computer")
    assert pulls.store(gui.world) == ["ggml-tiny.bin"]
    window.click("push button", "Remove… tiny ggml")
    window.click("push button", "_Cancel Cancel")
    window.wait("push button", "Remove… tiny ggml")
    assert pulls.store(gui.world) == ["ggml-tiny.bin"], "asked first"
    window.click("push button", "Remove… tiny ggml")
    window.click("push button", "_Remove Remove")
    window.wait("push button", "Download tiny ggml")
    assert pulls.store(gui.world) == []


def test_a_download_shows_how_far_it_is_and_is_cancelled(gui, server):
    gui.world.environment["LLAMABURN_NETWORK_TIMEOUT"] = "20"
    pulls.catalogue(gui.world, pulls.entry("tiny", f"{server.url}/once/x"))
    gui.world.environment["LLAMABURN_NETWORK_TIMEOUT"] = "20"
    window = open_page(gui, "models")
    window.click("push button", "Download tiny ggml")
    window.wait("label", holds=" of 586")
    window.shot("models-downloading")
    window.click("push button", "Cancel tiny ggml")
    window.wait("push button", "Download tiny ggml")
    assert "ggml-tiny.bin" not in pulls.store(gui.world)
    server.go_on.set()
    window.click("push button", "Download tiny ggml")
    window.wait("label", holds="· on this computer")


@pytest.mark.parametrize("way, words", [("missing", "answered 404"), ("wrong", "SHA-256 differs")])
def test_a_download_that_fails_says_why(gui, server, way, words):
    window = offer(gui, server, way)
    window.click("push button", "Download tiny ggml")
    window.wait("label", holds=words)
    window.wait("push button", "Download tiny ggml")


def test_engines_are_installed_and_checked(gui):
    greeter = installs.Greeter(gui.world)
    window = open_page(gui, "models")
    window.click("page tab", "Engines")
    window.click("push button", "Install greeter")
    window.wait("push button", "Check greeter", limit_s=120)
    window.click("push button", "Check greeter")
    window.wait("label", holds="starts in", limit_s=60)
    window.shot("engines-checked")
    assert greeter


def test_an_installation_that_fails_shows_its_log(gui):
    greeter = installs.Greeter(gui.world)
    for path in gui.world.folder.rglob("lb_greeting-*.whl"):
        path.write_bytes(b"no wheel")
    window = open_page(gui, "models")
    window.click("page tab", "Engines")
    window.click("push button", "Install greeter")
    window.wait("push button", "Show log of greeter", limit_s=120)
    window.wait("push button", "Install greeter")
    window.click("push button", "Show log of greeter")
    log = window.wait("text", "Log")
    assert "greet" in log["text"]
    window.shot("engines-log")
    assert greeter


def test_the_engine_list_says_what_to_do(gui):
    window = open_page(gui, "models", environment={"LLAMABURN_GUI_HIDDEN": "1"})
    window.click("page tab", "Engines")
    window.wait("push button", "Install demucs")
    window.click("push button", "Check null")
    window.wait("label", holds="null 1: starts in")
    window.shot("engines")


def test_the_machine_as_results_have_it(gui):
    machine = gui.world.json("system")
    window = open_page(gui, "system")
    window.wait("label", machine["cpu"]["model"])
    window.wait("label", machine["kernel"])
    window.wait("label", machine["os"])
    window.shot("system")


@pytest.mark.parametrize("look, width", LOOKS)
@pytest.mark.parametrize("page, words", [("models", "not here"), ("system", "bookworm")])
def test_looks(gui, look, width, page, words):
    window = open_page(gui, page, width=width, environment={"ADW_DEBUG_COLOR_SCHEME": f"prefer-{look}"})
    wait_until(lambda: window.find("label", holds=words) or time.sleep(1), "it stays empty")
    window.shot(f"{page}-{look}-{width}")
