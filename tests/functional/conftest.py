"""The world of a functional test: its own folders, the built programs, and a look at what they left."""

import ctypes
import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("LLAMABURN_BUILD", ROOT / "build")).resolve()
# Weights that ./check has pulled: tests link them into their own store.
MODELS = pathlib.Path(
    os.environ.get("LLAMABURN_TEST_MODELS")
    or pathlib.Path(os.environ.get("XDG_DATA_HOME") or pathlib.Path.home() / ".local/share")
    / "llamaburn"
)
# A build with Vulkan is made by hand (docs/GPU.md): without one its tests are not there at all.
collect_ignore = [] if os.environ.get("LLAMABURN_VULKAN_BUILD") else ["test_vulkan.py"]
SPEECH = pathlib.Path("/usr/share/pocketsphinx/test/data")
PR_SET_CHILD_SUBREAPER = 36
POWERLESS = [
    "setpriv",
    "--bounding-set=-dac_override,-dac_read_search",
    "--inh-caps=-dac_override,-dac_read_search",
]

# Orphans of what a test ran become our children: none may be left at its end.
ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes over 20 s; ./check --all runs it")


def children():
    """Process ids of living children of this process."""
    found = []
    for task in pathlib.Path("/proc/self/task").iterdir():
        try:
            found += [int(pid) for pid in (task / "children").read_text().split()]
        except OSError:
            pass
    living = []
    for pid in found:
        try:
            state = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
            if state == "Z":
                os.waitpid(pid, os.WNOHANG)
            else:
                living.append(pid)
        except (OSError, ChildProcessError):
            pass
    return living


def wait_for(process, words, limit_s=120):
    """Reads a process's standard error until a line holds the words; returns what it read."""
    read, limit = b"", time.monotonic() + limit_s
    while words not in read:
        assert time.monotonic() < limit, read
        line = process.stderr.readline()
        assert line, read
        read += line
    return read


class World:
    """One test's home: XDG folders, TMPDIR, and a way to run the programs in it."""

    def __init__(self, folder):
        self.folder = folder
        self.data = folder / "data" / "llamaburn"
        self.temporary = folder / "tmp"
        self.environment = dict(os.environ)
        for name in ("data", "cache", "config", "state", "tmp"):
            (folder / name).mkdir()
        self.environment.update(
            XDG_DATA_HOME=str(folder / "data"),
            XDG_CACHE_HOME=str(folder / "cache"),
            XDG_CONFIG_HOME=str(folder / "config"),
            XDG_STATE_HOME=str(folder / "state"),
            TMPDIR=str(self.temporary),
            LC_ALL="C.UTF-8",
        )
        for name in ("NO_COLOR", "COLUMNS", "LLAMABURN_DATA", "LLAMABURN_MODULES", "LLAMABURN_LIBEXEC",
                     "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"):  # no keyring of who runs the tests
            self.environment.pop(name, None)

    def start(self, *arguments, program="llamaburn", **options):
        """A process of one of the built programs."""
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.PIPE)
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("cwd", self.folder)
        environment = {**self.environment, **options.pop("environment", {})}
        # Root may read and write everything: without these powers it is as anybody.
        without = POWERLESS if options.pop("powerless", False) and os.geteuid() == 0 else []
        return subprocess.Popen([*without, BUILD / program, *arguments], env=environment, **options)

    def run(self, *arguments, status=0, program="llamaburn", timeout=300, **options):
        """Runs to the end; asserts the exit status; returns (standard output, standard error) as text."""
        process = self.start(*arguments, program=program, **options)
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise AssertionError(f"{program} {arguments} did not end within {timeout} s\n{out!r}\n{err!r}")
        out, err = (out or b"").decode(errors="replace"), (err or b"").decode(errors="replace")
        assert process.returncode == status, (
            f"{program} {arguments}: status {process.returncode}, not {status}\n{out}\n{err}"
        )
        return out, err

    def json(self, *arguments, status=0, **options):
        """The result records of a run with --format json."""
        out, _ = self.run(*arguments, "--format", "json", status=status, **options)
        return json.loads(out)

    def link_model(self, name):
        """Links a pulled file ("whisper/ggml-base.bin") into this world's model store."""
        source = MODELS / name
        assert source.exists(), f"{source} is missing: ./check pulls it"
        target = self.data / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(source)
        return target

    def make_bare_environment(self, engine):
        """An environment of a Python engine that looks installed, and has no package."""
        folder = self.data / f"environments/{engine}-cpu"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
        lock = (ROOT / "workers" / engine / "requirements-cpu.txt").read_bytes()
        (folder / "llamaburn.json").write_text(json.dumps({
            "schema": "llamaburn.environment/1", "engine": engine, "accelerator": "cpu",
            "lock_sha256": hashlib.sha256(lock).hexdigest(), "python": sys.version.split()[0], "bytes": 1,
            "installed": 1,
        }))

    def link_environment(self, name):
        """The environment that ./check has made ("kokoro-cpu"), in this world."""
        installed = MODELS / "environments" / name
        assert (installed / "llamaburn.json").exists(), f"{installed} is missing: ./check --all installs it"
        (self.data / "environments").mkdir(parents=True, exist_ok=True)
        (self.data / "environments" / name).symlink_to(installed)
        return installed

    def assert_nothing_left(self):
        """No process, no temporary file, no run still `running`."""
        limit = time.monotonic() + 5
        while children() and time.monotonic() < limit:
            time.sleep(0.05)
        left = children()
        names = [pathlib.Path(f"/proc/{pid}/cmdline").read_bytes() for pid in left]
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        assert not left, f"processes left: {names}"
        files = [str(path) for path in self.temporary.rglob("*")]
        assert not files, f"temporary files left: {files}"


@pytest.fixture
def world(tmp_path):
    """A fresh world; at the end nothing may be left in it."""
    it = World(tmp_path)
    yield it
    it.assert_nothing_left()
    shutil.rmtree(tmp_path, ignore_errors=True)


def read_speech():
    """The five LibriVox clips with their transcriptions: [(path, text)]."""
    folder = SPEECH / "librivox"
    lines = (folder / "transcription").read_text().splitlines()
    clips = []
    for line in lines:
        text, name = line.rsplit("(", 1)
        clips.append((folder / (name.rstrip(")").strip() + ".wav"), text.replace("<s>", "").replace("</s>", "").strip()))
    assert len(clips) == 5, "Debian's pocketsphinx-testdata is missing: ./check installs it"
    return clips


@pytest.fixture
def speech():
    """What read_speech() returns."""
    return read_speech()
