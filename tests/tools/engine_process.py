"""One engine driven by its protocol (docs/PROTOCOL.md), as llamaburn does it: for tests and benchmarks."""

from __future__ import annotations

import array
import json
import mmap
import os
import pathlib
import signal
import subprocess
import time
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("LLAMABURN_BUILD", ROOT / "build")).resolve()
REQUESTS, ANSWERS, IN, OUT, DEATH = 60, 61, 62, 63, 66


class EngineError(Exception):
    """What the engine answered instead."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__(answer["message"])
        self.kind = answer["kind"]


class EngineProcess:
    """A process of llamaburn-engine with the engine of a manifest; for a worker also its command."""

    def __init__(self, manifest: pathlib.Path, *command: str, out_bytes: int = 64 << 20, **environment: str) -> None:
        ours = {name: os.memfd_create(name) for name in ("in", "out")}
        child_in, self._writer = os.pipe()
        self._reader, child_out = os.pipe()
        death_read, self._death = os.pipe()
        os.ftruncate(ours["out"], out_bytes)
        self.out_bytes = out_bytes
        self._map = mmap.mmap(ours["out"], out_bytes)
        self.output: dict[str, Any] = {}
        self.first_ns = self.done_ns = 0

        def give() -> None:
            # What is duplicated to a high number is inherited; everything else closes on exec.
            pairs = ((child_in, REQUESTS), (child_out, ANSWERS), (ours["in"], IN), (ours["out"], OUT), (death_read, DEATH))
            for source, target in pairs:
                os.dup2(source, target)

        self.started_ns = time.monotonic_ns()
        module = BUILD / "src/engines" / (json.loads(manifest.read_text())["id"].replace(".", "-") + ".so")
        self.process = subprocess.Popen(
            [str(BUILD / "llamaburn-engine"), str(manifest), *(command or [str(module)])],
            preexec_fn=give, close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, env={**os.environ, **environment}, start_new_session=True,
        )
        for fd in (child_in, child_out, death_read, *ours.values()):
            os.close(fd)
        self._lines = os.fdopen(self._reader, "rb")
        self._id = 0
        self._reserved = False
        self.hello = self.ask("hello", "hello", protocol=[1], engine="piper", version="0.1.0")

    def send(self, kind: str, **members: Any) -> int:
        self._id += kind != "cancel"
        os.write(self._writer, json.dumps({"type": kind, "id": self._id, **members}).encode() + b"\n")
        return self._id

    def answer(self, wanted: str) -> dict[str, Any]:
        while True:
            line = self._lines.readline()
            if not line:
                raise AssertionError(f"the engine is gone: {self.process.stderr.read().decode()!r}")
            message = json.loads(line)
            if message["type"] == "error":
                raise EngineError(message)
            if message["type"] == "first":
                self.first_ns = message["t_ns"]
            if message["type"] == "done":
                self.done_ns = message["t_ns"]
            if message["type"] == wanted:
                return message

    def ask(self, kind: str, wanted: str, **members: Any) -> dict[str, Any]:
        self.send(kind, **members)
        return self.answer(wanted)

    def load(self, model: pathlib.Path | str | None, threads: int = 1, **options: Any) -> dict[str, Any]:
        where = {} if model is None else {"model_path": str(model)}
        loaded = self.ask(
            "load", "loaded", mode="tts", device="cpu", threads=threads, seed=0, random_weights=False, **where,
            options={name.replace("_", "-"): value for name, value in options.items()},
        )
        if not self._reserved:
            self.ask("pcm", "reserved", **{"in": {"fd": IN, "bytes": 0}, "out": {"fd": OUT, "bytes": self.out_bytes}})
            self._reserved = True
        return loaded

    def speak(self, text: str) -> array.array:
        """The samples; self.output has the rest."""
        self.first_ns = self.done_ns = 0
        self.run_ns = time.monotonic_ns()
        answer = self.ask("run", "output", inputs=[{"role": "text", "text": text}], seed=0, index=0)
        self.output = answer["output"]
        samples = array.array("f")
        for piece in self.output.get("pcm", answer.get("pcm")):
            samples.frombytes(self._map[piece["offset"] : piece["offset"] + 4 * piece["frames"] * piece["channels"]])
        return samples

    def unload(self) -> None:
        self.ask("unload", "unloaded")

    def peak_kib(self) -> int:
        """VmHWM of the process, less what of the sound's memory is counted in it."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0])

    def close(self) -> int:
        if self._map.closed:
            return self.process.returncode
        if self.process.poll() is None:
            self.send("bye")
        try:
            status = self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            status = self.process.wait()
        os.close(self._writer)  # not before: the host's reader is to live as long as the host
        self._lines.close()
        self.process.stderr.close()
        os.close(self._death)
        self._map.close()
        return status

    def __enter__(self) -> EngineProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
