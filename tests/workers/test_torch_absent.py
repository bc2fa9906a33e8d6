"""An environment whose libraries are gone: one clear line, and the process goes on."""

import json
import pathlib
import sys

import pytest
from speaking import ROOT, Failed, Speaking, catalogue_model

MODELS = {
    "xtts": "xtts-v2", "bark": "bark-small", "styletts2": "styletts2-libritts", "f5-tts": "f5-tts-base",
    "kokoro": "kokoro-82m", "beat-this": "beat-this-final0",
}


@pytest.mark.parametrize("engine", MODELS)
def test_a_library_that_is_gone_is_named(engine):
    """This Python has no torch, and no package of an engine."""
    mode = json.loads((ROOT / "workers" / engine / "manifest.json").read_text())["modes"][0]
    with Speaking(engine, python=pathlib.Path(sys.executable)) as it:
        for _ in range(2):
            with pytest.raises(Failed) as failed:
                it.load(catalogue_model(MODELS[engine]), threads=1, mode=mode)
            assert failed.value.kind == "engine-missing"
            message = str(failed.value)
            assert message.startswith("a library of the engine can't be loaded (ModuleNotFoundError: No module named")
            assert message.endswith(f"llamaburn engines install {engine} --again") and "\n" not in message
