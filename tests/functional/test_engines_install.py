"""llamaburn engines install, remove, check: with packages of our own, from a folder on this disk."""

import base64
import hashlib
import json
import os
import shutil
import signal
import sys
import time
import zipfile

import pytest

CLIP = "/usr/share/pocketsphinx/test/data/librivox/sense_and_sensibility_01_austen_64kb-0880.wav"
QUICK = ("-n", "1", "-w", "0", "--no-warm-load", "-d", "cpu", "--no-wait")
WORKER = """
from llamaburn_worker import Engine, Loaded


class Greeter(Engine):
    package = "lb-greeting"

    def load(self, request):
        import lb_greeting

        self.word = lb_greeting.WORD
        return Loaded(input_rate_hz=16000, input_channels=1, threads=1)

    def run(self, request):
        return {"text": self.word}
"""


def make_wheel(folder, version, word):
    """The smallest package. Returns the line of a lock for it."""
    path = folder / f"lb_greeting-{version}-py3-none-any.whl"
    info = f"lb_greeting-{version}.dist-info"
    files = {
        "lb_greeting.py": f'WORD = "{word}"\n',
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: lb-greeting\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = []
    for name, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record.append(f"{name},sha256={digest},{len(text)}")
    files[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,"]) + "\n"
    with zipfile.ZipFile(path, "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return f"lb-greeting=={version} --hash=sha256:{digest}\n"


class Greeter:
    """A third party's engine in the user's folder, with its package in another."""

    def __init__(self, world):
        self.world = world
        self.folder = world.data / "workers" / "greeter"
        self.folder.mkdir(parents=True)
        self.wheels = world.folder / "wheels"
        self.wheels.mkdir()
        self.environment = world.data / "environments" / "greeter-cpu"
        self.manifest = {
            "id": "greeter", "title": "Greeter", "mode": "stt", "outputs": ["text"],
            "inputs": [{"role": "audio", "kind": "pcm"}],
            "python": {"versions": ">=3.9", "environments": {"cpu": {"lock": "lock.txt", "disk_bytes": 30000000}}},
        }
        self.write()
        (self.folder / "worker.py").write_text(WORKER)
        self.lock("1.0", "hello")
        # The installers' own settings: nothing of the network is asked.
        world.environment.update(
            UV_FIND_LINKS=str(self.wheels), UV_OFFLINE="1", PIP_NO_INDEX="1", PIP_FIND_LINKS=str(self.wheels),
        )

    def write(self):
        (self.folder / "manifest.json").write_text(json.dumps(self.manifest))

    def lock(self, version, word):
        (self.folder / "lock.txt").write_text(make_wheel(self.wheels, version, word))

    def state(self):
        (engine,) = json.loads(self.world.run("engines", "greeter", "--format", "json")[0])
        assert engine["ready"] == (engine["state"] == "ready")
        return engine["state"]

    def says(self):
        (record,) = self.world.json("stt", CLIP, "-e", "greeter", *QUICK)
        return record["output"]["text"]


@pytest.fixture
def greeter(world):
    return Greeter(world)


@pytest.fixture(params=["uv", "pip"])
def installer(request, greeter):
    """Each test by both; without uv in PATH it is venv and pip."""
    if request.param == "uv":
        if shutil.which("uv") is None:
            pytest.skip("uv is not installed here")
        return request.param
    tools = greeter.world.folder / "bin"
    tools.mkdir()
    (tools / "python3").symlink_to(os.path.realpath(getattr(sys, "_base_executable", sys.executable)))
    greeter.world.environment["PATH"] = f"{tools}:/usr/sbin:/sbin"
    return request.param


def test_a_benchmark_installs_nothing_and_says_how(greeter):
    out, err = greeter.world.run("stt", CLIP, "-e", "greeter", *QUICK, status=1)
    assert "llamaburn engines install greeter" in out + err
    assert not greeter.environment.exists()
    assert greeter.state() == "missing"


def test_install_use_renew_remove(greeter, installer):
    """From nothing to a result; a new lock; gone again."""
    _, err = greeter.world.run("engines", "install", "greeter")
    assert "takes 29 MiB of the" in err and "greeter: ready (cpu)" in err
    stamp = json.loads((greeter.environment / "llamaburn.json").read_text())
    assert stamp["lock_sha256"] == hashlib.sha256((greeter.folder / "lock.txt").read_bytes()).hexdigest()
    assert stamp["python"].startswith("3.") and stamp["bytes"] > 0
    assert greeter.state() == "ready"
    assert greeter.says() == "hello"
    before = (greeter.environment / "llamaburn.json").stat().st_mtime_ns
    greeter.world.run("engines", "install", "greeter")
    assert (greeter.environment / "llamaburn.json").stat().st_mtime_ns == before
    greeter.lock("2.0", "good morning")
    assert greeter.state() == "out of date"
    out, err = greeter.world.run("stt", CLIP, "-e", "greeter", *QUICK, status=1)
    assert "brings it up to date" in out + err
    greeter.world.run("engines", "install", "greeter")
    assert greeter.says() == "good morning"
    out, _ = greeter.world.run("engines", "check", "greeter")
    assert out.startswith("greeter 2.0: starts in") and 'it answers "good morning"' in out
    _, err = greeter.world.run("engines", "remove", "greeter")
    assert "freed" in err
    assert greeter.state() == "missing" and not greeter.environment.exists()
    greeter.world.run("engines", "remove", "greeter", status=1)


@pytest.mark.parametrize("damage", ["llamaburn.json", "bin/python", "half a stamp", "another python", "a folder"])
def test_what_is_damaged_is_told_apart_and_mended(greeter, damage):
    greeter.world.run("engines", "install", "greeter")
    if damage == "half a stamp":
        (greeter.environment / "llamaburn.json").write_text('{"schema": "llamaburn.env')
    elif damage == "another python":  # as an upgrade of the system does, where the link goes to python3
        other = greeter.world.folder / "python3.99"
        other.write_bytes(b"")
        other.chmod(0o755)
        (greeter.environment / "bin/python").unlink()
        (greeter.environment / "bin/python").symlink_to(other)
    elif damage == "a folder":
        (greeter.environment / "bin/python").unlink()
        (greeter.environment / "bin/python").mkdir()
    else:
        (greeter.environment / damage).unlink()
    assert greeter.state() == "half-installed"
    out, err = greeter.world.run("stt", CLIP, "-e", "greeter", *QUICK, status=1)
    assert "half-installed" in out + err and "mends it" in out + err
    greeter.world.run("engines", "install", "greeter")
    assert greeter.says() == "hello"


@pytest.mark.parametrize("python,words", [
    ("not a program", "Exec format error"),
    ("\x7fELF and no more", "Exec format error"),
    ("#!/bin/sh\nexit 5\n", "with status 5"),
])
def test_a_python_that_does_not_run_says_what_mends_it(greeter, python, words):
    """Behind the stamp: only a start shows it."""
    greeter.world.run("engines", "install", "greeter")
    path = greeter.environment / "bin/python"
    path.unlink()
    path.write_text(python)
    path.chmod(0o755)
    (record,) = greeter.world.json("stt", CLIP, "-e", "greeter", *QUICK, status=1)
    assert words in record["error"]["message"]
    assert "llamaburn engines install greeter --again" in record["error"]["message"]
    _, err = greeter.world.run("engines", "check", "greeter", status=1)
    assert words in err and "--again" in err
    greeter.world.run("engines", "install", "greeter", "--again")
    assert greeter.says() == "hello"


@pytest.mark.parametrize("worker,words", [
    ("x = 1\n", "must have one class that is an Engine, not 0"),
    ("def x(:\n", "SyntaxError"),
    ("import a_package_that_is_absent\n", "llamaburn engines install greeter --again"),
    (WORKER.replace("threads=1", "info={'scale': float('inf')}"), '"info.scale" of what load answered is no number'),
])
def test_a_worker_that_is_none(greeter, worker, words):
    greeter.world.run("engines", "install", "greeter")
    (greeter.folder / "worker.py").write_text(worker)
    (record,) = greeter.world.json("stt", CLIP, "-e", "greeter", *QUICK, status=1)
    assert words in record["error"]["message"], record["error"]["message"]
    assert ("install" in record["error"]["message"]) == ("--again" in words)


def test_a_package_that_is_damaged_behind_the_stamp_shows_in_check(greeter):
    greeter.world.run("engines", "install", "greeter")
    (module,) = greeter.environment.rglob("lb_greeting.py")
    module.unlink()
    for compiled in greeter.environment.rglob("lb_greeting*.pyc"):
        compiled.unlink()
    _, err = greeter.world.run("engines", "check", "greeter", status=1)
    assert "lb_greeting" in err and "llamaburn engines install greeter --again" in err
    greeter.world.run("engines", "install", "greeter", "--again")
    greeter.world.run("engines", "check", "greeter")


def test_a_wrong_hash_is_refused(greeter, installer):
    (greeter.folder / "lock.txt").write_text("lb-greeting==1.0 --hash=sha256:" + "0" * 64 + "\n")
    _, err = greeter.world.run("engines", "install", "greeter", status=1)
    assert 'the engine "greeter" could not be installed' in err and "hash" in err.lower()
    assert "Traceback" not in err
    assert greeter.state() == "half-installed"


@pytest.mark.parametrize("lock,words", [
    ("lb-greeting\n", "could not be installed"),
    ("no-such-package-lb==9 --hash=sha256:" + "0" * 64 + "\n", "no-such-package-lb"),
    (None, "can't be read"),
])
def test_locks_that_cannot_be_installed(greeter, lock, words):
    if lock is None:
        (greeter.folder / "lock.txt").unlink()
    else:
        (greeter.folder / "lock.txt").write_text(lock)
    _, err = greeter.world.run("engines", "install", "greeter", status=1)
    assert words in err
    assert greeter.state() != "ready"


def make_strange(path, kind):
    path.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "endless":
        path.symlink_to("/dev/zero")
    else:
        with open(path, "wb") as file:
            file.truncate(2**40)


@pytest.mark.parametrize("kind", ["pipe", "endless", "heap"])
def test_a_manifest_that_is_no_file_holds_up_nobody(greeter, kind):
    make_strange(greeter.folder / "manifest.json", kind)
    out, err = greeter.world.run("engines", timeout=20)
    assert "whisper.cpp" in out and "must be a file of at most 4 MiB" in out + err


@pytest.mark.parametrize("kind", ["pipe", "endless"])
def test_a_lock_that_is_no_file_holds_up_nobody(greeter, kind):
    make_strange(greeter.folder / "lock.txt", kind)
    assert greeter.state() != "ready"
    _, err = greeter.world.run("engines", "install", "greeter", status=1, timeout=20)
    assert "can't be read" in err


def test_no_room_is_said_before(greeter):
    greeter.manifest["python"]["environments"]["cpu"]["disk_bytes"] = 2**50
    greeter.write()
    _, err = greeter.world.run("engines", "install", "greeter", status=1)
    assert "takes" in err and "are free" in err and "make room" in err
    assert not greeter.environment.exists()


def test_no_python_fits(greeter, installer):
    greeter.manifest["python"]["versions"] = ">=3.99"
    greeter.write()
    _, err = greeter.world.run("engines", "install", "greeter", status=1)
    assert "3.99" in err


def test_devices_without_packages(greeter):
    _, err = greeter.world.run("engines", "install", "greeter", "--device", "cuda", status=2)
    assert "--device takes cpu" in err
    _, err = greeter.world.run("engines", "install", "greter", status=2)
    assert 'did you mean "greeter"' in err
    _, err = greeter.world.run("engines", "install", "null-worker")
    assert "needs no packages" in err


SLOW = """#!/bin/sh
if [ "$1" = venv ]; then exec "$REAL_UV" "$@"; fi
touch "$MARK"
exec sleep 60
"""


@pytest.mark.parametrize("number,status", [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_what_is_broken_off_is_half_installed_and_mended(greeter, number, status):
    """An installer that takes its time, interrupted in the middle."""
    real = shutil.which("uv")
    if real is None:
        pytest.skip("uv is not installed here")
    tools, mark = greeter.world.folder / "slow", greeter.world.folder / "mark"
    tools.mkdir()
    (tools / "uv").write_text(SLOW)
    (tools / "uv").chmod(0o755)
    process = greeter.world.start(
        "engines", "install", "greeter",
        environment={"PATH": f"{tools}:{os.environ['PATH']}", "REAL_UV": real, "MARK": str(mark)},
    )
    limit = time.monotonic() + 60
    while not mark.exists() and time.monotonic() < limit:
        time.sleep(0.05)
    if number == signal.SIGINT:
        _, err = greeter.world.run("engines", "install", "greeter", status=1)
        assert "another llamaburn" in err
        # Nor is it taken away under the one who makes it.
        _, err = greeter.world.run("engines", "remove", "greeter", status=1)
        assert "another llamaburn" in err and greeter.environment.exists()
    process.send_signal(number)
    process.communicate(timeout=30)
    assert process.returncode == status
    assert greeter.state() == "half-installed"
    greeter.world.run("engines", "install", "greeter")
    assert greeter.says() == "hello"


def test_the_list_starts_no_python_and_is_quick(greeter):
    """Eight engines: under 100 ms, and nothing is executed."""
    greeter.world.run("engines", "install", "greeter")
    for index in range(7):
        other = greeter.folder.parent / f"greeter-{index}"
        shutil.copytree(greeter.folder, other)
        manifest = {**greeter.manifest, "id": f"greeter-{index}"}
        (other / "manifest.json").write_text(json.dumps(manifest))
        shutil.copytree(greeter.environment, greeter.environment.parent / f"greeter-{index}-cpu", symlinks=True)
    path = greeter.world.folder / "traps"
    path.mkdir()
    traps = [path / name for name in ("python", "python3", "uv", "pip")]
    for trap in [*greeter.environment.parent.glob("greeter*/bin/python"), *traps]:
        trap.unlink(missing_ok=True)
        trap.write_text(f"#!/bin/sh\ntouch {greeter.world.folder}/started\n")
        trap.chmod(0o755)
    greeter.world.environment["PATH"] = f"{path}:{greeter.world.environment['PATH']}"
    walls = []
    for _ in range(10):
        started = time.monotonic()
        out, _ = greeter.world.run("engines", "list")
        walls.append(time.monotonic() - started)
    assert out.count("ready") >= 8
    assert not (greeter.world.folder / "started").exists()
    assert min(walls) < 0.1, walls


def test_nothing_else_is_left_beside_it(greeter):
    greeter.world.run("engines", "install", "greeter")
    greeter.world.run("engines", "remove", "greeter")
    left = {path.name for path in greeter.environment.parent.iterdir()}
    assert left <= {"greeter-cpu.lock"}
