"""Keys of servers from a real keyring: gnome-keyring-daemon on a session bus of the test's own."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pathlib
import pty
import select
import signal
import socket
import subprocess
import termios
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
    assert f"llamaburn keys set {NAME}" in message and "keyring has it" not in message


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


# ---- llamaburn keys ----


def keys(world, keyring, *arguments, secret="", status=0, **environment):
    """What `llamaburn keys` says, and that it never says a key."""
    read, write = os.pipe()
    with open(write, "w") as file:
        file.write(secret)
    with open(read) as file:
        out, err = world.run("keys", *arguments, status=status, stdin=file, environment={**keyring.given(), **environment})
    assert KEY not in out + err
    return out + err


def where(world, keyring, **environment):
    return {one["name"]: (one["environment"], one["keyring"])
            for one in json.loads(keys(world, keyring, "list", "--format", "json", **environment))}


def stored(keyring):
    found = subprocess.run(["secret-tool", "search", "--all", "service", "llamaburn"], env=keyring.whole, text=True,
                           capture_output=True, timeout=20)
    return [line.split(" = ")[1] for line in found.stdout.splitlines() if line.startswith("secret = ")]


def test_keys_are_set_replaced_listed_and_removed(world, tone, keyring):  # noqa: F811
    keyring.unlocked()
    assert where(world, keyring)[NAME] == (False, "no")
    keyring.store("by-secret-tool")
    assert stored(keyring) == ["by-secret-tool"]
    assert "in the keyring" in keys(world, keyring, "set", NAME, secret=KEY + "\n")
    assert stored(keyring) == [KEY], "one item, whoever wrote it"
    assert where(world, keyring)[NAME] == (False, "yes") and where(world, keyring)["OPENAI_API_KEY"] == (False, "no")
    assert where(world, keyring, **{NAME: OTHER})[NAME] == (True, "yes")
    assert "comes first" in keys(world, keyring, "set", NAME, secret=KEY, **{NAME: OTHER})
    with Server(listener("gemini"), models=ABOUT) as server:
        describe(world, "gemini", server, tone(), key=None, environment=keyring.given())
        assert server.asked[0][1]["x-goog-api-key"] == KEY
    table = keys(world, keyring, "list")
    assert "GEMINI_API_KEY" in table and "hybrid" in table
    keys(world, keyring, "remove", NAME)
    assert stored(keyring) == [] and where(world, keyring)[NAME] == (False, "no")
    assert f"the keyring has no {NAME}" in keys(world, keyring, "remove", NAME, status=1)


def test_what_is_no_key_is_not_kept(world, keyring):
    keyring.unlocked()
    for arguments, secret, said in (
        (("set", NAME), "", "no key came"),
        (("set", NAME), "\n", "no key came"),
        (("set", NAME), "two words\n", "that is no key"),
        (("set", NAME), "a" * 5000, "too long"),
        (("set", "GEMINI_KEY"), KEY, 'no engine takes a key "GEMINI_KEY": there are GEMINI_API_KEY'),
        (("remove", "PATH"), "", 'no engine takes a key "PATH"'),
        (("set",), "", "KEY"),
        (("set", NAME, "more"), "", "more"),
    ):
        assert said in keys(world, keyring, *arguments, secret=secret, status=2), arguments
    assert stored(keyring) == []


def test_keys_of_a_locked_keyring_stay(world, keyring):
    keyring.unlocked()
    keyring.store(KEY)
    keyring.stop_daemon()
    keyring.start()
    assert "the keyring is locked: unlock it" in keys(world, keyring, "set", NAME, secret=OTHER, status=1)
    assert "the keyring is locked: unlock it" in keys(world, keyring, "remove", NAME, status=1)
    assert where(world, keyring)[NAME] == (False, "locked")


def test_keys_without_a_keyring(world, keyring):
    nowhere = {"DBUS_SESSION_BUS_ADDRESS": "", "XDG_RUNTIME_DIR": str(world.folder)}
    assert "there is no D-Bus session" in keys(world, keyring, "set", NAME, secret=KEY, status=1, **nowhere)
    keyring.unlocked()
    os.kill(keyring.daemon.pid, signal.SIGSTOP)
    try:
        begun = time.monotonic()
        assert "no answer in 3 seconds" in keys(world, keyring, "set", NAME, secret=KEY, status=1)
        assert set(where(world, keyring).values()) == {(False, "no answer")} and time.monotonic() - begun < 20
    finally:
        os.kill(keyring.daemon.pid, signal.SIGCONT)


@pytest.mark.parametrize("typed, status", [(f"{KEY}\n", 0), ("half\x03", 130)], ids=["typed", "ctrl-c"])
def test_a_key_that_is_typed_is_not_shown(world, keyring, typed, status):
    """And the terminal is given back as it was."""
    keyring.unlocked()
    ours, theirs = pty.openpty()
    process = world.start("keys", "set", NAME, stdin=theirs, stdout=theirs, stderr=theirs, environment=keyring.given(),
                          preexec_fn=lambda: (os.setsid(), fcntl.ioctl(theirs, termios.TIOCSCTTY)))
    seen = b""
    while f"{NAME}: ".encode() not in seen:
        assert select.select([ours], [], [], 20)[0], seen
        seen += os.read(ours, 4096)
    os.write(ours, typed.encode())
    assert process.wait(20) == status
    while select.select([ours], [], [], 0.2)[0]:
        seen += os.read(ours, 4096)
    assert KEY.encode() not in seen and b"half" not in seen
    assert termios.tcgetattr(theirs)[3] & termios.ECHO
    os.close(ours)
    os.close(theirs)
    assert stored(keyring) == ([KEY] if status == 0 else [])
