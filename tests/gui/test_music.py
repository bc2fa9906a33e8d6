"""The specification's list "Music Analysis Verification", in the real window: one step, one test, each in a
window of its own. Basic Pitch and aubio are real; what has no weights here is the null engine."""

import json
import pathlib
import subprocess

import pytest

from desktop import remember, wait_until
from test_trouble import set_options

LONG_S = 300
TASKS = ["Separation", "Transcription", "Beats", "Chords", "Genre", "Generation", "LLM Analysis"]
QUIET = {"LLAMABURN_GUI_HIDDEN": "1", "LLAMABURN_GUI_SOUND": "1", "LLAMABURN_GUI_SINK": "fakesink"}


@pytest.fixture
def song(tmp_path_factory):
    """Six seconds: C4 with E4, then A4 with C5, plucked each half second."""
    folder = tmp_path_factory.mktemp("song")
    for name, notes in (("first", ("C4", "E4")), ("second", ("A4", "C5"))):
        voices = [word for note in notes for word in ("pluck", note)]
        subprocess.run(
            ["sox", "-n", "-r", "22050", folder / f"{name}.wav", "synth", "0.5", *voices, "channels", "1",
             "gain", "-3", "repeat", "5"],
            check=True,
        )
    subprocess.run(["sox", folder / "first.wav", folder / "second.wav", folder / "song.wav"], check=True)
    return folder / "song.wav"


@pytest.fixture
def task(gui):
    """A function that opens the window where the user left off, at a task and its engine: task(MODE, ENGINE, FILE)."""

    def open_task(mode, engine, *files):
        remember(gui.world, **{"benchmark": {"mode": "music", "task": mode}, mode: {"engine": engine}})
        window = gui(*files, environment=QUIET)
        for path in files:
            window.wait("label", pathlib.Path(path).name)
        return window

    return open_task


def last(window):
    """The last run's record, once it has ended."""

    def look():
        # the button may not have been pressed yet for the program when Run can be pressed for the test
        runs = json.loads(window.world.run("history", "--format", "json")[0])
        if not runs or runs[0]["status"] == "running":
            return None
        (record,) = window.world.json("show", "last")
        return record

    record = wait_until(look, "the run does not end", LONG_S)
    assert record["status"] == "ok", record.get("error")
    return record


def play(window):
    window.click("push button", "Play")
    window.wait("push button", "Pause")


def test_1_select_music_mode(gui):
    window = gui()
    window.click("page tab", "Music")
    window.wait("page tab", "Music", states=["selected"])
    tasks = window.wait("combo box", "Task")
    window.point(tasks)

    def entries():
        return [window.find("label", under=entry["id"])["name"] for entry in window.find_all("list item", under=tasks["id"])]

    wait_until(lambda: entries()[-len(TASKS) :] == TASKS, entries)
    window.shot("music-1-tasks")


def test_2_source_separation(task, song):
    window = task("separation", "null", song)
    window.run_once(iterations=2, limit_s=LONG_S)
    stems = last(window)["output"]["stems"]
    assert len(stems) >= 2 and all(pathlib.Path(path).exists() for path in stems.values())
    for stem in stems:
        window.wait("image", f"Waveform of {stem}")
    first, second = sorted(stems)[:2]
    window.click("push button", f"Hear only {first}")
    window.click("push button", f"Silence {second}")
    play(window)
    window.wait("push button", "Play", limit_s=60)
    window.shot("music-2-stems")


def test_3_transcription(gui, task, song):
    gui.world.link_model("music/basic-pitch")
    window = task("transcription", "basic-pitch", song)
    window.run_once(iterations=2, limit_s=LONG_S)
    record = last(window)
    pitches = {note["pitch"] for note in record["output"]["notes"]}
    assert {60, 64, 69, 72} <= pitches, pitches
    assert pathlib.Path(record["output"]["midi"]).read_bytes().startswith(b"MThd")
    window.wait("image", f"{len(record['output']['notes'])} notes")
    window.click("push button", "Hear only Notes")
    play(window)
    window.wait("label", "Save…")
    window.shot("music-3-notes")


def test_4_generation(task):
    window = task("generation", "null")
    window.write(window.wait("text", "Prompt", holds="ambient electronic"), "a slow march with a tuba")
    window.desktop.ask(do="value", node=window.wait("slider", "Duration")["id"], to=3)
    window.run_once(iterations=2, limit_s=LONG_S)
    record = last(window)
    assert record["input"]["text"] == "a slow march with a tuba"
    assert record["settings"]["options"]["duration"] == 3
    window.wait("image", "Waveform of Sound")
    play(window)
    window.shot("music-4-generation")


def test_5_view_metrics(task, song):
    window = task("beats", "aubio", song)
    window.run_once(iterations=2, limit_s=LONG_S)
    for figure in ("RTF, Median:", "Processing Time:"):
        window.wait("panel", holds=figure)
    record = last(window)
    window.wait("label", holds=f"{record['output']['bpm']:.1f} bpm")
    window.wait("image", f"{len(record['output']['beats'])} beats")
    window.shot("music-5-beats")


def test_6_history(task, song):
    window = task("chords", "null", song)
    window.run_once(iterations=1, limit_s=LONG_S)
    window.click("push button", holds="Show in History")
    window.wait("page tab", "History", states=["selected"])
    window.wait("label", holds="chords")
    window.shot("music-6-history")


def test_genres_are_bars(task, song):
    window = task("genre", "null", song)
    window.run_once(iterations=1, limit_s=LONG_S)
    first = last(window)["output"]["genre"][0]
    window.wait("level bar", first["label"])
    window.wait("label", f"{100 * first['score']:.1f} %")
    assert window.find("label", first["label"])["box"][2] > 140, "a name of two words is cut"
    window.shot("music-genre")


def test_a_description_can_be_copied(task, song):
    window = task("analysis", "null", song)
    window.wait("text", "Prompt", holds="Describe this music in detail")
    window.run_once(iterations=1, limit_s=LONG_S)
    window.wait("text", "Description", holds=last(window)["output"]["text"][:20])
    window.click("push button", holds="Copy Description")
    window.wait("label", "The description is on the clipboard")
    window.shot("music-analysis")


def test_engines_that_describe_are_listed(task, gui):
    """By their manifests, with the models that each takes: also the hybrid whose language model is a file."""
    gui.world.link_model("llm/smollm2-135m-instruct")
    window = task("analysis", "null")
    names = window.choose("Engine", "hybrid by llama.cpp: a language model")
    assert any(name.startswith("features measured here") for name in names), names
    assert "SmolLM2 135M Instruct, 4-bit" in " ".join(window.choose("Model", "SmolLM2"))
    window.shot("music-hybrid")


def claims(window):
    """What the window says of each claim: {"120 BPM": "Right: measured is 119.8 bpm"}."""
    (listed,) = window.find_all("list", "What It Claims") or [None]
    rows = window.find_all("list item", under=listed["id"]) if listed else []
    return {row["name"]: row["description"] for row in rows}


def test_claims_are_marked(gui, task, song):
    """By sign, by words and by what is known, against what is measured and against a reference."""
    (song.parent / "known.json").write_text('{"instruments": ["piano"], "vocals": false}')
    window = task("analysis", "null", song)
    set_options(window, text="A slow 93 BPM, some hear 120 BPM; a piano, a harp, a singer, rock.")
    window.scroll_to("list item", "Check What It Claims")
    window.choose_file(song.parent / "known.json", button="Choose the Reference")
    window.run_once(iterations=1, limit_s=LONG_S)
    score = last(window)["scores"]["grounding"]
    measured = next(claim["truth"] for claim in score["list"] if claim["said"] == "120 BPM")
    assert abs(measured - 120) < 5 or abs(measured - 60) < 3, score
    wait_until(lambda: claims(window), window.outline)
    assert claims(window) == {
        "93 BPM": f"Wrong: measured is {measured:.1f} bpm",
        "120 BPM": f"Right: measured is {measured:.1f} bpm",
        "piano": "Right: the reference says piano",
        "harp": "Wrong: the reference says piano",
        "singer": "Wrong: the reference says no vocals",
        "rock": "Not checkable: nothing is known of it",
    }
    marked = "A slow 93 BPM\u00a0✗, some hear 120 BPM\u00a0✓; a piano\u00a0✓, a harp\u00a0✗, a singer\u00a0✗, rock\u00a0?."
    window.wait("text", "Description", holds=marked)
    window.wait("panel", holds="Claims Right: 40 %, 2 of 5, 1 not checkable")
    window.shot("music-claims")


def test_claims_are_left_alone(task, song):
    window = task("analysis", "null", song)
    set_options(window, text="At 120 BPM.")
    window.scroll_to("list item", "Check What It Claims")
    window.click("toggle button|switch|check box", "Check What It Claims")
    window.run_once(iterations=1, limit_s=LONG_S)
    assert "scores" not in last(window) or "grounding" not in last(window)["scores"]
    window.wait("text", "Description", holds="At 120 BPM.")
    assert not window.find("label", "What It Claims")


# Light and dark, narrow and wide.
LOOKS = {"light": (1100, "prefer-light"), "dark": (1100, "prefer-dark"), "narrow": (600, "prefer-light"), "wide": (1270, "prefer-dark")}
MODES = {
    "tts": {}, "separation": {}, "transcription": {}, "beats": {}, "chords": {}, "genre": {}, "generation": {},
    "analysis": {"text": "A calm piece of 120 BPM in A minor: a piano, no drums."},
}


@pytest.mark.slow
@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("mode", MODES)
def test_looks(gui, song, mode, look):
    """Pictures of each task, set up and done: to be looked at."""
    width, scheme = LOOKS[look]
    remember(gui.world, window={"width": width, "height": 780},
             benchmark={"mode": "tts" if mode == "tts" else "music", "task": mode},
             **{mode: {"engine": "null", "automatic": 0, "iterations": 6, "warmups": 0}})
    window = gui(*[] if mode in ("tts", "generation") else [song], environment={**QUIET, "ADW_DEBUG_COLOR_SCHEME": scheme})
    window.wait_ready()
    window.shot(f"{mode}-{look}-set-up")
    if MODES[mode]:
        set_options(window, **MODES[mode])
    window.run_once(iterations=6, limit_s=LONG_S)
    last(window)
    window.shot(f"{mode}-{look}")
