"""llamaburn tts as a user types it: texts, voices, what it refuses. The engine null speaks, or nothing does
(--print-plan)."""

import json
import pathlib
import re
import subprocess

import pytest

from conftest import ROOT

FOX = "The quick brown fox jumps over the lazy dog."
SETS = {path.stem: json.loads(path.read_text()) for path in (ROOT / "data/texts").glob("*.json")}


def speak(world, *arguments, **options):
    return world.json("tts", *arguments, "-e", "null", "-n", "1", "-w", "0", "--no-wait", "-q", **options)


def plan(world, *arguments, **options):
    out, _ = world.run("tts", *arguments, "--print-plan", **options)
    return json.loads(out)


def texts_of(plan):
    return [case["inputs"][0]["text"] for case in plan["cases"]]


def refusal(world, *arguments, status=2, **options):
    """The one line that says what is wrong; nothing was measured."""
    out, err = world.run("tts", *arguments, status=status, **options)
    assert out == "" and len(err.splitlines()) == 1, err
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", err)
    assert world.json("history") == []
    return err


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content) if not isinstance(content, str) else content)
    return path


@pytest.fixture
def voices(world):
    """A catalogue of voices and engines of its own that take them: they can't run, but be planned."""
    folder = world.folder / "shared"
    names = ["aa_first", "en_US-lessac-medium", "en_US-joe-medium", "de_DE-thorsten-medium", "pl_PL-gosia-medium"]
    models = [
        {"name": name, "id": name, "mode": "tts", "family": "piper", "variant": "onnx", "title": name,
         "licence": "MIT", "path": f"tts/piper/{name}.onnx", "bytes": 5, "sources": []}
        for name in names
    ]
    models[0]["language"] = "en"
    models.append({**models[0], "name": "own", "id": "own", "variant": "many", "path": "tts/own", "languages": ["fr", "es"]})
    write(folder / "catalogue.json", {"schema": "llamaburn.catalogue/1", "models": models})

    def engine(name, **more):
        write(folder / "engines" / f"{name}.json", {
            "id": name, "title": name, "modes": ["tts"],
            "inputs": [{"role": "text", "kind": "text"}], "outputs": ["pcm"], "backends": ["cpu"], "options": [], **more,
        })

    engine("plain", models=["onnx"])
    engine("polyglot", models=["many"])
    engine("chooser", models=["onnx"], options=[{"name": "language", "kind": "enum", "choices": ["en-us", "zh-cn"], "default": "en-us", "help": "spoken"}])
    voice = {"name": "voice", "kind": "text", "default": "alloy", "help": "which"}
    engine("server", options=[voice])
    engine("many", models=["many"], options=[voice])
    engine("cloner", inputs=[
        {"role": "text", "kind": "text"}, {"role": "voice", "kind": "pcm"}, {"role": "voice-text", "kind": "text"},
    ])
    world.environment["LLAMABURN_DATA"] = str(folder)
    world.have = lambda name: write(world.data / f"tts/piper/{name}.onnx", "12345")
    return world


@pytest.fixture
def sample(world):
    path = world.folder / "voice.wav"
    subprocess.run(["sox", "-n", "-r", "22050", "-c", "1", path, "synth", "1", "sine", "220"], check=True)
    return path


# Texts of the command line.

def test_without_a_text_it_is_the_fox_and_that_is_said(world):
    out, err = world.run("tts", "-e", "null", "-n", "1", "-w", "0", "--no-wait", "-f", "json")
    record, = json.loads(out)
    assert record["input"]["text"] == FOX
    assert err.splitlines()[0] == f'No text was given: it is "{FOX}"'


TEXTS = {
    "emoji": ("Well done 👍🏽!", 13, 3),
    "right to left": ("שלום, מה שלומך?", 15, 3),
    "several lines": ("one\ntwo\tthree\n", 14, 3),
    "terminal": ("red \x1b[31m and \x07 bell", 20, 5),
    "direction": ("abc \u202edef", 8, 2),
    "metacharacters": ("$(touch hacked) `id` \"quoted\" {\"a\": 1} \\n % | ; <b>", 51, 11),
    "combining": ("e\u0301a", 3, 1),
    "path": ("either/or", 9, 1),
}


@pytest.mark.parametrize("text, characters, words", TEXTS.values(), ids=TEXTS.keys())
def test_a_text_comes_whole_into_the_record_and_tame_to_the_terminal(world, text, characters, words):
    record, = speak(world, text)
    assert record["input"]["text"] == text
    assert (record["input"]["characters"], record["input"]["words"]) == (characters, words)
    for form in ("table", "csv", "md", "json", "jsonl"):
        out, err = world.run("show", "last", "--format", form)
        assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e]", out + err)
    for view in (["history"], ["compare", "last", "last"]):
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", world.run(*view)[0])
    assert not (world.folder / "hacked").exists()


def test_several_texts_are_several_cases_of_one_session(world):
    one, two = speak(world, "One.", "And two of them.")
    assert [one["input"]["text"], two["input"]["text"]] == ["One.", "And two of them."]
    assert one["group"]["id"] == two["group"]["id"]
    assert one["iterations"][0]["chars_per_sec"] > 0


REFUSED = {
    "empty": ([""], "text 1 is empty"),
    "spaces": (["good", " \t\n "], "text 2 is empty"),
    "wide spaces": (["\u3000\u00a0"], "text 1 is empty"),
    "not UTF-8": ([b"caf\xe9"], "text 1 is no UTF-8: byte 4 is 0xE9"),
    "dash": (["-"], "--text-file -"),
    "voices of none": (["a", "--voice", "a"], "null has no voices"),
    "text without sample": (["a", "--voice-text", "b"], "--voice-sample FILE"),
    "unknown set": (["--text-set", "shrt"], 'did you mean "short"'),
    "empty in list": (["--text-set", "short,"], "one is empty"),
    "keep": (["a", "--keep", "some"], "--keep takes one of first, all, none"),
    "format": (["a", "--audio-format", "mp3"], "--audio-format takes one of wav, flac"),
    "score": (["a", "--score", "bleu"], "--score takes wer, wer:MODEL"),
    "score without its model": (["a", "--score", "wer:"], "--score takes wer, wer:MODEL"),
    "noise scored": (["a", "--score", "wer", "--random-weights"], "don't go together"),
    "formats that differ": (["a", "--save", "x.flac", "--audio-format", "wav"], "contradict each other"),
    "save of another kind": (["a", "--save", "x.mp3"], "x.mp3"),
    "save into nowhere": (["a", "--save", "missing/x.wav"], "missing/x.wav"),
    "no option of stt": (["a", "--reference", "b"], 'unknown option "--reference"'),
}


@pytest.mark.parametrize("arguments, words", REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_is_refused_in_one_line(world, arguments, words):
    assert words in refusal(world, *arguments, "-e", "null", "-n", "1", "--no-wait")


def test_texts_may_be_a_hundred_thousand_characters_and_not_a_million(world):
    path = world.folder / "long.txt"
    path.write_text("é" * 1000001)
    assert "line 1, has 1000001 characters, at most 1000000" in refusal(world, "--text-file", str(path), "-e", "null")
    path.write_text("word " * 20000)
    record, = speak(world, "--text-file", str(path), "-O", "null:sound-s=1")
    assert record["input"]["characters"] == 100000


# --text-file

def test_a_file_has_a_text_a_line(world):
    (world.folder / "t").write_bytes(b"\xef\xbb\xbfFirst line\r\n\r\n  \t\n\xe3\x80\x80\n  second  \nlast one")
    assert texts_of(plan(world, "--text-file", "t", "-e", "null")) == ["First line", "  second  ", "last one"]


def test_a_file_may_be_standard_input_and_comes_after_the_arguments(world):
    reader = world.start("tts", "before", "--text-file", "-", "--text-set", "short", "-e", "null", "--print-plan", stdin=subprocess.PIPE)
    out, err = reader.communicate("from a pipe\n".encode(), timeout=60)
    texts = texts_of(json.loads(out))
    assert texts[:2] == ["before", "from a pipe"] and len(texts) == 2 + len(SETS["short"]["texts"])
    assert err == b""


FILES = {
    "empty": (b"", "holds no text"),
    "blank": (b"\n \r\n\t\n", "holds no text"),
    "latin 1": (b"good\nbad \xfcber\n", "line 2, is no UTF-8: byte 5 is 0xFC"),
    "UTF-16": ("Hello\n".encode("utf-16"), "it is UTF-16"),
    "NUL": (b"one\0two\n", "NUL bytes"),
    "cut in a character": (b"caf\xc3", "line 1, is no UTF-8"),
    "surrogate": (b"\xed\xa0\x80\n", "line 1, is no UTF-8"),
}


@pytest.mark.parametrize("content, words", FILES.values(), ids=FILES.keys())
def test_a_file_that_holds_no_texts_is_refused_with_its_line(world, content, words):
    (world.folder / "t.txt").write_bytes(content)
    err = refusal(world, "--text-file", "t.txt", "-e", "null")
    assert words in err and '"t.txt"' in err


@pytest.mark.parametrize("name, words", [("missing", "No such file"), (".", "Is a directory"), ("new\nline", "new\\nline")])
def test_a_file_that_cannot_be_read_is_named(world, name, words):
    assert words in refusal(world, "--text-file", name, "-e", "null", status=1)


def test_a_plan_has_at_most_a_hundred_thousand_cases(world):
    lines = world.folder / "t.txt"
    lines.write_text("a\n" * 50001)
    err = refusal(world, "--text-file", "t.txt", "-e", "null", "-d", "cpu,auto")
    assert "makes 100002 cases" in err
    lines.write_text("a\n" * 100001)
    assert "more than 100000 texts" in refusal(world, "--text-file", "t.txt", "-e", "null")


def test_a_file_of_endless_bytes_ends(world):
    assert "more than 64 MiB" in refusal(world, "--text-file", "/dev/zero", "-e", "null")


# --text-set

def test_sets_are_well_formed():
    assert set(SETS) == {"short", "long", "numbers", "tongue-twisters", "languages"}
    for name, content in SETS.items():
        names = [text["name"] for text in content["texts"]]
        assert content["schema"] == "llamaburn.texts/1" and content["name"] == name
        assert len(set(names)) == len(names) >= 3
        for text in content["texts"]:
            assert set(text) == {"name", "language", "text"} and text["text"].strip() == text["text"] != ""
    assert len({text["language"] for text in SETS["languages"]["texts"]}) == 10
    assert min(len(text["text"]) for text in SETS["long"]["texts"]) > 500


@pytest.mark.parametrize("name", SETS)
def test_a_set_is_its_texts_by_name(world, name):
    inputs = [case["inputs"][0] for case in plan(world, "--text-set", name, "-e", "null")["cases"]]
    assert [(text["text"], text["name"], text["set"]) for text in inputs] == [
        (text["text"], text["name"], name) for text in SETS[name]["texts"]
    ]


def test_the_record_names_the_set(world):
    records = speak(world, "--text-set", "short")
    assert [record["input"]["name"] for record in records] == [text["name"] for text in SETS["short"]["texts"]]
    assert {record["input"]["set"] for record in records} == {"short"}
    out, _ = world.run("show", "1")
    assert f'short/{SETS["short"]["texts"][0]["name"]} "' in out


# Voices

def models_of(plan):
    return [case.get("model") for case in plan["cases"]]


def test_the_default_voice_is_the_one_that_is_here(voices):
    assert models_of(plan(voices, "a", "-e", "plain")) == ["en_US-lessac-medium"]
    voices.have("en_US-joe-medium")
    assert models_of(plan(voices, "a", "-e", "plain")) == ["en_US-joe-medium"]
    voices.have("en_US-lessac-medium")
    assert models_of(plan(voices, "a", "-e", "plain")) == ["en_US-lessac-medium"]
    assert models_of(plan(voices, "bonjour", "-e", "polyglot")) == ["own"]


def test_a_list_of_voices_is_a_matrix(voices):
    made = plan(voices, "a", "b", "--voice", "en_US-joe-medium,de_DE-thorsten-medium", "-e", "plain")
    assert list(zip(models_of(made), texts_of(made))) == [
        (voice, text) for voice in ("en_US-joe-medium", "de_DE-thorsten-medium") for text in "ab"
    ]
    assert plan(voices, "a", "-m", "en_US-joe-medium", "-e", "plain")["cases"][0]["model"] == "en_US-joe-medium"
    err = refusal(voices, "a", "--voice", "en_US-joe-mediun", "-e", "plain")
    assert 'did you mean "en_US-joe-medium"' in err


def test_a_voice_may_be_an_option_of_the_engine(voices):
    made = plan(voices, "a", "--voice", "nova,alloy", "-e", "server")
    assert [case["options"] for case in made["cases"]] == [{"voice": "nova"}, {"voice": "alloy"}]
    made = plan(voices, "a", "--voice", "nova", "-m", "own", "-e", "many")
    assert [(case["model"], case["options"]) for case in made["cases"]] == [("own", {"voice": "nova"})]
    err = refusal(voices, "a", "--voice", "x", "-m", "en_US-joe-medium", "-e", "plain")
    assert "two names of one thing" in err


def languages(*chosen):
    return [text["text"] for text in SETS["languages"]["texts"] if text["language"] in chosen]


def test_a_voice_is_given_the_texts_of_its_language(voices):
    made = plan(voices, "--text-set", "languages", "--voice", "de_DE-thorsten-medium,pl_PL-gosia-medium,aa_first", "-e", "plain")
    assert texts_of(made) == languages("de") + languages("pl") + languages("en")
    assert texts_of(plan(voices, "--text-set", "languages", "-e", "polyglot")) == languages("fr", "es")
    _, err = voices.run("tts", "--text-set", "languages", "--voice", "de_DE-thorsten-medium", "-e", "plain", "--print-plan")
    assert "plain with de_DE-thorsten-medium does not speak the language of 9 of 10 texts: left out" in err
    assert "speaks the language of any" in refusal(voices, "--text-set", "short", "-q", "--voice", "de_DE-thorsten-medium", "-e", "plain")


def test_an_engine_is_told_the_language_of_a_text(voices):
    made = plan(voices, "--text-set", "languages", "--voice", "aa_first", "-e", "chooser")
    assert texts_of(made) == languages("en")
    assert made["cases"][0]["options"] == {"language": "en-us"}
    assert plan(voices, "own words", "-e", "chooser")["cases"][0]["options"] == {}


def test_a_voice_to_imitate_goes_in_by_role(world, sample):
    record, = speak(world, "Hello there.", "--voice-sample", str(sample), "--voice-text", "what it says")
    voice, text = record["more_inputs"]
    assert voice["role"] == "voice" and voice["path"] == str(sample) and abs(voice["duration_s"] - 1) < 0.01
    assert (text["role"], text["text"]) == ("voice-text", "what it says")
    assert record["input"]["text"] == "Hello there."


def test_engines_that_do_not_clone_say_so(voices, sample):
    assert "plain can't imitate a voice" in refusal(voices, "a", "--voice-sample", str(sample), "-e", "plain")
    assert "cloner needs a voice to imitate: --voice-sample FILE" in refusal(voices, "a", "-e", "cloner")
    assert "--voice-text TEXT" in refusal(voices, "a", "-e", "cloner", "--voice-sample", str(sample))
    made = plan(voices, "a", "-e", "cloner", "--voice-sample", str(sample), "--voice-text", "la")
    assert [given["role"] for given in made["cases"][0]["inputs"]] == ["text", "voice", "voice-text"]


# What becomes of the sound

def test_settings_reach_the_plan(world):
    options = ["--keep", "all", "--audio-format", "flac", "--score", "wer:tiny,mos"]
    made = plan(world, "a", *options, "-e", "null")["settings"]
    assert (made["keep"], made["audio_format"]) == ("all", "flac")
    assert made["score"] == [{"name": "wer", "engine": "whisper.cpp", "model": "tiny"}, {"name": "mos"}]
    assert plan(world, "a", "--save", "x.flac", "-e", "null")["settings"]["audio_format"] == "flac"
    assert plan(world, "a", "--random-weights", "-e", "null")["settings"]["random_weights"] is True


def kind(path):
    return subprocess.run(["soxi", "-t", path], check=True, capture_output=True, text=True).stdout.strip()


def test_the_sound_is_kept_and_saved(world):
    record, = speak(world, "Hello there.", "--save", "x.flac")
    kept = pathlib.Path(record["output"]["audio"])
    assert kept.is_absolute() and kind(kept) == "flac" and kind(world.folder / "x.flac") == "flac"
    artifact, = record["artifacts"]
    assert artifact["role"] == "audio" and str(kept).endswith(artifact["path"])
    (world.folder / "many").mkdir()
    speak(world, "One.", "Two.", "--save", "many", "--keep", "none")
    assert len(list((world.folder / "many").glob("*.wav"))) == 2
    assert "audio" not in world.json("show", "last")[0]["output"]


def test_random_weights_are_marked_wherever_a_figure_stands(world):
    out, _ = world.run("tts", "Hello.", "Again.", "-e", "null", "-n", "1", "-w", "0", "--no-wait", "--random-weights", "-q")
    assert out.count("SYNTHETIC: random weights") == 2
    assert len(re.findall(r"^null .*synthetic", out, re.M)) == 2, out
    for view in (["history"], ["show", "last", "--format", "md"], ["compare", "last~1", "last"]):
        assert "synthetic" in world.run(*view)[0]
    row = world.run("show", "last", "--format", "csv")[0].splitlines()
    assert dict(zip(row[0].split(","), row[1].split(",")))["synthetic"] == "true"


# Views

def test_table_of_one_result(world):
    out, _ = world.run("tts", "Hello there.", "-e", "null", "-n", "2", "-w", "0", "--no-wait", "-q")
    for words in ('null · "Hello there." on cpu   #1', "Text rate", "characters/s", "words/s", "Hz, mono; peak -", "(llamaburn play 1)"):
        assert words in out, out
    assert "decoding" not in out


def test_lists_know_the_mode_and_the_text(world):
    speak(world, "either/or")
    assert [run["input"] for run in world.json("history", "--mode", "tts")] == ["either/or"]
    assert world.json("history", "--mode", "stt") == []
    assert "either/or" in world.run("history")[0]


def test_compare_says_that_texts_differ(world):
    speak(world, "either/or")
    speak(world, "something else")
    out, _ = world.run("compare", "1", "2")
    assert "differs in input's text: something else, baseline either/or" in out
    assert "Chars/s" in out and re.search(r"  either/or$", out, re.M)
    out, _ = world.run("compare", "1", "1")
    assert "differs in" not in out
