"""docs/ENGINES.md to the letter: a third party's engine in the user's folder is listed, checked and benchmarked."""

import json
import math
import re
import shlex
import struct
import wave

import pytest

from conftest import ROOT

PAGE = (ROOT / "docs/ENGINES.md").read_text()
SECTION = PAGE[PAGE.index("## A Python engine in an hour") :].split("\n## ")[0]
CODE = {"S": "...", "O": "---", "H": "....", "E": ".", "L": ".-..", "P": ".--.", "M": "--", "1": ".----"}
RATE, DOT = 16000, 1280


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", SECTION, re.M | re.S)


def write_morse(path, text):
    """Tones of 600 Hz, a dot of 80 ms."""
    marks = []
    for word in text.split():
        for letter in word:
            for sign in CODE[letter]:
                marks += [(True, 1 if sign == "." else 3), (False, 1)]
            marks[-1] = (False, 3)
        marks[-1] = (False, 7)
    samples = []
    for is_tone, dots in marks:
        count = dots * DOT
        samples += [int(16000 * math.sin(2 * math.pi * 600 * i / RATE)) if is_tone else 0 for i in range(count)]
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))


@pytest.fixture
def morse(world):
    make, use = blocks("sh")
    (folder,) = re.fullmatch(r"mkdir -p ~/\.local/share/llamaburn/(\S+)\n", make).groups()
    (manifest,) = blocks("json")
    (worker,) = blocks("python")
    target = world.data / folder
    target.mkdir(parents=True)
    (target / "manifest.json").write_text(manifest)
    (target / "worker.py").write_text(worker)
    return use.splitlines()


@pytest.mark.parametrize("text", ["SOS HELP ME", "HELLO 1"])
def test_the_worked_example_works(world, morse, text):
    write_morse(world.folder / "message.wav", text)
    lines = [shlex.split(line) for line in morse]
    assert [line[0] for line in lines] == ["llamaburn"] * 4
    listed, _ = world.run(*lines[0][1:])
    assert "morse: Morse code" in listed and "ready" in listed and "--threshold" in listed
    checked, _ = world.run(*lines[1][1:])
    assert re.match(r"morse 1\.0: starts in .* loads in .* on cpu, runs in", checked)
    measured, _ = world.run(*lines[2][1:])
    assert text in measured
    (record,) = json.loads(world.run(*lines[3][1:])[0])
    assert record["engine"]["id"] == "morse" and record["engine"]["version"] == "1.0"
    assert record["output"]["text"] == text
    assert len(record["iterations"]) == 6
    assert record["settings"]["options"]["threshold"] == 0.3
    assert record["iterations"][0]["latency_kind"] == "token"


def test_it_is_in_the_list(world, morse):
    assert "morse" in world.run("engines")[0]


def test_members_of_python_are_in_the_page():
    """What src/engine/python.c reads is in the table of the manifest."""
    source = (ROOT / "src/engine/python.c").read_text()
    reader = source[source.index("read_environment (") :]
    members = set(re.findall(r'lb_json_(?:string|integer) \(json, "(\w+)"', reader))
    assert members == {"versions", "lock", "index", "disk_bytes"}
    row = next(line for line in PAGE.splitlines() if line.startswith("| `python` |"))
    for member in members:
        assert f"`{member}`" in row, member
