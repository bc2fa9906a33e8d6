"""The two pipes of the protocol: lines of JSON in, read by a thread of their own, and lines out."""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from typing import Any, NoReturn, Optional

MAX_LINE = 64 * 1024 * 1024
MAX_DEPTH = 64
MAX_WAITING = 16
GRACE_S = 2.0
READ_BYTES = 64 * 1024

Message = dict[str, Any]


class ProtocolError(Exception):
    """What came is nothing that the protocol allows."""


def _refuse_constant(text: str) -> NoReturn:
    raise ProtocolError(f"{text} is no JSON")


def _object(pairs: list[tuple[str, Any]]) -> Message:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ProtocolError("an object has a key twice")
    return members


def _is_too_deep(line: bytes) -> bool:
    """By a scanner, before the parser sees the line: a parser may recurse."""
    depth, in_text, escaped = 0, False, False
    if line.count(b"[") + line.count(b"{") <= MAX_DEPTH:
        return False
    for byte in line:
        if in_text:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                in_text = False
        elif byte == 0x22:
            in_text = True
        elif byte in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif byte in b"]}":
            depth -= 1
    return False


def parse(line: bytes) -> Message:
    """One line as an object with a text `type`; ProtocolError else."""
    if len(line) > MAX_LINE:
        raise ProtocolError("a line is longer than 64 MiB")
    if _is_too_deep(line):
        raise ProtocolError("a line is nested deeper than 64")
    try:
        message = json.loads(line.decode("utf-8"), object_pairs_hook=_object, parse_constant=_refuse_constant)
    except ValueError as error:
        raise ProtocolError(f"a line is no JSON: {error}") from None
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise ProtocolError('a line is no object with a "type"')
    return message


def encode(message: Message) -> bytes:
    """A line to send. ValueError for NaN and infinity; lone surrogates go out escaped: the parent flags them."""
    line = json.dumps(message, allow_nan=False, separators=(",", ":")).encode("ascii") + b"\n"
    if len(line) > MAX_LINE:
        raise ValueError("an answer is longer than 64 MiB")
    return line


class Channel:
    """Requests and answers. `next()` gives the requests in order; `cancel` and the end are noticed meanwhile."""

    def __init__(self, requests_fd: int, answers_fd: int) -> None:
        self._requests_fd = requests_fd
        self._answers_fd = answers_fd
        self._requests: queue.Queue[Message] = queue.Queue()
        self._lock = threading.Lock()
        self._cancelled: set[int] = set()
        self._closed = threading.Event()
        self._left = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._read, name="llamaburn-reader", daemon=True).start()

    def next(self) -> Message:
        return self._requests.get()

    def is_cancelled(self, request_id: int) -> bool:
        return self._closed.is_set() or request_id in self._cancelled

    def leave(self) -> None:
        """The main thread has come to its end: the reader needn't end the process."""
        self._left.set()

    def send(self, type_: str, request_id: int, **members: Any) -> None:
        self.send_line(encode({"type": type_, "id": request_id, **members}))

    def send_line(self, line: bytes) -> None:
        view = memoryview(line)
        with self._lock:
            while view:
                view = view[os.write(self._answers_fd, view) :]

    def _read(self) -> None:
        try:
            self._read_lines()
        except ProtocolError as error:
            print(f"llamaburn_worker: {error}", file=sys.stderr, flush=True)
            os._exit(1)
        except OSError as error:
            print(f"llamaburn_worker: can't read requests: {error}", file=sys.stderr, flush=True)
        # The parent closed its end: as good as bye. A run in progress is to stop, and what doesn't is left.
        self._closed.set()
        self._requests.put({"type": "bye"})
        if not self._left.wait(GRACE_S):
            os._exit(0)

    def _read_lines(self) -> None:
        parts: list[bytes] = []
        length = 0
        while chunk := os.read(self._requests_fd, READ_BYTES):
            *whole, rest = chunk.split(b"\n")
            for line in whole:
                self._take(parse(b"".join([*parts, line])))
                parts, length = [], 0
            parts.append(rest)
            length += len(rest)
            if length > MAX_LINE:
                raise ProtocolError("a line is longer than 64 MiB")

    def _take(self, message: Message) -> None:
        if message["type"] == "cancel":
            request_id: Optional[Any] = message.get("id")
            if isinstance(request_id, int):
                self._cancelled.add(request_id)
        elif self._requests.qsize() >= MAX_WAITING:
            raise ProtocolError("too many requests wait")
        else:
            self._requests.put(message)
