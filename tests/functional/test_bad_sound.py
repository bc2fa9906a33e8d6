"""Whatever is wrong with a sound: one clear line, status 1, a failed run in the history, nothing left."""

import json
import math
import os
import resource
import signal
import socket
import struct

import pytest

from conftest import BUILD

STT = ("stt", "-e", "null", "-n", "1", "-w", "0", "--no-wait", "--format", "json")


def wav(samples=b"\0\0" * 1600, *, tag=1, channels=1, rate=16000, bits=16, data_bytes=None):
    block, size = channels * bits // 8, len(samples) if data_bytes is None else data_bytes
    fmt = struct.pack("<HHIIHH", tag, channels, rate, min(rate * block, 2**32 - 1), block, bits)
    return (b"RIFF" + struct.pack("<I", min(size + 36, 2**32 - 1)) + b"WAVEfmt " + struct.pack("<I", 16) + fmt
            + b"data" + struct.pack("<I", size) + samples)


BAD = {  # name: (bytes, what the line says)
    b"empty.wav": (b"", "is empty"),
    b"text.wav": (b"This is no sound. " * 1000, "is not a sound file that can be read"),
    b"no-channels.wav": (wav(channels=0), "is not a sound file that can be read"),
    b"no-rate.wav": (wav(rate=0), "is not a sound file that can be read"),
    b"slow.wav": (wav(rate=1), "it says 1 Hz"),
    b"fast.wav": (wav(rate=10**9), "it says 1000000000 Hz"),
    b"no-samples.wav": (wav(b""), "is not a sound file that can be read"),
    b"many-channels.wav": (wav(b"\0" * 6500, channels=65), "is not a sound file that can be read"),
    b"cut.mp3": (b"ID3\4\0\0\0\0\x7f\x7f", "is not a sound file that can be read"),
    b"cut.flac": (b"fLaC\0\0\0\x22", "is not a sound file that can be read"),
    b"cut.m4a": (struct.pack(">I", 24) + b"ftypM4A \0\0\0\0M4A mp42" + b"\0\0\xff\xffmdat", "moov atom not found"),
    b"new\nline.wav": (b"", r'new\nline.wav" is empty'),
    b'quo"te.wav': (b"", r"is empty"),
    b"\x1b[31mred.wav": (b"", "[31mred.wav\" is empty"),
    b"\xff\xfe.wav": (b"", "is empty"),
}
ODD = {  # name: (bytes, flags of the record)
    b"long-header.wav": (wav(data_bytes=10**9), {"truncated-input"}),
    b"nan.wav": (wav(struct.pack("<f", math.nan) * 1600, tag=3, bits=32), {"nan-samples"}),
    b"short.wav": (wav(b"\1\0" * 160), set()),
    b"u8.wav": (wav(b"\x80" * 1600, bits=8), set()),
    b"s24.wav": (wav(b"\0" * 4800, bits=24), set()),
    b"s32.wav": (wav(b"\0" * 6400, bits=32), set()),
    b"wide.wav": (wav(b"\0" * 128000, channels=64), set()),
}


def write(world, files):
    for name, (content, _) in files.items():
        with open(os.path.join(os.fsencode(world.folder), name), "wb") as file:
            file.write(content)


def complaints(err):
    assert all(line.isprintable() for line in err.split("\n")), err
    return [line for line in err.split("\n") if line.startswith("llamaburn: ")]


@pytest.fixture
def bad(world):
    write(world, BAD)
    return world


def test_every_bad_file_gets_its_line(bad):
    names = [*BAD, b"missing.wav", b"."]
    out, err = bad.run(*STT, *names, status=1)
    records, lines = json.loads(out), complaints(err)
    assert len(records) == len(lines) == len(names), err
    says = [said for _, said in BAD.values()] + ["No such file", "is a folder"]
    for name, record, line, said in zip(names, records, lines, says):
        assert said in line and said in record["error"]["message"], (name, line)
        assert record["status"] == "failed" and record["error"]["phase"] == "input"
        assert record["error"]["kind"] in ("bad-input", "not-found")
    out, _ = bad.run("history", "--format", "json")
    assert "running" not in {run["status"] for run in json.loads(out)}


def test_every_odd_file_is_measured(world):
    write(world, ODD)
    out, _ = world.run(*STT, *ODD)
    for (name, (_, flags)), record in zip(ODD.items(), json.loads(out)):
        assert record["status"] == "ok", name
        found = {flag["id"] for flag in record["validity"]["flags"]}
        assert found & {"truncated-input", "nan-samples", "damaged-input"} == flags, name


def test_no_files_but_special_ones(world):
    os.mkfifo(world.folder / "fifo.wav")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(world.folder / "socket.wav"))
        _, err = world.run(*STT, "fifo.wav", "socket.wav", "/dev/zero", status=1)
    fifo, sock, zero = complaints(err)
    assert "is a pipe" in fifo and "is a device or socket" in sock and "is a device or socket" in zero


def test_a_name_that_begins_with_a_dash(world):
    (world.folder / "-n.wav").write_bytes(wav())
    out, _ = world.run(*STT, "--", "-n.wav")
    assert json.loads(out)[0]["status"] == "ok"


def test_a_good_file_beside_a_bad_one(bad):
    (bad.folder / "good.wav").write_bytes(wav())
    out, err = bad.run(*STT, "text.wav", "good.wav", status=1)
    assert [record["status"] for record in json.loads(out)] == ["failed", "ok"]
    assert len(complaints(err)) == 1


@pytest.mark.parametrize("script,kind", [
    ("kill -SEGV $$", "crashed"), ("exit 3", "crashed"), ("printf 'garbage garbage garbage'", "protocol"),
])
def test_a_decoder_that_lies_or_crashes(world, script, kind):
    fake = world.folder / "fake"
    fake.mkdir()
    (fake / "llamaburn-decode").write_text(f"#!/bin/sh\n{script}\n")
    (fake / "llamaburn-decode").chmod(0o755)
    (fake / "llamaburn-engine").symlink_to(BUILD / "llamaburn-engine")
    (world.folder / "x.wav").write_bytes(wav())
    out, err = world.run(*STT, "x.wav", status=1, environment={"LLAMABURN_LIBEXEC": str(fake)})
    assert json.loads(out)[0]["error"]["kind"] == kind
    assert len(complaints(err)) == 1 and '"x.wav" can\'t be decoded: the decoder' in err


def test_a_limit_on_files_is_an_error(world):
    """ulimit -f: the sound has no room, and nothing dies of a signal."""
    (world.folder / "x.wav").write_bytes(wav(b"\0\0" * 3_000_000))
    process = world.start(*STT, "x.wav", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10**6, 10**6)))
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1, err
    assert "can't keep the sound: File too large" in err.decode()


def test_interrupted_while_decoding(world):
    """Ctrl-C while nothing but the decoder works."""
    fake = world.folder / "fake"
    fake.mkdir()
    (fake / "llamaburn-decode").write_text("#!/bin/sh\ntouch started\nsleep 60\n")
    (fake / "llamaburn-decode").chmod(0o755)
    (world.folder / "x.wav").write_bytes(wav())
    process = world.start(*STT, "x.wav", environment={"LLAMABURN_LIBEXEC": str(fake)})
    while not (world.folder / "started").exists() and process.poll() is None:
        pass
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=10)
    assert process.returncode == 130
