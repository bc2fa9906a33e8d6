"""Modes that make sound, through the program, with the null engine: what is measured, checked, kept and said."""

import hashlib
import json
import math
import os
import pathlib
import signal
import sqlite3
import struct
import subprocess

import pytest

from conftest import BUILD

LIBRIVOX = pathlib.Path("/usr/share/pocketsphinx/test/data/librivox")
CLIP = str(LIBRIVOX / "sense_and_sensibility_01_austen_64kb-0880.wav")
OTHER = str(LIBRIVOX / "sense_and_sensibility_01_austen_64kb-0890.wav")
FOX = "The quick brown fox jumps over the lazy dog."
RATE = 22050
# Flags that this part raises: a test machine may be busy, and say so.
OURS = {"clipped-output", "silent-output", "output-differs", "not-kept", "not-saved", "not-scored", "failed"}


def text(words, **more):
    return {"role": "text", "text": words, **more}


def case(*inputs, mode="tts", **members):
    return {"mode": mode, "engine": "null", "device": "cpu", "inputs": list(inputs) or [text(FOX)], **members}


def write_plan(world, *cases, **settings):
    settings = {"iterations": 2, "warmups": 1, "warm_load": False, "wait": False, **settings}
    plan = {"schema": "llamaburn.plan/1", "settings": settings, "cases": list(cases) or [case()]}
    path = world.folder / "plan.json"
    path.write_text(json.dumps(plan))
    return path


def measure(world, *cases, status=0, options=(), environment=None, **settings):
    plan = write_plan(world, *cases, **settings)
    return world.json("run", plan, *options, status=status, **({"environment": environment} if environment else {}))


def flags(record):
    return {flag["id"]: flag for flag in record["validity"]["flags"]}


def read_float_wav(path):
    """(rate, channels, samples) of a WAV of 32-bit floats: Python's wave doesn't read them."""
    data = pathlib.Path(path).read_bytes()
    assert data[:4] == b"RIFF" and data[8:12] == b"WAVE"
    at, found = 12, {}
    while at < len(data):
        name, size = data[at : at + 4], struct.unpack_from("<I", data, at + 4)[0]
        found[name] = data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    kind, channels, rate = struct.unpack_from("<HHI", found[b"fmt "])
    assert kind == 3
    return rate, channels, found[b"data"]


def test_speech_is_measured_by_what_came_out(world):
    """RTF, characters and words a second follow from the raw times; the sound has the length of the text."""
    (record,) = measure(world, case(text(FOX, set="short", name="fox")))
    length_s = math.floor(0.06 * len(FOX) * RATE) / RATE
    assert record["status"] == "ok" and not OURS & set(flags(record))
    assert record["input"] == {"text": FOX, "characters": 44, "words": 9, "set": "short", "name": "fox"}
    for one in record["iterations"] + record["warmups"]:
        assert one["audio_s"] == pytest.approx(length_s)
        assert one["rtf"] == pytest.approx(one["wall_s"] / length_s)
        assert one["chars_per_sec"] == pytest.approx(44 / one["wall_s"])
        assert one["words_per_sec"] == pytest.approx(9 / one["wall_s"])
        assert one["latency_kind"] == "audio" and 0 < one["latency_s"] < one["wall_s"]
    summary, iterations = record["summary"], record["iterations"]
    for mean, member in (
        ("avg_audio_s", "audio_s"), ("avg_chars_per_sec", "chars_per_sec"), ("avg_words_per_sec", "words_per_sec"),
        ("avg_rtf", "rtf"),
    ):  # fmt: skip
        assert summary[mean] == pytest.approx(sum(one[member] for one in iterations) / len(iterations))
    overhead_s = record["timing"]["load_s"] + summary["median_wall_s"]
    assert summary["end_to_end_rtf"] == pytest.approx(overhead_s / length_s)
    number = str(record["number"])
    (stored,) = json.loads(world.run("show", number, "--format", "json")[0])
    assert stored["iterations"] == iterations and stored["output"] == record["output"]
    assert stored["artifacts"] == record["artifacts"]


def test_two_texts_give_two_sounds(world):
    """The figures are the text's own: a sine of half full scale, as long as its text."""
    records = measure(world, case(text("Short.")), case(text("A much longer text, of more words.")))
    lengths = [record["output"]["sound"]["duration_s"] for record in records]
    assert lengths == pytest.approx([0.06 * 6, 0.06 * 34], abs=1e-4)
    for record in records:
        sound = record["output"]["sound"]
        assert sound["sample_rate"] == RATE and sound["channels"] == 1
        assert sound["peak_db"] == pytest.approx(-6.02, abs=0.01)
        assert sound["rms_db"] == pytest.approx(-9.03, abs=0.02)
        assert sound["clipped_share"] == 0 and sound["silent_share"] == 0
    assert "loudness_lufs" not in records[0]["output"]["sound"]  # below 0.4 s there is none
    assert records[1]["output"]["sound"]["loudness_lufs"] == pytest.approx(-9.66, abs=0.1)


def test_the_sound_is_kept_as_it_came(world):
    """The file holds the samples whose hash the record has, bit by bit; the artifact is that file."""
    (record,) = measure(world)
    path = pathlib.Path(record["output"]["audio"])
    (artifact,) = record["artifacts"]
    assert path == world.data / artifact["path"] and artifact["role"] == "audio"
    assert artifact["bytes"] == path.stat().st_size
    assert artifact["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    rate, channels, samples = read_float_wav(path)
    assert (rate, channels) == (RATE, 1)
    assert hashlib.sha256(samples).hexdigest() == record["output"]["sound"]["sha256"]
    assert oct(path.stat().st_mode & 0o777) == "0o600"
    assert [file.name for file in path.parent.iterdir()] == ["audio.wav"]
    world.run("history", "remove", str(record["number"]))
    assert not path.exists()


@pytest.mark.parametrize("keep,files", [("first", 1), ("all", 3), ("none", 0)])
def test_keep_says_how_many_stay(world, keep, files):
    """One for each different output; what stays belongs to the output that names it."""
    (record,) = measure(world, case(options={"vary": True}), iterations=3, keep=keep)
    assert len(record["outputs"]) == 3 and len(record["artifacts"]) == files
    paths = [output["output"]["audio"] for output in record["outputs"] if "audio" in output["output"]]
    assert len(paths) == files
    for output, path in zip(record["outputs"], paths):
        _, _, samples = read_float_wav(path)
        assert hashlib.sha256(samples).hexdigest() == output["output"]["sound"]["sha256"]


def test_the_hash_of_an_output_is_without_its_path(world):
    """Two runs of one text have one output hash, though their files lie in two folders."""
    first, second = measure(world)[0], measure(world)[0]
    assert first["output"]["audio"] != second["output"]["audio"]
    assert first["outputs"][0]["sha256"] == second["outputs"][0]["sha256"]


def test_no_store_keeps_nothing_and_saves_what_is_asked(world):
    target = world.folder / "fox.wav"
    (record,) = measure(world, options=["--no-store"], save=str(target))
    assert record["artifacts"] == [] and "audio" not in record["output"]
    assert hashlib.sha256(read_float_wav(target)[2]).hexdigest() == record["output"]["sound"]["sha256"]
    assert not (world.data / "runs").exists()


def test_a_voice_and_its_text_travel_with_the_text(world):
    """Inputs by role, in any order: each is heard, at its own place, and is in the record."""
    voice, words = {"role": "voice", "path": CLIP}, {"role": "voice-text", "text": "what is said there"}
    alone, given, turned = measure(world, case(), case(text(FOX), voice, words), case(voice, words, text(FOX)))
    assert "frames" in given["output"]["text"] and "frames" not in alone["output"]["text"]
    assert given["output"]["text"].startswith(alone["output"]["text"])
    assert sorted(given["output"]["text"].split("; ")) == sorted(turned["output"]["text"].split("; "))
    sound, said = given["more_inputs"]
    assert sound["role"] == "voice" and sound["path"] == CLIP and sound["sample_rate"] == 16000
    assert sound["sha256"] == hashlib.sha256(pathlib.Path(CLIP).read_bytes()).hexdigest()
    assert sound["duration_s"] == pytest.approx(sound["processed_s"]) and sound["channels"] == 1
    assert said == {"role": "voice-text", "text": "what is said there"}
    assert turned["input"]["text"] == FOX and "more_inputs" not in alone


def test_only_what_is_measured_is_cut(world):
    """--start and --duration are of the sound that is measured, not of a voice beside it."""
    sound, voice = {"role": "audio", "path": CLIP}, {"role": "voice", "path": OTHER}
    (record,) = measure(world, case(sound, voice, mode="stt"), start_s=0.5, duration_s=1)
    assert record["input"]["processed_s"] == pytest.approx(1)
    assert record["more_inputs"][0]["processed_s"] == pytest.approx(record["more_inputs"][0]["duration_s"])
    frames = [int(words.split()[0]) for words in record["output"]["text"].split("; ")]
    assert frames == [16000, round(record["more_inputs"][0]["duration_s"] * 16000)]


def test_several_sounds_of_one_file_have_places_of_their_own(world):
    """The same file twice, at a rate that needs resampling: both are heard alike, whole."""
    sound, voice = {"role": "audio", "path": CLIP}, {"role": "voice", "path": CLIP}
    (record,) = measure(world, case(sound, voice, mode="stt", options={"rate": 22051, "channels": 2}))
    first, second = record["output"]["text"].split("; ")
    assert first == second and int(first.split()[0]) > 22051


def test_a_needed_input_is_named_with_its_option(world):
    """An engine that clones without a voice: one line, before anything is measured."""
    folder = world.data / "workers" / "cloner"
    folder.mkdir(parents=True)
    manifest = {
        "id": "cloner", "title": "Needs a voice", "mode": "tts", "outputs": ["pcm"], "command": ["/bin/true"],
        "inputs": [{"role": "text", "kind": "text"}, {"role": "voice", "kind": "pcm"}],
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest))
    plan = write_plan(world, {**case(), "engine": "cloner"})
    _, err = world.run("run", plan, status=2)
    assert err == 'llamaburn: engine "cloner" needs an input "voice": give a sound file with --voice-sample FILE\n'


@pytest.mark.parametrize(
    "sound,words",
    [
        ("nan", "no numbers (NaN or infinity)"),
        ("infinity", "no numbers (NaN or infinity)"),
        ("none", "gave no sound"),
        ("empty", "gave no sound"),
        ("too-much", "more sound than there is room for"),
        ("two", "2 sounds where one was to come"),
        ("other-rate", "11025 Hz"),
    ],
)
def test_sound_that_is_none_fails_its_case_alone(world, sound, words):
    """One line of kind engine; what was measured before stays, and the next case of the same session runs."""
    bad = case(text("The first of three."), options={"sound": sound, "on-run": 0})
    good = case(text("The second of three."))
    failed, ok = measure(world, bad, good, status=1, warmups=0)
    assert failed["status"] == "failed" and failed["error"]["kind"] == "engine"
    assert failed["error"]["phase"] == "run" and words in failed["error"]["message"]
    assert "\n" not in failed["error"]["message"] and failed["artifacts"] == []
    assert ok["status"] == "ok" and len(ok["iterations"]) == 2


def test_the_session_goes_on_after_sound_that_was_none(world):
    """Two texts in one session, the first too long for what the engine says it gives."""
    options = {"output-s": 2}
    long, short = measure(world, case(text("x" * 100), options=options), case(text("Hi."), options=options), status=1)
    assert "more sound than there is room for: it ends after 5.0 s" in long["error"]["message"]
    assert "shorter text" in long["error"]["message"]
    assert short["status"] == "ok" and short["sessions"][0]["load_s"] > 0


@pytest.mark.parametrize("text_", ["", "   ", "\t\n", "...", "?!", "\u200b\u200e", "\u0301", "\u0007"])
def test_text_without_anything_to_say_is_refused(world, text_):
    """Before an engine starts; the others go on; nothing of it reaches the terminal."""
    plan = write_plan(world, case(text(text_)), case())
    out, err = world.run("run", plan, "-f", "json", status=1)
    failed, ok = json.loads(out)
    assert failed["error"]["kind"] == "bad-input" and failed["error"]["phase"] == "input"
    assert "nothing that can be spoken" in failed["error"]["message"] and "\a" not in err
    assert ok["status"] == "ok"


@pytest.mark.parametrize(
    "words,characters,count",
    [
        ("€", 1, 1),
        ("☺", 1, 1),
        ("שלום עולם", 9, 2),
        ("$(rm -rf /) `x` \"q\" {\"a\":1}", 27, 6),
        ("a\u00a0b\u2003c", 5, 3),
        ("x\u0000y".replace("\u0000", "\u0001"), 3, 1),
    ],
)
def test_any_text_arrives_as_it_is(world, words, characters, count):
    (record,) = measure(world, case(text(words)), iterations=1, warmups=0)
    assert record["input"] == {"text": words, "characters": characters, "words": count}
    assert record["output"]["text"].startswith(f"{len(words.encode())} bytes of text")


def test_a_hundred_thousand_characters(world):
    """They have room: 40,060 s; what comes out of them is measured and kept."""
    words = "abcd " * 20000
    (record,) = measure(world, case(text(words), options={"sound-s": 30}), iterations=1, warmups=0)
    assert record["status"] == "ok" and record["input"]["characters"] == 100000
    assert record["output"]["sound"]["duration_s"] == pytest.approx(30)


def test_silence_and_clipping_are_said(world):
    """Silence is not valid; clipping only tells. Levels of silence are absent."""
    silent, loud, clipped = measure(
        world, *(case(text(f"{sound} sounds"), options={"sound": sound}) for sound in ("silence", "loud", "clipped"))
    )
    assert "silent-output" in flags(silent) and not silent["validity"]["valid"]
    assert silent["output"]["sound"]["silent_share"] == 1
    assert not {"peak_db", "rms_db", "loudness_lufs"} & set(silent["output"]["sound"])
    for record in (loud, clipped):
        assert {"clipped-output"} == OURS & set(flags(record))
        share = 1 - 2 / math.pi * math.asin(1 / 1.5)
        assert record["output"]["sound"]["clipped_share"] == pytest.approx(share, abs=0.005)
    assert loud["output"]["sound"]["peak_db"] == pytest.approx(20 * math.log10(1.5), abs=0.001)


def test_a_pace_at_which_nobody_speaks_is_said(world):
    """A voice that spells letters, or leaves words out, has an RTF like any other."""
    said = {"The quick brown fox jumps over the lazy dog.": 9, "Pack my box with five dozen jugs.": 0.5, "Hi.": 9}
    records = measure(world, case(), *(case(text(words), options={"sound-s": said[words]}) for words in said))
    odd = {record["input"]["text"]: "odd-pace" in flags(record) for record in records[1:]}
    assert list(odd.values()).count(True) == 2 and not odd["Hi."]
    assert "odd-pace" not in flags(records[0])
    assert "3.9 letters a second" in flags(records[1])["odd-pace"]["evidence"]
    assert "people speak 10 to 20" in " ".join(world.run("show", records[1]["id"])[0].split())


def test_sounds_that_differ_though_deterministic(world):
    """Only the samples differ: that is another output."""
    (record,) = measure(world, case(options={"vary": True}))
    assert "output-differs" in flags(record) and not record["validity"]["valid"]


def test_flac_where_it_can_hold_the_sound(world):
    """24 bits as FLAC; what goes beyond full scale stays a float WAV."""
    quiet, loud = measure(world, case(), case(options={"sound": "loud"}), audio_format="flac")
    assert quiet["output"]["audio"].endswith("/audio.flac") and loud["output"]["audio"].endswith("/audio.wav")
    found = subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "stream=codec_name,sample_rate,channels,duration", "-of",
         "json", quiet["output"]["audio"]], check=True, capture_output=True, text=True,
    )  # fmt: skip
    (stream,) = json.loads(found.stdout)["streams"]
    assert (stream["codec_name"], stream["sample_rate"], stream["channels"]) == ("flac", str(RATE), 1)
    assert float(stream["duration"]) == pytest.approx(quiet["output"]["sound"]["duration_s"], abs=1e-4)
    samples = memoryview(read_float_wav(loud["output"]["audio"])[2]).cast("f")
    assert max(samples) == pytest.approx(1.5, abs=0.001)


def test_saving_is_checked_before_measuring(world):
    (world.folder / "there").mkdir()
    os.mkfifo(world.folder / "pipe.wav")
    two = [case(), case(text("Another."))]
    for cases, path, words in (
        ([case()], "fox.mp3", "must end in .wav or .flac"),
        ([case()], "nowhere/fox.wav", "No such file"),
        ([case()], "pipe.wav", "no file"),
        (two, "fox.wav", "no folder"),
        ([case({"role": "audio", "path": CLIP}, mode="separation")], "x.wav", "no folder"),
    ):
        _, err = world.run("run", write_plan(world, *cases, save=str(world.folder / path)), status=2)
        assert words in err and err.count("\n") == 1
    voice = world.folder / "voice.wav"
    voice.write_bytes(pathlib.Path(CLIP).read_bytes())
    cloned = case(text(FOX), {"role": "voice", "path": str(voice)})
    _, err = world.run("run", write_plan(world, cloned, save="voice.wav"), status=2)
    assert "is an input" in err and voice.read_bytes() == pathlib.Path(CLIP).read_bytes()
    measure(world, *two, save=str(world.folder / "there"), keep="none")
    assert sorted(file.name for file in (world.folder / "there").iterdir()) == ["01-null.wav", "02-null.wav"]


def test_a_full_disk_costs_no_figure(world):
    """The sound can't be written: said with a cure, the figures are there, nothing half lies about."""
    plan = write_plan(world, case(options={"sound-s": 30}))
    script = (
        'mount -t tmpfs -o size=2m tmpfs "$XDG_DATA_HOME" && "$1" run "$2" -f json && '
        '"$1" show last --format json >&2 && find "$XDG_DATA_HOME" -name "*.wav" >&2'
    )
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script, "sh", str(BUILD / "llamaburn"), str(plan)],
        env=world.environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    (record,) = json.loads(done.stdout)
    flag = flags(record)["not-kept"]
    assert record["status"] == "ok" and len(record["iterations"]) == 2 and record["artifacts"] == []
    assert "could not be kept" in flag["evidence"] and "No space left" in flag["evidence"]
    assert "make room" in flag["cure"] and "audio" not in record["output"]
    assert '"not-kept"' in done.stderr and ".wav" not in done.stderr.rsplit("\n]", 1)[1]


def test_stopping_leaves_what_was_finished(world):
    """SIGINT in mid-run: the first sound stays, its record names it."""
    plan = write_plan(world, case(options={"sleep-ms": 100}), iterations=100, warmups=0)
    reader, writer = os.pipe()
    process = world.start("run", plan, "--events", str(writer), pass_fds=[writer])
    os.close(writer)
    with open(reader) as events:
        for line in events:
            if json.loads(line)["event"] == "output":
                break
        process.send_signal(signal.SIGINT)
        for _ in events:
            pass
    process.communicate(timeout=20)
    assert process.returncode == 130
    (record,) = json.loads(world.run("show", "last", "--format", "json")[0])
    assert record["status"] == "interrupted" and pathlib.Path(record["output"]["audio"]).is_file()
    assert [file.name for file in pathlib.Path(record["output"]["audio"]).parent.iterdir()] == ["audio.wav"]


def test_random_weights_are_said_everywhere(world):
    """The engine is told; the record is synthetic; an engine that can't is refused."""
    (record,) = measure(world, random_weights=True)
    assert record["settings"]["random_weights"] is True
    bad = {"mode": "stt", "engine": "whisper.cpp", "model": "base", "inputs": [{"role": "audio", "path": CLIP}]}
    _, err = world.run("run", write_plan(world, bad, random_weights=True), status=2)
    assert "random weights" in err and '"whisper.cpp"' in err and err.count("\n") == 1


def test_stems_have_the_shape_of_the_record(world):
    """Separation: each stem with its levels and its file, as long as what went in."""
    sound = {"role": "audio", "path": CLIP}
    right, short = measure(
        world, case(sound, mode="separation"), case(sound, mode="separation", options={"sound": "short"}), status=1
    )
    assert set(right["output"]["sounds"]) == set(right["output"]["stems"]) == {"vocals", "rest"}
    assert {artifact["role"] for artifact in right["artifacts"]} == {"stem"}
    for name, path in right["output"]["stems"].items():
        assert pathlib.Path(path).name == f"{name}.wav"
        digest = hashlib.sha256(read_float_wav(path)[2]).hexdigest()
        assert digest == right["output"]["sounds"][name]["sha256"]
    one = right["iterations"][0]
    assert one["rtf"] == pytest.approx(one["wall_s"] / right["input"]["processed_s"])
    assert "chars_per_sec" not in one
    assert '"vocals"' in short["error"]["message"] and "what went in" in short["error"]["message"]


def test_old_sounds_go_when_all_are_too_many(world):
    """2 GiB are kept: the oldest run's sound goes, and it is said; the record says so too."""
    old, young = measure(world)[0], measure(world)[0]
    with sqlite3.connect(world.data / "history.db") as history:
        history.execute("UPDATE artifact SET bytes = 3000000000 WHERE run = ?", (old["number"],))
    out, err = world.run("run", write_plan(world), "-f", "json")
    (last,) = json.loads(out)
    assert "sounds of the oldest runs were removed" in err and "2.0 GiB" in err
    assert not pathlib.Path(old["output"]["audio"]).exists()
    assert pathlib.Path(young["output"]["audio"]).exists() and pathlib.Path(last["output"]["audio"]).exists()
    (stored,) = json.loads(world.run("show", str(old["number"]), "--format", "json")[0])
    assert stored["artifacts"][0]["pruned"] is True


LIAR = '''
from array import array

from llamaburn_worker import Engine, Loaded


class Liar(Engine):
    def load(self, request):
        return Loaded(output_rate_hz=16000, output_channels=1, deterministic=True)

    def run(self, request):
        request.write(array("f", [0.1, -0.1] * 8000))
        request.done()
        return {"audio": "/etc/passwd", "stems": {"a": "/etc/passwd"}, "sounds": {}, "sound": {"duration_s": 1e9}}

'''


@pytest.mark.parametrize("keep", ["none", "first"])
def test_what_an_engine_says_of_files_is_not_believed(world, keep):
    """Where the sound lies, and how long it is, is what LlamaBurn saw: an engine writes no files."""
    folder = world.data / "workers" / "liar"
    folder.mkdir(parents=True)
    (folder / "worker.py").write_text(LIAR)
    manifest = {
        "id": "liar", "title": "Liar", "modes": ["tts"], "inputs": [{"role": "text", "kind": "text"}],
        "outputs": ["pcm"], "backends": ["cpu"], "python": {"versions": ">=3.9"}, "options": [],
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    record, = world.json("tts", FOX, "-e", "liar", "-n", "1", "-w", "0", "--no-wait", "--keep", keep)
    assert "/etc/passwd" not in json.dumps(record)
    assert record["output"]["sound"]["duration_s"] == 1 and "stems" not in record["output"]
    assert ("audio" in record["output"]) == (keep == "first")
