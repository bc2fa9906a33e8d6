"""What goes wrong is said in words, with the cure; the window lives on. By the null engine, which does what it is told."""

import json
import os
import pathlib
import shutil
import signal
import subprocess

import pytest

from desktop import Desktop, Window, remember, wait_until

HIDDEN = {"LLAMABURN_GUI_HIDDEN": "1"}


@pytest.fixture
def sound(gui, speech_clips):
    """A copy of a short clip, of the test's own."""
    return pathlib.Path(shutil.copy(speech_clips[1][0], gui.world.folder / "speech.wav"))


@pytest.fixture
def null(gui, sound):
    """A window with a sound and the null engine, which takes no model; two iterations."""
    remember(gui.world, stt={"engine": "null", "automatic": 0, "iterations": 2, "warmups": 0})
    window = gui(sound, environment=HIDDEN)
    window.wait_ready()
    return window


def set_options(window, switches=(), **texts):
    window.point(window.scroll_to("list item", "Engine Options"))
    for name, value in texts.items():
        name = name.replace("_", "-")
        row = wait_until(lambda n=name: next(iter(row for row in window.find_all("text") if row["name"].split()[:1] == [n]), None), name)
        window.write(row, str(value))
    for name in switches:
        window.click("toggle button|switch|check box", name)


def runs(world):
    return json.loads(world.run("history", "--format", "json")[0])


def child(window):
    """The process id of the measuring program."""

    def look():
        found = subprocess.run(["ps", "-o", "pid=,comm=", "--ppid", str(window.process.pid)], capture_output=True, text=True)
        return [int(line.split()[0]) for line in found.stdout.splitlines() if line.split()[1] == "llamaburn"]

    return wait_until(look, "no child")[0]


def test_without_a_file_and_a_model_run_says_what_is_missing(gui):
    window = gui()
    window.wait("label", "Choose a sound file")
    assert "sensitive" not in window.wait("push button", "Run")["states"]
    window.wait("label", "74 MiB, not on this computer yet")
    window.wait("push button", "Download", states=["sensitive"])


def test_an_engine_that_is_not_installed_says_how_to_get_it(gui, sound):
    window = gui(sound)
    window.choose("Engine", "faster-whisper")
    window.wait("label", holds="llamaburn engines install faster-whisper")
    assert "sensitive" not in window.wait("push button", "Run")["states"]
    window.shot("trouble-engine-missing")


def test_a_file_that_is_no_sound_is_refused_when_it_is_chosen(gui):
    path = gui.world.folder / "words.wav"
    path.write_text("these are words")
    remember(gui.world, stt={"engine": "null"})
    window = gui(path, environment=HIDDEN)
    window.wait("label", holds="words.wav\"", limit_s=30)
    assert "sensitive" not in window.wait("push button", "Run")["states"]


def test_a_file_removed_after_it_was_chosen_fails_in_words(null, sound):
    sound.unlink()
    null.click("push button", "Run")
    null.wait("label", holds="speech.wav")
    assert null.wait("label", holds="can't read")
    null.wait("push button", "Run")
    null.shot("trouble-file-removed")


@pytest.mark.parametrize("name", ["<b>bold & more.wav", "abc‮vaw.\u05d0\u05d1.wav", "n" * 240 + ".wav"])
def test_names_are_shown_as_they_are(gui, sound, name):
    path = sound.rename(sound.with_name(name))
    remember(gui.world, stt={"engine": "null"})
    window = gui(path, environment=HIDDEN)
    shown = name.replace("‮", "\\u{202e}")
    window.wait("label", shown)
    window.run_once()
    window.wait("panel", holds="RTF, Median:")
    assert runs(gui.world)[0]["status"] == "ok"


def test_a_path_of_four_kilobytes(gui, sound):
    folder = gui.world.folder / "long"
    while len(str(folder)) < 3800:
        folder = folder / ("d" * 200)
    folder.mkdir(parents=True)
    path = shutil.move(sound, folder / "speech.wav")
    remember(gui.world, stt={"engine": "null"})
    window = gui(path, environment=HIDDEN)
    window.run_once()
    window.wait("panel", holds="RTF, Median:")


def test_an_engine_that_crashes_is_told_and_the_next_run_works(null):
    set_options(null)
    null.choose("crash", "segv")
    null.click("push button", "Run")
    null.wait("label", holds="SIGSEGV")
    null.shot("trouble-crash")
    null.wait_ready()
    null.choose("crash", "none")
    null.click("push button", "Run")
    null.wait("panel", holds="RTF, Median:")
    assert not null.find("label", holds="SIGSEGV")


def test_an_engine_that_hangs_can_be_stopped(gui, null):
    set_options(null, ["hang"])
    null.click("push button", "Run")
    null.wait("label", holds="Measuring")
    null.click("push button", "Stop")
    null.wait_ready(60)
    assert runs(gui.world)[0]["status"] in ("interrupted", "failed")


def test_stopping_keeps_what_was_measured(gui, null):
    set_options(null, sleep_ms=1500)
    null.set_iterations(50, 0)
    null.click("push button", "Run")
    null.wait("image", holds="RTF of ")
    null.click("push button", "Stop")
    null.wait("label", "Stopped. What was measured is in the history.")
    (run,) = runs(gui.world)
    assert run["status"] == "interrupted" and run["iterations"] >= 1, run


def test_the_measuring_program_killed_is_told(null):
    set_options(null, sleep_ms=3000)
    null.click("push button", "Run")
    null.wait("label", holds="Measuring")
    os.kill(child(null), signal.SIGKILL)
    null.wait("label", holds="ended by itself (signal 9")
    null.wait_ready()


def test_closing_asks_and_keeps_what_was_measured(gui, null):
    set_options(null, sleep_ms=1500)
    null.set_iterations(50, 0)
    null.click("push button", "Run")
    null.wait("image", holds="RTF of ")
    null.click("push button", "Close")
    null.wait("label", "Stop the Benchmark?")
    null.shot("trouble-closing")
    null.click("push button", holds="Keep Running")
    null.wait_gone("label", "Stop the Benchmark?")
    null.wait("push button", "Stop")
    null.click("push button", "Close")
    null.click("push button", holds="Stop and Close")
    assert null.process.wait(30) == 0, null.said()
    (run,) = runs(gui.world)
    assert run["status"] == "interrupted" and run["iterations"] >= 1, run


def test_another_benchmark_is_waited_for_and_named(gui, null, sound):
    other = gui.world.start("stt", sound, "-e", "null", "--sleep-ms", "300000", "-n", "1", "-w", "0", "--no-store")
    wait_until(lambda: b"loaded" in other.stderr.readline(), "the other one does not begin")
    null.click("push button", "Run")
    null.wait("label", holds="Waiting for llamaburn stt, process")
    null.shot("trouble-waiting")
    other.send_signal(signal.SIGINT)
    other.communicate(timeout=60)
    null.wait("panel", holds="RTF, Median:", limit_s=60)


def test_no_sound_output_is_said(null):
    environment = pathlib.Path("/dev/snd")
    if environment.exists() and any(it.name.startswith("pcm") for it in environment.iterdir()):
        pytest.fail("this machine has a sound card: the test must be run where there is none")
    null.click("push button", "Play the Sound")
    null.wait("label", holds="no sound output")


def test_two_windows_on_one_history(gui, null, sound, tmp_path_factory):
    desktop = Desktop()
    try:
        second = Window(desktop, gui.world, str(sound), environment=HIDDEN)
        second.wait_ready()
        null.click("push button", "Run")
        second.click("push button", "Run")
        null.wait("panel", holds="RTF, Median:")
        second.wait("panel", holds="RTF, Median:")
        second.close()
    finally:
        desktop.close()
    assert [run["status"] for run in runs(gui.world)] == ["ok", "ok"]


def test_a_model_is_downloaded_with_progress(gui, sound):
    models = os.environ.get("LLAMABURN_TEST_MODELS") or pathlib.Path.home() / ".local/share/llamaburn"
    window = gui(sound, environment={"LLAMABURN_MODEL_MIRROR": str(models)})
    window.choose("Model", "Base · ")
    window.click("push button", "Download")
    window.wait("label", "On this computer, licence MIT", limit_s=120)
    window.wait_ready()
    assert (gui.world.data / "whisper" / "ggml-base.bin").stat().st_size == 147951465


def test_a_download_that_fails_says_what_each_source_answered(gui, sound):
    window = gui(sound, environment={"LLAMABURN_MODEL_MIRROR": str(gui.world.folder / "nothing")})
    window.choose("Model", "Small · ")
    window.click("push button", "Download")
    window.wait("label", holds="small", limit_s=120)
    window.wait("push button", "Download", limit_s=120)
    window.shot("trouble-download")
