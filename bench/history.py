#!/usr/bin/env python3
"""How fast and how small `llamaburn history` is over 100,000 stored runs.

The claim: the newest 50, and any filtered list, in under 50 ms and under 30 MB. Side by side with the
sqlite3 program reading the same rows from the same file. Prints one JSON object; exit status 1 when the
claim doesn't hold.

    bench/history.py [RUNS]        LLAMABURN_BUILD names the build folder
"""

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
LIMIT_BYTES = 30_000_000
CASES = {
    "newest 50": [],
    "one engine": ["--engine", "null"],
    "one mode and model": ["--mode", "stt", "--model", "whisper-tiny"],
    "nothing fits": ["--engine", "no such engine"],
    "before everything": ["--until", "2001-01-01"],
    "one status": ["--status", "failed"],
}


def measure(command, environment):
    """Seconds of wall clock, and a bound on the peak of resident memory in bytes.

    ru_maxrss of a child begins at what this program held when it started it (about 15 MB): the figure is
    an upper bound, not a measurement, wherever it equals that floor.
    """
    start = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, (command, process.returncode)
    return seconds, usage.ru_maxrss * 1024


def row(command, environment):
    """Median and worst of several runs."""
    runs = [measure(command, environment) for _ in range(TIMES)]
    return {
        "median_s": round(statistics.median(s for s, _ in runs), 4),
        "max_s": round(max(s for s, _ in runs), 4),
        "peak_rss_at_most_bytes": max(b for _, b in runs),
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
        slow = [n for n in CASES if result[n]["median_s"] > LIMIT_S or result[n]["peak_rss_at_most_bytes"] > LIMIT_BYTES]
        if slow:
            print(f"over {LIMIT_S} s or {LIMIT_BYTES} bytes: {', '.join(slow)}", file=sys.stderr)
        return 1 if slow else 0
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
