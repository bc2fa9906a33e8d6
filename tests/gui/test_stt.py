"""The specification's list "Verification", in the real window with real Whisper base: one step, one test. Step 7,
Compare, is test_compare of test_compare.py."""

import json

import pytest

from test_history import cells, wait_numbers

# A run of a whole second here takes many when other programs work too.
LONG_S = 300


@pytest.fixture(scope="module")
def story(open_story, speech_clips):
    """One window for the seven steps, in their order: each goes on from the one before."""
    world, window = open_story("whisper/ggml-base.bin")
    clip, text = min(speech_clips, key=lambda it: it[0].stat().st_size)
    return world, window, clip, text


def test_1_enable_audio_tab(story):
    _, window, _, _ = story
    tab = window.wait("page tab", "Audio", states=["sensitive"])
    window.click(tab)
    window.wait("page tab", "STT", states=["sensitive", "selected"])
    window.shot("stt-1-audio")


def test_2_select_model(story):
    _, window, _, _ = story
    names = window.choose("Model", "Base")
    for name in ("Tiny", "Base", "Small", "Medium", "Large"):
        assert any(it.startswith(name) for it in names), (name, names)
    assert any("MiB" in it for it in names if it.startswith("Tiny")), "what is not here shows its size"
    window.wait("label", "On this computer, licence MIT")


def test_3_select_audio_file(story):
    _, window, clip, _ = story
    window.choose_file(clip)
    window.wait("label", clip.name)
    window.wait("label", holds="2.99 s · wav/pcm_s16le · 16000 Hz · 1 channel")
    window.wait("image", f"Waveform of {clip.name}, 2.99 s")
    window.shot("stt-3-file")


def test_4_run_benchmark(story):
    _, window, _, text = story
    window.point(window.scroll_to("list item", "Reference Text"))
    window.write(window.wait("text", "Reference Text"), text.replace("young", "old"))
    window.set_iterations(2, 0)
    window.click("push button", "Run")
    window.wait("push button", "Stop")
    window.wait("label", holds="elapsed")
    window.wait("image", holds="RTF of ", limit_s=LONG_S)
    window.wait("label", "Measuring: iteration 2 of 2", limit_s=LONG_S)
    window.shot("stt-4-running")
    window.wait_ready(LONG_S)
    window.wait("image", holds="RTF of 2 iterations")


def test_5_view_results(story):
    _, window, _, _ = story
    for figure in ("RTF, Median:", "RTF, Average:", "RTF, Minimum:", "RTF, Maximum:", "Processing Time:", "Latency:",
                   "Word Error Rate:"):
        window.wait("panel", holds=figure)
    window.wait("label", holds="than real time")
    heard = window.find_all("label", holds="disposed")
    assert heard, window.outline()
    window.wait("text", "Aligned Text", holds="old → young")
    window.shot("stt-5-results")


def test_6_check_history(story):
    world, window, clip, _ = story
    (run,) = json.loads(world.run("history", "--format", "json")[0])
    assert (run["mode"], run["engine"], run["model"]) == ("stt", "whisper.cpp", "whisper-base"), run
    window.click("push button", "Show in History")
    window.wait("page tab", "History", states=["selected"])
    wait_numbers(window, ["1"])
    assert "whisper-base" in cells(window)[0], cells(window)  # details stand beside: some columns are hidden
    window.shot("stt-6-history")
