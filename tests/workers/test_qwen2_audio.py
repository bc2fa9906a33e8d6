"""Qwen2-Audio: the real loading code on a tiny model in the published form, and random weights."""

import json
import os
import subprocess
import time

import pytest
from speaking import ENVIRONMENTS, ROOT, Failed, Speaking, catalogue_model, hum

pytestmark = pytest.mark.slow
PYTHON = ENVIRONMENTS / "qwen2-audio-cpu/bin/python"
PROMPT = "What is it?"
# The published architecture, small.
SMALL = {
    "mels": 128, "audio_width": 32, "audio_layers": 2, "audio_heads": 2, "audio_feed_forward": 64, "width": 32,
    "layers": 2, "heads": 2, "key_value_heads": 2, "feed_forward": 64, "vocabulary": 300, "context": 2048,
}
SOUNDS = {"hum": hum(2.0, 16000), "high": hum(1.5, 16000, pitch=900, loud=0.1)}


def bare(script, *arguments):
    assert PYTHON.exists(), f"{PYTHON} is missing: ./check --all installs it"
    done = subprocess.run([PYTHON, "-I", ROOT / "tests/workers/tiny" / script, *arguments], check=True,
                          capture_output=True, timeout=300, text=True)
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    folder = tmp_path_factory.mktemp("qwen2-audio") / "tiny"
    return folder, int(bare("make_qwen2_audio.py", str(folder))[-1])


class Listening(Speaking):
    """The same process, that is given a sound and a question."""

    def load(self, mode="analysis", **members):
        return self.ask("load", mode="analysis", device="cpu", threads=1, seed=1, **members)

    def hear(self, samples, prompt=PROMPT, cancel_at=None):
        if not self.reserved:
            os.truncate(self.sound[0], 60 * 16000 * 4)
            self.ask("pcm", **{"in": {"fd": 62, "bytes": 60 * 16000 * 4}, "out": {"fd": 63, "bytes": 0}})
            self.reserved = True
        os.pwrite(self.sound[0], samples.tobytes(), 0)
        audio = {"role": "audio", "offset": 0, "frames": len(samples), "rate": 16000, "channels": 1}
        return self.ask("run", cancel_at, inputs=[audio, {"role": "prompt", "text": prompt}], seed=7, index=0)["output"]


@pytest.fixture(scope="module")
def engine():
    with Listening("qwen2-audio") as it:
        yield it


@pytest.fixture(scope="module")
def loaded(engine, tiny):
    engine.answer = engine.load(model_path=str(tiny[0]), options={"max-new-tokens": 24})
    yield engine
    engine.ask("unload")


def test_answers_are_those_of_transformers_itself(loaded, tiny, tmp_path):
    """Two sounds, two answers, each token for token what the library alone gives, greedily."""
    assert loaded.answer["parameters"] == tiny[1] and loaded.answer["deterministic"]
    assert loaded.answer["info"]["precision"] == "float32" and loaded.answer["info"]["window_s"] == 30
    files = []
    for name, samples in SOUNDS.items():
        files.append(str(tmp_path / name))
        (tmp_path / name).write_bytes(samples.tobytes())
    expected = [json.loads(line) for line in bare("ask_qwen2_audio.py", str(tiny[0]), PROMPT, "24", *files)]
    assert expected[0]["tokens"] != expected[1]["tokens"]
    for samples, wanted in zip(SOUNDS.values(), expected):
        output = loaded.hear(samples)
        assert output["text"] == wanted["text"].replace("\0", "\ufffd")
        assert output["tokens"] == len(wanted["tokens"]) and output["prompt_tokens"] == wanted["prompt_tokens"]
        assert output["heard_s"] == [0, len(samples) / 16000] and output["stopped"] == "token-limit"
        assert all(seconds > 0 for seconds in output["phases"].values()) and len(output["phases"]) == 3
        assert sum(output["phases"].values()) <= output["engine_s"]
        partial = "".join(line["text"] for line in loaded.lines if line["type"] == "partial")
        assert partial.strip() and output["text"].startswith(partial.strip())


def test_another_question_has_another_answer(loaded):
    first, second = loaded.hear(SOUNDS["hum"]), loaded.hear(SOUNDS["hum"], prompt="Which instruments play in this song?")
    assert first["text"] != second["text"] and first["prompt_tokens"] < second["prompt_tokens"]
    assert loaded.hear(SOUNDS["hum"])["text"] == first["text"]


def test_only_the_first_window_is_heard_and_said(loaded):
    output = loaded.hear(hum(31, 16000, pitch=300))
    assert output["heard_s"] == [0, 30]


@pytest.mark.parametrize("samples, prompt, said", [
    (SOUNDS["hum"][:800], PROMPT, "nothing to hear"),
    (SOUNDS["hum"], "a <|AUDIO|> b", "stands for the sound"),
    (SOUNDS["hum"], "word " * 10000, "the model's context has 2048"),
])
def test_what_can_not_be_heard_or_asked(loaded, samples, prompt, said):
    with pytest.raises(Failed, match=said.replace("|", r"\|").replace("(", r"\(")) as failed:
        loaded.hear(samples, prompt)
    assert failed.value.kind == "bad-input"
    assert loaded.hear(SOUNDS["hum"])["tokens"] == 24, "the session goes on"


def test_random_weights_sampling_and_a_cancel_at_a_token():
    model = {"architecture": SMALL}
    with Listening("qwen2-audio") as it:
        answer = it.load(model=model, random_weights=True, options={"max-new-tokens": 1900, "temperature": 1.0})
        assert answer["info"]["precision"] == "bfloat16" and not answer["deterministic"]
        with pytest.raises(Failed) as failed:
            it.hear(SOUNDS["hum"], cancel_at="first")
        assert failed.value.kind == "cancelled" and time.monotonic() - it.cancelled < 5
        it.ask("unload")
        it.load(model=model, random_weights=True, options={"max-new-tokens": 8})
        first, again = it.hear(SOUNDS["hum"]), it.hear(SOUNDS["hum"])
        assert first["tokens"] == 8 and first["text"] == again["text"]


def test_what_does_not_fit_is_refused_before_it_is_tried():
    """A vocabulary 500 times as large would need a terabyte."""
    model = catalogue_model("qwen2-audio-7b-instruct", "hf")
    model["architecture"]["vocabulary"] *= 500
    with Listening("qwen2-audio") as it:
        with pytest.raises(Failed, match="GiB as bfloat16 .* are free on cpu") as failed:
            it.load(model=model, random_weights=True, options={})
        assert failed.value.kind == "memory"
        with pytest.raises(Failed, match="bfloat16, which needs half"):
            it.load(model=model, random_weights=True, options={"dtype": "float32"})


def test_true_size_is_the_published_one():
    """On torch's meta device: nothing is allocated."""
    model = catalogue_model("qwen2-audio-7b-instruct", "hf")
    script = f"""
import json, sys, torch
sys.path[:0] = [{str(ROOT / "workers")!r}, {str(ROOT / "workers/qwen2-audio")!r}]
from transformers import Qwen2AudioForConditionalGeneration
from worker import config_of
with torch.device("meta"):
    print(sum(p.numel() for p in Qwen2AudioForConditionalGeneration(config_of({model["architecture"]!r})).parameters()))
"""
    done = subprocess.run([PYTHON, "-c", script], check=True, capture_output=True, timeout=300, text=True)
    assert int(done.stdout.split()[-1]) == model["parameters"] == 8_397_094_912
