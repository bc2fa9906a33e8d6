"""Sounds of every shape through every command that listens to music; hours of them; disks that fill up; Ctrl-C at half."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import threading
import time

import numpy as np
import pytest
import soundfile

from conftest import BUILD, MODELS, wait_for

QUICK = ("-n", "1", "-w", "0", "--no-warm-load", "--no-wait")
NULL = ("-e", "null", "--rate", "44100", "--channels", "2")


def tone(seconds, rate, channels=1, hz=440.0, level=0.4):
    """A tone that begins anew each half second, so that there are notes and beats in it."""
    time_s = np.arange(int(seconds * rate)) / rate
    wave = level * np.sin(2 * np.pi * hz * time_s) * np.exp(-4 * (time_s % 0.5))
    return np.repeat(wave[:, None], channels, axis=1).astype(np.float32)


def with_nan(samples):
    samples[1000:1100] = np.nan
    samples[5000] = np.inf
    return samples


SOUNDS = {
    "mono": lambda: (tone(4, 44100), 44100),
    "8-khz": lambda: (tone(4, 8000), 8000),
    "192-khz": lambda: (tone(4, 192000, 2), 192000),
    "six": lambda: (tone(4, 44100, 6), 44100),
    "silence": lambda: (np.zeros((4 * 44100, 2), np.float32), 44100),
    "dc": lambda: (np.full((4 * 44100, 2), 0.5, np.float32), 44100),
    "clipping": lambda: (np.clip(tone(4, 44100, 2, level=30), -1, 1), 44100),
    "nan": lambda: (with_nan(tone(4, 44100, 2)), 44100),
    "blink": lambda: (tone(0.05, 44100, 2), 44100),
}
LOUD = {"mono", "8-khz", "192-khz", "six", "clipping", "nan"}


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sounds")
    for name, make in SOUNDS.items():
        samples, rate = make()
        soundfile.write(folder / f"{name}.wav", samples, rate, subtype="FLOAT")
    return folder


@pytest.fixture
def musical(world):
    """With the models and environments of the usual ./check."""
    world.link_model("music/basic-pitch/nmp.onnx")
    installed = MODELS / "environments/madmom-cpu"
    assert (installed / "llamaburn.json").exists(), f"{installed} is missing: ./check installs it"
    (world.data / "environments").mkdir(parents=True)
    (world.data / "environments/madmom-cpu").symlink_to(installed)
    return world


def measure_all(world, folder, *command):
    """One case for each sound: {name: record}; all are measured, and what was mended in one is flagged."""
    paths = [str(folder / f"{name}.wav") for name in SOUNDS]
    records = world.json(command[0], *paths, *command[1:], *QUICK, timeout=600)
    assert [record["status"] for record in records] == ["ok"] * len(SOUNDS)
    told = dict(zip(SOUNDS, records))
    flags = {name: {flag["id"] for flag in record["validity"]["flags"]} for name, record in told.items()}
    assert {name for name, ids in flags.items() if "nan-samples" in ids} == {"nan"}
    return told


def test_notes_of_every_shape(musical, sounds):
    for name, record in measure_all(musical, sounds, "transcribe", "-e", "basic-pitch").items():
        pitches = {note["pitch"] for note in record["output"]["notes"]}
        if name == "dc":  # its beginning is a step, in which there is every pitch
            assert 69 not in pitches
        else:
            assert (69 in pitches) if name in LOUD else pitches == set(), name
        assert pathlib.Path(record["output"]["midi"]).read_bytes()[:4] == b"MThd"


@pytest.mark.parametrize("engine", ["aubio", pytest.param("madmom", marks=pytest.mark.slow)])
def test_beats_of_every_shape(musical, sounds, engine):
    for name, record in measure_all(musical, sounds, "beats", "-e", engine).items():
        beats = record["output"]["beats"]
        assert all(0 <= beat <= record["input"]["duration_s"] for beat in beats), name
        assert len(beats) >= 3 if name in LOUD - {"clipping"} else len(beats) <= 16, name
        if name in ("silence", "blink"):
            assert len(beats) <= 1, name


@pytest.mark.once
def test_chords_of_every_shape(musical, sounds):
    for name, record in measure_all(musical, sounds, "chords", "-e", "madmom").items():
        chords = record["output"]["chords"]
        assert chords[0]["start_s"] == 0 and all(one["start_s"] < one["end_s"] for one in chords), name
        if name == "silence":
            assert [one["label"] for one in chords] == ["N"]


def stems_fit(record, samples, rate):
    """Each stem is as long as the song, and has no sample that is no number."""
    for path in record["output"]["stems"].values():
        stem, stem_rate = soundfile.read(path)
        assert abs(len(stem) - len(samples) * stem_rate / rate) <= 1
        assert np.isfinite(stem).all()


def test_stems_of_every_shape(world, sounds):
    for name, record in measure_all(world, sounds, "separate", *NULL).items():
        stems_fit(record, *SOUNDS[name]())


@pytest.mark.slow
def test_demucs_takes_every_shape(world, sounds):
    installed = MODELS / "environments/demucs-cpu"
    assert (installed / "llamaburn.json").exists(), f"{installed} is missing: ./check --all installs it"
    (world.data / "environments").mkdir(parents=True)
    (world.data / "environments/demucs-cpu").symlink_to(installed)
    told = measure_all(world, sounds, "separate", "-e", "demucs", "--random-weights", "--shifts", "0")
    for name, record in told.items():
        stems_fit(record, *SOUNDS[name]())
        assert len(record["output"]["stems"]) == 4


# ---- three hours ----

HOURS_S = 3 * 3600


@pytest.fixture(scope="module")
def three_hours(tmp_path_factory):
    """Three hours at 44.1 kHz, stereo: a plucked A each second, in a FLAC file. As floats it is 3.8 GB."""
    path = tmp_path_factory.mktemp("hours") / "hours.flac"
    times = np.arange(22050) / 44100
    pluck = sum(0.3 / k * np.sin(2 * np.pi * 440 * k * times) for k in (1, 2, 3)) * np.exp(-times / 0.12)
    minute = np.zeros((60 * 44100, 2))
    for second in range(60):
        minute[second * 44100 : second * 44100 + len(pluck)] += pluck[:, None]
    with soundfile.SoundFile(path, "w", 44100, 2) as file:
        for _ in range(HOURS_S // 60):
            file.write(minute)
    yield path
    shutil.rmtree(path.parent)


class Memory(threading.Thread):
    """The most resident memory of each program under a process, by its name, in MiB; files that are mapped don't count."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.most = pid, {}

    def family(self):
        found, waiting = [], [self.pid]
        while waiting:
            pid = waiting.pop()
            found.append(pid)
            for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
                waiting += map(int, task.read_text().split())
        return found

    def look(self):
        for pid in self.family():
            status = pathlib.Path(f"/proc/{pid}/status").read_text()
            lines = dict(line.split(":", 1) for line in status.splitlines())
            kib = sum(int(lines.get(name, "0 kB").split()[0]) for name in ("RssAnon", "RssShmem"))
            name = lines["Name"].strip()
            self.most[name] = max(self.most.get(name, 0), kib / 1024)

    def run(self):
        while pathlib.Path(f"/proc/{self.pid}").exists():
            try:
                self.look()
            except (OSError, ValueError):  # a process has ended meanwhile
                pass
            time.sleep(0.05)


def measure_hours(world, path, *command, limit_s=1500):
    """The record, and the most memory of each program, with PCM above 64 MB on disk."""
    process = world.start(*command[:1], str(path), *command[1:], *QUICK, "--pcm-memory", "64M", "--format", "json")
    memory = Memory(process.pid)
    memory.start()
    out, err = process.communicate(timeout=limit_s)
    assert process.returncode == 0, err
    memory.join(10)
    (record,) = json.loads(out)
    assert record["input"]["processed_s"] == pytest.approx(HOURS_S)
    assert memory.most["llamaburn"] > 1
    return record, memory.most


@pytest.mark.slow
@pytest.mark.parametrize("command", ["transcribe", "beats", "separate"])
def test_three_hours_lie_on_disk(world, three_hours, command):
    """Through the null engine: what LlamaBurn itself needs is bounded. The stem of a separation is 3.8 GB again."""
    record, most = measure_hours(world, three_hours, command, *NULL, "--keep", "none")
    assert most["llamaburn"] < 200 and most["llamaburn-decod"] < 200, most
    assert record["status"] == "ok"


@pytest.mark.slow
def test_three_hours_of_beats_by_aubio(world, three_hours):
    record, most = measure_hours(world, three_hours, "beats", "-e", "aubio")
    assert all(mib < 300 for mib in most.values()), most
    assert len(record["output"]["beats"]) > HOURS_S / 2


@pytest.mark.slow
def test_three_hours_of_notes_by_basic_pitch(musical, three_hours):
    """Its activations for all windows are kept until notes are made of them: 264 values of four bytes, 86 times a second."""
    record, most = measure_hours(musical, three_hours, "transcribe", "-e", "basic-pitch")
    assert most["llamaburn"] < 200, most
    assert most["llamaburn-engin"] < 1.5 * HOURS_S * 86.13 * 352 * 4 / 2**20 + 300, most
    assert record["output"]["counts"]["notes"] > HOURS_S / 2


# ---- disks that fill up ----


def on_small_disk(world, size, *arguments):
    """llamaburn with its data folder on a disk of that size: the record, what it says, and what lies there."""
    script = (
        'mount -t tmpfs -o "size=$1" tmpfs "$XDG_DATA_HOME" && shift && mkdir "$XDG_DATA_HOME/llamaburn" && '
        'if [ -d "$MUSIC" ]; then ln -s "$MUSIC" "$XDG_DATA_HOME/llamaburn/music"; fi && "$@"; status=$?; '
        'find "$XDG_DATA_HOME/llamaburn/runs" -type f >&2; exit $status'
    )
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script, "sh", size, BUILD / "llamaburn", *arguments, *QUICK, "--format", "json"],
        env={**world.environment, "MUSIC": str(MODELS / "music")}, cwd=world.folder, capture_output=True, timeout=300,
    )
    assert done.returncode == 0, done.stderr
    (record,) = json.loads(done.stdout)
    return record, done.stderr.decode()


def the_flag(record, name):
    (flag,) = [flag for flag in record["validity"]["flags"] if flag["id"] == name]
    return flag


def test_a_disk_that_fills_up_with_stems_costs_no_figure(world, tmp_path):
    """The null engine's two stems of 20 s are 1.8 MB each: the first has room, the second hasn't."""
    soundfile.write(tmp_path / "song.wav", tone(20, 44100), 44100)
    record, err = on_small_disk(world, "3m", "separate", str(tmp_path / "song.wav"), *NULL)
    flag = the_flag(record, "not-kept")
    assert "No space left" in flag["evidence"] and "make room on that disk" in flag["cure"]
    assert record["status"] == "ok" and record["iterations"][0]["wall_s"] > 0
    assert len(record["output"]["stems"]) == len(record["artifacts"]) == 1
    assert err.count(".wav") == 1 + err.count("song.wav") and ".new-" not in err


def test_a_disk_that_is_full_of_notes_costs_no_figure(musical, sounds, tmp_path):
    """--save onto a disk without room: said, and no half file there."""
    script = (
        'mkdir small && mount -t tmpfs -o size=4k,nr_inodes=16 tmpfs small && head -c 4096 /dev/zero >small/full; '
        '"$@"; status=$?; ls -A small >&2; exit $status'
    )
    command = [
        BUILD / "llamaburn", "transcribe", str(sounds / "mono.wav"), "-e", "basic-pitch", "--save", "small/notes.mid", *QUICK,
        "--format", "json",
    ]
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script, "sh", *command], env=musical.environment, cwd=tmp_path, capture_output=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    (record,) = json.loads(done.stdout)
    flag = the_flag(record, "not-saved")
    assert "mid file could not be written" in flag["evidence"] and "make room on that disk" in flag["cure"]
    assert record["output"]["notes"] and pathlib.Path(record["output"]["midi"]).exists()
    assert done.stderr.decode().split("\n")[-2:] == ["full", ""]


# ---- Ctrl-C at half ----


def test_interrupted_at_half_what_is_finished_stays(world, sounds):
    """The first song is whole, the second is called interrupted: its stem of the first iteration stays too."""
    paths = [str(sounds / "mono.wav"), str(sounds / "six.wav")]
    process = world.start(
        "separate", *paths, *NULL, "--sleep-ms", "300", "-n", "6", "-w", "0", "--no-warm-load", "--no-wait", "--format", "json")
    wait_for(process, b"[2/2]")
    wait_for(process, b"2/6")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    first, second = json.loads(out)
    assert (first["status"], second["status"]) == ("ok", "interrupted")
    assert len(first["iterations"]) == 6 and 1 <= len(second["iterations"]) < 6
    for record in (first, second):
        for path in record["output"]["stems"].values():
            samples, rate = soundfile.read(path)
            assert len(samples) == 4 * rate and np.abs(samples).max() > 0.1
        assert len(os.listdir(world.data / "runs" / record["id"])) == len(record["output"]["stems"]) == 2
    rows = json.loads(world.run("history", "--format", "json")[0])
    assert sorted(row["status"] for row in rows) == ["interrupted", "ok"]
    shown, _ = world.run("show", second["id"])
    assert "interrupted" in shown
