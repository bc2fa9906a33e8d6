"""What is around the window: a theme without icons, another language, a graphics card, a full disk, a file manager."""

import pathlib
import subprocess
import time

import pytest

from desktop import HERE, end, remember, wait_until
from test_trouble import HIDDEN, runs, set_options

BUTTONS = "push button|toggle button|radio button|check box|combo box|spin button|slider|entry|switch"
TABS = {"stt": "STT", "tts": "TTS", "music": "Music"}
CARD = "sys/class/drm/card0/device"


@pytest.fixture
def no_icons(tmp_path):
    """An environment in which all is there that a desktop shares, but its icons."""
    shared = tmp_path / "share"
    shared.mkdir()
    for path in pathlib.Path("/usr/share").iterdir():
        if path.name not in ("icons", "pixmaps"):
            (shared / path.name).symlink_to(path)
    return {**HIDDEN, "XDG_DATA_DIRS": str(shared)}


def nameless(window):
    """Controls that a screen reader, or a tooltip where icons are missing, has no word for."""
    return [node for node in window.find_all(BUTTONS) if not node["name"].strip()]


@pytest.mark.parametrize("mode", TABS)
def test_without_icons_every_control_has_a_name(gui, no_icons, speech_clips, mode):
    """Before and after a run: what plays, silences, saves and copies is there then."""
    remember(gui.world, benchmark={"mode": mode, "task": "separation"}, window={"width": 1270, "height": 880},
             **{it: {"engine": "null", "automatic": 0, "iterations": 1, "warmups": 0} for it in ("stt", "tts", "separation")})
    window = gui(*[] if mode == "tts" else [speech_clips[0][0]], environment=no_icons)
    assert not nameless(window), nameless(window)
    window.run_once()
    window.wait("push button|toggle button", holds={"stt": "Copy", "tts": "Play", "music": "Silence"}[mode])
    assert not nameless(window), nameless(window)
    window.shot(f"no-icons-{mode}")


@pytest.mark.parametrize("page", ["History", "Compare", "Models", "System"])
def test_without_icons_every_page_has_names(gui, no_icons, speech_clips, page):
    gui.world.run("tts", "A few words.", "-e", "null", "-n", "2", "-w", "0", "--no-wait", "-q")
    remember(gui.world, window={"page": page.lower(), "width": 1100, "height": 800})
    window = gui(environment=no_icons)
    window.wait("page tab", page, states=["selected"])
    if page == "History":
        window.point(window.wait("label", "tts"))
        window.wait("push button", "Play audio")
    time.sleep(1)  # rows come
    assert window.find_all(BUTTONS) and not nameless(window), nameless(window)
    window.shot(f"no-icons-{page.lower()}")


def translate(folder, language, words):
    """A catalogue of a few words, as translators make it."""
    place = folder / language / "LC_MESSAGES"
    place.mkdir(parents=True)
    text = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    text += "".join(f'msgid "{word}"\nmsgstr "{other}"\n\n' for word, other in words.items())
    (place / "words.po").write_text(text)
    subprocess.run(["msgfmt", "-o", place / "llamaburn.mo", place / "words.po"], check=True)


def test_a_translation_is_shown(gui):
    """Of the code, of the templates and of tables; numbers keep their point, what has no translation its English."""
    translate(gui.world.folder / "locale", "de", {
        "Benchmark": "Messung", "Run": "Los", "Choose a sound file": "Bitte eine Tondatei wählen",
        "Measured With": "Gemessen mit", "History": "Verlauf",
    })
    window = gui(environment={**HIDDEN, "LLAMABURN_LOCALE": str(gui.world.folder / "locale"), "LANGUAGE": "de"})
    window.wait("page tab", "Messung")
    window.wait("page tab", "Verlauf")
    window.wait("push button", "Los")
    window.wait("label", "Bitte eine Tondatei wählen")
    window.wait("label", "Gemessen mit")
    window.wait("page tab", "Compare")
    window.shot("translated")


def put(folder, name, value):
    path = folder / CARD / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{value}\n")


def test_the_card_is_seen_while_it_runs(gui, speech_clips):
    """A card as the kernel shows one, in a folder of the test's."""
    machine = gui.world.folder / "machine"
    put(machine, "vendor", "0x1002")
    put(machine, "gpu_busy_percent", 80)
    put(machine, "mem_info_vram_used", 3 << 30)
    remember(gui.world, stt={"engine": "null", "automatic": 0, "iterations": 2, "warmups": 0})
    window = gui(speech_clips[1][0], environment={**HIDDEN, "LLAMABURN_GUI_GPU": str(machine)})
    set_options(window, sleep_ms=30000)
    window.click("push button", "Run")
    window.wait("image", "GPU in use: 80 %")
    window.wait("image", "GPU memory in use: 3.0 GiB")
    put(machine, "gpu_busy_percent", 35)
    put(machine, "mem_info_vram_used", 5 << 30)
    window.wait("image", "GPU in use: 35 %")
    window.wait("image", "GPU memory in use: 5.0 GiB")
    window.wait("image", holds="Memory in use: ")
    window.wait("image", holds="CPU cores in use: ")
    window.shot("gpu-curves")
    window.click("push button", "Stop")
    window.wait_ready(60)


def test_without_a_card_there_is_no_curve_of_one(gui, speech_clips):
    (gui.world.folder / "machine").mkdir()
    remember(gui.world, stt={"engine": "null", "automatic": 0, "iterations": 1, "warmups": 0})
    window = gui(speech_clips[1][0], environment={**HIDDEN, "LLAMABURN_GUI_GPU": str(gui.world.folder / "machine")})
    set_options(window, sleep_ms=4000)
    window.click("push button", "Run")
    window.wait("image", holds="CPU cores in use: ")
    assert not window.find("image", holds="GPU")
    window.wait_ready(60)


def test_a_full_disk_is_said_with_the_cure(gui):
    """The sound does not fit on the disk: the figures hold, the window says what is missing and lives on."""
    remember(gui.world, benchmark={"mode": "tts"}, tts={"engine": "null", "automatic": 0, "iterations": 1, "warmups": 0})
    small = ["unshare", "-rm", "sh", "-c", 'mount -t tmpfs -o size=2m tmpfs "$XDG_DATA_HOME" && exec "$0" "$@"']
    window = gui(environment=HIDDEN, through=small)
    set_options(window, sound_s=75)
    window.set_iterations(1, 0)
    window.click("push button", "Run")  # its history is on a disk that only it sees
    window.wait("panel", holds="RTF, Median:", limit_s=60)
    window.wait("label", holds="No space left")
    window.shot("trouble-full-disk")
    window.wait_ready()


def drag(window, start, end):
    """The real mouse, pressed at start and let go at end, with steps on the way."""
    ask = window.desktop.ask
    ask(do="mouse", x=start[0], y=start[1], event="abs")
    ask(do="mouse", x=start[0], y=start[1], event="b1p")
    for step in range(1, 21):
        x, y = (round(a + (b - a) * step / 20) for a, b in zip(start, end))
        ask(do="mouse", x=x, y=y, event="abs")
        time.sleep(0.05)
    time.sleep(0.5)
    ask(do="mouse", x=end[0], y=end[1], event="b1r")


def test_a_file_is_dropped_from_another_program(gui, speech_clips):
    clip = speech_clips[1][0]
    remember(gui.world, stt={"engine": "null"})
    window = gui(environment=HIDDEN)
    window.wait("label", "Choose a sound file")
    said = gui.world.folder / "manager.log"
    with open(said, "w") as log:
        manager = window.desktop.start(["/usr/bin/python3", HERE / "drag_source.py", clip], stdout=log)
    wait_until(lambda: "ready" in said.read_text(), "the file manager does not come")
    drag(window, (40, 40), (700, 450))
    wait_until(lambda: "dropped" in said.read_text(), "nothing was dropped")
    end(manager)
    window.wait("label", clip.name)
    window.wait_ready()
    assert not runs(gui.world)
