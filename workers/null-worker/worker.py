"""The null worker: nothing, or the trouble that its options name. The package is measured and tested with it."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from array import array
from concurrent.futures import ThreadPoolExecutor
from typing import Callable

from llamaburn_worker import Cancelled, Engine, EngineError, Load, Loaded, Output, Run
from llamaburn_worker.threads import count_working

STEP_S = 0.01
TRIAL_BYTES = 32 << 20
LIST_CHILD = ["sh", "-c", "ls /proc/self/fd; echo printed"]


def hash_until(end: float) -> None:
    data = bytes(1 << 18)
    while time.monotonic() < end:
        hashlib.sha256(data).digest()


def hash_zeros(count: int) -> None:
    hashlib.sha256(bytes(count)).digest()


class NullWorker(Engine):
    @classmethod
    def version(cls) -> str:
        return "1"

    def load(self, request: Load) -> Loaded:
        self.options = request.options
        self.mode = request.mode
        self._trouble("load", request.check)
        rate, channels = self.options["rate"], self.options["channels"]
        self.threads = self.options["use-threads"] or request.threads
        self.pool = ThreadPoolExecutor(self.threads)
        gives = request.mode != "stt" or "sound" in self.options["trouble"]
        return Loaded(
            input_rate_hz=0 if request.mode == "tts" else rate,
            input_channels=0 if request.mode == "tts" else channels,
            output_rate_hz=rate if gives else 0,
            output_channels=channels if gives else 0,
            device_name="null",
            threads=count_working(self._try) if self.options["busy-ms"] else 0,
            deterministic=True,
            same_length=request.mode == "separation",
        )

    def run(self, request: Run) -> Output:
        self._trouble("run", request.check)
        self._sleep(request)
        self._work(self.options["busy-ms"])
        trouble = self.options["trouble"]
        channels = self.options["channels"]
        if trouble == "nan-sound":
            request.write(array("f", [0.0, float("nan")] * channels))
        elif trouble == "ragged-sound":
            request.write(array("f", [0.0] * (2 * channels + 1)))
        elif trouble == "too-much-sound":
            request.write(array("f", [0.0] * 10_000_000 * channels))
        elif self.mode == "tts":
            request.write(array("f", [0.0] * self.options["rate"] * channels))
        elif self.mode == "separation":
            samples = request.sound().samples
            request.write(samples[: len(samples) // 2] if trouble == "wrong-length" else samples, stem="rest")
        request.done()
        self._trouble("output", lambda: None)
        return self._output(request, trouble)

    def unload(self) -> None:
        self._trouble("unload", lambda: None)
        self.pool.shutdown()

    def _try(self) -> None:
        list(self.pool.map(hash_zeros, [TRIAL_BYTES] * self.threads))

    def _work(self, busy_ms: int) -> None:
        """All threads at once, in code that lets go of Python's lock."""
        end = time.monotonic() + busy_ms / 1000
        if busy_ms > 0:
            list(self.pool.map(hash_until, [end] * self.threads))

    def _output(self, request: Run, trouble: str) -> Output:
        text = self.options.get("text")
        if text is None and request.sounds:
            sound = request.sound()
            text = f"{sound.frames} frames, sum {sum(sound.samples):.6g}"
        segment = {"start_s": 0.0, "end_s": 1.0, "text": text}
        output: Output = {"text": text or "", "segments": [segment]}
        if trouble == "nan-output":
            segment["end_s"] = float("nan")
        elif trouble == "backward-segment":
            segment["start_s"] = 2.0
        elif trouble == "no-output":
            return None  # type: ignore[return-value]
        elif trouble == "no-text":
            return {}
        elif trouble == "wrong-output":
            return [text]  # type: ignore[return-value]
        return output

    def _sleep(self, request: Run) -> None:
        """In steps: a cancel is noticed between two of them."""
        end = time.monotonic() + self.options["sleep-ms"] / 1000
        for index in range(self.options["tokens"]):
            request.first("token")
            request.partial(f"token {index} ")
            request.progress(index / self.options["tokens"])
        while (left := end - time.monotonic()) > 0:
            request.check()
            time.sleep(min(left, STEP_S))

    def _trouble(self, at: str, check: Callable[[], None]) -> None:
        if self.options["at"] != at:
            return
        trouble = self.options["trouble"]
        if trouble == "print":
            print("chatter of a library")
            os.write(1, b"chatter of a C library\n")
            sys.stdout.flush()
        elif trouble == "raise":
            raise ValueError("something in the library is wrong\nand it takes two lines to say so")
        elif trouble == "exit":
            print("its last words", file=sys.stderr, flush=True)
            sys.exit(self.options["exit-status"])
        elif trouble == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif trouble == "hang":
            while True:
                check()
                time.sleep(STEP_S)
        elif trouble == "deaf":
            while True:
                try:
                    time.sleep(60)
                except Cancelled:
                    pass
        elif trouble == "memory":
            raise MemoryError
        elif trouble == "missing-package":
            import a_package_that_is_not_there  # type: ignore[import-not-found]  # noqa: F401
        elif trouble == "subprocess":
            said = subprocess.run(LIST_CHILD, check=False, capture_output=True, text=True)
            raise EngineError("its child has " + " ".join(said.stdout.split()))
