"""The specification's list "TTS Verification", in the real window with a real voice of Piper: one step, one
test."""

import json
import pathlib

import pytest

from desktop import remember
from test_trouble import HIDDEN

LONG_S = 300
TEXT = "Nine silver swans."


@pytest.fixture(scope="module")
def story(open_story):
    """One window for the steps from the second on, in their order: each goes on from the one before. It begins where
    the user left off: at TTS (GTK 4.8 tells of the pages behind others too)."""
    voice = "tts/piper/en_US-joe-medium.onnx"
    return open_story(
        voice, voice + ".json", state={"benchmark": {"mode": "tts"}},
        environment={"LLAMABURN_GUI_SOUND": "1", "LLAMABURN_GUI_SINK": "fakesink"},
    )


def test_1_select_tts_mode(gui):
    window = gui()
    window.click("page tab", "TTS")
    window.wait("page tab", "TTS", states=["selected"])
    window.wait("text", "Text")


# Before the story begins: one window at a time is the program.


def test_a_voice_is_imitated_where_the_engine_can(gui, speech_clips):
    """F5-TTS can't do without a sample and its words; the null engine takes them."""
    remember(gui.world, benchmark={"mode": "tts"}, tts={"engine": "f5-tts"})
    window = gui(environment=HIDDEN)
    window.wait("label", "Choose a recording of the voice that is to be imitated")
    window.choose_file(speech_clips[0][0], button="Choose the Voice Sample")
    window.wait("label", "Write what the voice sample says")
    window.write(window.wait("text", "What the Sample Says"), speech_clips[0][1])
    window.wait_gone("label", "Write what the voice sample says")
    window.shot("tts-voice-sample")
    window.choose("Engine", "Null")
    window.run_once()
    (record,) = window.world.json("show", "last")
    assert {it["role"]: it.get("text", it.get("path", "")) for it in record["more_inputs"]} == {
        "voice": str(speech_clips[0][0]), "voice-text": speech_clips[0][1],
    }


def test_an_engine_that_imitates_nothing_is_given_no_sample(gui):
    remember(gui.world, benchmark={"mode": "tts"}, tts={"engine": "piper"})
    window = gui()
    window.wait("text", "Text")
    window.wait("combo box", "Voice")
    assert not window.find("list item", "Voice Sample")


def test_2_select_engine(story):
    _, window = story
    names = window.choose("Engine", "Piper (ONNX Runtime")
    for name in ("Piper", "F5-TTS", "Bark", "XTTS"):
        assert any(it.startswith(name) for it in names), (name, names)
    window.wait("combo box", "Voice")
    window.shot("tts-2-engine")


def test_3_enter_text(story):
    _, window = story
    text = window.wait("text", "Text", holds="The quick brown fox jumps over the lazy dog.")
    window.write(text, "   ")
    window.wait("label", "Write a text that is to be spoken")
    window.write(text, TEXT)
    window.wait_ready()


def test_4_run_benchmark(story):
    _, window = story
    window.set_iterations(3, 0)
    window.click("push button", "Run")
    # not one by one: they are over in less than it takes to look
    window.wait("image", holds="RTF of 3 iterations", limit_s=LONG_S)
    window.wait_ready(LONG_S)


def test_5_view_results(story):
    world, window = story
    for figure in ("RTF, Median:", "Characters per Second:", "Latency:"):
        window.wait("panel", holds=figure)
    (record,) = world.json("show", "last")
    window.wait("panel", holds=f"Sound Made: {record['summary']['avg_audio_s']:.2f} s")
    window.shot("tts-5-results")


def test_6_play_audio(story):
    world, window = story
    window.wait("image", "Waveform of Sound")
    window.click("push button", "Play")
    window.wait("push button", "Pause")
    window.wait("push button", "Play", limit_s=60)
    (record,) = world.json("show", "last")
    assert pathlib.Path(record["output"]["audio"]).stat().st_size > 10000


def test_7_check_history(story):
    world, window = story
    (run,) = json.loads(world.run("history", "--format", "json")[0])
    assert (run["mode"], run["engine"], run["model"]) == ("tts", "piper", "piper-en_US-joe-medium"), run
    (record,) = world.json("show", "last")
    assert record["input"]["text"] == TEXT and len(record["iterations"]) == 3
    window.click("push button", holds="Show in History")
    window.wait("page tab", "History", states=["selected"])
    window.wait("label", holds="piper")


def test_8_another_run_is_set_against_the_last(story):
    _, window = story
    window.show_page("Benchmark")
    window.run_once(iterations=4)
    window.wait("label", holds="Against the last one (piper-en_US-joe-medium)")
    window.shot("tts-8-against")
