"""A desktop of the tests' own (Xvfb, D-Bus, AT-SPI), and the built window on it."""

import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time

import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = pathlib.Path(os.environ.get("LLAMABURN_BUILD", ROOT / "build")).resolve()
# Screenshots stay here, to be looked at.
SHOTS = pathlib.Path(os.environ.get("LLAMABURN_SHOTS") or BUILD / "screenshots")
PATIENCE_S = 30
# Light and dark, narrow and wide: two of the four in the usual check.
LOOKS = [
    ("light", 400),
    ("dark", 1270),
    pytest.param("dark", 400, marks=pytest.mark.slow),
    pytest.param("light", 1270, marks=pytest.mark.slow),
]
# Keysyms of X; of what is held its key's code, which is what AT-SPI wants there.
HOME, LEFT, UP, RIGHT, DOWN, ENTER, ESCAPE, TAB = 0xFF50, 0xFF51, 0xFF52, 0xFF53, 0xFF54, 0xFF0D, 0xFF1B, 0xFF09
CONTROL, ALT, SHIFT, SLASH = 37, 64, 50, 0x2F


def wait_until(what, say, limit_s=PATIENCE_S, pause_s=0.1):
    """Calls what until it answers something true; returns that."""
    limit = time.monotonic() + limit_s
    while True:
        answer = what()
        if answer:
            return answer
        assert time.monotonic() < limit, say() if callable(say) else say
        time.sleep(pause_s)


def end(process):
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def remember(world, **groups):
    """Writes what a window remembers."""
    folder = world.folder / "state" / "llamaburn"
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"[{group}]\n" + "".join(f"{key}={value}\n" for key, value in values.items()) for group, values in groups.items()]
    (folder / "window.ini").write_text("\n".join(lines))


class Desktop:
    """Xvfb, a session bus and the accessibility bus: as long as it lives."""

    def __init__(self, size="1280x900"):
        self.processes = []
        self.environment = {key: value for key, value in os.environ.items() if key not in ("WAYLAND_DISPLAY", "DISPLAY")}
        self.environment.update(
            GTK_A11Y="atspi", GSK_RENDERER="cairo", GDK_BACKEND="x11", NO_AT_BRIDGE="0", LC_ALL="C.UTF-8",
            GSETTINGS_BACKEND="memory", GTK_USE_PORTAL="0", ADW_DISABLE_PORTAL="1",
        )
        # The accessibility bus has its socket here: desktops of other tests have another.
        self.runtime = tempfile.TemporaryDirectory(prefix="llamaburn-desktop-")
        self.environment["XDG_RUNTIME_DIR"] = self.runtime.name
        self.environment["DISPLAY"] = ":" + self.start_display(size)
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = self.start_bus()
        self.start(["/usr/libexec/at-spi-bus-launcher", "--launch-immediately"])
        self.eyes = None

    def start(self, command, **options):
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("stdout", subprocess.DEVNULL)
        options.setdefault("stderr", subprocess.DEVNULL)
        process = subprocess.Popen(command, env=self.environment, **options)
        self.processes.append(process)
        return process

    def start_display(self, size):
        read, write = os.pipe()
        self.start(["Xvfb", "-displayfd", str(write), "-screen", "0", size + "x24", "-nolisten", "tcp", "-noreset"], pass_fds=[write])
        os.close(write)
        with open(read) as numbers:
            number = numbers.readline().strip()
        assert number, "Xvfb did not start: ./check installs it"
        return number

    def start_bus(self):
        read, write = os.pipe()
        self.start(["dbus-daemon", "--session", "--nofork", f"--print-address={write}"], pass_fds=[write])
        os.close(write)
        with open(read) as addresses:
            return addresses.readline().strip()

    def ask(self, **request):
        if self.eyes is None:
            self.eyes = self.start(
                ["/usr/bin/python3", HERE / "accessible.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=None, text=True,
            )
        self.eyes.stdin.write(json.dumps(request) + "\n")
        self.eyes.stdin.flush()
        line = self.eyes.stdout.readline()
        assert line, "accessible.py ended: see its standard error above"
        answer = json.loads(line)
        return answer.get("answer")

    def look_away(self):
        """No program asks after the window until the next question: who listens is told of each change, at a cost."""
        if self.eyes is not None:
            end(self.eyes)
            self.processes.remove(self.eyes)
            self.eyes = None

    def close(self):
        for process in reversed(self.processes):
            end(process)
        self.runtime.cleanup()


class Window:
    """The program llamaburn-gui in a world, on a desktop. through: a command that becomes it."""

    def __init__(self, desktop, world, *arguments, environment=None, through=()):
        self.desktop, self.world = desktop, world
        self.log = world.folder / "gui.log"
        merged = {**world.environment, **desktop.environment, **(environment or {})}
        for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "TMPDIR"):
            merged[name] = world.environment[name]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*through, BUILD / "llamaburn-gui", *arguments], env=merged, cwd=world.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )
        try:
            self.wait("frame|window")
        except BaseException:
            end(self.process)  # else every later one would only wake it
            raise

    def said(self):
        return self.log.read_text(errors="replace")

    def find_all(self, role=None, name=None, **more):
        return self.desktop.ask(do="find", pid=self.process.pid, role=role, name=name, **more) or []

    def find(self, role=None, name=None, **more):
        found = self.find_all(role, name, **more)
        return found[0] if found else None

    def wait(self, role=None, name=None, limit_s=PATIENCE_S, **more):
        """The first node of that role and name; fails with what there is instead."""

        def look():
            assert self.process.poll() is None, f"the window ended: status {self.process.returncode}\n{self.said()}"
            return self.find(role, name, **more)

        return wait_until(look, lambda: f"no {role} {name!r} {more}\n{self.outline()}\n{self.said()}", limit_s)

    def wait_gone(self, role=None, name=None, limit_s=PATIENCE_S, **more):
        return wait_until(lambda: not self.find(role, name, **more), f"{role} {name!r} stays", limit_s)

    def outline(self):
        shown = [node for node in self.find_all() if not node["name"].startswith(("Gtk", "Adw", "Lb"))]
        return "\n".join(f"{n['role']}: {n['name']!r} {n.get('text', '')[:60]!r}" for n in shown if n["name"] or n.get("text"))

    def click(self, role=None, name=None, **more):
        node = role if isinstance(role, dict) else self.wait(role, name, **{"states": ["sensitive"], **more})
        if not self.desktop.ask(do="act", node=node["id"]):
            self.point(node)
        return node

    def point(self, node, event="b1c"):
        """The real mouse, in the middle of it: windows here have no frame but their own."""
        x, y, width, height = node["box"]
        self.desktop.ask(do="mouse", x=x + width // 2, y=y + height // 2, event=event)

    def scroll_to(self, role, name):
        """Turns the wheel over the set-up until a row lies in what is seen; returns it. The list of tasks is above the
        set-up, and always seen."""
        for _ in range(40):
            node = self.wait(role, name)
            y = node["box"][1] + node["box"][3] // 2
            if 120 < y < 680 or name == "Task":
                return node
            for _ in range(1 + abs(y - 380) // 100):
                self.desktop.ask(do="mouse", x=12, y=400, event="b5c" if y >= 680 else "b4c")
            time.sleep(0.3)  # it goes on for a while
        raise AssertionError(f"{role} {name!r} does not come into view: {node['box']}")

    def choose(self, title, start):
        """The entry of a combo box that begins so: by mouse and keys, since a popover's place is not told."""
        combo = self.scroll_to("combo box", title)
        self.point(combo)
        # The first is what the row itself shows.
        entries = wait_until(lambda: self.find_all("list item", under=combo["id"])[1:], f"{title} does not open")
        names = [self.desktop.ask(do="find", pid=0, role="label", under=entry["id"])[0]["name"] for entry in entries]
        wanted = [i for i, name in enumerate(names) if name.startswith(start)]
        assert wanted, names
        time.sleep(0.3)
        self.press(DOWN)  # into the list
        self.press(HOME)
        for _ in range(wanted[0]):
            self.press(DOWN)
        self.press(ENTER)
        self.wait("label", names[wanted[0]], under=combo["id"])
        return names

    def set_value(self, title, value):
        self.desktop.ask(do="value", node=self.wait("spin button", title)["id"], to=value)

    def choose_file(self, path, button="Choose…"):
        """By the file dialog, typing the name as people can. GTK 4.8 crashes where AT-SPI looks at that dialog as it
        goes: nothing is looked for while it is there."""
        self.click("push button", button)
        time.sleep(3)
        self.press(SLASH)
        self.desktop.ask(do="type", text=str(path)[1:])
        time.sleep(1)
        self.press(ENTER)
        time.sleep(2)

    def wait_ready(self, limit_s=PATIENCE_S):
        return self.wait("push button", "Run", states=["sensitive"], limit_s=limit_s)

    def run_once(self, iterations=1, warmups=0, limit_s=300):
        """Run, until it has ended and its result is in the history: the button can still be pressed for a moment
        after the click, so that alone says nothing."""
        self.set_iterations(iterations, warmups)
        before = self.newest_run()
        self.click("push button", "Run")
        ended = lambda: self.find("push button", "Run", states=["sensitive"]) and self.newest_run() != before
        wait_until(ended, lambda: f"no run has ended\n{self.outline()}\n{self.said()}", limit_s)

    def newest_run(self):
        runs = json.loads(self.world.run("history", "--limit", "1", "--format", "json")[0])
        return runs[0]["id"] if runs else None

    def set_iterations(self, iterations, warmups):
        self.wait_ready()
        if "sensitive" not in self.wait("spin button", "Number of Iterations")["states"]:
            self.click("push button", "As Many Iterations as It Takes")
        self.set_value("Number of Iterations", iterations)
        self.set_value("Warm-ups", warmups)

    def write(self, node, text):
        assert self.desktop.ask(do="write", node=node["id"], text=text), node

    def press(self, *keys):
        """Keys: all but the last are held."""
        for held in keys[:-1]:
            self.desktop.ask(do="key", key=held, kind="press")
        self.desktop.ask(do="key", key=keys[-1], kind="both")
        for held in reversed(keys[:-1]):
            self.desktop.ask(do="key", key=held, kind="release")
        time.sleep(0.15)  # a popover that has just opened may drop what comes at once

    def show_page(self, title):
        self.click("page tab", title)

    def shot(self, name):
        """A picture of the screen, kept."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        path = SHOTS / f"{name}.png"
        time.sleep(0.4)  # transitions
        subprocess.run(["import", "-window", "root", path], env=self.desktop.environment, check=True)
        return path

    def close(self, status=0):
        """Ends it as a session does; a crash fails the test."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(20) in (status, -signal.SIGTERM), self.said()
