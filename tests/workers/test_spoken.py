"""What engines ask of a text and of a voice, and the parts of F5-TTS and Kokoro that need no torch."""

import importlib.util
import sys
from array import array

import pytest
from worker_peer import ROOT

from llamaburn_worker import BadInput, BadModel
from llamaburn_worker.engine import Loaded, Run
from llamaburn_worker.sound import Sound
from llamaburn_worker.split import split_text
from llamaburn_worker.spoken import check_text, check_voice


def worker_of(name):
    """The module of a worker's folder; heavy libraries come in its load only."""
    folder = ROOT / "workers" / name
    sys.path.insert(0, str(folder))
    try:
        spec = importlib.util.spec_from_file_location(f"worker_of_{name}".replace("-", "_"), folder / "worker.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(folder))
    return module


f5, kokoro = worker_of("f5-tts"), worker_of("kokoro")


@pytest.mark.parametrize("text,said", [
    (" a  b\n c ", "a b c"), ("7", "7"), ("مرحبا", "مرحبا"), ("😀 hi", "😀 hi"), ("x" * 50, "x" * 50),
])
def test_texts_that_can_be_said(text, said):
    assert check_text(text, 50) == said


@pytest.mark.parametrize("text,words", [
    ("", "nothing to say"), (" \n\t", "nothing to say"), ("...!?", "nothing to say"), ("😀😀", "nothing to say"),
    ("x" * 100_000, "100000 characters"),
])
def test_texts_that_are_refused(text, words):
    with pytest.raises(BadInput, match=words):
        check_text(text, 20_000)


@pytest.mark.parametrize("text,limit,pieces", [
    ("One. Two.", 20, ["One. Two."]),
    ("One. Two.", 5, ["One.", "Two."]),
    ("One, two; three four", 9, ["One, two;", "three", "four"]),
    ("abcdefgh", 3, ["abc", "def", "gh"]),
    ("... --- ... --- One.", 6, ["One."]),  # nothing is said by what comes first
    ("One. ... --- ... --- Two.", 6, ["One.", "Two."]),
])
def test_texts_are_cut(text, limit, pieces):
    assert split_text(text, limit) == pieces


def voice(samples):
    view = memoryview(array("f", samples)).cast("B").toreadonly().cast("f")
    return Sound("voice", view, len(samples), 1, 1000)


@pytest.mark.parametrize("samples,words", [
    ([0.0] * 2000, "silent"), ([0.0005] * 2000, "silent"), ([0.5] * 999, "0.999|1.00 s: give"), ([], "0.00 s"),
    ([0.5] * 12_001, "12.0 s, and this engine takes at most 12 s"),
])
def test_voices_that_are_refused(samples, words):
    with pytest.raises(BadInput, match=words):
        check_voice(voice(samples), 1.0, 12.0)


def test_a_voice_comes_as_it_is():
    assert list(check_voice(voice([0.5, -0.5] * 500), 1.0, 12.0)) == [0.5, -0.5] * 500


@pytest.mark.parametrize("text,most,pieces", [
    ("One. Two. Three.", 100, ["One. Two. Three."]),
    ("One. Two. Three.", 9, ["One. Two.", "Three."]),
    ("One, two; three", 5, ["One,", "two;", "three"]),
    ("a long sentence without an end", 12, ["a long", "sentence", "without an", "end"]),
    ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
    ("你好。再见。", 9, ["你好。", "再见。"]),
    ("你好吗我很好", 9, ["你好吗", "我很好"]),
    ("ab 你", 2, ["ab", "你"]),
])
def test_f5_tts_cuts_a_text(text, most, pieces):
    assert f5.cut(text, most) == pieces
    assert "".join(f5.cut(text, most)).replace(" ", "") == text.replace(" ", "")


def test_f5_tts_reads_its_vocabulary(tmp_path):
    path = tmp_path / "vocab.txt"
    path.write_text(" \na\nzh\u014dng\n", encoding="utf-8")
    assert f5.read_vocabulary(str(path)) == {" ": 0, "a": 1, "zh\u014dng": 2}
    for content in (b"", b"a\n \n", b"\xff\xfe"):
        path.write_bytes(content)
        with pytest.raises(BadModel, match="vocab.txt"):
            f5.read_vocabulary(str(path))
    with pytest.raises(BadModel):
        f5.read_vocabulary(str(tmp_path / "none"))


def test_f5_tts_knows_an_architecture_by_its_weights():
    class Tensor:
        def __init__(self, *shape):
            self.shape = shape

    state = {"text_embed.text_embed.weight": Tensor(2546, 512)}
    for block in range(22):
        state[f"transformer_blocks.{block}.attn.to_q.weight"] = Tensor(1024, 1024)
        state[f"transformer_blocks.{block}.ff.ff.0.0.weight"] = Tensor(2048, 1024)
    for block in range(4):
        state[f"text_embed.text_blocks.{block}.grn.beta"] = Tensor(1, 1, 1024)
    assert f5.architecture_of(state, "x") == {**f5.BASE, "tokens": 2545}
    with pytest.raises(BadModel, match="no checkpoint of F5-TTS"):
        f5.architecture_of({"encoder.weight": Tensor(3, 3)}, "x")


def test_kokoro_leaves_marks_of_languages_out():
    assert kokoro.SWITCH.sub("", "(en)h\u0259l\u02c8o\u028a(ja) (en-us)x (\u02c8o\u028ank\u026a)") == "h\u0259l\u02c8o\u028a x (\u02c8o\u028ank\u026a)"


@pytest.mark.parametrize("vocabulary", [None, [], {}, {"ab": 1}, {"a": -1}, {"a": "1"}, {"a": 1.5}, {"a": 70_000}])
def test_vocabularies_that_are_none(vocabulary):
    with pytest.raises(BadModel):
        kokoro.check_vocabulary(vocabulary, "config.json")


def test_one_network_in_a_folder(tmp_path):
    assert kokoro.find_file(str(tmp_path), ".onnx") is None
    (tmp_path / "a.onnx").touch()
    assert kokoro.find_file(str(tmp_path), ".onnx") == str(tmp_path / "a.onnx")
    (tmp_path / "b.onnx").touch()
    with pytest.raises(BadModel, match="one model a folder"):
        kokoro.find_file(str(tmp_path), ".onnx")


@pytest.mark.parametrize("whole,said", [(True, []), (False, ["first"])])
def test_sound_that_is_whole_has_no_latency(whole, said):
    class Channel:
        sent = []

        def is_cancelled(self, _):
            return False

        def send(self, type_, _, **members):
            self.sent.append(type_)

    class Room:
        out_bytes = 1024

        def put(self, offset, data):
            assert (offset, len(data)) == (0, 8)

    channel = Channel()
    channel.sent = []
    run = Run(channel, {"id": 1}, Room(), Loaded(output_rate_hz=1000, output_channels=1))
    run.write([0.5, -0.5], whole=whole)
    assert channel.sent == said and run.pieces[0]["frames"] == 2
