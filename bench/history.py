#!/usr/bin/env python3
"""How fast and how small `llamaburn history` is over 100,000 stored runs.

The claim: the newest 50, and any filtered list, in under 50 ms and under 30 MB. Side by side with the
sqlite3 program reading the same rows from the same file. Prints one JSON object; exit status 1 when the
claim doesn't hold.

    bench/history.py [RUNS]        LLAMABURN_BUILD names the build folder
"""

import ctypes
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = pathlib.Path(os.environ.get("LLAMABURN_BUILD", ROOT / "build")).resolve()
TIMES = 11
LIMIT_S = 0.050
PTRACE_TRACEME, PTRACE_CONT, PTRACE_SETOPTIONS = 0, 7, 0x4200
PTRACE_O_TRACEEXIT, PTRACE_O_EXITKILL, PTRACE_EVENT_EXIT, SIGTRAP = 1 << 6, 1 << 20, 6, 5
LIMIT_BYTES = 30_000_000
CASES = {
    "newest 50": [],
    "one engine": ["--engine", "null"],
    "one mode and model": ["--mode", "stt", "--model", "whisper-tiny"],
    "nothing fits": ["--engine", "no such engine"],
    "before everything": ["--until", "2001-01-01"],
    "one status": ["--status", "failed"],
}


def trace_me():
    """In the child: its parent may look at it when it ends."""
    ctypes.CDLL(None).ptrace(PTRACE_TRACEME, 0, None, None)


def measure_memory(command, environment):
    """Peak of resident memory in bytes: the kernel's VmHWM, read when the program is about to end.

    Not ru_maxrss, which begins at what this program held when it started the child (about 15 MB).
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, preexec_fn=trace_me)
    _, status = os.waitpid(process.pid, 0)  # stopped at its exec
    assert os.WIFSTOPPED(status), "ptrace isn't permitted here"
    libc.ptrace(PTRACE_SETOPTIONS, process.pid, None, PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL)
    peak, signal = 0, 0
    while True:
        libc.ptrace(PTRACE_CONT, process.pid, None, signal)
        _, status = os.waitpid(process.pid, 0)
        if not os.WIFSTOPPED(status):
            break
        signal = os.WSTOPSIG(status)
        if status >> 8 == SIGTRAP | PTRACE_EVENT_EXIT << 8:
            lines = pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines()
            peak = max(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
            signal = 0
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0 and peak > 0, (command, process.returncode)
    return peak


def measure_time(command, environment):
    """Seconds of wall clock."""
    start = time.perf_counter()
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def row(command, environment):
    """Median and worst of several runs."""
    seconds = [measure_time(command, environment) for _ in range(TIMES)]
    return {
        "median_s": round(statistics.median(seconds), 4),
        "max_s": round(max(seconds), 4),
        "peak_rss_bytes": max(measure_memory(command, environment) for _ in range(3)),
    }


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    folder = pathlib.Path(tempfile.mkdtemp(prefix="llamaburn-history-"))
    try:
        environment = {**os.environ, "XDG_DATA_HOME": str(folder), "XDG_CACHE_HOME": str(folder)}
        home = folder / "llamaburn"
        home.mkdir(mode=0o700)
        start = time.perf_counter()
        subprocess.run([BUILD / "tests/tools/store/store-filler", home, str(count)], check=True)
        result = {"runs": count, "fill_s": round(time.perf_counter() - start, 1)}
        result["database_bytes"] = (home / "history.db").stat().st_size
        for name, options in CASES.items():
            result[name] = row([BUILD / "llamaburn", "history", "--quiet", *options], environment)
        result["all, as JSON lines"] = row([BUILD / "llamaburn", "history", "--all", "--format", "jsonl"], environment)
        if shutil.which("sqlite3"):
            query = "SELECT * FROM run ORDER BY number DESC LIMIT 50"
            result["sqlite3, newest 50"] = row(["sqlite3", home / "history.db", query], environment)
        print(json.dumps(result, indent=2))
        slow = [n for n in CASES if result[n]["median_s"] > LIMIT_S or result[n]["peak_rss_bytes"] > LIMIT_BYTES]
        if slow:
            print(f"over {LIMIT_S} s or {LIMIT_BYTES} bytes: {', '.join(slow)}", file=sys.stderr)
        return 1 if slow else 0
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
