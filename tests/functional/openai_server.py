"""A server of the OpenAI audio API on this machine that plays whatever part a test gives it."""

from __future__ import annotations

import json
import math
import struct
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def wav(samples: list[float], rate: int = 24000, channels: int = 1, data_bytes: int | None = None) -> bytes:
    """A WAV of 16 bits; its header may lie about how much comes."""
    data = struct.pack(f"<{len(samples)}h", *(round(sample * 32767) for sample in samples))
    size = len(data) if data_bytes is None else data_bytes
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 0xFFFFFFFF, b"WAVE", b"fmt ", 16, 1, channels, rate,
                       rate * 2 * channels, 2 * channels, 16, b"data", size)
    return head + data


def float_wav(samples: list[float], rate: int = 24000) -> bytes:
    data = struct.pack(f"<{len(samples)}f", *samples)
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 3, 1, rate, rate * 4, 4,
                       32, b"data", len(data))
    return head + data


def tone(seconds: float, rate: int = 24000, hertz: float = 440) -> list[float]:
    return [0.5 * math.sin(2 * math.pi * hertz * i / rate) for i in range(round(seconds * rate))]


def form_of(kind: str, body: bytes) -> dict[str, bytes]:
    """The fields of a multipart body."""
    boundary = kind.split("boundary=")[1].encode()
    fields = {}
    for part in body.split(b"--" + boundary)[1:-1]:
        head, value = part[2:-2].split(b"\r\n\r\n", 1)
        fields[head.split(b'name="')[1].split(b'"')[0].decode()] = value
    return fields


class Reply:
    """What a part may do with the one request that it answers."""

    def __init__(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        self.handler, self.body = handler, body
        self.headers, self.path = handler.headers, handler.path

    def send(self, body: bytes | str, kind: str = "application/json", status: int = 200, **headers: str) -> None:
        data = body.encode() if isinstance(body, str) else body
        self.start(kind, status, Content_Length=str(len(data)), **headers)
        self.write(data)

    def json(self, value: object, status: int = 200) -> None:
        self.send(json.dumps(value), status=status)

    def start(self, kind: str, status: int = 200, **headers: str) -> None:
        self.handler.send_response(status)
        self.handler.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.handler.send_header(name.replace("_", "-"), value)
        self.handler.end_headers()

    def write(self, data: bytes) -> None:
        self.handler.wfile.write(data)
        self.handler.wfile.flush()

    def events(self, *events: object, done: bool = True, pause_s: float = 0) -> None:
        """A stream of them, as JSON."""
        self.start("text/event-stream", Transfer_Encoding="chunked")
        for event in events:
            self.chunk(b"data: %s\n\n" % json.dumps(event).encode())
            time.sleep(pause_s)
        if done:
            self.chunk(b"data: [DONE]\n\n")
        self.chunk(b"")

    def chunk(self, data: bytes) -> None:
        self.write(b"%x\r\n%s\r\n" % (len(data), data))

    def form(self) -> dict[str, bytes]:
        return form_of(self.headers["Content-Type"], self.body)


Part = Callable[[Reply], None]


class Server:
    """Requests by POST are counted from 0: what load asks is the first. After the last part comes the last again.

    @models: what is answered to every GET: JSON, a part, or None: 404.
    """

    def __init__(self, *parts: Part, models: object = None, address: str = "127.0.0.1") -> None:
        self.parts, self.models = parts, models
        self.asked: list[tuple[str, dict[str, str], bytes]] = []
        self.got: list[tuple[str, dict[str, str]]] = []
        self.over = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments: object) -> None:
                pass

            def do_GET(self) -> None:
                self.close_connection = True
                server.got.append((self.path, dict(self.headers)))
                if callable(server.models):
                    server.models(Reply(self, b""))
                elif server.models is None:
                    Reply(self, b"").send("no list", "text/plain", 404)
                else:
                    Reply(self, b"").json(server.models)

            def do_POST(self) -> None:
                self.close_connection = True
                body = self.rfile.read(int(self.headers["Content-Length"]))
                part = server.parts[min(len(server.asked), len(server.parts) - 1)]
                server.asked.append((self.path, dict(self.headers), body))
                try:
                    part(Reply(self, body))
                except (BrokenPipeError, ConnectionResetError):
                    pass

        self.http = ThreadingHTTPServer((address, 0), Handler)
        self.http.daemon_threads = True
        self.port = self.http.server_address[1]
        self.url = f"http://{address}:{self.port}"

    def __enter__(self) -> Server:
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()

    def wait(self) -> None:
        """For parts that stall: as long as the test runs."""
        self.over.wait(60)

    def drip(self, reply: Reply, kind: str) -> None:
        """A byte now and then, for ever."""
        reply.start(kind, Transfer_Encoding="chunked")
        while not self.over.wait(0.1):
            reply.chunk(b" ")

    def await_requests(self, count: int, limit_s: float = 60) -> None:
        limit = time.monotonic() + limit_s
        while len(self.asked) < count:
            assert time.monotonic() < limit, f"{len(self.asked)} of {count} requests came"
            time.sleep(0.02)
