"""`llamaburn report`: files that can be passed on, read back by others' parsers."""

import csv
import html.parser
import io
import json
import shutil
import struct
import subprocess
import xml.etree.ElementTree as tree
import zlib

import pytest

from conftest import BUILD

NAME = "<b>&quot;\u05e9\u05dc\u05d5\u05dd.wav"


@pytest.fixture
def runs(world):
    """Runs 1 and 2 of a sound with a hostile name, the second half as fast, with a score each."""
    sound = world.folder / NAME
    subprocess.run(["sox", "-n", "-r", "16000", world.folder / "a.wav", "synth", "1", "sine", "440"], check=True)
    (world.folder / "a.wav").rename(sound)
    (world.folder / "said.txt").write_text("one two three four")
    for sleep, text in ((50, "one two three four"), (100, "one two three")):
        world.run("stt", sound, "-e", "null", "-n", "6", "-O", f"null:sleep-ms={sleep}", "-O", f"null:text={text}",
                  "--reference", "said.txt", "--no-wait")
    return world


class Reader(html.parser.HTMLParser):
    """Elements, and the text of all."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text += data


def test_html_is_whole_and_needs_nothing(runs):
    runs.run("report", "1", "2", "-o", "r.html")
    text = (runs.folder / "r.html").read_text()
    page = Reader(text)
    names = [name for name, _ in page.elements]
    assert "script" not in names and "link" not in names
    assert all("src" not in given or given["src"].startswith("data:") for _, given in page.elements)
    assert names.count("img") == 4, "rtf, quality, course, memory"
    assert NAME in page.text and str(runs.folder) not in text
    assert "2 against 1: " in page.text and "slower (95 %" in page.text
    validity = [runs.json("show", number)[0]["validity"] for number in ("1", "2")]
    flags = [flag for one in validity for flag in one["flags"]]
    not_valid = [one for one in validity if not one["valid"]]
    assert names.count("b") == len(flags) + len(not_valid), "the sound's own name makes no element"
    for flag in flags:
        assert flag["evidence"] in page.text and flag["cure"] in page.text
    assert "25.00 %" in page.text, "the word error rate of the second"


def test_full_paths_only_where_wished(runs):
    runs.run("report", "1", "-o", "r.html", "--full-paths")
    assert str(runs.folder) in (runs.folder / "r.html").read_text()
    out, _ = runs.run("report", "1", "--format", "json")
    assert json.loads(out)[0]["input"]["path"] == NAME
    assert str(runs.folder) not in out


def test_svg_is_xml_that_says_its_figures(runs):
    out, _ = runs.run("report", "1", "2", "--format", "svg", "--chart", "rtf")
    root = tree.fromstring(out.encode())
    space = "{http://www.w3.org/2000/svg}"
    assert root.tag == f"{space}svg"
    words = root.find(f"{space}desc").text
    median = [runs.json("show", str(i))[0]["summary"]["median_rtf"] for i in (1, 2)]
    assert [float(line.split(": ")[1].split()[0]) for line in words.splitlines()[1:]] == pytest.approx(median, rel=0.01)


@pytest.mark.parametrize("dark", [False, True])
def test_png_is_a_picture(runs, dark):
    runs.run("report", "1", "2", "-o", "r.png", *(["--dark"] if dark else []))
    data = (runs.folder / "r.png").read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", data[16:24])
    assert width == 1800 and height > 1500
    at, chunks = 8, b""
    while at < len(data):
        (length,), kind = struct.unpack(">I", data[at:at + 4]), data[at + 4:at + 8]
        assert zlib.crc32(data[at + 4:at + 8 + length]) == struct.unpack(">I", data[at + 8 + length:at + 12 + length])[0]
        chunks += data[at + 8:at + 8 + length] if kind == b"IDAT" else b""
        at += length + 12
    pixels = zlib.decompress(chunks)
    assert pixels[1:4] == (b"\x1e\x1e\x21" if dark else b"\xff\xff\xff")


def test_csv_and_md_are_those_of_show(runs):
    runs.run("report", "1", "2", "-o", "r.csv")
    rows = list(csv.DictReader(io.StringIO((runs.folder / "r.csv").read_text(), newline="")))
    assert [row["number"] for row in rows] == ["1", "2"]
    runs.run("report", "1", "-o", "r.md")
    assert (runs.folder / "r.md").read_text() == runs.run("show", "1", "--format", "md")[0]


@pytest.mark.parametrize(
    "arguments, status, words",
    [
        (["1", "-o", "r.doc"], 2, '"r.doc" doesn\'t tell how to write the report: end it in .html'),
        (["9"], 1, 'no run "9"'),
        (["1", "-o", "no/such/r.html"], 1, "can't write the results to"),
        (["1", "--format", "svg", "--chart", "quality"], 1, "no figures for such a chart"),
        ([], 2, "RUN"),
    ],
)
def test_what_is_wrong_is_one_clear_line(runs, arguments, status, words):
    out, err = runs.run("report", *arguments, status=status)
    assert words in err and out == ""
    assert not (runs.folder / "r.doc").exists()


def test_without_its_program_the_cure_is_said(runs):
    alone = runs.folder / "llamaburn"
    shutil.copy(BUILD / "llamaburn", alone)
    _, err = runs.run("report", "1", status=1, program=alone)
    assert '"llamaburn-report" is neither beside this program nor in' in err
