"""The package's own world: it is imported from the source tree, and driven through pipes as llamaburn does."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "workers"))

# Gives the child the descriptors of docs/PROTOCOL.md, which are higher than subprocess can be told.
LAUNCH = """
import os, sys
requests, answers, folder, package = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
for source, target in ((requests, 60), (answers, 61)):
    os.dup2(source, target)
for target in (62, 63):
    os.dup2(os.memfd_create("sound"), target)
os.execv(sys.executable, [sys.executable, "-I", package, folder])
"""


class Peer:
    """A worker's process, and this side of its pipes."""

    def __init__(self, folder):
        to_read, self.writer = os.pipe()
        reader, to_write = os.pipe()
        self.process = subprocess.Popen(
            [sys.executable, "-c", LAUNCH, str(to_read), str(to_write), str(folder), str(ROOT / "workers/llamaburn_worker")],
            pass_fds=(to_read, to_write), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        os.close(to_read)
        os.close(to_write)
        self.reader = os.fdopen(reader, "rb")

    def send(self, *messages):
        for message in messages:
            line = message if isinstance(message, bytes) else json.dumps(message).encode() + b"\n"
            os.write(self.writer, line)

    def next(self):
        line = self.reader.readline()
        return json.loads(line) if line else None

    def end(self):
        if self.writer is not None:
            os.close(self.writer)
            self.writer = None
        out, err = self.process.communicate(timeout=20)
        self.reader.close()
        return self.process.returncode, out.decode(), err.decode()


@pytest.fixture
def peer():
    peers = []

    def start(folder=ROOT / "workers/null-worker"):
        peers.append(Peer(folder))
        return peers[-1]

    yield start
    for it in peers:
        if it.process.poll() is None:
            it.process.kill()
            it.process.communicate()
