"""The page History: of a filled store, of runs that come while it is open, and of what is wrong with them."""

import json
import os
import signal
import subprocess
import time

import pytest
from conftest import functional_world
from desktop import LOOKS, BUILD, CONTROL, DOWN, ENTER, Desktop, Window, wait_until

DELETE = 0xFFFF
World = functional_world.World
SLEEPS = ("-e", "null", "-w", "0", "--no-wait", "-q")
NAMES = ["<b>bold &amp; loud<i>.wav", "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd.wav", "w" * 240 + ".wav"]


def fill(world, count):
    world.data.mkdir(parents=True, exist_ok=True)
    subprocess.run([BUILD / "tests/tools/store/store-filler", world.data, str(count)], check=True)


def make_sound(world, name="a.wav", seconds=1):
    subprocess.run(["sox", "-n", "-r", "16000", world.folder / "made.wav", "synth", str(seconds), "sine", "440"], check=True)
    (world.folder / "made.wav").rename(world.folder / name)
    return world.folder / name


def measure(world, *more, sound="a.wav", iterations=6):
    """A run by the command line; its number is the newest."""
    if not (world.folder / sound).exists():
        make_sound(world, sound)
    world.run("stt", sound, *SLEEPS, "-n", str(iterations), *more)


def open_page(gui, page, width=1100, **options):
    """The window with that page first: walking over others takes time."""
    state = gui.world.folder / "state" / "llamaburn"
    state.mkdir(exist_ok=True)
    (state / "window.ini").write_text(f"[window]\npage={page}\nwidth={width}\nheight=800\n")
    return gui(**options)


def open_history(gui, **options):
    return open_page(gui, "history", **options)


def table(window):
    """The list of runs: found once."""
    if not hasattr(window, "table"):
        window.table = window.wait("tree table|table", "Runs")["id"]
    return window.table


def cells(window):
    """The texts of the rows that are there, in their order: a list for each row."""
    rows = {}
    for node in window.find_all("label", under=table(window)):
        if "box" in node:  # else it goes while it is looked at
            rows.setdefault(node["box"][1], []).append((node["box"][0], node["name"]))
    return [[name for _, name in sorted(row)] for _, row in sorted(rows.items())][1:]


def numbers(window):
    return [row[0] for row in cells(window)] if window.find("tree table|table", "Runs") else []


def wait_numbers(window, wanted):
    wait_until(lambda: numbers(window) == wanted, lambda: f"{numbers(window)}, not {wanted}")


def row_of(window, number):
    """The cell with the run's number, to be clicked."""
    return window.wait("label", str(number), under=table(window))


def select(window, number):
    window.point(row_of(window, number))
    window.wait("label", holds=f"#{number}")  # the title of the details


def compare(window, *wanted):
    """Each joins the comparison."""
    for number in wanted:
        window.show_page("History")
        window.wait("page tab", "History", states=["selected"])
        time.sleep(1)  # until it is drawn: the mouse meets what is on the screen
        select(window, number)
        window.click("push button", "Compare")
        window.wait("page tab", "Compare", states=["selected"])


def test_an_empty_history_says_what_fills_it(gui):
    window = open_history(gui)
    window.wait("label", "No Runs Yet")


def test_rows_of_a_store_newest_first(gui):
    fill(gui.world, 12)
    window = open_history(gui)
    wait_numbers(window, [str(n) for n in range(12, 0, -1)])
    assert cells(window)[0][:6] == ["12", cells(window)[0][1], "stt", "null", "whisper-tiny", "interview-00011.wav"]
    window.wait("label", "12 runs")
    window.shot("history-list")


def test_a_header_sorts_both_ways(gui):
    fill(gui.world, 12)
    window = open_history(gui)
    wait_numbers(window, [str(n) for n in range(12, 0, -1)])
    header = window.wait("label", "RTF", under=table(window))
    window.point(header)
    wait_numbers(window, [str(n) for n in range(1, 13)])  # the filler's RTF grows with the number
    time.sleep(1)  # until it is drawn, and the next click no second half of a double one
    window.point(header)
    wait_numbers(window, [str(n) for n in range(12, 0, -1)])
    time.sleep(1)
    window.point(window.wait("label", "Engine", under=table(window)))
    wait_until(lambda: [row[3] for row in cells(window)] == ["faster-whisper"] * 4 + ["null"] * 4 + ["whisper.cpp"] * 4,
               lambda: str(cells(window)))


def test_words_and_choices_filter(gui):
    fill(gui.world, 12)
    window = open_history(gui)
    wait_numbers(window, [str(n) for n in range(12, 0, -1)])
    search = window.wait("entry", "Search runs")
    window.write(search, "tiny NULL")
    wait_numbers(window, ["12"])
    window.write(search, "no such thing")
    window.wait("label", "No Run Fits")
    window.write(search, "")
    wait_numbers(window, [str(n) for n in range(12, 0, -1)])
    window.point(window.wait("combo box", "Engine"))
    time.sleep(1)
    for key in (DOWN, DOWN, DOWN, ENTER):  # all, faster-whisper, null, whisper.cpp
        window.press(key)
    wait_numbers(window, ["10", "7", "4", "1"])


@pytest.mark.parametrize("pattern, found", [("50%", ["1"]), ("a_b", ["1"]), ("\\", ["1"]), ("'; DROP", [])])
def test_a_search_is_no_pattern_and_no_command(gui, pattern, found):
    measure(gui.world, sound="50% a_b \\ x.wav", iterations=1)
    measure(gui.world, sound="500 aab.wav", iterations=1)
    window = open_history(gui)
    wait_numbers(window, ["2", "1"])
    window.write(window.wait("entry", "Search runs"), pattern)
    if found:
        wait_numbers(window, found)
    else:
        window.wait("label", "No Run Fits")


def test_check_history(gui):
    """Verification: Check history. A run of the command line appears while the page is open, and goes on live."""
    measure(gui.world)
    window = open_history(gui)
    wait_numbers(window, ["1"])
    process = gui.world.start("stt", "a.wav", *SLEEPS, "-n", "20", "-O", "null:sleep-ms=300")
    wait_numbers(window, ["2", "1"])
    window.wait("label", holds="Running: 2 null")
    window.shot("history-running")
    assert process.wait(60) == 0
    window.wait_gone("label", holds="Running: 2 null")
    wait_until(lambda: cells(window)[0][-1] in ("ok", "not valid"), lambda: str(cells(window)))


def test_details_are_those_of_show(gui):
    world = gui.world
    (world.folder / "said.txt").write_text("the cat sat down")
    measure(world, "-O", "null:text=the cat sat town", "--reference", "said.txt")
    record = world.json("show", "1")[0]
    window = open_history(gui)
    select(window, 1)
    window.wait("label", holds=record["id"])
    window.wait("label", holds="25.00 % (of 4 words 1 substituted, 0 deleted, 0 inserted)")
    for flag in record["validity"]["flags"]:
        window.wait("label", holds=flag["cure"])
    window.shot("history-details")


def test_delete_can_be_undone_and_then_is_done(gui):
    fill(gui.world, 3)
    window = open_history(gui)
    wait_numbers(window, ["3", "2", "1"])
    select(window, 2)
    window.click("push button", "Delete")
    window.click("push button", "Undo Undo")  # the toast stays for ten seconds
    wait_numbers(window, ["3", "2", "1"])
    assert len(gui.world.run("history", "--format", "jsonl")[0].splitlines()) == 3
    select(window, 3)
    window.press(DELETE)
    window.shot("history-undo")
    wait_numbers(window, ["2", "1"])
    wait_until(lambda: len(gui.world.run("history", "--format", "jsonl")[0].splitlines()) == 2, "it stays", limit_s=40)
    wait_numbers(window, ["2", "1"])


def test_closing_the_window_keeps_the_wish_to_delete(gui):
    fill(gui.world, 2)
    window = open_history(gui)
    wait_numbers(window, ["2", "1"])
    select(window, 1)
    window.click("push button", "Delete")
    wait_numbers(window, ["2"])
    window.click("push button", "Close")
    window.process.wait(20)
    left = gui.world.run("history", "--format", "jsonl")[0].splitlines()
    assert [json.loads(line)["number"] for line in left] == [2]


def test_a_run_that_lives_is_not_deleted(gui):
    measure(gui.world, iterations=1)
    process = gui.world.start("stt", "a.wav", *SLEEPS, "-n", "2000", "-O", "null:sleep-ms=400")
    window = open_history(gui)
    wait_numbers(window, ["2", "1"])
    select(window, 2)
    window.click("push button", "Delete")
    wait_numbers(window, ["1"])
    wait_numbers_soon(window, ["2", "1"])
    process.send_signal(signal.SIGINT)
    process.wait(20)


def wait_numbers_soon(window, wanted):
    """After the toast, which stays for some seconds."""
    wait_until(lambda: window.find("tree table|table", "Runs") and numbers(window) == wanted, "it does not come back", limit_s=30)


@pytest.mark.parametrize("name", NAMES, ids=["markup", "right to left", "long"])
def test_names_are_shown_as_they_are(gui, name):
    measure(gui.world, sound=name, iterations=1)
    window = open_history(gui)
    wait_numbers(window, ["1"])
    assert cells(window)[0][5].startswith(name[:100])
    select(window, 1)
    window.wait("label", holds=name[:60])
    window.shot("history-name-" + str(NAMES.index(name)))


def test_a_text_of_4_kilobytes_and_markup(gui):
    text = "<i>" + "word " * 820
    measure(gui.world, "-O", f"null:text={text}", iterations=1)
    window = open_history(gui)
    select(window, 1)
    window.wait("label", holds="<i>word word")


def test_a_sound_that_is_gone_says_so(gui):
    world = gui.world
    world.run("tts", "A few words.", "-e", "null", "-n", "1", "-w", "0", "--no-wait", "-q")
    window = open_history(gui)
    select(window, 1)
    window.wait("push button", "Play audio")
    window.shot("history-sound")
    sounds = list(world.data.glob("runs/*/*.wav")) + list(world.data.glob("runs/*/*.flac"))
    assert sounds
    for sound in sounds:
        os.unlink(sound)
    measure(world, iterations=1)
    wait_numbers(window, ["2", "1"])
    select(window, 2)
    window.wait_gone("push button", "Play audio")
    select(window, 1)
    window.wait("label", holds="the file is gone, or was removed to make room")


def test_what_another_program_removes_goes(gui):
    fill(gui.world, 3)
    window = open_history(gui)
    wait_numbers(window, ["3", "2", "1"])
    gui.world.run("history", "remove", "2")
    wait_numbers(window, ["3", "1"])


def test_two_windows_on_one_store(gui):
    fill(gui.world, 3)
    first = open_history(gui)
    wait_numbers(first, ["3", "2", "1"])
    other = Desktop()
    try:
        second = Window(other, gui.world)
        wait_numbers(second, ["3", "2", "1"])
        select(second, 2)
        second.click("push button", "Delete")
        second.click("push button", "Close")
        second.process.wait(20)
        wait_numbers(first, ["3", "1"])
    finally:
        other.close()


def test_a_history_that_cannot_be_opened_is_said(gui):
    fill(gui.world, 1)
    database = gui.world.data / "history.db"
    subprocess.run(["sqlite3", database, "PRAGMA user_version = 99"], check=True)
    window = open_history(gui)
    window.wait("label", holds="is from a newer LlamaBurn")
    window.shot("history-problem")


def save_as(window, button, path):
    """By the file dialog, typing. GTK 4.8 crashes where AT-SPI looks at that dialog as it goes."""
    window.click("push button", button)
    time.sleep(4)
    window.press(CONTROL, ord("a"))
    window.desktop.ask(do="type", text=str(path))
    time.sleep(1)
    window.press(ENTER)
    wait_until(lambda: path.exists() and path.stat().st_size > 0, f"{path} is not written: {window.said()}", limit_s=40)


def test_export_writes_the_file_that_was_named(gui):
    measure(gui.world)
    window = open_history(gui)
    wait_numbers(window, ["1"])
    select(window, 1)
    page, records = gui.world.folder / "out.html", gui.world.folder / "out.json"
    save_as(window, "Export…", page)
    assert "<!DOCTYPE html>" in page.read_text()
    save_as(window, "Export…", records)
    assert json.loads(records.read_text())[0]["number"] == 1


def test_runs_of_another_history_are_imported(gui, tmp_path_factory):
    other = World(tmp_path_factory.mktemp("other"))
    measure(other, iterations=2)
    records, bad = gui.world.folder / "records.json", gui.world.folder / "bad.json"
    other.run("report", "1", "-o", str(records))
    bad.write_text('{"schema": "llamaburn.result/9"}')
    window = open_history(gui)
    window.choose_file(bad, button="Import Runs")
    window.wait("label", holds="is not known here")
    window.choose_file(records, button="Import Runs")
    window.wait("label", holds="1 run imported as 1")
    wait_numbers(window, ["1"])
    select(window, 1)
    window.wait("label", holds=other.json("show", "1")[0]["id"])


@pytest.mark.parametrize("look, width", LOOKS)
def test_looks(gui, look, width):
    fill(gui.world, 40)
    window = open_history(gui, width=width, environment={"ADW_DEBUG_COLOR_SCHEME": f"prefer-{look}"})
    row_of(window, 38)
    select(window, 38)
    window.wait("label", "1 of 40 selected")
    window.shot(f"history-{look}-{width}")
    if width == 400:
        window.click("push button", "Details")
        window.wait("push button", "Back to the list")
        window.shot(f"history-{look}-{width}-details")


def test_100000_rows_scroll_without_being_read(gui):
    fill(gui.world, 100_000)
    window = open_history(gui)
    window.wait("label", "100000 runs")
    start = time.monotonic()
    window.write(window.wait("entry", "Search runs"), "interview-00041")
    window.wait("label", "1 run", limit_s=40)
    wait_numbers(window, ["42"])
    assert time.monotonic() - start < 40
    status = (f"/proc/{window.process.pid}/status")
    rss = [int(line.split()[1]) for line in open(status) if line.startswith("VmHWM:")][0]
    assert rss < 400_000, f"{rss} kB"
