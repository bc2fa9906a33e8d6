"""Serves an engine: one request after the other, each answered."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import traceback
from typing import Any, Optional

from llamaburn_worker.channel import Channel, encode
from llamaburn_worker.engine import Engine, EngineError, Load, Loaded, Run, Usage
from llamaburn_worker.errors import is_out_of_memory, one_line
from llamaburn_worker.options import check_options
from llamaburn_worker.output import check_output, find_bad_number, plain
from llamaburn_worker.sound import Buffers, WrongBuffer
from llamaburn_worker.threads import tell_pools

PROTOCOL = 1
REQUESTS_FD, ANSWERS_FD, LAST_FD = 60, 61, 65
TEMPORARY = "LLAMABURN_WORKER_TMP"
# Models come from the store only, and nobody is told what runs here: the cage lets nothing out, but
# onnxruntime 1.32 would leave a file of its telemetry in the folder of temporary files too. Of what Hugging
# Face's libraries would say on the way, their errors are enough.
SETTINGS = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    "DIFFUSERS_VERBOSITY": "error",
    "DO_NOT_TRACK": "1",
    "ORT_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",
}


def kind_of(error: BaseException) -> str:
    if isinstance(error, EngineError):
        return error.kind
    if is_out_of_memory(error):
        return "memory"
    if isinstance(error, ImportError):
        return "engine-missing"
    return "engine"


def how_to_mend(manifest: dict[str, Any]) -> str:
    python = manifest.get("python")
    if isinstance(python, dict) and python.get("environments"):
        return f"install the engine again: llamaburn engines install {manifest.get('id')} --again"
    return "the system's python3 must have it, or its manifest name an environment (docs/ENGINES.md)"


def describe(error: BaseException, manifest: Optional[dict[str, Any]] = None) -> str:
    if is_out_of_memory(error):
        return "the engine has no memory left: a smaller model or shorter sound needs less"
    if isinstance(error, ImportError):
        return f"a library of the engine can't be loaded ({one_line(error)}): {how_to_mend(manifest or {})}"
    return one_line(error)


class Server:
    def __init__(self, engine: Engine, manifest: dict[str, Any], folder: str, channel: Channel) -> None:
        self._engine = engine
        self._manifest = manifest
        self._folder = folder
        self._channel = channel
        self._buffers = Buffers()
        self._loaded: Optional[Loaded] = None
        self._mode = ""

    def serve(self) -> None:
        while True:
            request = self._channel.next()
            if request["type"] == "bye":
                break
            handler = getattr(self, "_serve_" + request["type"], None)
            if handler is None or not isinstance(request.get("id"), int):
                continue
            try:
                handler(request)
            except BrokenPipeError:
                break
            except Exception as error:
                self._fail(request["id"], error)
        clear_temporary()
        self._forget()
        self._channel.leave()

    def _fail(self, request_id: int, error: Exception) -> None:
        if not isinstance(error, EngineError):
            traceback.print_exc()
        self._channel.send("error", request_id, kind=kind_of(error), message=describe(error, self._manifest))

    def _forget(self) -> None:
        if self._loaded is not None:
            self._loaded = None
            self._engine.unload()

    def _serve_hello(self, request: dict[str, Any]) -> None:
        if PROTOCOL not in (request.get("protocol") or []):
            raise Usage(f"this engine speaks version {PROTOCOL} of the protocol only")
        self._channel.send(
            "hello", request["id"], protocol=[PROTOCOL], engine=self._manifest["id"], version=self._engine.version()
        )

    def _serve_probe(self, request: dict[str, Any]) -> None:
        probe = self._engine.probe()
        devices = [vars(device) for device in probe.devices]
        self._channel.send(
            "probed", request["id"], version=probe.version, devices=devices, libraries=probe.libraries
        )

    def _serve_load(self, request: dict[str, Any]) -> None:
        if self._loaded is not None:
            raise Usage("a model is loaded already: unload comes first")
        modes = self._manifest.get("modes") or [self._manifest.get("mode")]
        if request.get("mode") not in modes:
            raise Usage(f'the engine "{self._manifest["id"]}" doesn\'t do the mode of the request')
        options = check_options(self._manifest, request.get("options"))
        load = Load(self._channel, request, options, self._folder)
        tell_pools(load.threads)
        loaded = self._engine.load(load)
        if not isinstance(loaded, Loaded):
            raise EngineError("load returned no Loaded")
        self._loaded, self._mode = loaded, load.mode
        answer: dict[str, Any] = {name: value for name, value in vars(loaded).items() if name != "same_length"}
        answer["options"] = options if loaded.options is None else loaded.options
        load.check()
        answer = plain(answer)
        bad = find_bad_number(answer, "")
        if bad is not None:
            raise EngineError(f'"{bad}" of what load answered is no number (NaN, infinity, or beyond 64 bits)')
        self._channel.send("loaded", request["id"], **answer)

    def _serve_pcm(self, request: dict[str, Any]) -> None:
        self._buffers.map(request)
        self._channel.send("reserved", request["id"])

    def _serve_run(self, request: dict[str, Any]) -> None:
        if self._loaded is None:
            raise Usage('a "run" request before "load"')
        run = Run(self._channel, request, self._buffers, self._loaded)
        returned = self._engine.run(run)
        run.check()
        run.done()
        output = check_output(self._mode, returned, run, self._loaded)
        self._channel.send("output", request["id"], output=output)

    def _serve_unload(self, request: dict[str, Any]) -> None:
        self._forget()
        self._channel.send("unloaded", request["id"])


def clear_temporary() -> None:
    """Before the slow end of a large library: the parent may not wait for what it would clear away itself."""
    shutil.rmtree(os.environ.get(TEMPORARY, ""), ignore_errors=True)


def take_temporary() -> None:
    """A folder of our own for temporary files: torch and phonemizer make some when they are imported."""
    folder = tempfile.mkdtemp(prefix="llamaburn-worker-")
    os.environ[TEMPORARY] = os.environ["TMPDIR"] = tempfile.tempdir = folder
    owner = os.getpid()

    def end(number: int, _: Any) -> None:  # a session that failed is ended so, while it waits for a request
        if os.getpid() == owner:
            clear_temporary()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    signal.signal(signal.SIGTERM, end)


def prepare() -> None:
    """Before any library is there: its chatter goes to standard error, programs that it starts see no protocol."""
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    for fd in range(REQUESTS_FD, LAST_FD + 1):
        try:
            os.set_inheritable(fd, False)
        except OSError:
            pass
    os.environ.update(SETTINGS)
    take_temporary()


def refuse(error: BaseException, manifest: dict[str, Any]) -> None:
    """The engine can't start."""
    traceback.print_exc()
    line = encode({"type": "error", "id": 0, "kind": kind_of(error), "message": describe(error, manifest)})
    os.write(ANSWERS_FD, line)
