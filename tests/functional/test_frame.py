"""The frame attacked: what misleads a measurement, hostile plans, signals, outputs that can't be written."""

import json
import os
import pathlib
import signal
import stat
import subprocess
import time

import pytest

LIBRIVOX = pathlib.Path("/usr/share/pocketsphinx/test/data/librivox")
CLIP = str(LIBRIVOX / "sense_and_sensibility_01_austen_64kb-0880.wav")
OTHER = str(LIBRIVOX / "sense_and_sensibility_01_austen_64kb-0890.wav")
QUICK = ("-e", "null", "-n", "2", "-w", "0", "--no-warm-load", "-d", "cpu", "--no-wait")


def test_iterations_name_the_process_they_ran_in(world):
    """An engine dies in another case's run: who goes on in a new process warms up there, and says so."""
    records = world.json(
        "stt", CLIP, OTHER, "-e", "null", "-n", "3", "-w", "1", "--no-warm-load", "--no-wait",
        "--interleave", "--crash", "segv", "--on-run", "5", status=1,
    )  # fmt: skip
    by_status = {record["status"]: record for record in records}
    record = by_status["ok"]
    assert [one["index"] for one in record["sessions"]] == [0, 1]
    assert [one["session"] for one in record["iterations"]] == [0, 1, 1]
    assert [one["session"] for one in record["warmups"]] == [0, 1]
    assert by_status["failed"]["error"]["kind"] == "crashed"
    number = str(record["number"])
    (stored,) = json.loads(world.run("show", number, "--format", "json")[0])
    assert [one["index"] for one in stored["sessions"]] == [0, 1]
    assert [one["session"] for one in stored["iterations"]] == [0, 1, 1]


def test_a_shorter_sound_is_not_followed_by_the_rest_of_a_longer_one(world):
    """The engine hears as many frames as were resampled, whatever lay in the mapping before."""
    alone = world.json("stt", OTHER, *QUICK, "--rate", "22051")[0]
    after = world.json("stt", CLIP, OTHER, *QUICK, "--rate", "22051")[1]
    assert after["output"]["text"] == alone["output"]["text"]
