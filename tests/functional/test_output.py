"""Where results go: --output, standard output that is full or closed, and what stays of it all."""

import json
import os
import stat
import subprocess
import threading

import pytest

from conftest import BUILD



@pytest.fixture
def sound(world):
    """A second of a tone."""
    path = world.folder / "a.wav"
    subprocess.run(["sox", "-n", "-r", "16000", "-c", "1", path, "synth", "1", "sine", "440"], check=True)
    return path


def measure(world, sound, *options, **more):
    return world.run("stt", str(sound), "-e", "null", "-n", "1", "-w", "0", "-q", "--no-wait", *options, **more)


def history(world):
    return world.json("history")


def test_output_goes_into_the_file_and_nowhere_else(world, sound):
    target = world.folder / "out.json"
    target.write_text("what was there before, longer than what comes" * 1000)
    target.chmod(0o640)
    out, err = measure(world, sound, "-f", "json", "-o", str(target))
    assert (out, err) == ("", "")
    assert json.loads(target.read_text())[0]["status"] == "ok"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


@pytest.mark.parametrize("name", ["missing/out", ".", "a.wav/x"])
def test_output_that_cannot_be_written_is_said_before_measuring(world, sound, name):
    out, err = measure(world, sound, "-o", str(world.folder / name), status=1)
    assert out == "" and len(err.splitlines()) == 1 and "can't write the results" in err
    assert history(world) == []


def test_output_follows_a_link(world, sound):
    """The link stays one: /dev/stdout is such a link, and must not become a file."""
    (world.folder / "link").symlink_to("real")
    measure(world, sound, "-f", "jsonl", "-o", str(world.folder / "link"))
    assert (world.folder / "link").is_symlink()
    assert json.loads((world.folder / "real").read_text())["status"] == "ok"


def test_output_into_a_fifo(world, sound):
    """A FIFO, like a device, is written to and not replaced."""
    path = world.folder / "fifo"
    os.mkfifo(path)
    text = []
    reader = threading.Thread(target=lambda: text.append(path.read_text()))
    reader.start()
    measure(world, sound, "-f", "json", "-o", str(path))
    reader.join(10)
    assert stat.S_ISFIFO(path.stat().st_mode)
    assert json.loads(text[0])[0]["status"] == "ok"


def test_output_on_a_full_disk_is_said_and_the_run_is_kept(world, sound):
    # A link, so that a program that replaces files spoils nothing but this folder.
    (world.folder / "full").symlink_to("/dev/full")
    _, err = measure(world, sound, "-o", str(world.folder / "full"), status=1)
    assert "No space left on device" in err and len(err.splitlines()) == 1
    assert (world.folder / "full").is_symlink()
    assert [run["status"] for run in history(world)] == ["ok"]


def test_output_is_not_made_when_nothing_is_measured(world, sound):
    (world.data).mkdir(parents=True, exist_ok=True)
    (world.data / "history.db").mkdir()
    measure(world, sound, "-o", str(world.folder / "out"), status=1)
    assert not (world.folder / "out").exists()


@pytest.mark.parametrize("name", ["table", "json", "jsonl", "csv", "md"])
def test_a_full_standard_output_is_said_and_the_run_is_kept(world, sound, name):
    with open("/dev/full", "w") as full:
        _, err = measure(world, sound, "-f", name, stdout=full, status=1)
    assert err == "llamaburn: can't write to standard output: No space left on device\n"
    assert [run["status"] for run in history(world)] == ["ok"]


@pytest.mark.parametrize("options", [["--fail"], ["--crash", "segv"], ["--text", "\x1b[31m\"\\\n</script>\u202e\x7f"],
                                     ["--lie", "utf8"], ["--stderr", "\x1b]0;x\x07"]])
def test_json_is_json_whatever_happens(world, sound, options):
    done = world.start("stt", str(sound), "nofile", "-e", "null", "-n", "1", "--no-wait", "-f", "json", *options)
    out, err = done.communicate(timeout=60)
    assert [len(json.loads(out)), done.returncode] == [2, 1]
    assert b"\x1b" not in err and b"\x07" not in err
    for name in ("table", "csv", "md", "jsonl"):
        process = world.start("stt", str(sound), "-e", "null", "-n", "1", "-q", "--no-wait", "-f", name, *options)
        out, _ = process.communicate(timeout=60)
        assert not set(out) & {0x1B, 0x07, 0x7F} and "\u202e" not in out.decode()


def test_a_reader_that_leaves_loses_no_run(world, sound):
    """`llamaburn stt a b c | head -1`: what was begun is in the history, and nothing runs on."""
    read, write = os.pipe()
    os.close(read)
    try:
        _, err = world.run("stt", *[str(sound)] * 3, "-e", "null", "-n", "1", "-q", "--no-wait", stdout=write, status=1)
    finally:
        os.close(write)
    assert err == ""
    rows = history(world)
    assert rows and all(row["status"] in ("ok", "interrupted") for row in rows)
    assert not list((world.data / "runs").glob("*/live"))


def test_a_full_disk_keeps_what_was_stored_and_the_result_is_whole(world, sound):
    """The history on a disk of 1 MB that fills up while runs are stored."""
    script = (
        'mount -t tmpfs -o size=1m tmpfs "$XDG_DATA_HOME" && text=$(head -c 60000 /dev/zero | tr "\\0" x) && '
        'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do "$0" stt "$1" -e null -n 3 -q --no-wait -f jsonl --text "$text" || '
        '{ echo "status $?"; break; }; done; "$0" history --format jsonl; "$0" show 1 --format jsonl'
    )
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script, str(BUILD / "llamaburn"), str(sound)],
        env=world.environment, cwd=world.folder, capture_output=True, timeout=300,
    )
    lines = done.stdout.decode().splitlines()
    at = lines.index("status 1")
    assert at >= 1, done.stderr
    measured = [json.loads(line) for line in lines[:at]]
    assert all(len(record["iterations"]) == 3 and record["status"] == "ok" for record in measured)
    assert b"no space left" in done.stderr and b"what was stored before is kept" in done.stderr
    rows = [json.loads(line) for line in lines[at + 1:-1]]
    assert rows and {row["status"] for row in rows} <= {"ok", "interrupted"}
    assert len(json.loads(lines[-1])["iterations"]) == 3


def test_a_killed_command_and_two_at_once_on_one_history(world, sound):
    """kill -9 in mid-run: what was measured stays, as interrupted; the others beside it are whole."""
    common = ("stt", str(sound), "-e", "null", "-q", "--no-wait", "--sleep-ms", "20", "-f", "json")
    victim = world.start(*common, "-n", "500")
    others = [world.start(*common, "-n", "5") for _ in range(3)]
    for other in others:
        out, _ = other.communicate(timeout=120)
        assert other.returncode == 0 and len(json.loads(out)[0]["iterations"]) == 5
    # The one with the most iterations is the victim's: wait for some.
    while max([row["iterations"] for row in history(world)], default=0) < 8:
        assert victim.poll() is None
    victim.kill()
    victim.communicate(timeout=20)
    rows = {row["status"]: row for row in history(world)}
    assert sorted(row["status"] for row in history(world)) == ["interrupted", "ok", "ok", "ok"]
    shown = world.json("show", str(rows["interrupted"]["number"]))[0]
    assert len(shown["iterations"]) == rows["interrupted"]["iterations"] >= 8
    assert not list((world.data / "runs").glob("*/live"))
