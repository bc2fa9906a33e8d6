"""Workers in Python: the null worker's every trouble through the command, cancel in mid-run, what a child sees."""

import json
import math
import signal
import statistics
import struct
import time

import pytest

CLIP = "/usr/share/pocketsphinx/test/data/librivox/sense_and_sensibility_01_austen_64kb-0880.wav"
OTHER = "/usr/share/pocketsphinx/test/data/librivox/sense_and_sensibility_01_austen_64kb-0890.wav"
QUICK = ("-e", "null-worker", "-n", "2", "-w", "0", "--no-warm-load", "-d", "cpu", "--no-wait")

# (options, status of the record, words of its error)
TROUBLE = [
    (["--trouble", "print"], "ok", []),
    (["--trouble", "print", "--at", "load"], "ok", []),
    (["--trouble", "raise"], "failed", ["ValueError: something in the library is wrong and it takes two lines"]),
    (["--trouble", "raise", "--at", "load"], "failed", ["ValueError: something in the library is wrong"]),
    (["--trouble", "raise", "--at", "output"], "failed", ["ValueError"]),
    (["--trouble", "exit", "--exit-status", "7"], "failed", ["7", "its last words"]),
    (["--trouble", "exit", "--at", "load"], "failed", ["3"]),
    (["--trouble", "kill"], "failed", ["SIGKILL"]),
    (["--trouble", "hang", "--time-limit", "0.7"], "failed", ["0.7"]),
    (["--trouble", "hang", "--at", "load", "--time-limit", "0.7"], "failed", ["0.7"]),
    (["--trouble", "deaf", "--time-limit", "0.7"], "failed", ["0.7"]),
    (["--trouble", "memory"], "failed", ["no memory left"]),
    (["--trouble", "missing-package", "--at", "load"], "failed", ["a_package_that_is_not_there", "python3 must have it"]),
    (["--trouble", "nan-output"], "failed", ['"segments[0].end_s" of its output is no number']),
    (["--trouble", "nan-sound"], "failed", ["NaN"]),
    (["--trouble", "no-output"], "failed", ["it returned no output"]),
    (["--trouble", "no-text"], "failed", ['it returned no "text"']),
    (["--trouble", "wrong-output"], "failed", ["no output"]),
    (["--trouble", "ragged-sound", "--channels", "2"], "failed", ["5 samples for 2 channels"]),
    (["--trouble", "too-much-sound"], "failed", ["more sound than there is room for"]),
    (["--trouble", "backward-segment"], "failed", ["segment 1 ends before it begins"]),
]


@pytest.mark.parametrize("options,status,words", TROUBLE, ids=lambda value: "-".join(value) if isinstance(value, list) else value)
def test_trouble_ends_its_case_in_words(world, options, status, words):
    """The case fails in one line; the next engine process has its result."""
    started = time.monotonic()
    (record,) = world.json("stt", CLIP, *QUICK, *options, status=0 if status == "ok" else 1)
    assert time.monotonic() - started < 60
    assert record["status"] == status
    if status == "failed":
        message = record["error"]["message"]
        for word in words:
            assert word in message, message
        assert "Traceback" not in message or record["error"]["kind"] == "crashed", message
    (after,) = world.json("stt", CLIP, *QUICK)
    assert after["status"] == "ok"


def test_it_hears_what_is_in_the_file(world):
    """Two inputs, two answers; each is what the file holds."""
    first, second = world.json("stt", CLIP, OTHER, *QUICK)
    for record, clip in ((first, CLIP), (second, OTHER)):
        with open(clip, "rb") as file:
            data = file.read()
        samples = struct.unpack(f"<{(len(data) - 44) // 2}h", data[44:])
        frames, total = record["output"]["text"].split(" frames, sum ")
        assert int(frames) == len(samples)
        assert math.isclose(float(total), sum(samples) / 32768, rel_tol=1e-3, abs_tol=0.02)
    assert first["output"]["text"] != second["output"]["text"]


def test_sound_above_the_limit_comes_through_files(world):
    (inside,) = world.json("stt", CLIP, *QUICK)
    (beyond,) = world.json("stt", CLIP, *QUICK, "--pcm-memory", "1K")
    assert inside["output"]["text"] == beyond["output"]["text"]


def test_cancel_is_noticed_in_mid_run(world):
    """Ctrl-C during a run of a minute: over at once, and kept as interrupted."""
    process = world.start("stt", CLIP, *QUICK, "--sleep-ms", "60000")
    time.sleep(3)
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode == 130
    assert time.monotonic() - started < 1.9  # less than the grace before SIGTERM
    (row,) = json.loads(world.run("history", "--format", "json")[0])
    assert row["status"] == "interrupted"


def test_pieces_that_come_fast_are_joined(world):
    """A million tokens in a run pass no bound of the protocol."""
    (record,) = world.json("stt", CLIP, *QUICK, "-n", "1", "--tokens", "300000")
    assert record["status"] == "ok"
    assert record["iterations"][0]["latency_kind"] == "token"
    assert 0 < record["iterations"][0]["latency_s"] < record["iterations"][0]["wall_s"]


def test_a_child_of_an_engine_has_no_descriptor_of_the_protocol(world):
    (record,) = world.json("stt", CLIP, *QUICK, "--trouble", "subprocess", status=1)
    said = record["error"]["message"].split("its child has ")[1].split()
    assert "printed" in said
    assert not {"60", "61", "62", "63", "64", "65"} & set(said)


@pytest.mark.parametrize("option,words", [
    (["--rate", "0"], "--rate"),
    (["--trouble", "nonsense"], "--trouble"),
    (["--sleep", "1"], "sleep-ms"),
])
def test_wrong_options_are_refused_before_anything_starts(world, option, words):
    _, err = world.run("stt", CLIP, *QUICK, *option, status=2)
    assert words in err


def test_what_a_worker_adds_is_small(world):
    """The issue's bound, with room for a busy test machine: bench/ has the real measurement."""
    (record,) = world.json("stt", CLIP, *QUICK, "-n", "60", "--text", "nothing")
    walls = [iteration["wall_s"] for iteration in record["iterations"]]
    assert statistics.median(walls) < 0.005


def own_engine(world, name, returned, versions=">=3.9"):
    """A third party's engine without packages."""
    folder = world.data / "workers" / name
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({
        "id": name, "title": name, "mode": "stt", "inputs": [{"role": "audio", "kind": "pcm"}],
        "outputs": ["text"], "python": {"versions": versions},
    }))
    (folder / "worker.py").write_text(
        "from llamaburn_worker import Engine, Loaded\n"
        "class Mine(Engine):\n"
        "    def load(self, request):\n"
        "        return Loaded(input_rate_hz=16000, input_channels=1)\n"
        "    def run(self, request):\n"
        f"        return {returned}\n"
    )


@pytest.mark.parametrize("versions,fits", [
    (">=3.9", True), (">=3", True), ("!=3.2,<4", True), (">=3.99", False), ("<3", False), ("==3.2", False),
])
def test_the_python_must_be_one_that_the_manifest_takes(world, versions, fits):
    """Without packages of its own, it is the system's that runs it."""
    own_engine(world, "mine", '{"text": "ran"}', versions)
    (record,) = world.json("stt", CLIP, "-e", "mine", *QUICK[2:], status=0 if fits else 1)
    if fits:
        assert record["output"]["text"] == "ran"
        return
    assert record["error"]["kind"] == "engine-missing"
    assert f"takes Python {versions}, and this is 3." in record["error"]["message"]
    assert "PATH" in record["error"]["message"]


def test_a_number_too_large_fails_the_run_and_not_the_session(world):
    own_engine(world, "mine", '{"text": "a", "counts": [1, 10**30]}')
    (record,) = world.json("stt", CLIP, "-e", "mine", *QUICK[2:], status=1)
    assert record["error"]["kind"] == "engine"
    assert '"counts[1]" of its output is no number' in record["error"]["message"]
