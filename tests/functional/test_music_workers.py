"""Beat This!, crema and autochord: what they hear of two sounds each; models that are none; the true size."""

import json
import pickle
import shutil
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from conftest import MODELS, ROOT

sys.path.insert(0, str(ROOT / "tests" / "tools"))
import songs  # noqa: E402

QUICK = ("-n", "1", "-w", "0", "--no-warm-load", "--no-wait")
RATE = 44100


def enter(world, engine):
    """The engine's environment, as ./check has made it, in this world."""
    name = f"environments/{engine}-cpu"
    assert (MODELS / name / "llamaburn.json").exists(), f"{MODELS / name} is missing: ./check --all installs it"
    (world.data / "environments").mkdir(parents=True, exist_ok=True)
    (world.data / name).symlink_to(MODELS / name)
    return world


def make(engine, script, *arguments):
    """What a script beside the tests prints, in the engine's environment."""
    python = MODELS / f"environments/{engine}-cpu/bin/python"
    assert python.exists(), f"{python} is missing: ./check --all installs it"
    done = subprocess.run([python, script, *arguments], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout


# ---- beats ----


def clicks(path, bpm, bar, seconds=20):
    """A click track, higher on the first of each bar of @bar beats; its beats and downbeats."""
    samples = 0.002 * np.random.default_rng(bpm).standard_normal(seconds * RATE)
    time, beats = np.arange(int(0.05 * RATE)) / RATE, np.arange(0.4, seconds - 0.2, 60 / bpm)
    for count, at in enumerate(beats):
        place, pitch = round(at * RATE), 800 if count % bar else 2000
        samples[place : place + len(time)] += 0.5 * np.sin(2 * np.pi * pitch * time) * np.exp(-60 * time)
    soundfile.write(path, samples, RATE)
    truth = path.with_suffix(".beats")
    truth.write_text(json.dumps({"bpm": bpm, "beats": list(beats)}))
    return truth, list(beats), list(beats[::bar])


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A small network that has learnt clicks, in the published format; and how many parameters it has."""
    path = tmp_path_factory.mktemp("beat-this") / "tiny.ckpt"
    return path, int(make("beat-this", ROOT / "tests/workers/tiny_beat_this.py", path))


@pytest.mark.slow
def test_beat_this_hears_beats_and_bars(world, tiny, tmp_path):
    """Two tempi and bars, each right for itself and wrong for the other."""
    enter(world, "beat-this")
    given = [(bpm, bar, tmp_path / f"{bpm}.wav") for bpm, bar in ((100, 4), (140, 3))]
    truths = [clicks(wav, bpm, bar) for bpm, bar, wav in given]
    for (bpm, bar, wav), (right, beats, downbeats), (wrong, *_) in zip(given, truths, reversed(truths)):
        common = ("beats", str(wav), "-e", "beat-this", "-m", str(tiny[0]), *QUICK)
        (good,) = world.json(*common, "--reference", str(right))
        (bad,) = world.json(*common, "--reference", str(wrong))
        assert good["scores"]["beat_f"]["value"] > 0.95 > 0.7 > bad["scores"]["beat_f"]["value"]
        output = good["output"]
        assert output["bpm"] == pytest.approx(bpm, rel=0.01) and output["beats_per_bar"] == bar
        assert output["beats"] == pytest.approx(beats, abs=0.03)
        assert output["downbeats"] == pytest.approx(downbeats, abs=0.03)
        assert good["model"]["parameters"] == tiny[1] and not good["model"].get("synthetic")


PACKAGE = """
import json, sys, wave
import numpy
from beat_this.inference import Audio2Beats
with wave.open(sys.argv[2]) as file:
    samples = numpy.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768
beats, downbeats = Audio2Beats(sys.argv[1])(samples, 22050)
print(json.dumps([list(map(float, beats)), list(map(float, downbeats))]))
"""


@pytest.mark.slow
def test_beat_this_finds_what_its_package_finds(world, tiny, tmp_path):
    """Over several chunks of the network and blocks of the spectrogram."""
    enter(world, "beat-this")
    wav, slow = tmp_path / "long.wav", tmp_path / "slow.wav"
    clicks(wav, 93, 4, seconds=100)
    subprocess.run(["sox", "-D", wav, "-r", "22050", slow], check=True)
    (record,) = world.json("beats", str(slow), "-e", "beat-this", "-m", str(tiny[0]), *QUICK)
    script = tmp_path / "package.py"
    script.write_text(PACKAGE)
    beats, downbeats = json.loads(make("beat-this", script, tiny[0], slow))
    assert len(beats) > 100
    assert record["output"]["beats"] == pytest.approx(beats) and record["output"]["downbeats"] == pytest.approx(downbeats)


@pytest.mark.slow
@pytest.mark.parametrize("name, parameters", [("final0", 20251712), ("small0", 2099960)])
def test_beat_this_at_its_true_size(world, tmp_path, name, parameters):
    enter(world, "beat-this")
    wav = tmp_path / "clicks.wav"
    truth, *_ = clicks(wav, 100, 4, seconds=8)
    (record,) = world.json("beats", str(wav), "-e", "beat-this", "-m", name, "--random-weights", "--reference", str(truth), *QUICK)
    assert record["model"]["parameters"] == parameters and record["model"]["synthetic"] is True
    assert "scores" not in record and record["iterations"][0]["rtf"] > 0


class Evil:
    def __reduce__(self):
        return (print, ("this ran",))


@pytest.mark.slow
@pytest.mark.parametrize(
    "change, words",
    [
        (lambda old: pickle.dumps({"state_dict": Evil()}), "could run any code: it is refused"),
        (lambda old: old[: len(old) // 2], "damaged"),
        (lambda old: b"", "is empty"),
        (lambda old: (MODELS / "whisper/ggml-base.bin").read_bytes()[:100000], "no checkpoint"),
    ],
)
def test_beat_this_refuses_what_is_no_model(world, tiny, tmp_path, change, words):
    enter(world, "beat-this")
    wav, bad = tmp_path / "clicks.wav", tmp_path / "bad.ckpt"
    clicks(wav, 100, 4, seconds=2)
    bad.write_bytes(change(tiny[0].read_bytes()))
    _, err = world.run("beats", str(wav), "-e", "beat-this", "-m", str(bad), *QUICK, status=1)
    assert words in err and "bad.ckpt" in err and "this ran" not in err and "Traceback" not in err


OTHER = """
import sys, torch
state = torch.load(sys.argv[1], weights_only=True)
if sys.argv[3] == "sizes":
    state["hyper_parameters"]["transformer_dim"] = 64
elif sys.argv[3] == "lacks":
    del state["state_dict"]["model.task_heads.beat_downbeat_lin.weight"]
else:
    state = state["state_dict"]
torch.save(state, sys.argv[2])
"""


@pytest.mark.slow
@pytest.mark.parametrize("how, words", [("sizes", "another model"), ("lacks", "lacks task_heads"), ("bare", "lacks hyper_parameters")])
def test_beat_this_refuses_another_model(world, tiny, tmp_path, how, words):
    enter(world, "beat-this")
    wav, other, script = tmp_path / "clicks.wav", tmp_path / "other.ckpt", tmp_path / "other.py"
    clicks(wav, 100, 4, seconds=2)
    script.write_text(OTHER)
    make("beat-this", script, tiny[0], other, how)
    _, err = world.run("beats", str(wav), "-e", "beat-this", "-m", str(other), *QUICK, status=1)
    assert words in err and "other.ckpt" in err and "Traceback" not in err


@pytest.mark.slow
@pytest.mark.parametrize("effects", [["synth", "3", "sine", "0"], ["synth", "0.05", "sine", "440"], ["synth", "0.005", "sine", "440"]])
def test_beat_this_hears_nothing_in_nothing(world, tiny, tmp_path, effects):
    enter(world, "beat-this")
    made = tmp_path / "short.wav"
    subprocess.run(["sox", "-n", "-r", "44100", "-c", "1", made, *effects], check=True, timeout=60)
    (record,) = world.json("beats", str(made), "-e", "beat-this", "-m", str(tiny[0]), *QUICK)
    assert record["status"] == "ok" and len(record["output"]["beats"]) <= 1


# ---- chords ----


@pytest.fixture(scope="module")
def two_songs(tmp_path_factory):
    """Two songs of other chords: [(wav, lab)]."""
    folder, made = tmp_path_factory.mktemp("songs"), []
    for seed in (1, 2):
        _, wav, _, beats, chords = songs.song(folder, seed, bars=8, rate=RATE)
        bar_s, lab = 4 * (beats[1] - beats[0]), folder / f"{seed}.lab"
        labels = [chord[0] + (":min" if chord.endswith("m") else ":maj") for chord in chords]
        lab.write_text("".join(f"{bar * bar_s:.6f}\t{(bar + 1) * bar_s:.6f}\t{labels[bar % 4]}\n" for bar in range(8)))
        made.append((wav, lab))
    return made


def score_both(world, two_songs, *options):
    """majmin of each song against its own truth, and against the other's; and the first record."""
    paths = [str(wav) for wav, _ in two_songs]
    rows = []
    for order in (two_songs, two_songs[::-1]):
        folder = world.folder / f"truth-{len(rows)}"
        folder.mkdir()
        for path, (_, lab) in zip(paths, order):
            shutil.copyfile(lab, (folder / path.rsplit("/", 1)[1]).with_suffix(".lab"))
        rows.append(world.json("chords", *paths, "--reference", str(folder), *options, *QUICK, timeout=600))
    values = [[record["scores"]["chord_majmin"]["value"] for record in records] for records in rows]
    return values[0], values[1], rows[0][0]


@pytest.mark.once
def test_crema_chords_are_the_songs(world, two_songs):
    """Real weights: right for each song, wrong for the other."""
    good, bad, record = score_both(enter(world, "crema"), two_songs, "-e", "crema")
    assert min(good) > 0.85 > 0.6 > max(bad)
    assert record["engine"]["version"] == "0.2.0"
    chords = record["output"]["chords"]
    assert all(chord["start_s"] < chord["end_s"] <= record["input"]["processed_s"] + 1e-6 for chord in chords)


@pytest.mark.slow
def test_crema_on_silence_and_a_blink(world, tmp_path):
    """The one has no chord, the other is too short for one; both in one session."""
    paths = []
    for name, effects in (("blink", ["synth", "0.05", "sine", "440"]), ("silence", ["synth", "3", "sine", "0"])):
        paths.append(str(tmp_path / f"{name}.wav"))
        subprocess.run(["sox", "-n", "-r", "44100", "-c", "1", paths[-1], *effects], check=True, timeout=60)
    blink, silence = enter(world, "crema").json("chords", *paths, "-e", "crema", *QUICK, status=1, timeout=900)
    assert blink["status"] == "failed" and "0.050 s are shorter than a frame" in blink["error"]["message"]
    assert {chord["label"] for chord in silence["output"]["chords"]} <= {"N", "X"}


@pytest.fixture(scope="module")
def triads(tmp_path_factory):
    """A SavedModel that knows triads by their notes."""
    folder = tmp_path_factory.mktemp("autochord") / "triads"
    make("autochord", ROOT / "tests/workers/tiny_autochord.py", folder)
    return folder


@pytest.mark.slow
def test_autochord_by_a_model_of_the_store(world, two_songs, triads):
    """The package's own chroma and labels, over a model that is told and not downloaded."""
    enter(world, "autochord")
    place = world.data / "music/autochord/chroma-seq-bilstm-crf-v1"
    place.parent.mkdir(parents=True)
    place.symlink_to(triads)
    good, bad, record = score_both(world, two_songs, "-e", "autochord")
    assert min(good) > 0.5 and max(bad) < min(good) - 0.2
    assert record["model"]["id"] == "autochord-chroma-seq-bilstm-crf-v1"
    chords = record["output"]["chords"]
    assert all(one["end_s"] == other["start_s"] for one, other in zip(chords, chords[1:]))
    assert not list(world.folder.rglob("vamp")) and not list(world.folder.rglob(".autochord"))


@pytest.mark.slow
@pytest.mark.parametrize("effects", [["synth", "3", "sine", "0"], ["synth", "0.05", "sine", "440"], ["synth", "0.005", "sine", "440"]])
def test_autochord_on_nothing(world, triads, tmp_path, effects):
    made = tmp_path / "short.wav"
    subprocess.run(["sox", "-n", "-r", "44100", "-c", "1", made, *effects], check=True, timeout=60)
    (record,) = enter(world, "autochord").json("chords", str(made), "-e", "autochord", "-m", str(triads), *QUICK)
    assert record["status"] == "ok" and len(record["output"]["chords"]) <= 2


@pytest.mark.slow
@pytest.mark.parametrize("what, words", [("empty", "no SavedModel of autochord"), ("cut", "no SavedModel of autochord"), ("other", "another model")])
def test_autochord_refuses_what_is_no_model(world, two_songs, triads, tmp_path, what, words):
    enter(world, "autochord")
    folder = tmp_path / "model"
    folder.mkdir()
    if what == "cut":
        shutil.copytree(triads, folder, dirs_exist_ok=True)
        (folder / "saved_model.pb").write_bytes((triads / "saved_model.pb").read_bytes()[:500])
    elif what == "other":
        script = tmp_path / "other.py"
        text = (ROOT / "tests/workers/tiny_autochord.py").read_text()
        script.write_text(text.replace("(None, 128, 24)", "(None, 64, 24)"))
        make("autochord", script, folder)
    _, err = world.run("chords", str(two_songs[0][0]), "-e", "autochord", "-m", str(folder), *QUICK, status=1)
    assert words in err and "Traceback" not in err


def test_a_model_that_is_not_here_is_said(world, two_songs):
    """Neither environment nor model: a line that says what to do."""
    for command, engine in (("beats", "beat-this"), ("chords", "autochord"), ("chords", "crema")):
        _, err = world.run(command, str(two_songs[0][0]), "-e", engine, *QUICK, status=1)
        assert "llamaburn" in err and engine in err and "Traceback" not in err
