"""llamaburn import: runs of another history come into this one, and nothing else does."""

import json
import subprocess

import pytest

QUICK = ("-e", "null", "-n", "2", "-w", "0", "--no-warm-load", "--no-wait", "-q")


@pytest.fixture
def other(tmp_path_factory):
    """The history of another machine: a speech-to-text run, a spoken one with its sound."""
    from conftest import World

    there = World(tmp_path_factory.mktemp("other"))
    subprocess.run(["sox", "-n", "-r", "16000", there.folder / "a.wav", "synth", "1", "sine", "440"], check=True)
    there.run("stt", "a.wav", *QUICK, "--text", "the cat sat")
    there.run("tts", "A few words.", *QUICK)
    return there


def write(world, records, name="records.json"):
    path = world.folder / name
    path.write_text(json.dumps(records))
    return path


def test_runs_come_whole_and_once(world, other):
    there = other.json("show", "1", "2")
    path = other.folder / "both.json"
    other.run("report", "1", "2", "-o", str(path), "--full-paths")
    out, _ = world.run("import", str(path))
    assert out == "2 runs imported as 1 to 2\n"
    here = world.json("show", "1", "2")
    for mine, its in zip(here, there):
        assert mine["id"] == its["id"] and mine["machine"] == its["machine"]
        assert mine["iterations"] == its["iterations"] and mine["summary"] == its["summary"]
        assert mine["outputs"][0]["sha256"] == its["outputs"][0]["sha256"]
    assert there[1]["artifacts"] and here[1]["artifacts"] == [], "files of another machine are none of this one"
    out, _ = world.run("import", str(path))
    assert out == "0 runs imported, 2 were here already\n"
    out, _ = world.run("compare", "1", "1")
    assert "null" in out


def test_a_run_a_line_and_a_single_one(world, other):
    lines, _ = other.run("show", "1", "2", "--format", "jsonl")
    (world.folder / "runs.jsonl").write_text(lines)
    first, second = (json.loads(line) for line in lines.splitlines())
    assert world.run("import", "runs.jsonl")[0] == "2 runs imported as 1 to 2\n"
    world.run("history", "remove", "2")
    assert world.run("import", str(write(world, second)))[0] == "1 run imported as 3\n"
    rows = json.loads(world.run("history", "--format", "json")[0])
    assert [row["id"] for row in rows] == [second["id"], first["id"]]
    assert rows[0]["iterations"] == 2 and rows[0]["median_wall_s"] > 0


BAD = {
    "holds no record": [],
    '"schema" must be': [{"id": 3}],
    "is not known here": {"schema": "llamaburn.result/9"},
    '"timestamp" must be a whole number': {"timestamp": "now"},
    '"iterations" must be a list of objects': {"iterations": [1]},
    '"engine" must be an object': {"engine": "null"},
    '"engine" must have an "id"': {"engine": {}},
    '"id" must be a UUID': {"id": "../../etc/passwd"},
    "the run must have ended": {"status": "running"},
    '"mode" must not be empty': {"mode": ""},
}


@pytest.mark.parametrize("words", BAD)
def test_what_is_no_record_is_refused_whole(world, other, words):
    """One bad record among good ones, in the second of two files: nothing comes."""
    good = other.json("show", "1", "2")
    change = BAD[words]
    bad = change if isinstance(change, list) else [good[0], {**good[1], **change}]
    write(world, [good[0]], "good.json")
    _, err = world.run("import", "good.json", str(write(world, bad, "bad.json")), status=1)
    assert words in err and "bad.json" in err and len(err.splitlines()) == 1, err
    assert world.run("history", "--format", "jsonl")[0] == ""


NO_JSON = {"words": "tempo 120", "empty": "", "cut": "{", "second line": '{"a": 1}\nnonsense\n', "deep": "[" * 100000, "null": "null"}


@pytest.mark.parametrize("text", NO_JSON.values(), ids=NO_JSON)
def test_what_is_no_json_is_refused(world, text):
    (world.folder / "bad.json").write_text(text)
    _, err = world.run("import", "bad.json", status=1)
    assert "bad.json" in err and len(err.splitlines()) == 1, err


def test_no_file(world):
    _, err = world.run("import", "absent.json", status=1)
    assert "can't read \"absent.json\"" in err
    world.run("import", status=2)
    _, err = world.run("import", "/dev/zero", status=1)
    assert "67108864 is the most" in err
    _, err = world.run("import", "/", status=1)
    assert "Is a directory" in err


def test_a_hostile_record_names_no_file_and_no_markup(world, other):
    """Its artifacts would be anything's; what it says is shown, not done."""
    (record,) = other.json("show", "2")
    record["artifacts"] = [{"role": "audio", "path": "../../../etc/passwd", "bytes": -1, "sha256": "x"}]
    record["engine"]["id"] = "null\u001b[31m'; DROP TABLE run; --"
    record["number"] = 10**18
    record["strange"] = {"deep": [[[[]]]]}
    assert world.run("import", str(write(world, record)))[0] == "1 run imported as 1\n"
    (mine,) = world.json("show", "1")
    assert mine["artifacts"] == [] and mine["strange"] == record["strange"]
    out, _ = world.run("show", "1")
    assert "\u001b" not in out
    _, err = world.run("play", "1", status=1)
    assert "passwd" not in err
    world.run("history", "remove", "1")
