"""A worker that gives sound, driven from here as llamaburn-engine drives it: sound in, sound out, in shared memory."""

import array
import json
import math
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
ENVIRONMENTS = pathlib.Path(
    os.environ.get("LLAMABURN_TEST_MODELS")
    or pathlib.Path(os.environ.get("XDG_DATA_HOME") or pathlib.Path.home() / ".local/share") / "llamaburn"
) / "environments"
LAUNCH = """
import os, sys
for source, target in zip(map(int, sys.argv[1].split(",")), range(60, 64)):
    os.dup2(source, target)
os.execv(sys.argv[2], sys.argv[2:])
"""
OUT_BYTES = 64 << 20


def catalogue_model(identity, variant=None):
    """What the load request of a catalogue's model holds. @variant: where there are several of that id."""
    catalogue = json.loads((ROOT / "data/catalogue.json").read_text())
    (entry,) = [model for model in catalogue["models"] if model["id"] == identity and variant in (None, model["variant"])]
    return {name: entry[name] for name in ("id", "name", "variant", "family", "parameters", "architecture")}


def hum(seconds, rate, pitch=140.0, loud=0.3):
    """A voice of sorts: a buzz with harmonics, that swells four times a second."""
    samples = array.array("f")
    for frame in range(int(seconds * rate)):
        time = frame / rate
        wave = sum(math.sin(2 * math.pi * pitch * k * time) / k for k in (1, 2, 3, 5, 8))
        samples.append(loud * wave * (0.6 + 0.4 * math.sin(8 * math.pi * time)))
    return samples


class Failed(Exception):
    """The engine answered an error."""

    def __init__(self, answer):
        super().__init__(answer["message"])
        self.kind = answer["kind"]


class Speaking:
    """A process of the worker of an engine, in its own environment."""

    def __init__(self, engine, python=None, mode="tts", role="text", reference="voice"):
        self.mode, self.role, self.reference = mode, role, reference
        python = python or ENVIRONMENTS / f"{engine}-cpu" / "bin/python"
        assert python.exists(), f"{python} is missing: llamaburn engines install {engine} --device cpu"
        self.folder = tempfile.TemporaryDirectory()  # whatever it would write comes here
        to_read, self.writer = os.pipe()
        reader, to_write = os.pipe()
        self.sound = [os.memfd_create("in"), os.memfd_create("out")]
        fds = [to_read, to_write, *self.sound]
        self.process = subprocess.Popen(
            [sys.executable, "-c", LAUNCH, ",".join(map(str, fds)), str(python), "-I",
             str(ROOT / "workers/llamaburn_worker"), str(ROOT / "workers" / engine)],
            env={**os.environ, "TMPDIR": self.folder.name, "XDG_CONFIG_HOME": self.folder.name, "HOME": self.folder.name},
            pass_fds=fds, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )
        os.close(to_read)
        os.close(to_write)
        self.reader = os.fdopen(reader, "rb")
        self.number = 0
        self.reserved = False
        self.lines = []

    def __enter__(self):
        self.ask("hello", protocol=[1], engine="x", version="0")
        return self

    def __exit__(self, *_):
        os.close(self.writer)
        self.errors = self.process.communicate(timeout=120)[1].decode(errors="replace")
        self.reader.close()
        shutil.rmtree(pathlib.Path(self.folder.name) / ".cache", ignore_errors=True)  # matplotlib's fonts: it may
        left = [str(path) for path in pathlib.Path(self.folder.name).rglob("*")]
        self.folder.cleanup()
        assert not left, f"files left: {left}"
        for fd in self.sound:
            os.close(fd)

    def _send(self, type_, number, **members):
        with open(os.dup(self.writer), "wb") as file:
            file.write((json.dumps({"type": type_, "id": number, **members}) + "\n").encode())

    def ask(self, type_, cancel_at=None, **members):
        """The last answer to a request: for a run, its output. @cancel_at: the kind of line that it is cancelled at."""
        self.number += 1
        self._send(type_, self.number, **members)
        self.lines, self.cancelled = [], 0.0
        while True:
            line = self.reader.readline()
            assert line, self.process.communicate()[1].decode(errors="replace")[-3000:]
            answer = json.loads(line)
            self.lines.append(answer)
            if answer["type"] == cancel_at and not self.cancelled:
                self.cancelled = time.monotonic()
                self._send("cancel", self.number)
            if answer["type"] == "error":
                raise Failed(answer)
            if answer["type"] in ("hello", "probed", "loaded", "reserved", "output", "unloaded"):
                return answer

    def load(self, model=None, model_path=None, seed=1, device="cpu", threads=2, mode=None, **options):
        given = {name.replace("_", "-"): value for name, value in options.items()}
        return self.ask(
            "load", mode=mode or self.mode, device=device, threads=threads, seed=seed, options=given,
            random_weights=model_path is None,
            **({"model": model} if model else {}), **({"model_path": str(model_path)} if model_path else {}),
        )

    def _reserve(self):
        if not self.reserved:
            os.truncate(self.sound[0], 60 * 48000 * 4)
            os.truncate(self.sound[1], OUT_BYTES)
            self.ask("pcm", **{"in": {"fd": 62, "bytes": 60 * 48000 * 4}, "out": {"fd": 63, "bytes": OUT_BYTES}})
            self.reserved = True

    def hear(self, text, sound, rate):
        """The output of one that hears @sound, and is told @text."""
        self._reserve()
        os.pwrite(self.sound[0], sound.tobytes(), 0)
        heard = {"role": self.reference, "offset": 0, "frames": len(sound), "rate": rate, "channels": 1}
        return self.ask("run", inputs=[heard, {"role": self.role, "text": text}], seed=1, index=0)["output"]

    def speak(self, text, voice=None, rate=22050, seed=7, more=(), cancel_at=None):
        """The output and its samples."""
        voice = voice if voice is not None else array.array("f")
        self._reserve()
        inputs = [{"role": self.role, "text": text}, *more]
        if len(voice):
            os.pwrite(self.sound[0], voice.tobytes(), 0)
            inputs.append({"role": self.reference, "offset": 0, "frames": len(voice), "rate": rate, "channels": 1})
        output = self.ask("run", cancel_at, inputs=inputs, seed=seed, index=0)["output"]
        samples = array.array("f")
        for piece in output["pcm"]:
            samples.frombytes(os.pread(self.sound[1], 4 * piece["frames"] * piece["channels"], piece["offset"]))
        return output, samples
