"""XTTS, Bark and StyleTTS 2 at their true size on random weights, through the program: ./check --all."""

import pytest

from conftest import MODELS

pytestmark = pytest.mark.slow
QUICK = ("-n", "1", "-w", "0", "--no-warm-load", "-d", "cpu", "-t", "1", "--no-wait", "-q", "--random-weights")
CLIP = "/usr/share/pocketsphinx/test/data/librivox/sense_and_sensibility_01_austen_64kb-0880.wav"
ENGINES = [("xtts", "v2", 466874863), ("bark", "small", 404409058), ("styletts2", "libritts", 135794568)]


@pytest.fixture
def installed(world):
    """This world with the environment of an engine that ./check --all has installed."""

    def link(engine):
        environment = MODELS / f"environments/{engine}-cpu"
        assert (environment / "llamaburn.json").exists(), f"{environment} is missing: ./check --all installs it"
        (world.data / "environments").mkdir(parents=True, exist_ok=True)
        (world.data / f"environments/{engine}-cpu").symlink_to(environment)
        return world

    return link


@pytest.mark.parametrize("engine,model,parameters", ENGINES)
def test_two_texts_give_two_sounds(installed, engine, model, parameters):
    world = installed(engine)
    records = world.json("tts", "Hi!", "No one.", "-e", engine, "-m", model, *QUICK, timeout=1500)
    assert len(records) == 2
    for record in records:
        assert record["status"] == "ok", record.get("error")
        assert record["model"]["parameters"] == parameters and record["model"]["synthetic"] is True
        (iteration,) = record["iterations"]
        assert iteration["audio_s"] > 0 and iteration["rtf"] > 0 and iteration["latency_kind"] == "audio"
        assert record["output"]["sound"]["sample_rate"] == 24000
    assert records[0]["output"]["sound"]["sha256"] != records[1]["output"]["sound"]["sha256"]


@pytest.mark.parametrize("engine,model", [("xtts", "v2"), ("styletts2", "libritts")])
def test_a_voice_sample_is_followed(installed, engine, model):
    world = installed(engine)
    (record,) = world.json(
        "tts", "Hi!", "--voice-sample", CLIP, "-e", engine, "-m", model, *QUICK, timeout=1500
    )
    assert record["status"] == "ok", record.get("error")
    assert record["output"]["voice"] == "the sample"
    assert record["more_inputs"][0]["role"] == "voice"


def test_without_the_model_the_pull_command_is_said(installed):
    world = installed("xtts")
    out, err = world.run("tts", "Hi!", "-e", "xtts", "-m", "v2", *QUICK[:-1], status=1)
    assert "llamaburn models pull v2" in out + err
