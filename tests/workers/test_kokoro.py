"""Kokoro by torch: a process that loads again and again, and folders that are no model of it."""

import json
import pickle
import shutil
import subprocess

import pytest
from speaking import ENVIRONMENTS, ROOT, Failed, Speaking

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kokoro")
    python = ENVIRONMENTS / "kokoro-cpu/bin/python"
    assert python.exists(), f"{python} is missing: ./check --all installs it"
    subprocess.run([python, ROOT / "tests/workers/tiny/make_kokoro.py", folder], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def engine():
    with Speaking("kokoro") as it:
        yield it


def test_it_loads_again_in_the_same_process(engine, small):
    """A warm load: its package was stubbed by the load before."""
    sounds = []
    for _ in range(2):
        engine.load(model_path=small, threads=1)
        sounds.append(engine.speak("Hello there.")[1])
        engine.ask("unload")
    assert sounds[0] == sounds[1] and len(sounds[0]) > 0


class Evil:
    def __reduce__(self):
        return (print, ("this ran",))


def with_(**sizes):
    return lambda config: json.dumps({**config, **sizes}).encode()


@pytest.mark.parametrize("name,content,said", [
    ("config.json", with_(n_layer=10**9), "must be a whole number from 1 to 64"),
    ("config.json", with_(plbert=[]), '"plbert" of'),
    ("config.json", with_(istftnet={}), "make no model"),
    ("config.json", with_(style_dim=64), "is another model"),
    ("config.json", lambda _: b"[" * 100_000, "can't be read"),
    ("kokoro-v1_0.pth", lambda _: pickle.dumps({"bert": Evil()}, 2), "could run any code: it is refused"),
    ("af_one.pt", lambda _: pickle.dumps(Evil(), 2), "could run any code: it is refused"),
    ("voices.npz", lambda _: b"PK\x03\x04" + bytes(100), "holds no voices"),
    ("voices.npz", lambda _: b"\x93NUMPY\x01\x00", "holds no voices"),
])
def test_folders_that_are_no_model(engine, small, tmp_path, name, content, said):
    folder = tmp_path / "own"
    shutil.copytree(small, folder)
    (folder / name).write_bytes(content(json.loads((small / "config.json").read_text())))
    with pytest.raises(Failed) as failed:
        engine.load(model_path=folder, threads=1)
    assert said in str(failed.value) and failed.value.kind == "bad-model"
