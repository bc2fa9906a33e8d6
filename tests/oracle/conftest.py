"""What the oracles share: a C function behind a pipe, and a seed that a failure names."""

import json
import os
import pathlib
import random
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("LLAMABURN_BUILD", ROOT / "build")).resolve()


class Program:
    """One of the programs of tests/oracle: a line of JSON in, a line of JSON out."""

    def __init__(self, name):
        self.process = subprocess.Popen(
            [BUILD / "tests" / "oracle" / name], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def ask(self, **request):
        """The answer to one request."""
        self.process.stdin.write(json.dumps(request).encode() + b"\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        """Ends the program, which must end well."""
        self.process.stdin.close()
        self.process.stdout.close()
        assert self.process.wait(10) == 0


@pytest.fixture
def program():
    """Starts a program by name."""
    started = []

    def start(name):
        started.append(Program(name))
        return started[-1]

    yield start
    for one in started:
        one.close()


@pytest.fixture
def draw():
    """Random numbers, new ones each time; LLAMABURN_SEED repeats a failure."""
    seed = int(os.environ.get("LLAMABURN_SEED", random.SystemRandom().randrange(2**32)))
    print(f"LLAMABURN_SEED={seed}")
    return random.Random(seed)
