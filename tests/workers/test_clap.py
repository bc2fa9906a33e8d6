"""CLAP: the real loading code on a tiny model in the published form, against transformers by itself."""

import array
import json
import math
import pickle
import subprocess

import pytest
from speaking import ENVIRONMENTS, ROOT, Failed, Speaking

pytestmark = pytest.mark.slow
PYTHON = ENVIRONMENTS / "clap-cpu/bin/python"
RATE = 48000
BARE = """
import json, sys, numpy, torch, transformers
from tokenizers import Tokenizer
torch.set_num_threads(1)
folder, sound, text = sys.argv[1:4]
model = transformers.ClapModel.from_pretrained(folder).eval()
extractor = transformers.ClapFeatureExtractor.from_pretrained(folder)
samples = numpy.fromfile(sound, numpy.float32)
ids = torch.tensor([Tokenizer.from_file(folder + "/tokenizer.json").encode(text).ids])
with torch.no_grad():
    windows = [
        model.get_audio_features(**extractor(samples[at : at + 480000], sampling_rate=48000, return_tensors="pt")).pooler_output[0].tolist()
        for at in range(0, len(samples) - 48000 + 1, 48000)
    ]
    text = model.get_text_features(input_ids=ids, attention_mask=torch.ones_like(ids)).pooler_output[0].tolist()
json.dump({"embeddings": windows, "text_embedding": text}, sys.stdout)
"""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clap") / "tiny"
    assert PYTHON.exists(), f"{PYTHON} is missing: ./check --all installs it"
    subprocess.run([PYTHON, ROOT / "tests/workers/tiny_clap.py", folder], check=True, capture_output=True, timeout=300)
    return folder


@pytest.fixture(scope="module")
def engine(tiny):
    with Speaking("clap", mode="embedding", role="prompt", reference="audio") as it:
        it.load(model_path=tiny, threads=1)
        yield it


def tune(pitch, seconds):
    return array.array("f", (0.4 * math.sin(2 * math.pi * pitch * frame / RATE) * (frame // 9600 % 2) for frame in range(int(RATE * seconds))))


def hear(engine, text, sound):
    return engine.hear(text, sound, RATE)


def test_the_same_embeddings_as_transformers_alone(engine, tiny, tmp_path):
    """Two sounds, of 2.5 s and 12 s, and two texts: each its own place."""
    found = []
    for text, sound in (("upbeat jazz", tune(220, 2.5)), ("slow sad piano", tune(1760, 12))):
        ours = hear(engine, text, sound)
        (tmp_path / "sound").write_bytes(sound.tobytes())
        done = subprocess.run([PYTHON, "-c", BARE, tiny, tmp_path / "sound", text], check=True, capture_output=True, timeout=300)
        theirs = json.loads(done.stdout)
        assert len(ours["embeddings"]) == len(theirs["embeddings"]) == (2 if len(sound) < 5 * RATE else 12)
        for one, other in zip([*ours["embeddings"], ours["text_embedding"]], [*theirs["embeddings"], theirs["text_embedding"]]):
            assert one == pytest.approx(other, abs=1e-6)
        found.append((ours["embeddings"][0], ours["text_embedding"]))
    assert max(abs(a - b) for a, b in zip(found[0][0], found[1][0])) > 1e-3
    assert max(abs(a - b) for a, b in zip(found[0][1], found[1][1])) > 1e-3


def test_a_short_sound_is_one_window_and_the_same_again(engine):
    first, again = (hear(engine, "jazz", tune(440, 0.3)) for _ in range(2))
    assert len(first["embeddings"]) == 1 and first["embeddings"] == again["embeddings"]


def test_a_prompt_that_is_too_long_is_told(engine):
    with pytest.raises(Failed, match="has 52 tokens, and CLAP takes 38: shorten it"):
        hear(engine, "jazz " * 50, tune(440, 1))
    assert len(hear(engine, "jazz", tune(440, 1))["embeddings"]) == 1


@pytest.mark.parametrize("name, change, said", [
    ("model.safetensors", None, "is missing"),
    ("model.safetensors", lambda old: old[:1000], "can't be read"),
    ("model.safetensors", lambda old: pickle.dumps([1]), "can't be read"),
    ("tokenizer.json", lambda old: b"{}", "is no tokenizer"),
    ("preprocessor_config.json", lambda old: b"{", "is no JSON"),
    ("preprocessor_config.json", lambda old: old.replace(b"480,", b'"x",'), "none of a spectrogram's"),
    ("config.json", lambda old: b"{}", "no architecture of CLAP"),
    ("config.json", lambda old: old.replace(b'"hidden_size": 32', b'"hidden_size": 48'), "do not fit config.json"),
    ("config.json", lambda old: old.replace(b'"hidden_size": 32', b'"hidden_size": 999999999'), "is out of bounds"),
])
def test_models_that_are_none(tiny, tmp_path, name, change, said):
    folder = tmp_path / "lies"
    folder.mkdir()
    for path in tiny.iterdir():
        (folder / path.name).symlink_to(path)
    (folder / name).unlink()
    if change is not None:
        (folder / name).write_bytes(change((tiny / name).read_bytes()))
    with Speaking("clap", mode="embedding") as one, pytest.raises(Failed) as failed:
        one.load(model_path=folder, threads=1)
    assert said in str(failed.value) and failed.value.kind == "bad-model"
