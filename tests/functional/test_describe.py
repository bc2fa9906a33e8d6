"""describe, with the engine that does nothing: what is counted, said, kept, flagged and refused."""

import csv
import io
import json
import os
import pty
import re
import subprocess

import pytest

USUAL = "Describe this music in detail: genre, mood, instruments, tempo, and style."
QUICK = ("-n", "1", "-w", "0", "--no-warm-load", "--no-wait")
SLOWLY = ("--tokens", "20", "--sleep-ms", "200", "--first-ms", "100", "--encode-ms", "40", "--prompt-tokens", "50")


@pytest.fixture
def sound(speech):
    return str(speech[0][0])


def flags(record):
    return {flag["id"] for flag in record["validity"]["flags"]}


def test_the_prompt_goes_to_the_engine(world, sound):
    """The specification's unless another is given; another prompt and another sound change the answer."""
    (usual,) = world.json("describe", sound, "-e", "null", *QUICK)
    (asked,) = world.json("describe", sound, "-e", "null", "--prompt", "How fast?", *QUICK)
    assert usual["mode"] == "analysis" and usual["input"]["path"] == sound
    assert [(more["role"], more["text"]) for more in usual["more_inputs"]] == [("prompt", USUAL)]
    assert [(more["role"], more["text"]) for more in asked["more_inputs"]] == [("prompt", "How fast?")]
    assert usual["output"]["text"] != asked["output"]["text"]
    assert f"{len(USUAL)} bytes of text" in usual["output"]["text"]
    out, _ = world.run("compare", "last~1", "last")
    assert re.search(r"differs in prompt: How fast\?, baseline Describe this music", out)


def test_tokens_and_phases(world, sound):
    (record,) = world.json("describe", sound, "-e", "null", *SLOWLY, "-n", "3", "-w", "0", "--no-wait")
    for one in record["iterations"]:
        phases = one["phases"]
        assert one["tokens"] == 20
        assert one["tokens_per_sec"] == pytest.approx(20 / one["wall_s"])
        assert one["generate_tokens_per_sec"] == pytest.approx(20 / phases["generate_s"])
        assert one["prompt_tokens_per_sec"] == pytest.approx(50 / phases["prompt_s"])
        assert one["latency_kind"] == "token" and one["latency_s"] >= 0.1
        assert one["latency_s"] == pytest.approx(phases["encode_s"] + phases["prompt_s"], abs=0.02)
        assert one["rtf"] == pytest.approx(one["wall_s"] / record["input"]["processed_s"])
    for name in ("tokens_per_sec", "generate_tokens_per_sec", "prompt_tokens_per_sec"):
        values = [one[name] for one in record["iterations"]]
        assert record["summary"]["avg_" + name] == pytest.approx(sum(values) / 3)
    assert len(record["outputs"]) == 1, "times must not make outputs differ"


def test_every_format_tells_tokens(world, sound):
    out, _ = world.run("describe", sound, "-e", "null", *SLOWLY, "--heard-s", "2", "--text", "A calm voice.", *QUICK)
    assert re.search(r"^  Tokens    20 at [\d.]+ a second; [\d.]+ a second while it wrote$", out, re.M)
    assert re.search(r"^  Prompt    50 tokens at [\d.]+ a second; sound encoded in 40.0 ms$", out, re.M)
    assert re.search(r"^  Listened  0.00 s to 2.00 s of ", out, re.M)
    assert re.search(r"^  Text      A calm voice.$", out, re.M)
    shown, _ = world.run("show", "last")
    assert "Tokens/s" in shown and "A calm voice." in shown
    wide, _ = world.run("show", "last", "--format", "csv")
    (row,) = csv.DictReader(io.StringIO(wide))
    assert float(row["avg_tokens"]) == 20 and float(row["avg_tokens_per_sec"]) > 20 and row["prompt_tokens"] == "50"
    assert float(row["avg_encode_s"]) == pytest.approx(0.04) and row["text"] == "A calm voice."
    marked, _ = world.run("show", "last", "--format", "md")
    assert "| Tokens/s |" in marked
    listed, _ = world.run("history")
    assert "analysis" in listed or "describe" in listed
    world.run("describe", sound, "-e", "null", *SLOWLY, *QUICK)
    for form in ("table", "csv", "md"):
        compared, _ = world.run("compare", "1", "2", "--format", form)
        assert "Tokens/s" in compared or "avg_tokens_per_sec" in compared


def test_the_description_is_kept_and_saved(world, sound):
    target = world.folder / "said.txt"
    (record,) = world.json("describe", sound, "-e", "null", "--text", "Calm — très calme.", "--save", str(target), *QUICK)
    assert target.read_text() == "Calm — très calme.\n"
    assert open(record["output"]["description"]).read() == "Calm — très calme.\n"
    assert [artifact["role"] for artifact in record["artifacts"]] == ["description"]
    folder = world.folder / "all"
    folder.mkdir()
    world.run("describe", sound, sound, "-e", "null", "--text", "Calm.", "--save", str(folder), *QUICK)
    assert sorted(path.name for path in folder.iterdir()) == ["01-null-description.txt", "02-null-description.txt"]
    (none,) = world.json("describe", sound, "-e", "null", "--keep", "none", *QUICK)
    assert none["artifacts"] == []


@pytest.mark.parametrize(
    "options, flag, valid",
    [
        (("--tokens", "5", "--stopped", "token-limit"), "token-limit", True),
        (("--heard-s", "1"), "part-heard", True),
        (("--text", "  "), "empty-answer", False),
    ],
)
def test_what_must_be_said_is_flagged(world, sound, options, flag, valid):
    (record,) = world.json("describe", sound, "-e", "null", *options, *QUICK)
    assert flag in flags(record)
    if not valid:
        assert not record["validity"]["valid"]
    (fine,) = world.json("describe", sound, "-e", "null", "--tokens", "5", "--heard-s", "600", *QUICK)
    assert not flags(fine) & {"token-limit", "part-heard", "empty-answer"}


@pytest.mark.parametrize(
    "prompt, said",
    [
        ("", "--prompt is empty"),
        (" \n", "--prompt is empty"),
        (b"a\xff", "--prompt is no UTF-8: byte 2 is 0xFF"),
    ],
)
def test_bad_prompts(world, sound, prompt, said):
    _, err = world.run("describe", sound, "-e", "null", "--prompt", prompt, status=2)
    assert said in err and err.count("\n") == 1


def test_a_long_prompt_is_taken(world, sound):
    words = " ".join(f"word{i}" for i in range(10000))
    (record,) = world.json("describe", sound, "-e", "null", "--prompt", words, *QUICK)
    assert record["more_inputs"][0]["text"] == words
    assert f"{len(words)} bytes of text" in record["output"]["text"]


def test_what_is_said_grows_on_the_terminal(world, sound):
    """Pieces are joined, not each shown alone."""
    main, side = pty.openpty()
    process = world.start(
        "describe", sound, "-e", "null", "--tokens", "12", "--sleep-ms", "3000", *QUICK,
        stderr=side, stdout=subprocess.DEVNULL, environment={"COLUMNS": "160", "TERM": "xterm"},
    )
    os.close(side)
    seen = b""
    try:
        while True:
            seen += os.read(main, 65536)
    except OSError:
        pass
    assert process.wait() == 0
    assert b"token 1 token 2 token 3" in seen
