"""The frame attacked: what misleads a measurement, hostile plans, signals, outputs that can't be written."""

import json
import os
import pathlib
import resource
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


def test_output_is_checked_before_anything_is_measured(world):
    """A folder that isn't there costs no hour of measuring, and nothing is left."""
    for path, words in (("no/such/file", "No such file"), (".", "directory")):
        started = time.monotonic()
        _, err = world.run("stt", CLIP, *QUICK, "--sleep-ms", "3000", "-o", path, status=1)
        assert words in err and f'"{path}"' in err and err.count("\n") == 1
        assert time.monotonic() - started < 2
    out, _ = world.run("history", "--format", "json")
    assert json.loads(out) == []


def test_output_never_replaces_a_device_or_a_link(world):
    """-o /dev/full as root is an error and /dev/full stays what it is; a link stays a link."""
    device = world.folder / "full"
    try:
        os.mknod(device, 0o666 | stat.S_IFCHR, os.makedev(1, 7))
        open(device, "rb").close()
    except PermissionError:
        pytest.skip("needs the right to make a device")
    _, err = world.run("stt", CLIP, *QUICK, "-o", device, status=1)
    assert "No space left" in err and "history" in err
    assert stat.S_ISCHR(device.stat().st_mode)
    link = world.folder / "link.json"
    link.symlink_to("target.json")
    world.run("stt", CLIP, *QUICK, "-f", "json", "-o", link)
    assert link.is_symlink()
    assert json.loads((world.folder / "target.json").read_text())[0]["status"] == "ok"


def test_events_and_output_go_together(world):
    """With --events the results still go where -o says."""
    plan = world.folder / "plan.json"
    plan.write_text(world.run("stt", CLIP, *QUICK, "--print-plan")[0])
    reader, writer = os.pipe()
    world.run("run", plan, "--events", str(writer), "-f", "json", "-o", "out.json", pass_fds=[writer])
    os.close(writer)
    with open(reader) as lines:
        events = [json.loads(line) for line in lines]
    assert events[-1] == {"event": "done", "status": 0}
    assert json.loads((world.folder / "out.json").read_text())[0]["status"] == "ok"


def first_event(stream, name):
    for line in stream:
        if json.loads(line)["event"] == name:
            return
    raise AssertionError(f"no event {name}")


def start_plan(world, *options, **arguments):
    """(process, its events) of `run PLAN.json` with the null engine and @options."""
    plan = world.folder / "plan.json"
    plan.write_text(world.run("stt", CLIP, "-e", "null", "--no-wait", "--no-warm-load", *options, "--print-plan")[0])
    reader, writer = os.pipe()
    process = world.start("run", plan, "--events", str(writer), pass_fds=[writer], **arguments)
    os.close(writer)
    return process, open(reader)


def last_run(world):
    return json.loads(world.run("show", "last", "--format", "json")[0])[0]


def test_a_hangup_that_is_ignored_stays_ignored(world):
    """nohup llamaburn …: the terminal may go."""
    process, events = start_plan(
        world, "-n", "4", "-w", "0", "--sleep-ms", "200",
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    )  # fmt: skip
    first_event(events, "iteration")
    process.send_signal(signal.SIGHUP)
    for _ in events:
        pass
    process.communicate(timeout=20)
    assert process.returncode == 0
    assert last_run(world)["status"] == "ok"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_keep_what_was_measured(world, number):
    """Also when they come twice, and to an engine that doesn't listen."""
    process, events = start_plan(world, "-n", "50", "-w", "0", "--sleep-ms", "100", "--ignore-cancel")
    first_event(events, "iteration")
    process.send_signal(number)
    time.sleep(0.1)
    process.send_signal(number)
    for _ in events:
        pass
    process.communicate(timeout=20)
    assert process.returncode == 130
    record = last_run(world)
    assert record["status"] == "interrupted" and len(record["iterations"]) >= 1
    assert not record["validity"]["valid"]


def test_a_listener_that_sleeps_can_not_hold_the_run(world):
    """The pipe of events is full and nobody reads: SIGINT still ends the run, and it is kept."""
    process, events = start_plan(world, "-n", "3", "-w", "0", "--tokens", "5000", "--sleep-ms", "50")
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=15)
    assert process.returncode == 130
    events.close()
    assert last_run(world)["status"] == "interrupted"


def test_a_listener_that_leaves_loses_no_run(world):
    """The window crashed: the run goes on to its end."""
    process, events = start_plan(world, "-n", "5", "-w", "0", "--sleep-ms", "50")
    first_event(events, "iteration")
    events.close()
    process.communicate(timeout=20)
    assert process.returncode == 0
    assert last_run(world)["status"] == "ok"


def test_standing_still_is_flagged(world):
    """Ctrl-Z in mid-run: the engine goes on alone, and the figures are not what they seem."""
    process, events = start_plan(world, "-n", "3", "-w", "0", "--sleep-ms", "400")
    first_event(events, "iteration")
    process.send_signal(signal.SIGSTOP)
    time.sleep(1.5)
    process.send_signal(signal.SIGCONT)
    for _ in events:
        pass
    process.communicate(timeout=20)
    record = last_run(world)
    assert "stopped" in [flag["id"] for flag in record["validity"]["flags"]]
    assert not record["validity"]["valid"]


def write_plan(world, *cases, **settings):
    """A plan file of @cases, each {inputs…} over the null engine's defaults."""
    plain = {"mode": "stt", "engine": "null", "device": "cpu", "inputs": [{"role": "audio", "path": CLIP}]}
    settings = {"iterations": 1, "warmups": 0, "warm_load": False, "wait": False, **settings}
    path = world.folder / "hostile.json"
    path.write_text(
        json.dumps({"schema": "llamaburn.plan/1", "settings": settings, "cases": [{**plain, **case} for case in cases]})
    )
    return path


def test_a_printed_plan_runs_twice(world):
    """It holds no ids: each run of it is a new one."""
    plan = world.folder / "plan.json"
    plan.write_text(world.run("stt", CLIP, OTHER, *QUICK, "--print-plan")[0])
    for _ in range(2):
        world.run("run", plan)
    ids = [row["id"] for row in json.loads(world.run("history", "--format", "json")[0])]
    assert len(set(ids)) == 4


def test_an_id_that_is_stored_is_refused_before_measuring(world):
    """The run with that id stays as it was."""
    plan = write_plan(world, {"id": "0190a5b0-0000-7000-8000-000000000000"}, {})
    world.run("run", plan)
    before = world.run("history", "--format", "json")[0]
    _, err = world.run("run", plan, status=2)
    assert "0190a5b0-0000-7000-8000-000000000000" in err and err.count("\n") == 1
    assert world.run("history", "--format", "json")[0] == before


@pytest.mark.parametrize(
    "case,word",
    [
        ({"device": ""}, "device"),
        ({"device": ":"}, "device"),
        ({"device": "cpu:99999999999999999999"}, "device"),
        ({"engine": ""}, "engine"),
        ({"mode": "\u001b[31m"}, "does not do"),
        ({"inputs": [{"role": "smell", "path": CLIP}]}, "smell"),
        ({"inputs": [{"role": "text", "text": "x"}]}, "audio"),
        ({"mode": "tts", "inputs": [{"role": "voice", "path": OTHER}]}, "text"),
        ({"inputs": [{"role": "audio", "text": "no sound"}]}, "audio"),
        ({"inputs": [{"role": "audio", "path": CLIP}, {"role": "voice", "text": "x"}]}, "voice"),
        ({"inputs": [{"role": "audio", "path": CLIP}, {"role": "prompt", "text": "x"}]}, "prompt"),
        ({"inputs": [{"role": "audio", "path": CLIP}] * 40}, "audio"),
        ({"options": {"sleep-ms": -1}}, "sleep-ms"),
        ({"options": {"sleep-ms": [[[[]]]]}}, "sleep-ms"),
        ({"options": {"\n": 1}}, "option"),
        ({"model": "x" * 100000, "engine": "whisper.cpp"}, "model"),
    ],
    ids=str,
)
def test_hostile_cases_are_refused_before_measuring(world, case, word):
    """One clear line, status 2, nothing measured, no case of the plan stored."""
    _, err = world.run("run", write_plan(world, {}, case), status=2)
    assert word in err and err.count("\n") == 1 and "\x1b" not in err and len(err) < 2000
    assert json.loads(world.run("history", "--format", "json")[0]) == []


@pytest.mark.parametrize("text", ["", "{", "[" * 1000, '{"schema":1,"schema":2}', "\x00", "[]", "7"])
def test_what_is_no_plan_is_refused(world, text):
    path = world.folder / "plan.json"
    path.write_text(text)
    _, err = world.run("run", path, status=2)
    assert err.count("\n") == 1


@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1, 2)], ids=str)
def test_closed_standard_descriptors_are_nobody_elses(world, closed):
    """What is opened next must not become standard output: results would be written into it."""

    def close():
        for fd in closed:
            os.close(fd)

    process = world.start("stt", CLIP, *QUICK, "-f", "json", preexec_fn=close)
    out, err = process.communicate(timeout=30)
    assert process.returncode == (1 if 1 in closed else 0)
    assert last_run(world)["status"] == "ok"
    if closed == (1,):
        assert b"standard output" in err


def test_many_sounds_share_descriptors_and_memory(world):
    """120 sounds with 64 descriptors to begin with; all together hold no more memory than --pcm-memory."""
    files = []
    for i in range(120):
        files.append(world.folder / f"{i}.wav")
        files[-1].symlink_to(CLIP)

    def few():
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))

    records = world.json("stt", *files, *QUICK, preexec_fn=few)
    assert [record["status"] for record in records] == ["ok"] * 120
    # Each of the two fits into 700 KB, and so does the engine's mapping: together they do not.
    no_disk = {"XDG_CACHE_HOME": "/proc/nope"}
    for limit, status in (("1400K", 0), ("700K", 1)):
        records = world.json("stt", CLIP, OTHER, *QUICK, "--pcm-memory", limit, environment=no_disk, status=status)
        assert {record["status"] for record in records} == ({"ok"} if status == 0 else {"ok", "failed"})


@pytest.mark.parametrize("asked,flagged", [("vulkan:0", False), ("vulkan", False), ("vulkan:1", True), ("cpu", True)])
def test_another_device_than_asked_for_is_flagged(world, asked, flagged):
    """Also the other card of one backend."""
    (record,) = world.json("stt", CLIP, "-e", "null", "-n", "1", "-w", "0", "--no-wait", "--lie", "device", "-d", asked)
    flags = {flag["id"]: flag["evidence"] for flag in record["validity"]["flags"]}
    assert ("silent-fallback" in flags) == flagged
    assert not flagged or ("vulkan" in flags["silent-fallback"] and asked in flags["silent-fallback"])
