"""Equal work: one decoding in all engines, what differs said beside the figures, threads as asked for."""

import csv
import io
import json
import os
import pathlib
import time

import pytest

from conftest import MODELS, ROOT, wait_for

ENVIRONMENT = "environments/faster-whisper-cpu"
QUICK = ("-n", "1", "-w", "0", "--no-warm-load", "-d", "cpu", "--no-wait")
WORKING_SHARE = 0.1


@pytest.fixture
def both(world):
    """whisper.cpp and faster-whisper, as ./check has installed them, on one set of weights."""
    installed = MODELS / ENVIRONMENT
    assert (installed / "llamaburn.json").exists(), f"{installed} is missing: ./check installs it"
    (world.data / "environments").mkdir(parents=True)
    (world.data / ENVIRONMENT).symlink_to(installed)
    world.link_model("whisper/ct2/base")
    world.link_model("whisper/ggml-base.bin")
    return world


def plan(world, *arguments):
    out, _ = world.run("stt", "a.wav", *arguments, "--print-plan")
    return json.loads(out)["cases"]


def test_the_default_engine_is_the_one_of_the_lowest_rank(both):
    """By name, faster-whisper would be first."""
    (case,) = plan(both)
    assert case["engine"] == "whisper.cpp" and case["decoding"] == "engine" and case["options"] == {}
    # An engine of one's own of a lower rank comes first, once it can run.
    folder = both.data / "workers/mine"
    folder.mkdir(parents=True)
    manifest = {
        "id": "mine", "title": "Mine", "mode": "stt", "rank": 5, "outputs": ["text"],
        "inputs": [{"role": "audio", "kind": "pcm"}], "command": ["./absent"],
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert plan(both)[0]["engine"] == "whisper.cpp"
    (folder / "manifest.json").write_text(json.dumps({**manifest, "command": ["sh"]}))
    assert plan(both)[0]["engine"] == "mine"


def test_several_engines_decode_greedily_unless_told(both):
    cpp, faster = plan(both, "-e", "whisper.cpp,faster-whisper")
    assert cpp["decoding"] == faster["decoding"] == "greedy"
    for case in (cpp, faster):
        assert case["options"]["beam-size"] == 1 and case["options"]["no-fallback"] is True
    assert cpp["options"]["max-context"] == 0
    assert faster["options"]["condition-on-previous-text"] is False
    cpp, faster = plan(both, "-e", "whisper.cpp,faster-whisper", "--decoding", "beam:3")
    assert cpp["options"]["beam-size"] == faster["options"]["beam-size"] == 3
    cpp, faster = plan(both, "-e", "whisper.cpp,faster-whisper", "--decoding", "engine", "--beam-size", "2")
    assert cpp["options"] == faster["options"] == {"beam-size": 2}
    (alone,) = plan(both, "-e", "faster-whisper", "--decoding", "greedy", "--patience", "2")
    assert alone["options"]["patience"] == 2.0 and alone["options"]["beam-size"] == 1
    # An engine of which nobody knows what greedy would be keeps its own way; asked for, it is an error.
    cases = plan(both, "-e", "whisper.cpp,null")
    assert [case["decoding"] for case in cases] == ["greedy", "engine"]


@pytest.mark.parametrize("arguments,words", [
    (["-e", "whisper.cpp,null", "--decoding", "greedy"], 'engine "null" has no decoding "greedy"'),
    (["-e", "whisper.cpp", "--decoding", "beam:9"], 'engine "whisper.cpp", --decoding beam:9: --beam-size takes'),
    (["-e", "whisper.cpp", "--decoding", "beam:1"], "--decoding takes greedy, beam:N"),
    (["-e", "whisper.cpp", "--decoding", "sampling\x1b[31m"], 'not "sampling\\x1b[31m"'),
])
def test_decodings_that_cannot_be(both, arguments, words):
    _, err = both.run("stt", "a.wav", *arguments, status=2)
    assert words in err


def test_a_plan_file_has_its_decoding(both):
    out, _ = both.run("stt", "a.wav", "-e", "whisper.cpp,faster-whisper", "--decoding", "beam:4", "--print-plan")
    value = json.loads(out)
    for case in value["cases"]:
        case["options"] = {}
        case["decoding"] = "beam:40"
    path = both.folder / "plan.json"
    path.write_text(json.dumps(value))
    _, err = both.run("run", str(path), status=2)
    assert 'engine "whisper.cpp", --decoding beam:40' in err


@pytest.mark.once
def test_what_is_no_equal_work_stands_beside_the_figures(both, speech):
    """greedy in both, but one has five beams all the same, and other weights."""
    path = str(min(speech)[0])
    arguments = ("stt", path, "-e", "whisper.cpp,faster-whisper", "-m", "base", "--language", "en", *QUICK)
    out, _ = both.run(*arguments, "--duration", "3")
    assert "Decoding: greedy in all engines\n" in out
    assert "differs: precision f32 (baseline f16)" in out
    (cpp,), (faster,) = both.json("show", "1"), both.json("show", "2")
    assert cpp["settings"]["decoding"] == faster["settings"]["decoding"] == "greedy"
    assert cpp["settings"]["decoding_used"]["is"] == faster["settings"]["decoding_used"]["is"] == "greedy"
    assert faster["settings"]["options"]["beam-size"] == 1
    assert "differs" not in cpp
    assert [one["what"] for one in faster["differs"]["differences"]] == ["precision"]
    assert faster["differs"]["baseline"] == cpp["id"]
    cpp, faster = both.json(*arguments, "--duration", "3", "-O", "faster-whisper:beam-size=5", "-O",
                            "faster-whisper:compute-type=int8", "-O", "faster-whisper:hotwords=Dashwood")
    words = faster["differs"]["words"]
    assert "decoding beam:5 (baseline greedy)" in words
    assert "precision int8_f32 (baseline f16)" in words
    assert "option hotwords Dashwood (baseline none)" in words
    assert "length-penalty" not in words and "vad" not in words
    for output in ("table", "md", "csv"):
        out, _ = both.run("compare", "3", "4", "--format", output)
        assert "beam:5" in out and "int8" in out, out
    (shown,) = both.json("show", "4")
    assert shown["differs"] == faster["differs"]


def test_every_format_says_what_differs(world, speech):
    path = str(min(speech)[0])
    arguments = ("stt", path, "-e", "null,null-worker", "--duration", "2", *QUICK)
    out, _ = world.run(*arguments, "-O", "null-worker:tokens=3")
    assert "Decoding: engine in all engines" in out
    out, _ = world.run(*arguments, "-O", "null-worker:busy-ms=1", "--format", "csv")
    first, second = csv.DictReader(io.StringIO(out))
    assert first["differs"] == "" and second["differs"] == "option busy-ms 1 (baseline none)"
    out, _ = world.run(*arguments, "-O", "null-worker:busy-ms=1", "--format", "md")
    assert "option busy-ms" in out


def test_two_files_are_no_difference_of_each_other(world, speech):
    records = world.json("stt", *[str(path) for path, _ in sorted(speech)[:2]], "-e", "null", *QUICK)
    assert all("differs" not in record for record in records)


def manifests_with_decodings():
    """[(id, decodings, defaults)] of the engines that take part in --decoding."""
    paths = [*(ROOT / "data/engines").glob("*.json"), *(ROOT / "workers").glob("*/manifest.json")]
    found = [json.loads(path.read_text()) for path in paths]
    return [
        (one["id"], one["decoding"], {o["name"]: o.get("default") for o in one.get("options", [])})
        for one in found if "decoding" in one
    ]


@pytest.mark.parametrize("kind", ["greedy", "beam"])
def test_what_a_decoding_leaves_unequal_by_name_is_named_in_it(kind):
    """Else runs of the same work would be told to differ: transformers, of which temperature-inc is 0."""
    engines = manifests_with_decodings()
    assert {"whisper.cpp", "faster-whisper", "transformers"} <= {engine for engine, _, _ in engines}
    for engine, decodings, defaults in engines:
        for other, its_decodings, its_defaults in engines:
            mine, its = decodings[kind], its_decodings[kind]
            for name in defaults.keys() & its_defaults.keys() - {"precision", "dtype", "compute-type"}:
                values = mine.get(name, defaults[name]), its.get(name, its_defaults[name])
                assert values[0] == values[1] or name in mine or name in its, (engine, other, name, values)


def test_other_threads_asked_for_are_told_where_the_engine_tells_none(world, speech):
    """Two sessions; null says nothing of its threads."""
    path = str(min(speech)[0])
    for threads in ("1", "2", "2"):
        (record,) = world.json("stt", path, "-e", "null", *QUICK, "-t", threads)
        assert "threads" not in record["engine"] or record["engine"]["threads"] is None
    out, _ = world.run("compare", "1", "2")
    assert "threads asked for: 2, baseline 1" in out
    out, _ = world.run("compare", "2", "3")
    assert "threads" not in out


def test_a_prompt_is_not_lost_silently(both, speech):
    """With greedy, windows get no text before them: whisper.cpp would drop the prompt too."""
    path = str(min(speech)[0])
    arguments = ("stt", path, "-e", "whisper.cpp", "-m", "base", "--decoding", "greedy", "--prompt", "Sir John", *QUICK)
    (record,) = both.json(*arguments, status=1)
    assert "max-context" in record["error"]["message"]
    (record,) = both.json(*arguments, "--max-context", "-1", "--duration", "2")
    assert record["settings"]["decoding_used"]["is"] == "greedy, but max-context -1"


def descendants(pid):
    """Living processes below @pid."""
    found = []
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            for child in task.read_text().split():
                found += [int(child), *descendants(int(child))]
        except OSError:
            pass
    return found


def times_below(process):
    """{(process, thread): nanoseconds that it has run}"""
    times = {}
    for pid in descendants(process.pid):
        for thread in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat"):
            try:
                times[pid, thread] = int(thread.read_text().split()[0])
            except (OSError, IndexError, ValueError):
                pass
    return times


def working_threads(process):
    """The threads below @process that work once its model is loaded, by the kernel's books."""
    wait_for(process, b"loaded in")
    before, times = times_below(process), {}
    while process.poll() is None:
        times.update(times_below(process))
        time.sleep(0.01)
    used = [time_ns - before.get(thread, 0) for thread, time_ns in times.items()]
    return sum(1 for time_ns in used if time_ns >= WORKING_SHARE * max(used))


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("engine,options", [
    ("null-worker", ["--busy-ms", "1500"]),
    ("faster-whisper", ["-m", "base", "--language", "en"]),
    ("whisper.cpp", ["-m", "base", "--language", "en"]),
])
def test_threads_reach_the_engine_and_are_told_as_they_are(both, speech, engine, options, threads):
    path = str(min(speech)[0])
    process = both.start("stt", path, "-e", engine, *options, *QUICK, "-t", str(threads), "--format", "json")
    seen = working_threads(process)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    (record,) = json.loads(out)
    assert record["settings"]["threads"] == threads
    assert record["engine"]["threads"] == seen == threads
    assert "threads-differ" not in [flag["id"] for flag in record["validity"]["flags"]]


def test_other_threads_than_asked_for_are_flagged(world, speech):
    path = str(min(speech)[0])
    busy = ("stt", path, "-e", "null-worker", "--busy-ms", "60", *QUICK)
    (record,) = world.json(*busy, "-t", "2", "--use-threads", "1")
    (flag,) = [flag for flag in record["validity"]["flags"] if flag["id"] == "threads-differ"]
    assert flag["evidence"] == "asked for 2 threads, the engine works with 1" and "-t 1" in flag["cure"]
    assert record["engine"]["threads"] == 1
    # Not asked for, it is only in the record.
    (record,) = world.json(*busy, "--use-threads", "1")
    assert "threads-differ" not in [flag["id"] for flag in record["validity"]["flags"]]


def test_every_pool_is_told(world, speech):
    """What a library finds in its environment when a worker's load imports it."""
    folder = world.data / "workers/asks"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({
        "id": "asks", "title": "Asks", "mode": "stt", "inputs": [{"role": "audio", "kind": "pcm"}],
        "outputs": ["text"], "python": {"versions": ">=3.9"},
    }))
    (folder / "worker.py").write_text(
        "import os\n"
        "from llamaburn_worker import Engine, Loaded\n"
        "class Asks(Engine):\n"
        "    def load(self, request):\n"
        "        found = {n: v for n, v in os.environ.items() if 'THREADS' in n}\n"
        "        return Loaded(input_rate_hz=16000, input_channels=1, info=found)\n"
        "    def run(self, request):\n"
        "        return {'text': ''}\n"
    )
    (record,) = world.json("stt", str(min(speech)[0]), "-e", "asks", *QUICK, "-t", "2",
                           environment={"OMP_NUM_THREADS": "7", "MKL_NUM_THREADS": "7"})
    found = record["engine"]["info"]
    for name in ("OMP", "MKL", "OPENBLAS", "BLIS", "NUMEXPR", "NUMBA", "RAYON"):
        assert found[f"{name}_NUM_THREADS"] == "2", found
    assert os.environ.get("OMP_NUM_THREADS") != "2"
