"""Text-to-speech and music in the window: the specification's "TTS Verification" and "Music Analysis
Verification", each step a test by its name, with real engines where they are at hand."""

import pathlib
import subprocess

import pytest

from desktop import BUILD, wait_until

TASKS = ["Separation", "Transcription", "Beats", "Chords", "Genre", "Generation", "LLM Analysis"]
VOICE = "en_US-joe-medium"
HIDDEN = {"LLAMABURN_GUI_HIDDEN": "1"}
SILENT = {"LLAMABURN_GUI_SOUND": "1", "LLAMABURN_GUI_SINK": "fakesink"}


@pytest.fixture
def song(tmp_path):
    """Four seconds: two notes, then two others."""
    path = tmp_path / "song.wav"
    parts = ["-n", "-r", "22050", "-c", "1"]
    first, second = tmp_path / "first.wav", tmp_path / "second.wav"
    subprocess.run(["sox", *parts, first, "synth", "2", "pluck", "C4", "pluck", "E4", "remix", "-"], check=True)
    subprocess.run(["sox", *parts, second, "synth", "2", "pluck", "A4", "pluck", "C5", "remix", "-"], check=True)
    subprocess.run(["sox", first, second, path], check=True)
    return path


def open_file(window, path):
    """As a file manager does: the program that runs already gets it."""
    environment = {**window.world.environment, **window.desktop.environment}
    subprocess.run([BUILD / "llamaburn-gui", path], env=environment, check=True, timeout=60)


def choose(window, combo, title):
    """An entry of a list that unfolds."""
    window.click("combo box", combo)
    window.click("list item|label", title)


def choose_task(window, title):
    window.click("radio button|toggle button|page tab|tab", "Music")
    if title != "Separation":
        choose(window, "Task", title)


def set_iterations(window, number):
    window.click("push button|toggle button", "As Many Iterations as It Takes")
    spin = window.wait("spin button", "Number of Iterations", states=["sensitive"])
    window.desktop.ask(do="value", node=spin["id"], to=number)


def run(window, limit_s=120):
    window.click("push button|button", "Run")
    window.wait("label", "RTF, Median", limit_s=limit_s)


def speaking(gui, **environment):
    for name in (f"{VOICE}.onnx", f"{VOICE}.onnx.json"):
        gui.world.link_model(f"tts/piper/{name}")
    window = gui(environment={**SILENT, **environment})
    window.click("radio button|toggle button|page tab|tab", "TTS")
    return window



def test_tts_1_select_tts_mode(gui):
    window = speaking(gui)
    window.wait("text", "Text")
    window.wait("combo box", "Engine")
    window.shot("tts-mode")


def test_tts_2_to_7_engine_text_run_results_play_history(gui):
    window = speaking(gui)
    # 2: the engine; 3: a text is there, and can be another
    window.wait("label", "Piper (ONNX Runtime, in C)")
    text = window.wait("text", "Text", holds="The quick brown fox jumps over the lazy dog.")
    window.write(text, "Nine silver swans.")
    # 4: it runs
    set_iterations(window, 4)
    run(window)
    # 5: RTF, characters a second, duration of the sound
    for figure in ("RTF, Median", "Characters per Second"):
        window.wait("label", figure)
    window.shot("tts-result")
    # 6: it is heard
    window.click("push button", "Play")
    window.wait("push button", "Pause")
    window.wait("push button", "Play", limit_s=30)
    # 7: history has it, with its engine
    record = gui.world.json("show", "last")[0]
    assert record["engine"]["id"] == "piper"
    assert record["input"]["text"] == "Nine silver swans."
    assert len(record["iterations"]) == 4
    window.show_page("History")
    window.wait(holds="piper")


def test_music_1_select_music_mode_shows_the_tasks(gui):
    window = gui()
    window.click("radio button|toggle button|page tab|tab", "Music")
    window.click("combo box", "Task")
    for task in TASKS:
        window.wait("list item|label", task)
    window.shot("music-tasks")


def test_music_2_separation_plays_stems(gui, song):
    window = gui(environment={**HIDDEN, **SILENT})
    choose_task(window, "Separation")
    choose(window, "Engine", "Null: does nothing, or what its options say")
    open_file(window, song)
    set_iterations(window, 2)
    run(window)
    window.shot("separation-result")
    alone = window.wait("toggle button|push button", "Hear only vocals")
    window.click(alone)
    window.click("push button", "Play")
    window.wait("push button", "Pause")
    window.wait("push button", "Play", limit_s=30)


def test_music_3_transcription_gives_midi_and_shows_notes(gui, song):
    gui.world.link_model("music/basic-pitch")
    window = gui(environment=SILENT)
    choose_task(window, "Transcription")
    open_file(window, song)
    set_iterations(window, 2)
    run(window)
    record = gui.world.json("show", "last")[0]
    notes = record["output"]["notes"]
    assert notes and pathlib.Path(record["output"]["midi"]).exists()
    window.wait("image", f"{len(notes)} notes")
    window.wait("push button", "Save…")
    window.shot("transcription-result")
    window.click("push button", "Play")
    window.wait("push button", "Pause")


def test_music_4_generation_makes_sound_and_plays_it(gui):
    window = gui(environment={**HIDDEN, **SILENT})
    choose_task(window, "Generation")
    prompt = window.wait("text", "Prompt", holds="ambient electronic")
    window.write(prompt, "a slow march")
    slider = window.wait("slider", "Duration")
    window.desktop.ask(do="value", node=slider["id"], to=3)
    set_iterations(window, 2)
    run(window)
    record = gui.world.json("show", "last")[0]
    assert record["input"]["text"] == "a slow march" and record["settings"]["options"]["duration"] == 3
    window.click("push button", "Play")
    window.wait("push button", "Pause")
    window.shot("generation-result")


def test_music_5_view_metrics(gui, song):
    window = gui(environment={**HIDDEN, **SILENT})
    choose_task(window, "Beats")
    choose(window, "Engine", "aubio: beats and tempo, natively")
    open_file(window, song)
    set_iterations(window, 3)
    run(window)
    for figure in ("RTF, Median", "Processing Time"):
        window.wait("label", figure)
    window.shot("beats-result")


def test_music_6_history(gui, song):
    window = gui(environment={**HIDDEN, **SILENT})
    choose_task(window, "Chords")
    choose(window, "Engine", "Null: does nothing, or what its options say")
    open_file(window, song)
    set_iterations(window, 2)
    run(window)
    window.show_page("History")
    window.wait(holds="chords")
