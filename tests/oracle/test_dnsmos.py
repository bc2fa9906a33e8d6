"""Our DNSMOS beside speechmos' own program: the same opinions, of speech and of noise, short and long."""

import importlib.util
import pathlib
import sys
import types
import wave

import numpy
import pytest
from speechmos import dnsmos

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLIP = "/usr/share/pocketsphinx/test/data/librivox/sense_and_sensibility_01_austen_64kb-0880.wav"
sys.path.insert(0, str(ROOT / "workers"))


@pytest.fixture(scope="module")
def worker():
    spec = importlib.util.spec_from_file_location("dnsmos_worker", ROOT / "workers/dnsmos/worker.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    engine = module.Dnsmos()
    engine.load(types.SimpleNamespace(threads=2))
    return engine


def judge(worker, samples):
    sound = types.SimpleNamespace(array=lambda: samples)
    return worker.run(types.SimpleNamespace(sound=lambda: sound, check=lambda: None, done=lambda: None))


def speech():
    with wave.open(CLIP) as file:
        return numpy.frombuffer(file.readframes(file.getnframes()), "<i2").astype("float32") / 32768


def noise():
    return (0.1 * numpy.random.default_rng().standard_normal(12 * 16000)).astype("float32").clip(-1, 1)


def test_opinions_are_those_of_speechmos(worker):
    for samples in (speech(), noise(), numpy.tile(speech(), 5)):
        ours, theirs = judge(worker, samples), dnsmos.run(samples, 16000)
        for name, value in ours.items():
            assert value == pytest.approx(float(theirs[f"{name}_mos"]), abs=1e-4)


def test_clean_speech_is_liked_more_than_noise(worker):
    assert judge(worker, speech())["ovrl"] > judge(worker, noise())["ovrl"] + 1
