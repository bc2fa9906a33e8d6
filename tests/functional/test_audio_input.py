"""Sound into PCM: every format against the ffmpeg command, and everything that can be wrong with a file."""

import array
import hashlib
import json
import math
import os
import pathlib
import resource
import signal
import socket
import struct
import subprocess
import time

import pytest

from conftest import BUILD, children

TOOL = "tests/tools/lb-audio-tool"
FORMATS = {  # ending: containers that hold samples as they were
    "wav": True, "flac": True, "aiff": True, "w64": True, "au": True, "caf": True,
    "mp3": False, "m4a": False, "mp4": False, "aac": False, "ogg": False, "opus": False, "wma": False,
    "mkv": False, "webm": False,
}


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, arguments)], check=True, stdin=subprocess.DEVNULL)


def floats(path):
    samples = array.array("f")
    samples.frombytes(pathlib.Path(path).read_bytes())
    return samples


def correlation(x, y):
    xy = sum(a * b for a, b in zip(x, y))
    return xy / math.sqrt(sum(a * a for a in x) * sum(b * b for b in y))


def wav(path, samples=b"\0\0" * 1600, *, tag=1, channels=1, rate=16000, bits=16, data_bytes=None):
    """A WAV with whatever header."""
    block = channels * bits // 8
    data_bytes = len(samples) if data_bytes is None else data_bytes
    fmt = struct.pack("<HHIIHH", tag, channels, rate, min(rate * block, 2**32 - 1), block, bits)
    path.write_bytes(b"RIFF" + struct.pack("<I", min(data_bytes + 36, 2**32 - 1)) + b"WAVEfmt "
                     + struct.pack("<I", 16) + fmt + b"data" + struct.pack("<I", data_bytes) + samples)
    return path


class Tool:
    def __init__(self, world):
        self.world = world
        world.environment["LLAMABURN_LIBEXEC"] = str(BUILD)

    def __call__(self, path, *options):
        out, _ = self.world.run(*options, "--", path, program=TOOL)
        return json.loads(out)

    def fails(self, path, *options, status=1):
        out, err = self.world.run(*options, "--", path, program=TOOL, status=status)
        assert out == ""
        assert err.count("\n") == 1, err
        return err.strip()


@pytest.fixture
def tool(world):
    return Tool(world)


@pytest.fixture
def clip(speech):
    return speech[0][0]


@pytest.mark.parametrize("ending", FORMATS)
def test_every_format_equals_ffmpeg(tool, world, clip, ending):
    sound, ours, theirs = (world.folder / name for name in (f"x.{ending}", "ours.f32", "theirs.f32"))
    ffmpeg("-i", clip, "-ar", "48000", "-ac", "2", sound)
    found = tool(sound, "--out", ours)
    ffmpeg("-i", sound, "-f", "f32le", theirs)
    assert ours.read_bytes() == theirs.read_bytes()
    assert (found["sample_rate"], found["channels"], found["flags"]) == (48000, 2, [])
    assert found["duration_s"] == pytest.approx(found["frames"] / 48000)
    header = tool(sound, "--probe")
    assert header["format"] == found["format"]
    if ending == "aac":  # an ADTS stream doesn't say how long it is
        assert "duration_s" not in header
    else:
        assert header["duration_s"] == pytest.approx(found["duration_s"], abs=0.1)
    if FORMATS[ending]:
        ffmpeg("-i", clip, "-ar", "48000", "-ac", "2", "-f", "f32le", "-c:a", "pcm_f32le", world.folder / "s.f32")
        assert found["frames"] == len(floats(world.folder / "s.f32")) // 2


@pytest.mark.parametrize("codec", ["pcm_u8", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le", "pcm_alaw"])
def test_every_width_of_wav(tool, world, clip, codec):
    sound, ours, theirs = (world.folder / name for name in ("x.wav", "ours.f32", "theirs.f32"))
    ffmpeg("-i", clip, "-c:a", codec, sound)
    tool(sound, "--out", ours)
    ffmpeg("-i", sound, "-f", "f32le", theirs)
    assert ours.read_bytes() == theirs.read_bytes()


@pytest.mark.parametrize("rate", [8000, 22050, 44100])
def test_resampling_agrees_with_ffmpegs_soxr(tool, world, clip, rate):
    ours, theirs = world.folder / "ours.f32", world.folder / "theirs.f32"
    found = tool(clip, "--rate", str(rate), "--out", ours)
    ffmpeg("-i", clip, "-af", f"aresample={rate}:resampler=soxr:osf=flt", "-f", "f32le", theirs)
    a, b = floats(ours), floats(theirs)
    assert len(a) == found["frames_out"] == round(found["frames"] * rate / 16000)
    assert abs(len(a) - len(b)) <= 2
    assert correlation(a, b) > 0.9999


@pytest.mark.parametrize("ending", ["wav", "flac", "mp3", "m4a", "ogg"])
@pytest.mark.parametrize("start,duration", [(0, 1.5), (1.2345, 2), (6.3, 0), (5.5, 100)])
def test_a_range_is_exact_to_the_sample(tool, world, clip, ending, start, duration):
    sound, whole, part = (world.folder / name for name in (f"x.{ending}", "whole.f32", "part.f32"))
    ffmpeg("-i", clip, sound)
    rate = tool(sound, "--out", whole)["sample_rate"]
    found = tool(sound, "--start", str(start), "--duration", str(duration), "--out", part)
    first = round(start * rate)
    last = first + round(duration * rate) if duration else None
    assert floats(part) == floats(whole)[first:last]
    assert found["flags"] == []


def test_a_range_behind_the_end(tool, clip):
    assert 'has no such part: it has 7.10 s of sound' in tool.fails(clip, "--start", "99")
    assert "starts at 0 s or later" in tool.fails(clip, "--start=-1")


@pytest.mark.parametrize("ending", ["wav", "flac"])
def test_what_is_written_can_be_read(tool, world, clip, ending):
    copy, ours, theirs = (world.folder / name for name in (f"copy.{ending}", "a.f32", "b.f32"))
    tool(clip, "--out", copy)
    tool(clip, "--out", ours)
    tool(copy, "--out", theirs)
    assert ours.read_bytes() == theirs.read_bytes()
    assert not list(world.folder.glob(".llamaburn-*"))
    assert "can't write" in tool.fails(clip, "--out", world.folder / "no" / "x.wav")
    (world.folder / f"folder.{ending}").mkdir()
    tool.fails(clip, "--out", world.folder / f"folder.{ending}")
    assert not list(world.folder.glob(".llamaburn-*"))


def test_files_that_are_none(tool, world):
    folder = world.folder
    os.mkfifo(folder / "fifo.wav")
    (folder / "empty.wav").touch()
    (folder / "text.wav").write_text("This is no sound. " * 1000)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "socket.wav"))
        assert "is a device or socket" in tool.fails(folder / "socket.wav")
    assert 'missing.wav": No such file' in tool.fails(folder / "missing.wav")
    assert "is a folder" in tool.fails(folder / "data")
    assert "is a pipe" in tool.fails(folder / "fifo.wav")
    assert "is empty" in tool.fails(folder / "empty.wav")
    assert 'text.wav" is not a sound file that can be read: ' in tool.fails(folder / "text.wav")
    assert "is a device" in tool.fails("/dev/zero")


def test_an_unreadable_file(tool, world, clip):
    path = world.folder / "secret.wav"
    path.write_bytes(clip.read_bytes())
    path.chmod(0)
    if os.access(path, os.R_OK):  # root reads everything: drop to nobody
        for folder in (world.folder, *list(world.folder.parents)[:3]):
            folder.chmod(folder.stat().st_mode | 0o055)
        process = world.start(path, program=TOOL, user=65534, group=65534, extra_groups=[])
        _, err = process.communicate(timeout=60)
        assert process.returncode == 1
        assert b'secret.wav": Permission denied' in err
    else:
        assert "Permission denied" in tool.fails(path)


@pytest.mark.parametrize("name", [
    b"new\nline.wav", b'quo"te.wav', b"\x1b[31mred.wav", b"\xff\xfe.wav", b"-n.wav", b"file:x.wav", b"a|b %d.wav",
])
def test_strange_names(tool, world, clip, name):
    path = os.path.join(os.fsencode(world.folder), name)
    pathlib.Path(os.fsdecode(path)).write_bytes(clip.read_bytes())
    assert tool(name)["frames"] == 113600
    os.truncate(path, 0)
    message = tool.fails(name)
    assert "is empty" in message and "\x1b" not in message and message.isprintable()


@pytest.mark.parametrize("ending", ["mp3", "flac", "m4a", "wav"])
@pytest.mark.parametrize("part", [0.6, 0.01])
def test_truncated(tool, world, clip, ending, part):
    path = world.folder / f"cut.{ending}"
    ffmpeg("-i", clip, *(["-movflags", "+faststart"] if ending == "m4a" else []), path)
    os.truncate(path, int(path.stat().st_size * part))
    if part < 0.1 and ending != "wav":
        assert "is not a sound file that can be read: " in tool.fails(path)
        return
    found = tool(path)
    assert 0 < found["duration_s"] < 7.1 * part + 0.5
    flag = next(flag for flag in found["flags"] if flag["id"] == "truncated-input")
    assert "says 7." in flag["evidence"] and "could be decoded" in flag["evidence"] and flag["cure"]


def test_m4a_without_its_index(tool, world, clip):
    path = world.folder / "cut.m4a"
    ffmpeg("-i", clip, path)  # the index comes last
    os.truncate(path, path.stat().st_size // 2)
    assert "moov atom not found" in tool.fails(path)


def test_wav_headers_that_lie(tool, world):
    folder = world.folder
    assert "is not a sound" in tool.fails(wav(folder / "a.wav", channels=0))
    assert "is not a sound" in tool.fails(wav(folder / "b.wav", rate=0))
    assert "1000000000 Hz" in tool.fails(wav(folder / "c.wav", rate=10**9))
    assert "is not a sound" in tool.fails(wav(folder / "d.wav", b"\0" * 6500, channels=65))
    assert "is not a sound" in tool.fails(wav(folder / "e.wav", b""))
    found = tool(wav(folder / "f.wav", data_bytes=10**9))
    assert found["frames"] == 1600
    assert [flag["id"] for flag in found["flags"]] == ["truncated-input"]
    streamed = tool(wav(folder / "g.wav", data_bytes=2**32 - 1))
    assert (streamed["frames"], streamed["flags"]) == (1600, [])


def test_nan_becomes_silence_and_a_flag(tool, world):
    samples = [0.5, math.nan, math.inf, -math.inf, 3e38, -2.0] * 100
    path = wav(world.folder / "nan.wav", array.array("f", samples).tobytes(), tag=3, bits=32)
    found = tool(path, "--out", world.folder / "o.f32")
    assert [flag["id"] for flag in found["flags"]] == ["nan-samples"]
    assert found["flags"][0]["evidence"].startswith("300 samples")
    assert floats(world.folder / "o.f32") == array.array("f", [0.5, 0, 0, 0, 3e38, -2.0] * 100)


def test_short_and_wide(tool, world):
    assert tool(wav(world.folder / "short.wav", b"\1\0" * 160))["frames"] == 160
    assert tool(wav(world.folder / "one.wav", b"\1\0"), "--rate", "48000")["frames_out"] == 3
    samples = array.array("h", [c * 100 for _ in range(1000) for c in range(64)])
    path = wav(world.folder / "wide.wav", samples.tobytes(), channels=64)
    assert tool(path, "--out", world.folder / "o.f32")["channels"] == 64
    assert floats(world.folder / "o.f32") == array.array("f", [x / 32768 for x in samples])
    assert tool(path, "--channels", "1", "--rate", "8000")["frames_out"] == 500


def frames_of(path, *arguments):
    """Runs llamaburn-decode itself: (kinds, bytes of sound, trailer or error)."""
    with open(path, "rb") as file, subprocess.Popen(
        [BUILD / "llamaburn-decode", *arguments], stdin=file, stdout=subprocess.PIPE
    ) as process:
        sound, last = 0, None
        while head := process.stdout.read(8):
            kind, size = struct.unpack("=II", head)
            body = process.stdout.read(size)
            if kind == 2:
                sound += size
            else:
                last = json.loads(body)
    return sound, last


@pytest.mark.parametrize("ending,minutes,options", [
    ("flac", 300, []), ("m4a", 60, []), ("opus", 10, ["-b:a", "16k", "-frame_duration", "60"]),
    pytest.param("opus", 300, ["-b:a", "16k", "-frame_duration", "60"], marks=pytest.mark.slow),
])
def test_hours_need_little_memory(world, ending, minutes, options):
    minute, path = world.folder / f"minute.{ending}", world.folder / f"long.{ending}"
    ffmpeg("-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono", "-t", "60", *options, minute)
    ffmpeg("-stream_loop", str(minutes - 1), "-i", minute, "-c", "copy", path)
    sound, trailer = frames_of(path)
    rate = 48000 if ending == "opus" else 16000
    assert sound / 4 / rate == pytest.approx(60 * minutes, rel=0.002)
    if "ASAN_OPTIONS" not in os.environ:
        assert trailer["peak_rss_bytes"] - trailer["base_rss_bytes"] < 32e6


@pytest.mark.parametrize("data_bytes", [2**32 - 1, 0])
def test_beyond_4_gb_of_wav(tool, world, data_bytes):
    """The length doesn't fit the header: a place behind it is found all the same."""
    path = wav(world.folder / "huge.wav", b"", rate=96000, data_bytes=data_bytes)
    with open(path, "r+b") as file:
        file.seek(44 + 26000 * 192000)  # 5 GB
        file.write(b"\0\x40" * 96000)
    found = tool(path, "--start", "26000", "--out", world.folder / "o.f32")
    assert found["frames"] == 96000
    assert set(floats(world.folder / "o.f32")) == {0.5}


def test_rf64_beyond_4_gb(tool, world):
    path, frames = world.folder / "huge.wav", 26001 * 96000
    fmt = struct.pack("<HHIIHH", 1, 1, 96000, 192000, 2, 16)
    path.write_bytes(b"RF64\xff\xff\xff\xffWAVEds64" + struct.pack("<IQQQI", 28, frames * 2 + 72, frames * 2, frames, 0)
                     + b"fmt " + struct.pack("<I", 16) + fmt + b"data\xff\xff\xff\xff")
    with open(path, "r+b") as file:
        file.seek(80 + 26000 * 192000)
        file.write(b"\0\x40" * 96000)
    assert tool(path, "--probe")["duration_s"] == 26001
    found = tool(path, "--start", "26000", "--out", world.folder / "o.f32")
    assert (found["frames"], found["flags"]) == (96000, [])
    assert set(floats(world.folder / "o.f32")) == {0.5}


@pytest.mark.parametrize("ending,options", [
    ("mkv", ["-ar", "44100", "-c:a", "pcm_s16le"]), ("wav", ["-c:a", "adpcm_yamaha"]), ("wav", ["-c:a", "g722"]),
])
@pytest.mark.parametrize("start", [5.77, 6.01, 6.3, 6.5])
def test_a_range_is_exact_where_seeking_is_not(tool, world, clip, ending, options, start):
    """Matroska's times are milliseconds; ADPCM goes on from the sample before."""
    sound, whole, part = (world.folder / name for name in (f"x.{ending}", "whole.f32", "part.f32"))
    ffmpeg("-i", clip, *options, sound)
    rate = tool(sound, "--out", whole)["sample_rate"]
    tool(sound, "--start", str(start), "--duration", "0.5", "--out", part)
    assert floats(part) == floats(whole)[round(start * rate):round(start * rate) + round(0.5 * rate)]


@pytest.mark.parametrize("ending,options", [
    ("wav", ["-c:a", "adpcm_ima_wav"]), ("wav", ["-c:a", "adpcm_ms"]), ("mp3", ["-q:a", "4", "-write_xing", "0"]),
])
def test_a_guessed_length_is_no_promise(tool, world, ending, options):
    """Bytes by bit rate: an MP3 that begins with silence, ADPCM whose blocks have heads."""
    path = world.folder / f"x.{ending}"
    ffmpeg("-f", "lavfi", "-i", "aevalsrc='if(lt(t,20),0,random(0)-0.5)':d=60:s=44100", *options, path)
    found = tool(path)
    assert found["duration_s"] == pytest.approx(60, abs=0.2)
    assert found["flags"] == []


@pytest.mark.parametrize("ending", ["ogg", "opus", "aac"])
@pytest.mark.parametrize("part", [0.51, 0.73, 0.93])
def test_cut_streams_are_flagged(tool, world, clip, ending, part):
    path = world.folder / f"cut.{ending}"
    ffmpeg("-i", clip, path)
    assert tool(path)["flags"] == []
    os.truncate(path, int(path.stat().st_size * part))
    assert {flag["id"] for flag in tool(path)["flags"]} & {"truncated-input", "damaged-input"}


def test_large_pictures_stand_before_the_sound(tool, world, clip):
    path = world.folder / "x.mp3"
    ffmpeg("-i", clip, path)
    size = 3 * 1024 * 1024

    def seven_bits(n):
        return bytes((n >> shift) & 127 for shift in (21, 14, 7, 0))

    body = b"\0image/jpeg\0\3\0\xff\xd8".ljust(size - 10, b"\0")
    path.write_bytes(b"ID3\4\0\0" + seven_bits(size) + b"APIC" + seven_bits(size - 10) + b"\0\0" + body
                     + path.read_bytes())
    assert tool(path)["duration_s"] == pytest.approx(7.1, abs=0.1)


def test_extreme_rates(tool, world):
    """From 8 to 192 kHz and back; a header of 1 Hz doesn't become gigabytes."""
    slow = wav(world.folder / "slow.wav", b"\0\x20" * 16000, rate=8000)
    fast = wav(world.folder / "fast.wav", b"\0\x20" * 384000, rate=192000)
    assert tool(slow, "--rate", "192000")["frames_out"] == 384000
    assert tool(fast, "--rate", "8000")["frames_out"] == 16000
    assert "1 Hz" in tool.fails(wav(world.folder / "lie.wav", rate=1))
    assert "sound of 1 Hz" in tool.fails(slow, "--rate", "1")


def test_links_and_files_of_the_kernel(tool, world, clip):
    (world.folder / "link.wav").symlink_to(clip)
    (world.folder / "circle.wav").symlink_to("circle.wav")
    (world.folder / "dangling.wav").symlink_to("nowhere.wav")
    assert tool(world.folder / "link.wav")["frames"] == 113600
    assert 'circle.wav": Too many levels' in tool.fails(world.folder / "circle.wav")
    assert 'dangling.wav": No such file' in tool.fails(world.folder / "dangling.wav")
    assert "is empty" in tool.fails("/proc/self/status")


def test_no_room_for_the_sound(tool, world, clip):
    """The largest file that may be written is smaller than the sound."""
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000))

    process = world.start(clip, program=TOOL, preexec_fn=limit)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, b"")
    assert b"can't be decoded: can't keep the sound: File too large" in err and err.count(b"\n") == 1
    process = world.start("--memory-limit", "1000", clip, program=TOOL, environment={"XDG_CACHE_HOME": "/proc/nowhere"})
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err.count(b"\n")) == (1, b"", 1)
    assert clip.name.encode() in err and b"can't make the folder" in err


def test_large_sound_goes_to_a_file_without_name(tool, world, clip):
    small, large = world.folder / "a.f32", world.folder / "b.f32"
    tool(clip, "--out", small)
    tool(clip, "--memory-limit", "100000", "--out", large)
    assert small.read_bytes() == large.read_bytes()
    assert (world.folder / "cache" / "llamaburn").is_dir()
    assert not list((world.folder / "cache").rglob("*pcm*"))


def test_a_file_that_vanishes_or_shrinks(tool, world):
    path = world.folder / "long.wav"
    ffmpeg("-f", "lavfi", "-i", "anoisesrc=r=48000:d=120", path)
    process = world.start(path, program=TOOL)
    time.sleep(0.03)
    path.unlink()
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0 or b"No such file" in err, err
    ffmpeg("-f", "lavfi", "-i", "anoisesrc=r=48000:d=120", path)
    process = world.start(path, program=TOOL)
    time.sleep(0.08)
    os.truncate(path, 100000)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0 or b"long.wav" in err
    if process.returncode == 0:
        found = json.loads(out)
        assert found["duration_s"] > 119 or found["flags"][0]["id"] == "truncated-input"


def test_playlists_and_references_open_nothing(tool, world, clip):
    target = world.folder / "target.wav"
    target.write_bytes(clip.read_bytes())
    for name, text in {
        "list.m3u8": f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{target}\n#EXT-X-ENDLIST\n",
        "list.ffconcat": f"ffconcat version 1.0\nfile {target.name}\n",
        "list.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=audio 9 RTP/AVP 0\n",
    }.items():
        (world.folder / name).write_text(text)
        assert "is not a sound file" in tool.fails(world.folder / name)


def test_no_child_outlives_its_parent(world):
    world.environment["LLAMABURN_LIBEXEC"] = str(BUILD)
    path = wav(world.folder / "long.wav", b"", data_bytes=10**9)
    os.truncate(path, 10**9)
    for stop_first in (False, True):
        process = world.start(path, program=TOOL)
        decoder = wait_for_decoder(process.pid)
        if stop_first:
            os.kill(decoder, signal.SIGSTOP)
        process.kill()
        process.communicate()
        limit = time.monotonic() + 5
        while decoder in children() and time.monotonic() < limit:
            time.sleep(0.02)
        assert decoder not in children()


def wait_for_decoder(parent):
    """Its pid, once it is caged (its seccomp filter is on)."""
    limit = time.monotonic() + 10
    while time.monotonic() < limit:
        for pid in map(int, pathlib.Path(f"/proc/{parent}/task/{parent}/children").read_text().split()):
            status = pathlib.Path(f"/proc/{pid}/status").read_text()
            if "Seccomp:\t2" in status and "llamaburn-decod" in status:
                assert "NoNewPrivs:\t1" in status
                names = pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
                allowed = {b"LC_ALL", b"LD_LIBRARY_PATH", b"ASAN_OPTIONS", b"LSAN_OPTIONS", b"UBSAN_OPTIONS"}
                assert {name.split(b"=")[0] for name in names if name} <= allowed
                assert os.getpgid(pid) == pid
                return pid
        time.sleep(0.005)
    raise AssertionError("no decoder was seen")


HEADER = r"""printf '\001\000\000\000\046\000\000\000{"sample_rate": 16000, "channels": 1 }'"""


@pytest.mark.parametrize("script,message", [
    ("kill -SEGV $$", "signal 11"),
    ("exit 3", "status 3"),
    ("kill -XCPU $$", "the decoder's time ran out"),
    (r"printf '\001\000\000\000\002\000\000\000[]'", "no JSON object"),
    (r"printf '\001\000\000\000\000\000\000\000'", "no JSON object"),
    (HEADER + r"; printf '\002\000\000\000\003\000\000\000abc'", "half a frame"),
    (HEADER + r"""; printf '\003\000\000\000\015\000\000\000{"frames": 9}'""", "another number of frames"),
    (HEADER + r"; printf '\001\000\000\000\002\000\000\000{}'", "out of order"),
    (r"""printf '\004\000\000\000\020\000\000\000{"message":"\\n"}'""", r"can't be decoded: \n"),
    ("printf 'garbage garbage garbage'", "broke its protocol"),
    (r"printf '\001\000\000\000\002\000\000\000{}'", "impossible rate"),
    (r"printf '\001\000\000\000\377\377\377\377'", "frame too large"),
])
def test_a_decoder_that_lies_or_crashes(world, clip, script, message):
    fake = world.folder / "fake"
    fake.mkdir()
    (fake / "llamaburn-decode").write_text(f"#!/bin/sh\n{script}\n")
    (fake / "llamaburn-decode").chmod(0o755)
    _, err = world.run(clip, program=TOOL, status=1, environment={"LLAMABURN_LIBEXEC": str(fake)})
    assert message in err and clip.name in err and err.count("\n") == 1


def test_same_sound_same_hash(tool, world, clip):
    """WAV and FLAC of one sound are the same PCM."""
    flac = world.folder / "x.flac"
    ffmpeg("-i", clip, flac)
    hashes = set()
    for path in (clip, flac):
        tool(path, "--rate", "16000", "--channels", "1", "--out", world.folder / "o.f32")
        hashes.add(hashlib.sha256((world.folder / "o.f32").read_bytes()).hexdigest())
    assert len(hashes) == 1
