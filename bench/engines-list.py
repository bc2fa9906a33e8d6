#!/usr/bin/env python3
"""How long `llamaburn engines` takes with eight Python engines installed: goal under 100 ms, no Python started.

usage: bench/engines-list.py [BUILD]

Whole environments of nothing, in a data folder of its own; a file of this size stands for what real ones hold.
"""

import hashlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ENGINES, RUNS = 8, 30
PACKAGES = 2000  # files in each environment: listing must not walk them
MANIFEST = {
    "title": "One of eight", "mode": "stt", "outputs": ["text"], "inputs": [{"role": "audio", "kind": "pcm"}],
    "python": {"versions": ">=3.9", "environments": {"cpu": {"lock": "lock.txt"}}},
    "options": [{"name": f"option-{index}", "kind": "int", "default": 0, "help": "one"} for index in range(30)],
}


def install(data: pathlib.Path, name: str, trap: str) -> None:
    folder = data / "workers" / name
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({"id": name, **MANIFEST}))
    lock = "".join(f"package-{index}==1.0 --hash=sha256:{index:064x}\n" for index in range(400))
    (folder / "lock.txt").write_text(lock)
    environment = data / "environments" / f"{name}-cpu"
    library = environment / "lib"
    library.mkdir(parents=True)
    for index in range(PACKAGES):
        (library / f"module_{index}.py").touch()
    (environment / "bin").mkdir()
    python = environment / "bin" / "python"
    python.write_text(trap)
    python.chmod(0o755)
    stamp = {
        "schema": "llamaburn.environment/1", "engine": name, "accelerator": "cpu",
        "lock_sha256": hashlib.sha256(lock.encode()).hexdigest(), "python": "3.11.2", "bytes": 1,
    }
    (environment / "llamaburn.json").write_text(json.dumps(stamp))


def main() -> int:
    build = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[1] / "build").resolve()
    with tempfile.TemporaryDirectory() as folder:
        home = pathlib.Path(folder)
        mark, traps = home / "started", home / "traps"
        trap = f"#!/bin/sh\ntouch {mark}\n"
        traps.mkdir()
        for name in ("python", "python3", "uv", "pip"):
            (traps / name).write_text(trap)
            (traps / name).chmod(0o755)
        for index in range(ENGINES):
            install(home / "llamaburn", f"engine-{index}", trap)
        environment = {**os.environ, "XDG_DATA_HOME": folder, "PATH": f"{traps}:{os.environ['PATH']}"}
        walls = []
        for _ in range(RUNS):
            started = time.perf_counter()
            out = subprocess.run([build / "llamaburn", "engines"], env=environment, check=True, capture_output=True)
            walls.append(1000 * (time.perf_counter() - started))
        ready = sum(line.startswith(b"engine-") and b"ready" in line for line in out.stdout.splitlines())
        if ready != ENGINES:
            sys.exit(f"{ready} of {ENGINES} are ready:\n{out.stdout.decode()}")
        print(
            f"llamaburn engines, {ENGINES} Python engines ready, {RUNS} runs: median {statistics.median(walls):.1f} ms, "
            f"most {max(walls):.1f} ms; Python {'was started' if mark.exists() else 'was not started'}"
        )
        return 1 if mark.exists() else 0


if __name__ == "__main__":
    sys.exit(main())
