"""Memory, CPU time, lock and description of the machine, through a small built program."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from conftest import BUILD

PROBE = BUILD / "tests" / "unit" / "machine" / "machine-probe"
MIB = 1024 * 1024


def probe(*arguments):
    """One answer of the probe."""
    out = subprocess.run([PROBE, *map(str, arguments)], stdout=subprocess.PIPE, check=True, timeout=60).stdout
    return json.loads(out)


def start(code):
    """A Python process that runs @code, then prints a line and sleeps."""
    process = subprocess.Popen(
        [sys.executable, "-c", f"{code}\nprint('ready', flush=True)\nimport time\ntime.sleep(60)"],
        stdout=subprocess.PIPE,
    )
    assert process.stdout.readline() == b"ready\n"
    return process


def end(process):
    process.kill()
    process.wait()
    process.stdout.close()


def test_peak_memory_is_the_processs_own():
    big = bytearray(b"x" * (300 * MIB))  # ours must not count: ru_maxrss would show it
    small = start("pass")
    large = start("block = bytearray(150 << 20); del block")
    try:
        peak = probe("process", small.pid)["peak_rss_bytes"]
        assert 0 < peak < 60 * MIB
        peak = probe("process", large.pid)["peak_rss_bytes"]
        assert 150 * MIB < peak < 210 * MIB
        assert probe("reset", large.pid)["reset"]
        assert probe("process", large.pid)["peak_rss_bytes"] < 60 * MIB
    finally:
        end(small)
        end(large)
        del big


def test_vmhwm_is_what_the_kernel_says():
    process = start("block = bytearray(40 << 20)")
    try:
        status = open(f"/proc/{process.pid}/status").read()
        kernel = int(status.split("VmHWM:")[1].split()[0]) * 1024
        assert probe("process", process.pid)["peak_rss_bytes"] == kernel
    finally:
        end(process)


def test_cpu_time_of_a_tree_counts_children_that_ended():
    process = start(
        "import subprocess, sys\n"
        "subprocess.run([sys.executable, '-c', 'import time\\nwhile time.process_time() < 0.4: pass'])"
    )
    try:
        assert 0.4 <= probe("process", process.pid)["cpu_s"] < 1.5
    finally:
        end(process)


def test_lock_is_told_of_and_freed_by_kill_9():
    name = f"llamaburn-functional-{os.getpid()}"
    holder = subprocess.Popen([PROBE, "lock", name, "30"], stdout=subprocess.PIPE)
    try:
        assert json.loads(holder.stdout.readline())["held"]
        answer = probe("lock", name, "0")
        assert not answer["held"]
        assert answer["holder"] == f"machine-probe lock, process {holder.pid}"
        started = time.monotonic()
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        assert probe("lock", name, "0")["held"]
        assert time.monotonic() - started < 5
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()


def test_description_agrees_with_the_system():
    machine = probe("describe")
    with open("/proc/meminfo") as meminfo:
        total = int(meminfo.readline().split()[1]) * 1024
    assert machine["memory"]["total_bytes"] == total
    assert machine["cpu"]["cores_allowed"] <= len(os.sched_getaffinity(0))
    assert machine["kernel"] == os.uname().release
    assert machine["id"] == probe("describe")["id"]
    assert os.uname().nodename not in json.dumps(machine) or len(os.uname().nodename) < 4


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one core only")
def test_affinity_limits_the_cores():
    one = {min(os.sched_getaffinity(0))}
    out = subprocess.run(
        [PROBE, "describe"], stdout=subprocess.PIPE, check=True,
        preexec_fn=lambda: os.sched_setaffinity(0, one),
    ).stdout
    assert json.loads(out)["cpu"]["cores_allowed"] == 1


def test_a_stop_is_flagged():
    process = subprocess.Popen([PROBE, "watch", "2"], stdout=subprocess.PIPE)
    time.sleep(0.5)
    process.send_signal(signal.SIGSTOP)
    time.sleep(1.5)
    process.send_signal(signal.SIGCONT)
    flags = json.loads(process.communicate(timeout=30)[0])
    assert "stopped" in [flag["id"] for flag in flags]
    assert all(flag["evidence"] and flag["cure"] for flag in flags)
