"""Keys of servers from a real keyring: gnome-keyring-daemon on a session bus of the test's own."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import time

import pytest

from openai_server import Server
from test_chat_servers import ABOUT, KEY, describe, listener, tone, whole  # noqa: F401: tone is a fixture

NAME = "GEMINI_API_KEY"
OTHER = "AIza-of-the-environment-987654321"
STORE = ("secret-tool", "store", "--label=LlamaBurn", "service", "llamaburn", "key", NAME)


class Keyring:
    """A bus and a daemon; what it keeps lies in the folder of the world."""

    def __init__(self, world):
        self.folder = world.folder / "keyring"
        self.folder.mkdir(mode=0o700)
        self.bus = subprocess.Popen(
            ["dbus-daemon", "--session", "--nofork", "--print-address=1", f"--address=unix:path={self.folder}/bus"],
            stdout=subprocess.PIPE, text=True, env=world.environment,
        )
        self.environment = {
            "DBUS_SESSION_BUS_ADDRESS": self.bus.stdout.readline().strip(), "XDG_RUNTIME_DIR": str(self.folder),
            "HOME": str(self.folder), "XDG_DATA_HOME": str(self.folder / "share"),
        }
        self.whole = {**world.environment, **self.environment}
        self.daemon = None

    def start(self, *arguments, password=None):
        """Waits until it has its name on the bus."""
        self.daemon = subprocess.Popen(
            ["gnome-keyring-daemon", "--foreground", "--components=secrets", *arguments], env=self.whole, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        if password is not None:
            self.daemon.stdin.write(password)
        self.daemon.stdin.close()
        names = ["gdbus", "call", "--session", "-d", "org.freedesktop.DBus", "-o", "/org/freedesktop/DBus", "-m",
                 "org.freedesktop.DBus.NameHasOwner", "org.freedesktop.secrets"]
        limit = time.monotonic() + 20
        while "true" not in subprocess.run(names, env=self.whole, capture_output=True, text=True).stdout:
            assert time.monotonic() < limit and self.daemon.poll() is None, "gnome-keyring-daemon does not come"
            time.sleep(0.1)

    def unlocked(self):
        self.start("--unlock", password="of the test")

    def store(self, secret):
        subprocess.run(STORE, input=secret, text=True, env=self.whole, check=True, timeout=20)

    def stop_daemon(self):
        self.daemon.terminate()
        self.daemon.wait(10)
        self.daemon = None

    def close(self):
        if self.daemon is not None:
            self.stop_daemon()
        if self.bus.poll() is not None:
            return
        self.bus.terminate()
        self.bus.wait(10)
        self.bus.stdout.close()

    def given(self):
        """What of it llamaburn gets: the bus; its own folders stay its own."""
        return {name: self.environment[name] for name in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR")}


@pytest.fixture
def keyring(world):
    it = Keyring(world)
    yield it
    it.close()


def test_a_key_of_the_keyring_is_sent_and_never_shown(world, tone, keyring):  # noqa: F811
    keyring.unlocked()
    keyring.store(KEY)
    with Server(listener("gemini"), models=ABOUT) as server:
        (record,) = describe(world, "gemini", server, tone(), key=None, environment=keyring.given())
        assert record["status"] == "ok" and server.asked[0][1]["x-goog-api-key"] == KEY
    shown, _ = world.run("show", "last")
    assert KEY not in json.dumps(record) + shown
    ours = [path for path in world.folder.rglob("*") if path.is_file() and keyring.folder not in path.parents]
    assert not [path for path in ours if KEY.encode() in path.read_bytes()]


def test_a_line_break_at_the_end_is_no_part_of_it(world, tone, keyring):  # noqa: F811
    """As `echo KEY | secret-tool store` leaves one."""
    keyring.unlocked()
    keyring.store(KEY + "\n")
    with Server(listener("gemini"), models=ABOUT) as server:
        describe(world, "gemini", server, tone(), key=None, environment=keyring.given())
        assert server.asked[0][1]["x-goog-api-key"] == KEY
    keyring.store("two words\n")
    assert "the key is none: it holds a space" in refused(world, tone, keyring.given())


def test_a_key_that_is_refused_is_said_to_be_the_keyring_s(world, tone, keyring):  # noqa: F811
    keyring.unlocked()
    keyring.store(KEY)
    for key, which in ((None, f"refuses the key {NAME} of the keyring (403)"), (OTHER, f"refuses the key of ${NAME} (403)")):
        with Server(listener("gemini"), models=lambda r: r.json({"error": {"message": f"not {KEY}"}}, 403)) as server:
            (record,) = describe(world, "gemini", server, tone(), key=key, status=1, environment={
                **keyring.given(), "LLAMABURN_KEYRING_GAVE": "" if key is None else NAME})
        assert which in record["error"]["message"] and (key or KEY) not in record["error"]["message"]


def test_a_bus_that_dies_in_mid_run_harms_nothing(world, tone, keyring):  # noqa: F811
    """GDBus would end a program whose session bus goes."""
    keyring.unlocked()
    keyring.store(KEY)

    def die(reply):
        keyring.close()
        time.sleep(1)
        listener("gemini")(reply)

    with Server(die, listener("gemini"), models=ABOUT) as server:
        records = describe(world, "gemini", server, tone("low", 200), tone("high", 800), key=None,
                           environment=keyring.given())
    assert [record["output"]["text"].split(",")[0] for record in records] == ["200 Hz", "800 Hz"]


def test_no_command_line_holds_it(world, tone, keyring):  # noqa: F811
    """While a server keeps it waiting."""
    keyring.unlocked()
    keyring.store(KEY)
    seen = []

    def look(reply):
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                seen.append((folder / "cmdline").read_bytes())
        reply.json(whole("gemini", "fine"))

    with Server(look, models=ABOUT) as server:
        describe(world, "gemini", server, tone(), "--no-stream", key=None, environment=keyring.given())
    assert any(b"llamaburn-engine" in line for line in seen) and not any(KEY.encode() in line for line in seen)


def test_the_environment_comes_first(world, tone, keyring):  # noqa: F811
    keyring.unlocked()
    keyring.store(KEY)
    with Server(listener("gemini"), models=ABOUT) as server:
        describe(world, "gemini", server, tone(), key=OTHER, environment=keyring.given())
        assert server.asked[0][1]["x-goog-api-key"] == OTHER


def refused(world, tone, environment):  # noqa: F811
    with Server(listener("gemini"), models=ABOUT) as server:
        (record,) = describe(world, "gemini", server, tone(), key=None, status=1, environment=environment)
        assert server.asked == []
    return record["error"]["message"]


def test_another_item_is_not_taken(world, tone, keyring):  # noqa: F811
    keyring.unlocked()
    subprocess.run([*STORE[:-1], "OPENAI_API_KEY"], input=KEY, text=True, env=keyring.whole, check=True, timeout=20)
    message = refused(world, tone, keyring.given())
    assert " ".join(STORE) in message and "keyring has it" not in message


def test_a_locked_keyring_stays_locked(world, tone, keyring):  # noqa: F811
    keyring.unlocked()
    keyring.store(KEY)
    keyring.stop_daemon()
    keyring.start()
    assert "the keyring has it, but is locked: unlock it" in refused(world, tone, keyring.given())


def test_without_a_keyring_on_the_bus(world, tone, keyring):  # noqa: F811
    assert "wants a key" in refused(world, tone, keyring.given())


def test_a_bus_that_never_answers_is_waited_for_three_seconds(world, tone, keyring):  # noqa: F811
    path = keyring.folder / "silent"
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(path))
        silent.listen()
        begun = time.monotonic()
        message = refused(world, tone, {**keyring.given(), "DBUS_SESSION_BUS_ADDRESS": f"unix:path={path}"})
    assert "the keyring gave no answer in 3 seconds" in message and time.monotonic() - begun < 25


def test_a_keyring_that_stands_still(world, tone, keyring):  # noqa: F811
    keyring.unlocked()
    keyring.store(KEY)
    os.kill(keyring.daemon.pid, signal.SIGSTOP)
    try:
        assert "the keyring gave no answer in 3 seconds" in refused(world, tone, keyring.given())
    finally:
        os.kill(keyring.daemon.pid, signal.SIGCONT)
