"""llamaburn generate as a user types it: prompts, what is counted in them, what it refuses, how it is kept and shown.
The engine null makes the sound, or nothing does (--print-plan)."""

import csv
import io
import json
import re
import signal
import subprocess

import pytest

from conftest import ROOT

SETS = {path.stem: json.loads(path.read_text()) for path in (ROOT / "data/prompts").glob("*.json")}
JAZZ = "upbeat jazz with saxophone"


def generate(world, *arguments, **options):
    return world.json("generate", *arguments, "-e", "null", "-n", "1", "-w", "0", "--no-wait", "-q", **options)


def plan(world, *arguments, **options):
    out, _ = world.run("generate", *arguments, "--print-plan", **options)
    return json.loads(out)


def refusal(world, *arguments, status=2, **options):
    """The one line that says what is wrong; nothing was measured."""
    out, err = world.run("generate", *arguments, status=status, **options)
    assert out == "" and len(err.splitlines()) == 1, err
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", err)
    assert world.json("history") == []
    return err


def duration_of(path):
    return float(subprocess.run(["soxi", "-D", path], capture_output=True, text=True, check=True).stdout)


# Prompts and what is counted in them.

def test_without_a_prompt_it_is_jazz_and_that_is_said(world):
    out, err = world.run("generate", "-e", "null", "-n", "1", "-w", "0", "--no-wait", "-f", "json")
    record, = json.loads(out)
    assert record["input"]["text"] == JAZZ and record["mode"] == "generation"
    assert err.splitlines()[0] == f'No prompt was given: it is "{JAZZ}"'


COUNTED = {
    "named once each": ("jazz, JAZZ and more Jazz", [], ["jazz"], [], None),
    "plurals": ("violins, congas and brushes of cymbals", ["violin", "conga", "cymbal"], [], [], None),
    "the longest term": ("electric guitar, drum and bass, lo-fi hip-hop", ["electric guitar"],
                         ["drum and bass", "lo fi hip hop"], [], None),
    "a hyphen parts": ("hi-hat and Hi Hat", ["hi hat"], [], [], None),
    "tempo": ("dark techno at 130 bpm", [], ["techno"], ["dark"], 130),
    "tempo in words": ("a slow waltz, 90 beats per minute, for piano", ["piano"], ["waltz"], ["slow"], 90),
    "tempo joined": ("128BPM house", [], ["house"], [], 128),
    "tempo of": ("rock with a tempo of 97.5", [], ["rock"], [], 97.5),
    "a year is none": ("pop of 1984 bpm", [], ["pop"], [], None),
    "nothing known": ("qwertz", [], [], [], None),
    "other scripts": ("грустное piano 悲しい", ["piano"], [], [], None),
}


@pytest.mark.parametrize("prompt, instruments, genres, attributes, bpm", COUNTED.values(), ids=COUNTED.keys())
def test_what_a_prompt_names_is_counted(world, prompt, instruments, genres, attributes, bpm):
    complexity = generate(world, prompt, "--duration", "1")[0]["input"]["complexity"]
    assert complexity["named"] == {"instruments": instruments, "genres": genres, "attributes": attributes}
    assert [complexity[kind] for kind in ("instruments", "genres", "attributes")] == [
        len(instruments), len(genres), len(attributes)]
    assert complexity.get("bpm") == bpm


def test_the_built_in_sets_are_what_their_names_say(world):
    counted = {}
    for name, prompts in SETS.items():
        records = generate(world, "--prompt-set", name, "--duration", "1", "--keep", "none")
        assert [one["input"]["name"] for one in records] == [one["name"] for one in prompts["texts"]]
        assert all(one["input"]["set"] == name for one in records)
        counted[name] = [one["input"] for one in records]
    assert all(one["words"] <= 6 for one in counted["short"])
    assert all(one["words"] >= 50 for one in counted["long"])
    assert all(one["complexity"]["instruments"] >= 5 for one in counted["many-instruments"])


def test_prompts_add_up_in_order(world):
    (world.folder / "prompts.txt").write_text("one\n\r\n  \ntwo\r\n")
    cases = plan(world, "zero", "--prompt-file", world.folder / "prompts.txt", "--prompt-set", "short", "-e", "null")["cases"]
    assert [one["inputs"][0]["text"] for one in cases] == ["zero", "one", "two"] + [one["text"] for one in SETS["short"]["texts"]]
    assert all(one["inputs"][0]["role"] == "prompt" and one["mode"] == "generation" for one in cases)


def test_duration_is_the_engines_option_and_no_cut(world):
    one = plan(world, JAZZ, "--duration", "12.5", "-e", "null")
    assert one["cases"][0]["options"] == {"duration": 12.5}
    assert one["settings"]["start_s"] == one["settings"]["duration_s"] == 0


# Measured, kept, shown.

def test_two_prompts_are_two_runs_with_sound(world):
    first, second = generate(world, JAZZ, "sad piano", "--duration", "2", "--tokens", "400", "--sleep-ms", "20")
    assert first["output"]["text"] != second["output"]["text"]
    for record in (first, second):
        one, = record["iterations"]
        assert one["audio_s"] == 2 and one["rtf"] == pytest.approx(one["wall_s"] / 2)
        assert one["tokens"] == 400 and one["tokens_per_sec"] == pytest.approx(400 / one["wall_s"])
        assert record["summary"]["avg_tokens_per_sec"] == pytest.approx(one["tokens_per_sec"])
        assert record["output"]["sound"]["duration_s"] == 2
        assert duration_of(record["output"]["audio"]) == 2
        assert "chars_per_sec" not in one


def test_shown_everywhere(world):
    generate(world, "dark techno at 130 bpm", JAZZ, "--duration", "1", "--tokens", "10")
    table, _ = world.run("show", "last")
    assert "4 words; 1 instrument (saxophone); 1 genre (jazz); 1 attribute (upbeat)" in table
    assert re.search(r"Tokens +10 at [0-9.,k]+ a second", table)
    rows = list(csv.DictReader(io.StringIO(world.run("show", "last~1", "--format", "csv")[0])))
    assert (rows[0]["prompt_genres"], rows[0]["prompt_bpm"], rows[0]["words"]) == ("1", "130.0", "5")
    assert float(rows[0]["avg_tokens_per_sec"]) > 0
    assert "dark techno" in world.run("show", "last~1", "--format", "md")[0]
    assert {one["mode"] for one in world.json("history")} == {"generation"}
    assert "input's text" in world.run("compare", "last", "last~1")[0]


def test_save_and_format(world):
    record, = generate(world, JAZZ, "--duration", "1", "--save", world.folder / "tune.flac")
    assert duration_of(world.folder / "tune.flac") == 1 and record["output"]["audio"].endswith(".flac")
    record, = generate(world, JAZZ, "--duration", "1", "--keep", "none")
    assert "audio" not in record["output"]


def test_plan_of_the_window_runs(world):
    path = world.folder / "plan.json"
    path.write_text(json.dumps({"schema": "llamaburn.plan/1", "settings": {"iterations": 1, "warmups": 0, "wait": False}, "cases": [
        {"mode": "generation", "engine": "null", "inputs": [{"role": "prompt", "text": JAZZ}], "options": {"duration": 3}}]}))
    record, = world.json("run", path)
    assert record["iterations"][0]["audio_s"] == 3 and record["input"]["complexity"]["genres"] == 1


# Scores that need no reference and no other engine.

def test_music_is_scored_by_itself(world):
    record, = generate(world, "techno at 130 bpm", "--duration", "3", "--sound-s", "2.5")
    scores = record["scores"]
    assert scores["length"] == {"value": -0.5, "asked_s": 3, "got_s": 2.5}
    assert scores["repetition"]["stuck_share"] == 1 and "value" not in scores["repetition"]
    assert scores["tempo_asked"]["asked_bpm"] == 130 and scores["tempo_asked"]["value"] == 0
    assert "tempo_asked" not in generate(world, JAZZ, "--duration", "1")[0]["scores"]
    assert "length" not in generate(world, JAZZ)[0]["scores"]
    table, _ = world.run("show", "last~2")
    assert "not found: 130 BPM asked for" in table and "stands still for 100.00 %" in table


def test_each_different_output_has_its_scores(world):
    record, = world.json("generate", JAZZ, "-e", "null", "--duration", "2", "--vary", "-n", "3", "-w", "0", "--no-wait", "-q")
    assert len(record["outputs"]) == 3 and all(one["scores"]["length"]["got_s"] == 2 for one in record["outputs"])


def test_noise_of_random_weights_is_not_scored(world):
    record, = generate(world, JAZZ, "--duration", "1", "--random-weights")
    assert record["model"]["synthetic"] and "scores" not in record
    _, err = world.run("generate", JAZZ, "-e", "null", "--random-weights", "--score", "clap", status=2)
    assert "don't go together" in err


# What it refuses.

REFUSED = {
    "empty": ([""], "prompt 1 is empty: say what the music is to be"),
    "spaces": (["ok", " \t\n"], "prompt 2 is empty"),
    "long": (["x" * 20001], "prompt 1 has 20001 characters, at most 20000 are taken"),
    "not UTF-8": ([b"caf\xe9"], "prompt 1 is no UTF-8: byte 4 is 0xE9"),
    "a dash": (["-"], '"-" is no prompt: --prompt-file - takes one a line'),
    "no set": (["--prompt-set", "longest"], "--prompt-set"),
    "duration 0": ([JAZZ, "--duration", "0"], "from 1 to 30"),
    "duration 31": ([JAZZ, "--duration", "31"], "from 1 to 30"),
    "duration 1e9": ([JAZZ, "--duration", "1e9"], "from 1 to 30"),
    "duration NaN": ([JAZZ, "--duration", "nan"], "from 1 to 30"),
    "duration -3": ([JAZZ, "--duration", "-3"], "from 1 to 30"),
    "duration a word": ([JAZZ, "--duration", "long"], "--duration"),
    "duration for one engine": ([JAZZ, "-O", "null:duration=31"], "duration"),
    "score of speech": ([JAZZ, "--score", "wer"], '--score takes clap, clap:MODEL, fad, fad:MODEL, not "wer"'),
    "fad without sounds": ([JAZZ, "--score", "fad"], "--fad-reference FOLDER"),
    "fad of one sound": ([JAZZ, "--score", "fad", "--fad-reference", "."], "holds 0: 2 to 10000 are taken"),
    "melody": ([JAZZ, "--melody", "a.wav"], "null follows no melody"),
}


@pytest.mark.parametrize("arguments, said", REFUSED.values(), ids=REFUSED.keys())
def test_what_it_refuses(world, arguments, said):
    assert said in refusal(world, *arguments, "-e", "null")


@pytest.mark.parametrize("prompt, said", [
    ("la " * 10000, "characters, at most 20000"),
    ("a b " * 2500, "has 5000 words"),
    ("...!", "has no letter and no digit"),
])
def test_prompts_that_say_too_much_or_nothing(world, prompt, said):
    """Words are counted where each way into a plan leads, so that the window refuses the same."""
    path = world.folder / "plan.json"
    path.write_text(json.dumps({"schema": "llamaburn.plan/1", "settings": {"wait": False}, "cases": [
        {"mode": "generation", "engine": "null", "inputs": [{"role": "prompt", "text": prompt}]}]}))
    record, = world.json("run", path, status=1)
    assert record["error"]["phase"] == "input" and len(record["error"]["message"]) < 300
    assert said in record["error"]["message"] or "words" in record["error"]["message"]
    out, err = world.run("generate", prompt, "-e", "null", "--no-wait", "-q", status=2 if len(prompt) > 20000 else 1)
    assert said in err


def test_a_file_that_is_not_there(world):
    assert "can't read \"/nowhere\": No such file" in refusal(world, "--prompt-file", "/nowhere", "-e", "null", status=1)


def test_control_characters_reach_the_engine_not_the_terminal(world):
    prompt = "red \x1b[31m jazz \x07\u202e"
    record, = generate(world, prompt, "--duration", "1")
    assert record["input"]["text"] == prompt
    for form in ("table", "csv", "md"):
        assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e]", world.run("show", "last", "--format", form)[0])


@pytest.mark.parametrize("sound, said", [("nan", "no numbers"), ("none", "gave no sound"), ("two", "2 sounds where one")])
def test_sound_that_is_none_fails_its_run(world, sound, said):
    record, = generate(world, JAZZ, "--duration", "1", "--sound", sound, status=1)
    assert said in record["error"]["message"]


def test_interrupted_in_the_middle(world):
    process = world.start("generate", JAZZ, "-e", "null", "--duration", "1", "--sleep-ms", "60000", "--no-wait", "-n", "3", "-w", "0")
    while b"loaded" not in (line := process.stderr.readline()):
        assert line
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 130
    assert [one["status"] for one in world.json("history")] == ["interrupted"]
