"""What the command line, references and files can be wrong in: one clear line, the right status."""

import json
import os

import pytest

CLIP = "/usr/share/pocketsphinx/test/data/librivox/sense_and_sensibility_01_austen_64kb-0880.wav"
QUICK = ("-e", "null", "-n", "1", "-w", "0")


def one_line(err):
    """The one line of an error, without progress."""
    lines = [line for line in err.splitlines() if line.startswith("llamaburn: ")]
    assert len(lines) == 1, err
    return lines[0]


@pytest.mark.parametrize(
    "arguments,words",
    [
        (["stt", CLIP, "-e", "nul"], ["nul", "null"]),
        (["stt", CLIP, "-e", "whisper.cpp", "-m", "bose"], ["bose", "base"]),
        (["stt", CLIP, "-e", "null", "-d", "vulcan:0"], ["vulcan:0", "vulkan"]),
        (["stt", CLIP, "-e", "null", "--sleepms", "1"], ["sleepms", "sleep-ms"]),
        (["stt", CLIP, "-e", "null", "--sleep-ms", "x"], ["sleep-ms", "x"]),
        (["stt", CLIP, "-n", "0"], ["iterations"]),
        (["stt", CLIP, "-n", "many"], ["many"]),
        (["stt", CLIP, "--memory-limit", "lots"], ["lots"]),
        (["stt"], ["FILE"]),
        (["sst", CLIP], ["sst", "stt"]),
        (["stt", CLIP, "--format", "xml"], ["xml"]),
    ],
)
def test_usage_is_refused_with_the_nearest_name(world, arguments, words):
    _, err = world.run(*arguments, status=2)
    line = one_line(err)
    for word in words:
        assert word in line, line
    assert not (world.data / "history.db").exists() or json.loads(world.run("history", "--format", "json")[0]) == []


def test_references_that_cannot_be_used(world):
    folder = world.folder / "references"
    folder.mkdir()
    empty = world.folder / "empty.txt"
    empty.write_text(" \n")
    latin = world.folder / "latin.txt"
    latin.write_bytes("caf\xe9".encode("latin-1"))
    signs = world.folder / "signs.txt"
    signs.write_text("?!? !!!")
    for path, word in ((empty, "empty"), (latin, "UTF-8"), (folder, "austen"), (signs, "signs"), (world.folder / "absent.txt", "absent")):
        (record,) = world.json("stt", CLIP, *QUICK, "--reference", str(path), status=1)
        assert record["error"]["phase"] == "input"
        assert word in record["error"]["message"], record["error"]


@pytest.mark.parametrize("name", [b"a\nb.wav", b"a\"b'.wav", b"\x1b[31mred.wav", b"\xff\xfe.wav", b"-dash.wav", b"a;b $(touch x).wav"])
def test_any_file_name_works_and_is_shown_harmless(world, name):
    path = os.path.join(os.fsencode(world.folder), name)
    os.symlink(CLIP, path)
    arguments = ["stt", *QUICK, "--format", "json", "--", path] if not name.startswith(b"-") else ["stt", *QUICK, "--format", "json", "--", name]
    out, err = world.run(*arguments)
    record = json.loads(out)[0]
    assert record["status"] == "ok"
    assert "\x1b" not in err
    for command in (["history"], ["show", "last"], ["history", "--format", "csv"], ["history", "--format", "md"]):
        shown, _ = world.run(*command)
        assert "\x1b" not in shown
    if name == b"\xff\xfe.wav":
        assert "path_uri" in record["input"] and "%FF%FE.wav" in record["input"]["path_uri"]


def test_one_failing_case_leaves_the_others(world):
    records = world.json("stt", CLIP, str(world.folder / "absent.wav"), *QUICK, status=1)
    assert [record["status"] for record in records] == ["ok", "failed"]
    assert "absent.wav" in records[1]["error"]["message"]


def test_results_never_replace_an_input(world):
    clip = world.folder / "mine.wav"
    clip.write_bytes(open(CLIP, "rb").read())
    link = world.folder / "link.wav"
    link.symlink_to(clip)
    before = clip.read_bytes()
    _, err = world.run("stt", str(clip), *QUICK, "-o", str(link), status=2)
    assert "is an input" in one_line(err)
    assert clip.read_bytes() == before
