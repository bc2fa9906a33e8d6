"""hybrid-llama against llama.cpp's own command line, on a tiny model of random weights and a small real one: of the same
conversation both say the same, token for token, when greedy."""

import json
import os
import pathlib
import subprocess
import sys
import wave

import numpy
import pytest

from conftest import BUILD, ROOT

sys.path.insert(0, str(ROOT / "tests" / "tools"))
import llama_cli  # noqa: E402
import tiny_audio_llm  # noqa: E402

# Weights that ./check has pulled.
MODELS = pathlib.Path(
    os.environ.get("LLAMABURN_TEST_MODELS")
    or pathlib.Path(os.environ.get("XDG_DATA_HOME") or pathlib.Path.home() / ".local/share") / "llamaburn"
)
NEWLINE = "¶"  # llama-mtmd-cli reads a message of one line


def template(system):
    """The model's own, with our system message in the place of its usual one."""
    return tiny_audio_llm.TEMPLATE.replace("You are a helpful assistant.", system).replace(
        "message['content'] }}", f"message['content'] | replace('{NEWLINE}', '\\n') }}}}"
    )


@pytest.fixture
def describe(tmp_path):
    """A run of the engine, as a record."""

    def run(sound, model, *options):
        environment = {**os.environ, **{f"XDG_{name}_HOME": str(tmp_path / name) for name in ("DATA", "CACHE", "CONFIG", "STATE")}}
        done = subprocess.run(
            [BUILD / "llamaburn", "describe", sound, "-e", "hybrid-llama", "-m", model, "-n", "1", "-w", "0", "-t", "1",
             "--no-warm-load", "--no-wait", "--no-store", "--format", "json", *options],
            env=environment, check=True, stdout=subprocess.PIPE, timeout=300,
        )
        (record,) = json.loads(done.stdout)
        return record

    return run


def write_chord(path, draw, rate=16000):
    """Two seconds of four notes, drawn."""
    times = numpy.arange(2 * rate) / rate
    samples = sum(numpy.sin(2 * numpy.pi * 440 * 2 ** (draw.randrange(-12, 12) / 12) * times) for _ in range(4)) / 8
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, rate, 0, "NONE", ""))
        out.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


def same_words(record, model, projector, tokens):
    """Of the conversation that the record tells of; returns it."""
    prompt = record["output"]["prompt"]
    said = llama_cli.chat(llama_cli.find(), model, projector, prompt["user"].replace("\n", NEWLINE), tokens, "--jinja",
                          "--chat-template", template(prompt["system"]))
    assert record["output"]["text"].strip() == said
    return said


def test_the_same_words_as_llama_cpp(describe, draw, tmp_path):
    folder, answers = tiny_audio_llm.make(tmp_path / "tiny", seed=draw.randrange(1000), end_bias=-1e6), []
    model, projector = folder / "tiny.gguf", folder / "mmproj-tiny.gguf"
    for i in range(2):
        sound = write_chord(tmp_path / f"{i}.wav", draw)
        record = describe(sound, model, "--prompt", f"What {'is' * (i + 1)} it?", "--max-tokens", "60")
        assert record["output"]["tokens"] == 60
        answers.append(same_words(record, model, projector, 60))
    assert answers[0] != answers[1]


def test_the_same_words_of_a_real_model(describe, draw, tmp_path):
    """A projector must be there, though nothing is heard: one of random weights and the model's width."""
    model, projector = MODELS / "llm/smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf", tmp_path / "mmproj.gguf"
    assert model.exists(), f"{model} is missing: ./check pulls it"
    tiny_audio_llm.write(projector, *tiny_audio_llm.projector(tiny_audio_llm.Weights(1), 128, 576))
    record = describe(write_chord(tmp_path / "song.wav", draw), model, "--prompt", "In which key is it?", "--max-tokens", "24")
    said = same_words(record, model, projector, 24)
    assert len(said.split()) >= 2, "words"
