"""workers/llamaburn_worker: bounds, options, outputs, sound, and the conversation line by line."""

import math
import time
from array import array

import pytest
from worker_peer import peer  # noqa: F401  (a fixture; first: it sets the path)

from llamaburn_worker import Usage
from llamaburn_worker.channel import MAX_DEPTH, ProtocolError, encode, parse
from llamaburn_worker.options import check_options
from llamaburn_worker.serve import describe, kind_of
from llamaburn_worker.sound import flat_samples

HELLO = {"type": "hello", "id": 1, "protocol": [1], "engine": "null-worker", "version": "0"}
LOAD = {"type": "load", "id": 2, "mode": "stt", "device": "cpu", "threads": 3, "options": {}}


@pytest.mark.parametrize("line,words", [
    (b"", "no JSON"),
    (b"[1]", "no object"),
    (b'{"id": 1}', "type"),
    (b'{"type": 3}', "type"),
    (b'{"type": "a", "x": NaN}', "NaN"),
    (b'{"type": "a", "x": -Infinity}', "Infinity"),
    (b'{"type": "a", "x": 1, "x": 2}', "twice"),
    (b'{"type": "a", "x": {"y": 1, "y": 2}}', "twice"),
    (b'{"type": "\xff"}', "no JSON"),
    (b'{"type": "a", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "deeper"),
    (b'{"type": "a", "x": ' + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"}", "deeper"),
])
def test_lines_that_are_refused(line, words):
    with pytest.raises(ProtocolError, match=words):
        parse(line)


def test_brackets_in_texts_are_no_depth():
    assert parse(b'{"type": "a", "x": "' + b"[" * 1000 + b'\\"[", "y": []}')["y"] == []
    deep = b'{"type": "a", "x": ' + b"[" * (MAX_DEPTH - 1) + b"]" * (MAX_DEPTH - 1) + b"}"
    assert parse(deep)["type"] == "a"


def test_what_is_sent_is_ascii_and_finite():
    assert encode({"type": "a", "x": "é\ud83d\n"}) == b'{"type":"a","x":"\\u00e9\\ud83d\\n"}\n'
    for number in (math.nan, math.inf):
        with pytest.raises(ValueError):
            encode({"x": number})


MANIFEST = {"id": "m", "options": [
    {"name": "n", "kind": "int", "default": 5, "min": 1, "max": 16},
    {"name": "d", "kind": "double", "min": 0},
    {"name": "b", "kind": "bool", "default": False},
    {"name": "e", "kind": "enum", "choices": ["x", "y"], "default": "x"},
    {"name": "t", "kind": "text"},
    {"name": "l", "kind": "list"},
]}


def test_options_get_their_defaults():
    assert check_options(MANIFEST, None) == {"n": 5, "b": False, "e": "x"}
    assert check_options(MANIFEST, {"n": 16, "d": 1, "l": ["a"]}) == {"n": 16, "b": False, "e": "x", "d": 1, "l": ["a"]}


@pytest.mark.parametrize("given", [
    {"n": 0}, {"n": 17}, {"n": "5"}, {"n": 5.0}, {"n": True}, {"d": -0.1}, {"d": math.nan}, {"d": "1"}, {"b": 1},
    {"e": "z"}, {"t": 1}, {"t": "a\0b"}, {"l": "a"}, {"l": [1]}, {"q": 1}, [], "x", {"n": None},
])
def test_options_that_are_refused(given):
    with pytest.raises(Usage):
        check_options(MANIFEST, given)


@pytest.mark.parametrize("samples", [
    array("f", [0.5, -0.5]), [0.5, -0.5], (0.5, -0.5), memoryview(array("f", [0.5, -0.5])), array("d", [0.5, -0.5]),
])
def test_sound_of_many_kinds(samples):
    assert bytes(flat_samples(samples)) == array("f", [0.5, -0.5]).tobytes()


def test_sound_of_numpy():
    numpy = pytest.importorskip("numpy")
    wanted = array("f", [1, 2, 3, 4]).tobytes()
    assert bytes(flat_samples(numpy.array([[1, 2], [3, 4]], dtype=numpy.float64))) == wanted
    assert bytes(flat_samples(numpy.array([[1, 3], [2, 4]], dtype=numpy.float32).T)) == wanted
    with pytest.raises(ValueError, match="NaN"):
        flat_samples(numpy.array([numpy.nan]))


@pytest.mark.parametrize("samples", [
    array("f", [math.nan]), [math.inf, -math.inf], array("f", [1, -math.inf]), "text", 5, [1e300], None, object(),
])
def test_sound_that_is_refused(samples):
    with pytest.raises(ValueError):
        flat_samples(samples)


def test_a_conversation(peer):
    it = peer()
    it.send(HELLO, LOAD, {"type": "some-day", "id": 9}, {"type": "pcm", "id": 3, "in": {"fd": 62, "bytes": 0}})
    assert it.next() == {"type": "hello", "id": 1, "protocol": [1], "engine": "null-worker", "version": "1"}
    loaded = it.next()
    assert (loaded["type"], loaded["id"], loaded["input_rate_hz"]) == ("loaded", 2, 16000)
    assert loaded["options"]["sleep-ms"] == 0 and "same_length" not in loaded
    assert it.next() == {"type": "reserved", "id": 3}
    it.send({**LOAD, "id": 4})
    assert it.next()["kind"] == "usage"
    it.send({"type": "run", "id": 5, "inputs": [{"role": "text", "text": "a"}]})
    before = time.monotonic_ns()
    done, output = it.next(), it.next()
    assert done["type"] == "done" and abs(done["t_ns"] - before) < 5e9
    assert output["output"]["text"] == ""
    it.send({"type": "unload", "id": 6}, {"type": "run", "id": 7, "inputs": []}, {**LOAD, "id": 8, "mode": "beats"})
    assert it.next() == {"type": "unloaded", "id": 6}
    assert it.next()["kind"] == "usage"
    assert "mode" in it.next()["message"]
    it.send({"type": "bye"})
    assert it.next() is None
    assert it.end()[0] == 0


def test_options_are_checked_by_the_worker_itself(peer):
    it = peer()
    it.send({**LOAD, "options": {"rate": -1}}, {**LOAD, "options": {"colour": "red"}})
    for _ in range(2):
        answer = it.next()
        assert (answer["type"], answer["kind"]) == ("error", "usage")
    assert it.end()[0] == 0


@pytest.mark.parametrize("item", [
    {"role": "audio", "offset": 0, "frames": 1, "channels": 1, "rate": 16000},
    {"role": "audio", "offset": -4, "frames": 0, "channels": 1, "rate": 16000},
    {"role": "audio", "offset": 0, "frames": "1", "channels": 1, "rate": 16000},
    {"role": "audio"},
])
def test_sound_outside_its_room_is_refused(peer, item):
    it = peer()
    it.send(LOAD, {"type": "run", "id": 5, "inputs": [item]})
    it.next()
    assert it.next()["type"] == "error"


def test_cancel_in_mid_run_and_the_session_goes_on(peer):
    it = peer()
    it.send({**LOAD, "options": {"sleep-ms": 60000, "tokens": 1}}, {"type": "run", "id": 5, "inputs": []})
    it.next()
    assert it.next()["type"] == "first"
    it.send({"type": "cancel", "id": 5})
    started = time.monotonic()
    answer = it.next()
    while answer["type"] in ("partial", "progress"):
        answer = it.next()
    assert (answer["type"], answer["kind"]) == ("error", "cancelled")
    assert time.monotonic() - started < 1
    it.send({"type": "unload", "id": 6})
    assert it.next()["type"] == "unloaded"


def test_the_end_of_the_pipe_ends_also_what_hangs(peer):
    it = peer()
    it.send({**LOAD, "options": {"trouble": "deaf"}}, {"type": "run", "id": 5, "inputs": []})
    it.next()
    started = time.monotonic()
    assert it.end()[0] == 0
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("line", [b"nonsense\n", b"[" * 200 + b"\n"])
def test_a_peer_that_breaks_the_protocol_ends_it(peer, line):
    it = peer()
    it.send(line)
    status, _, err = it.end()
    assert status == 1 and "llamaburn_worker:" in err


@pytest.mark.parametrize("text,words", [
    ("import nothing_of_that_name\n", "nothing_of_that_name"),
    ("def\n", "SyntaxError"),
    ("x = 1\n", "one class that is an Engine, not 0"),
    ("from llamaburn_worker import Engine\nclass A(Engine): pass\nclass B(Engine): pass\n", "not 2"),
    (None, "worker.py"),
])
def test_a_worker_that_cannot_start_says_why(peer, tmp_path, text, words):
    (tmp_path / "manifest.json").write_text('{"id": "w", "mode": "stt"}')
    if text is not None:
        (tmp_path / "worker.py").write_text(text)
    it = peer(tmp_path)
    answer = it.next()
    assert answer["type"] == "error" and answer["id"] == 0
    assert words in answer["message"] and "\n" not in answer["message"]
    assert it.end()[0] == 1


def test_a_base_class_in_the_same_file_is_not_the_engine(peer, tmp_path):
    (tmp_path / "manifest.json").write_text('{"id": "w", "mode": "stt"}')
    (tmp_path / "worker.py").write_text(
        "from llamaburn_worker import Engine\nclass Base(Engine): pass\nclass Real(Base):\n"
        "  @classmethod\n  def version(cls): return 'real'\n"
    )
    it = peer(tmp_path)
    it.send(HELLO)
    assert it.next()["version"] == "real"


def test_threads_are_told_to_every_pool(peer, tmp_path):
    (tmp_path / "manifest.json").write_text('{"id": "w", "mode": "stt"}')
    (tmp_path / "worker.py").write_text(
        "import os\nfrom llamaburn_worker import Engine, Loaded\nclass W(Engine):\n  def load(self, request):\n"
        "    return Loaded(info={n: v for n, v in os.environ.items() if n.endswith('_THREADS')})\n"
    )
    it = peer(tmp_path)
    it.send(LOAD)
    info = it.next()["info"]
    assert info["OMP_NUM_THREADS"] == info["MKL_NUM_THREADS"] == info["OPENBLAS_NUM_THREADS"] == "3"


def test_threads_that_work_are_counted():
    """Those that compute, not those that wait."""
    import hashlib
    from concurrent.futures import ThreadPoolExecutor

    from llamaburn_worker.threads import Working, count_working

    data = bytes(64 << 20)
    with ThreadPoolExecutor(4) as pool:

        def work(count):
            list(pool.map(lambda _: hashlib.sha256(data).digest(), range(count)))

        list(pool.map(time.sleep, [0.05] * 4))  # four threads are there; one gets the work
        assert count_working(lambda: work(1)) == 1
    assert count_working(lambda: hashlib.sha256(data).digest()) == 1
    with Working() as working:
        pass
    assert working.count <= 1


def test_a_count_that_surprises_is_taken_again():
    import time
    from concurrent.futures import ThreadPoolExecutor

    from llamaburn_worker.threads import TRIALS, count_working

    calls = []

    def work(busy):
        end = time.monotonic() + 0.05
        while time.monotonic() < end if busy else False:
            pass

    with ThreadPoolExecutor(1) as pool:

        def once_with_another():
            calls.append(1)
            other = pool.submit(work, len(calls) == 2)
            work(True)
            other.result()

        assert count_working(once_with_another, 1) == 1
        assert len(calls) == 3
        calls.clear()
        assert count_working(lambda: (calls.append(1), work(True)), 2) == 1
        assert len(calls) == 1 + TRIALS


@pytest.mark.parametrize("error,kind", [
    (MemoryError(), "memory"),
    (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes"), "memory"),
    (RuntimeError("CUDA out of memory. Tried to allocate 2 GiB"), "memory"),
    (RuntimeError("size mismatch"), "engine"),
    (ModuleNotFoundError("No module named 'torch'"), "engine-missing"),
    (ValueError("out of memory, a file's name"), "engine"),
])
def test_what_libraries_raise_has_a_kind(error, kind):
    assert kind_of(error) == kind
    assert "\n" not in describe(error) and describe(error)


@pytest.mark.parametrize("ended", [False, True])
def test_temporary_files_of_libraries_are_gone_before_a_slow_end(peer, tmp_path, monkeypatch, ended):
    """torch and phonemizer leave some, and clear them only when the interpreter ends."""
    folder = tmp_path / "engine"
    folder.mkdir()
    (folder / "manifest.json").write_text('{"id": "untidy", "mode": "stt"}')
    (folder / "worker.py").write_text(
        "import tempfile, time\n"
        "from llamaburn_worker import Engine, Loaded\n"
        "open(tempfile.mkdtemp() + '/left', 'w').close()\n"
        "class Untidy(Engine):\n"
        "    def load(self, request):\n        return Loaded(input_rate_hz=8000, input_channels=1)\n"
        "    def unload(self):\n        time.sleep(30)\n"
    )
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    it = peer(folder)
    it.send({**HELLO, "engine": "untidy"}, LOAD)
    assert [it.next()["type"], it.next()["type"]] == ["hello", "loaded"]
    assert list(temporary.rglob("left"))
    if ended:
        it.process.terminate()
        assert it.process.wait(10) == -15
    it.end()
    assert not list(temporary.iterdir())
