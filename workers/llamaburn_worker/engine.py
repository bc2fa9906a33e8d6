"""What an engine is made of: a class with load and run, probe and unload where they are wanted."""

from __future__ import annotations

import importlib.metadata
import os
import time
from dataclasses import dataclass, field
from typing import Any, Optional

from llamaburn_worker.channel import Channel
from llamaburn_worker.sound import SAMPLE_BYTES, Buffers, Sound, flat_samples

Output = dict[str, Any]

# How often text and progress go out at most: a request may have 250,000 lines.
PARTIAL_NS = 50_000_000
PROGRESS_NS = 100_000_000


class EngineError(Exception):
    """The engine failed, and says why in one line for a person; the session goes on."""

    kind = "engine"


class Usage(EngineError):
    """An option or a setting is wrong."""

    kind = "usage"


class BadModel(EngineError):
    """The model's files are none of this engine's, cut short, or damaged."""

    kind = "bad-model"


class BadInput(EngineError):
    """This input can't be worked on, another may."""

    kind = "bad-input"


class OutOfMemory(EngineError):
    """It would not fit: said before it is tried."""

    kind = "memory"


class MissingPackage(EngineError):
    """A library of the engine isn't installed, or not in a version that it can use."""

    kind = "engine-missing"


class Cancelled(EngineError):
    """The parent asked to stop. Let it through."""

    kind = "cancelled"

    def __init__(self) -> None:
        super().__init__("cancelled")


@dataclass
class Device:
    id: str
    backend: str
    name: str
    memory_bytes: int = 0


@dataclass
class Probe:
    version: str = ""
    devices: list[Device] = field(default_factory=lambda: [Device("cpu", "cpu", "CPU")])
    libraries: dict[str, str] = field(default_factory=dict)


@dataclass
class Loaded:
    """What is *really* in use, not what was asked for."""

    input_rate_hz: int = 0
    input_channels: int = 0
    output_rate_hz: int = 0
    output_channels: int = 0
    # The longest sound that one run may give, and how many of that length; 0: by the mode's rule.
    output_s: float = 0.0
    output_stems: int = 0
    backend: str = "cpu"
    device: str = "cpu"
    device_name: str = ""
    threads: int = 0
    deterministic: bool = False
    parameters: int = 0
    options: Optional[dict[str, Any]] = None
    info: dict[str, Any] = field(default_factory=dict)
    # Each stem that run writes must have as many frames as the first input (at the output's rate).
    same_length: bool = False


class Load:
    """A `load` request: options are typed, checked, and have their defaults."""

    def __init__(self, channel: Channel, message: dict[str, Any], options: dict[str, Any], folder: str) -> None:
        self._channel = channel
        self._id: int = message["id"]
        self.mode = str(message.get("mode") or "")
        self.model_path: Optional[str] = message.get("model_path")
        # Of the catalogue: id, name, variant, family, parameters, architecture: what random weights are made by.
        model = message.get("model")
        self.model: Optional[dict[str, Any]] = model if isinstance(model, dict) else None
        self.device = str(message.get("device") or "cpu")
        self.threads = max(1, int(message.get("threads") or 1))
        self.seed = int(message.get("seed") or 0)
        self.random_weights = bool(message.get("random_weights"))
        self.options = options
        self.folder = folder  # of the manifest

    def check(self) -> None:
        """Raises Cancelled when the parent doesn't want the answer any more."""
        if self._channel.is_cancelled(self._id):
            raise Cancelled

    def model_file(self, name: str = "") -> str:
        """The path of a file of the model's folder, or of the model; BadModel when it isn't there."""
        if not self.model_path:
            raise Usage("this engine needs a model: -m MODEL")
        path = os.path.join(self.model_path, name) if name else self.model_path
        if not os.path.exists(path):
            raise BadModel(f'"{path}" is missing: llamaburn models verify tells what else is')
        return path


class Run:
    """A `run` request, and the way for what comes before its output."""

    def __init__(
        self, channel: Channel, message: dict[str, Any], buffers: Buffers, loaded: Loaded
    ) -> None:
        self._channel = channel
        self._id: int = message["id"]
        self._buffers = buffers
        self._loaded = loaded
        self._pending: list[str] = []
        self._partial_ns = self._progress_ns = 0
        self._first_sent = False
        self._out_used = 0
        self.pieces: list[dict[str, Any]] = []
        self.done_ns = 0
        self.seed = int(message.get("seed") or 0)
        self.index = int(message.get("index") or 0)
        self.texts: dict[str, str] = {}
        self.sounds: dict[str, Sound] = {}
        for item in message.get("inputs") or []:
            if isinstance(item.get("text"), str):
                self.texts.setdefault(str(item.get("role", "")), item["text"])
            else:
                sound = buffers.input(item)
                self.sounds.setdefault(sound.role, sound)
        self.start_ns = time.monotonic_ns()

    def sound(self, role: str = "audio") -> Sound:
        if role not in self.sounds:
            raise BadInput(f'there is no sound for "{role}"')
        return self.sounds[role]

    def text(self, role: str = "text") -> str:
        if role not in self.texts:
            raise BadInput(f'there is no text for "{role}"')
        return self.texts[role]

    @property
    def cancelled(self) -> bool:
        """For a library's abort callback."""
        return self._channel.is_cancelled(self._id)

    def check(self) -> None:
        """Raises Cancelled when the run is to stop: call it wherever a run can stop."""
        if self.cancelled:
            raise Cancelled

    def first(self, kind: str) -> None:
        """The first piece of output exists: "segment", "token" or "audio". Only the first call counts."""
        self.check()
        if not self._first_sent and not self.done_ns:
            self._first_sent = True
            self._channel.send("first", self._id, t_ns=time.monotonic_ns(), kind=kind)

    def partial(self, text: str) -> None:
        """A piece of text, shown live. Pieces that come fast are joined."""
        self.check()
        now = time.monotonic_ns()
        self._pending.append(text)
        if now - self._partial_ns >= PARTIAL_NS and not self.done_ns:
            self._partial_ns = now
            self._channel.send("partial", self._id, text="".join(self._pending), t_ns=now)
            self._pending = []

    def progress(self, fraction: float) -> None:
        """How much is done, 0 to 1."""
        self.check()
        now = time.monotonic_ns()
        if now - self._progress_ns >= PROGRESS_NS and not self.done_ns:
            self._progress_ns = now
            self._channel.send("progress", self._id, fraction=min(1.0, max(0.0, fraction)))

    def write(self, samples: Any, stem: str = "audio", whole: bool = False) -> None:
        """Sound, interleaved (or (frames, channels) of numpy), at the rate and channels that load answered.

        @whole: it is all there is, and could not have been heard before: it is no first piece, has no latency.
        """
        self.check()
        channels, rate = self._loaded.output_channels, self._loaded.output_rate_hz
        if not channels or not rate:
            raise EngineError("it gives sound, and load answered that it gives none")
        if self.done_ns:
            raise EngineError("it gives sound after it was done")
        data = flat_samples(samples)
        if len(data) % (SAMPLE_BYTES * channels):
            count = len(data) // SAMPLE_BYTES
            raise EngineError(f"it gave {count} samples for {channels} channels: that is no whole number of frames")
        if self._out_used + len(data) > self._buffers.out_bytes:
            raise EngineError(f"it has more sound than there is room for ({self._buffers.out_bytes} bytes)")
        if not data:
            return
        if not whole:
            self.first("audio")
        self._buffers.put(self._out_used, data)
        frames = len(data) // (SAMPLE_BYTES * channels)
        self.pieces.append(
            {"stem": stem, "offset": self._out_used, "frames": frames, "rate": rate, "channels": channels}
        )
        self._out_used += len(data)

    def done(self) -> None:
        """The output is complete in host memory and the device is idle: the clock stops here.

        Called at run's return where run doesn't: call it before the output's members are built.
        """
        if not self.done_ns:
            self.done_ns = time.monotonic_ns()
            self._channel.send("done", self._id, t_ns=self.done_ns)


class Engine:
    """One loaded model at most. Import heavy libraries in load, so that threads are set before."""

    # Of the package index: its installed version is the engine's.
    package: Optional[str] = None

    @classmethod
    def version(cls) -> str:
        if cls.package is None:
            return ""
        try:
            return importlib.metadata.version(cls.package)
        except importlib.metadata.PackageNotFoundError:
            return ""

    def probe(self) -> Probe:
        return Probe(version=self.version())

    def load(self, request: Load) -> Loaded:
        raise NotImplementedError

    def run(self, request: Run) -> Output:
        raise NotImplementedError

    def unload(self) -> None:
        """Frees what load made."""
