"""history, history remove, show, compare, as a user types them, over a history that the test writes."""

import csv
import io
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import time

import pytest

from conftest import BUILD

FILLER = BUILD / "tests/tools/store/store-filler"
WRITER = BUILD / "tests/tools/store/store-writer"


@pytest.fixture
def filled(world):
    """A world with 60 runs: engines whisper.cpp, faster-whisper, null in turn; every fiftieth failed."""
    world.data.mkdir(parents=True, exist_ok=True)
    subprocess.run([FILLER, world.data, "60"], check=True, timeout=60)
    return world


def numbers(world, *options):
    """The numbers that history lists."""
    return [row["number"] for row in world.json("history", *options)]


def test_no_history_yet(world):
    out, err = world.run("history")
    assert out == "" and "No runs yet" in err
    assert not (world.data / "history.db").exists()
    assert world.json("history") == []


def test_lists_the_newest_fifty_first(filled):
    assert numbers(filled) == list(range(60, 10, -1))
    assert numbers(filled, "-n", "3") == [60, 59, 58]
    assert numbers(filled, "--all") == list(range(60, 0, -1))


def test_filters(filled):
    assert numbers(filled, "--all", "--engine", "null") == list(range(60, 0, -3))
    assert numbers(filled, "--all", "--status", "failed") == [51, 1]
    assert numbers(filled, "--mode", "tts") == []
    assert numbers(filled, "--until", "2001-01-01") == []
    assert len(numbers(filled, "--all", "--since", "2001-01-01")) == 60
    _, err = filled.run("history", "--mode", "'; DROP TABLE run; --")
    assert "No run fits" in err
    assert len(numbers(filled, "--all")) == 60


@pytest.mark.parametrize("date", ["yesterday", "2026-13-01", "", "2026", "\x1b[31m"])
def test_a_date_that_is_none(filled, date):
    out, err = filled.run("history", "--since", date, status=2)
    assert out == "" and "2026-11-24" in err and "\x1b" not in err


def test_formats_agree(filled):
    table, _ = filled.run("history", "-n", "5")
    assert table.splitlines()[0].split()[0] == "Run"
    assert len(table.splitlines()) >= 6
    lines, _ = filled.run("history", "-n", "5", "--format", "jsonl")
    assert [json.loads(line) for line in lines.splitlines()] == filled.json("history", "-n", "5")
    text, _ = filled.run("history", "-n", "5", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [int(row["number"]) for row in rows] == [60, 59, 58, 57, 56]
    assert all(float(row["median_rtf"]) > 0 for row in rows)
    markdown, _ = filled.run("history", "-n", "5", "--format", "md")
    assert len(markdown.splitlines()) == 7 and markdown.startswith("| Run ")


def test_shows_one_by_any_name(filled):
    whole = filled.json("show", "last")
    assert len(whole) == 1 and whole[0]["number"] == 60 and len(whole[0]["iterations"]) == 6
    assert filled.json("show", "60") == whole
    assert filled.json("show", whole[0]["id"]) == whole
    assert filled.json("show", whole[0]["id"][-12:]) == whole
    assert filled.json("show", "last~1")[0]["number"] == 59
    table, _ = filled.run("show", "60")
    assert "whisper" in table or "null" in table


@pytest.mark.parametrize("name", ["61", "0", "last~60", "nonsense", "zzzz", "", "'; DROP TABLE run; --", "\x1b[31m", b"\xff\xfe"])
def test_a_run_that_is_not_there(filled, name):
    out, err = filled.run("show", name, status=1)
    assert out == "" and "no run" in err and "\x1b" not in err and len(err.splitlines()) == 1


def test_removes_what_was_named_and_nothing_else(filled):
    filled.run("history", "remove", "60", "last~1")
    assert numbers(filled, "-n", "2") == [58, 57]
    filled.run("history", "remove", "1", "999", status=1)
    assert 1 in numbers(filled, "--all")  # a wrong name removes nothing
    filled.run("history", "remove", status=2)
    filled.run("history", "remove", "--before", "2001-01-01")
    assert len(numbers(filled, "--all")) == 58
    filled.run("history", "remove", "--before", "2100-01-01")
    assert numbers(filled, "--all") == []


def test_compares(filled):
    text, _ = filled.run("compare", "60", "57")
    assert "57 against 60" in text
    comparison = filled.json("compare", "1", "2", "4")
    assert [run["number"] for run in comparison["runs"]] == [1, 2, 4]
    against = comparison["runs"][1]["against"]
    assert against["method"] == "unpaired" and against["verdict"] in ("slower", "faster", "same")
    rows = list(csv.DictReader(io.StringIO(filled.run("compare", "1", "2", "--format", "csv")[0])))
    assert len(rows) == 2 and rows[0]["ratio"] == "" and float(rows[1]["ratio"]) > 0
    filled.run("compare", "1", status=2)
    filled.run("compare", "1", "999", status=1)


def test_gate(filled):
    # The filler's real-time factor grows from run to run: run 40 takes longer than run 1.
    filled.run("compare", "1", "40", "--fail-if-slower", "10", status=4)
    filled.run("compare", "40", "1", "--fail-if-slower", "10")
    filled.run("compare", "1", "1", "--fail-if-slower", "0")


def write_and_kill(world):
    """A run whose process is killed after its third iteration."""
    world.data.mkdir(parents=True, exist_ok=True)
    writer = subprocess.Popen([WRITER, world.data, "3"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        while writer.stdout.readline() != b"iteration 2\n":
            pass
        assert world.json("history")[0]["status"] == "running"
        _, err = world.run("history", "remove", "last", status=1)
        assert "still going on" in err
    finally:
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        writer.stdin.close()
        writer.stdout.close()


def test_a_killed_run_keeps_its_iterations(world):
    write_and_kill(world)
    row = world.json("history")[0]
    assert row["status"] == "interrupted" and row["iterations"] == 3
    assert row["median_rtf"] == pytest.approx(0.2)
    record = world.json("show", "last")[0]
    assert [iteration["index"] for iteration in record["iterations"]] == [0, 1, 2]
    world.run("show", "last")
    _, err = world.run("compare", "last", "last", "--fail-if-slower", "5", status=1)
    assert "too few iterations" in err
    assert not list((world.data / "runs").glob("*/live"))


def test_a_newer_history(filled):
    database = sqlite3.connect(filled.data / "history.db")
    database.execute("PRAGMA user_version = 7")
    database.close()
    out, err = filled.run("history", status=1)
    assert out == "" and "from a newer LlamaBurn (schema 7" in err and len(err.splitlines()) == 1


def test_a_damaged_history_is_set_aside(filled):
    (filled.data / "history.db").write_bytes(os.urandom(20000))
    for journal in filled.data.glob("history.db-*"):
        journal.unlink()
    _, err = filled.run("history")
    assert "set aside" in err
    assert len(list(filled.data.glob("history.db.corrupt-*"))) == 1
    _, err = filled.run("history")
    assert "set aside" not in err


def test_a_locked_history(filled):
    database = sqlite3.connect(filled.data / "history.db", isolation_level=None)
    database.execute("BEGIN IMMEDIATE")
    assert len(numbers(filled)) == 50  # looking needs no lock
    start = time.monotonic()
    _, err = filled.run("history", "remove", "1", status=1)
    assert "locked" in err and 3 < time.monotonic() - start < 30
    database.close()


def test_hostile_texts(world):
    world.data.mkdir(parents=True, exist_ok=True)
    subprocess.run([FILLER, world.data, "1"], check=True)
    database = sqlite3.connect(world.data / "history.db")
    database.execute("UPDATE run SET engine = ?, input = ?", ("=cmd|'x'!A0", "\x1b[2J|<b>\n.wav"))
    database.commit()
    database.close()
    for name in ("table", "md", "csv"):
        out, _ = world.run("history", "--format", name)
        assert "\x1b" not in out or name == "csv"
    text, _ = world.run("history", "--format", "csv")
    assert list(csv.DictReader(io.StringIO(text)))[0]["engine"].startswith("'=")
    table, _ = world.run("history")
    assert len(table.splitlines()) <= 3


def test_a_full_pipe_ends_quietly(filled):
    command = f"'{BUILD / 'llamaburn'}' history --all --format jsonl | head -n 1"
    done = subprocess.run(["bash", "-c", command], env=filled.environment, capture_output=True, timeout=60)
    assert done.stderr == b"" and json.loads(done.stdout)["number"] == 60


def test_a_long_history_is_listed_at_once(world):
    """Loosely: bench/history.py holds the exact claim."""
    world.data.mkdir(parents=True, exist_ok=True)
    subprocess.run([FILLER, world.data, "20000"], check=True, timeout=120)
    start = time.monotonic()
    assert len(numbers(world)) == 50
    assert time.monotonic() - start < 1
    assert pathlib.Path(world.data / "history.db").stat().st_mode & 0o777 == 0o600
