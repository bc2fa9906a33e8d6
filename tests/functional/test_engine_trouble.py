"""Engines crash, hang, flood, lie, eat memory: the run goes on, and history holds what was measured."""

import json
import signal
import time

import pytest

from conftest import wait_for

CLIP = "/usr/share/pocketsphinx/test/data/librivox/sense_and_sensibility_01_austen_64kb-0880.wav"
OTHER = "/usr/share/pocketsphinx/test/data/librivox/sense_and_sensibility_01_austen_64kb-0890.wav"
QUICK = ("-e", "null", "-n", "2", "-w", "0", "--no-warm-load", "-d", "cpu")

# (options, status of the record, words of its error or id of a flag)
TROUBLE = [
    (["--crash", "segv", "--stderr", "last words"], "failed", ["SIGSEGV", "last words"]),
    (["--crash", "abort"], "failed", ["SIGABRT"]),
    (["--crash", "kill"], "failed", ["SIGKILL"]),
    (["--crash", "exit", "--exit-status", "7"], "failed", ["7"]),
    (["--crash", "segv", "--at", "load"], "failed", ["SIGSEGV"]),
    (["--crash", "segv", "--at", "output"], "failed", ["SIGSEGV"]),
    (["--fail"], "failed", []),
    (["--fail", "--at", "load"], "failed", []),
    (["--hang", "--time-limit", "0.5"], "failed", ["0.5"]),
    (["--hang", "--at", "load", "--time-limit", "0.5"], "failed", ["0.5"]),
    (["--hang", "--at", "output", "--time-limit", "0.5"], "failed", []),
    (["--ignore-cancel", "--hang", "--time-limit", "0.5"], "failed", ["0.5"]),
    (["--flood", "stderr", "--flood-mb", "32"], "ok", []),
    (["--flood", "stdout", "--flood-mb", "32"], "ok", []),
    (["--flood", "line", "--flood-mb", "80"], "failed", ["64"]),
    (["--eat-mb", "600", "--memory-limit", "300M"], "failed", ["memory"]),
    (["--lie", "not-json"], "failed", ["JSON"]),
    (["--lie", "deep"], "failed", ["deep"]),
    (["--lie", "duplicate"], "failed", []),
    (["--lie", "no-output", "--time-limit", "1"], "failed", []),
    (["--lie", "no-done", "--time-limit", "1"], "failed", []),
    (["--lie", "types"], "failed", []),
    (["--lie", "other-run", "--time-limit", "1"], "failed", []),
    (["--lie", "rates"], "failed", []),
    (["--child", "linger"], "ok", []),
    (["--child", "session"], "ok", []),
]


@pytest.mark.parametrize("options,status,words", TROUBLE, ids=lambda value: "-".join(value) if isinstance(value, list) else value)
def test_trouble_ends_its_case_and_no_other(world, options, status, words):
    """The case fails in words, and the case after it, of another engine process, still has its result."""
    started = time.monotonic()
    records = world.json("stt", CLIP, *QUICK, *options, status=0 if status == "ok" else 1)
    assert time.monotonic() - started < 120
    (record,) = records
    assert record["status"] == status
    if status == "failed":
        message = record["error"]["message"]
        assert "\n" not in message.strip()
        for word in words:
            assert word in message, message
        assert not record["validity"]["valid"]
    after = world.json("stt", CLIP, *QUICK)
    assert after[0]["status"] == "ok"
    listed = json.loads(world.run("history", "--format", "json")[0])
    assert {row["status"] for row in listed} == {status, "ok"}


@pytest.mark.parametrize("lie", ["early", "late", "first-late"])
def test_times_outside_the_run_are_flagged(world, lie):
    """An engine's own stamps are checked against ours; the wall clock stays ours."""
    options = ["--lie", lie]
    (record,) = world.json("stt", CLIP, *QUICK, *options)
    assert "engine-clock" in [flag["id"] for flag in record["validity"]["flags"]]
    assert not record["validity"]["valid"]
    world.run("stt", CLIP, *QUICK, *options, "--strict", status=3)


def test_a_crash_in_the_third_run_keeps_the_first_two(world):
    (record,) = world.json("stt", CLIP, *QUICK, "-n", "5", "--crash", "segv", "--on-run", "3", status=1)
    assert record["status"] == "failed" and len(record["iterations"]) == 2
    shown = json.loads(world.run("show", "last", "--format", "json")[0])
    shown = shown[0] if isinstance(shown, list) else shown
    assert len(shown["iterations"]) == 2 and shown["error"]["kind"] == "crashed"


def test_two_inputs_give_two_answers(world):
    """The null engine says what it heard: nothing is mixed up or remembered."""
    one, two = world.json("stt", CLIP, OTHER, *QUICK)
    again = world.json("stt", OTHER, *QUICK)[0]
    assert one["output"]["text"] != two["output"]["text"]
    assert two["output"]["text"] == again["output"]["text"]
    assert one["group"]["id"] == two["group"]["id"]


def test_an_engine_that_claims_to_be_deterministic_is_checked(world):
    (record,) = world.json("stt", CLIP, *QUICK, "--random", "--lie", "claim", "-n", "3")
    assert len(record["outputs"]) == 3
    assert "output-differs" in [flag["id"] for flag in record["validity"]["flags"]]


@pytest.mark.parametrize("kind", ["inet", "inet6", "raw", "io-uring"])
def test_no_engine_reaches_the_network(world, kind):
    (record,) = world.json("stt", CLIP, *QUICK, "--inet", kind)
    assert record["output"]["text"].split(": ")[1] in ("Permission denied", "Function not implemented"), record["output"]


def test_interrupt_keeps_what_was_measured(world):
    process = world.start("stt", CLIP, "-e", "null", "-n", "100", "-w", "0", "--sleep-ms", "100", "--format", "json")
    wait_for(process, b"iteration 3")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=15)
    assert process.returncode == 130, err
    (record,) = json.loads(out)
    assert record["status"] == "interrupted" and 2 <= len(record["iterations"]) < 100
    assert record["summary"]["iterations"] == len(record["iterations"])


def test_kill_leaves_an_interrupted_run_with_its_iterations(world):
    process = world.start("stt", CLIP, "-e", "null", "-n", "100", "-w", "0", "--sleep-ms", "100")
    wait_for(process, b"iteration 3")
    process.kill()
    process.communicate()
    out, _ = world.run("history", "--format", "json")
    (row,) = json.loads(out)
    assert row["status"] == "interrupted"
    shown = json.loads(world.run("show", "last", "--format", "json")[0])
    shown = shown[0] if isinstance(shown, list) else shown
    assert len(shown["iterations"]) >= 2


def test_a_second_benchmark_waits_for_the_first(world):
    first = world.start("stt", CLIP, "-e", "null", "-n", "3", "-w", "0", "--sleep-ms", "500")
    wait_for(first, b"iteration 1")
    second = world.start("stt", CLIP, *QUICK, "--format", "json")
    out, err = second.communicate(timeout=60)
    assert second.returncode == 0 and b"waiting" in err.lower()
    first.communicate(timeout=30)
    assert first.returncode == 0
    assert json.loads(out)[0]["status"] == "ok"


def test_two_benchmarks_at_once_are_flagged(world):
    first = world.start("stt", CLIP, "-e", "null", "-n", "6", "-w", "0", "--sleep-ms", "500")
    wait_for(first, b"iteration 1")
    (record,) = world.json("stt", CLIP, *QUICK, "--no-wait")
    assert "not-alone" in [flag["id"] for flag in record["validity"]["flags"]]
    first.communicate(timeout=60)
    numbers = [row["number"] for row in json.loads(world.run("history", "--format", "json")[0])]
    assert sorted(numbers) == [1, 2]


def test_interleaved_cases_take_turns(world):
    records = world.json("stt", CLIP, OTHER, "-e", "null", "-n", "6", "-w", "1", "--interleave", "--sleep-ms", "5")
    assert [len(record["iterations"]) for record in records] == [6, 6]
    assert {record["settings"]["order"] for record in records} == {"interleaved"}


def test_a_plan_runs_as_the_command_did(world):
    plan, _ = world.run("stt", CLIP, *QUICK, "--print-plan")
    path = world.folder / "plan.json"
    path.write_text(plan)
    events_path = world.folder / "events.jsonl"
    with open(events_path, "wb") as events:
        process = world.start("run", str(path), "--events", str(events.fileno()), pass_fds=[events.fileno()])
        assert process.wait(timeout=60) == 0, process.stderr.read()
    lines = [json.loads(line) for line in events_path.read_text().splitlines()]
    names = [line["event"] for line in lines]
    assert lines[0]["event"] == "plan" and lines[0]["schema"] == "llamaburn.event/1"
    assert names[-1] == "done" and lines[-1]["status"] == 0
    for name in ("run-begin", "loading-model", "model-loaded", "iteration", "output", "run-end"):
        assert name in names
    process.communicate()


def test_a_plan_that_is_no_plan_is_refused(world):
    path = world.folder / "plan.json"
    for text in ("", "{}", "[" * 100000, '{"schema": "llamaburn.plan/1", "cases": []}'):
        path.write_text(text)
        _, err = world.run("run", str(path), status=2)
        assert err.count("\n") == 1
