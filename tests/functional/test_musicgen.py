"""MusicGen through the command line: the real size on random weights, and a tiny model in the published form."""

import array
import pathlib
import subprocess

import pytest

from conftest import MODELS, ROOT

pytestmark = pytest.mark.slow
PYTHON = MODELS / "environments/musicgen-cpu/bin/python"
JAZZ = "upbeat jazz with saxophone"


@pytest.fixture
def engines(world):
    """The environments that ./check --all has installed, in this world."""
    for name in ("musicgen", "clap"):
        assert (MODELS / f"environments/{name}-cpu").exists(), f"{name} is missing: ./check --all installs it"
    world.data.mkdir(parents=True, exist_ok=True)
    (world.data / "environments").symlink_to(MODELS / "environments")
    return world


@pytest.fixture
def tiny(engines):
    """A tiny model in the place of the store where small would lie."""
    folder = engines.data / "music/musicgen/small"
    subprocess.run([PYTHON, ROOT / "tests/workers/tiny_musicgen.py", folder], check=True, capture_output=True, timeout=300)
    for name in ("tokenizer_config.json", "special_tokens_map.json"):
        (folder / name).write_text("{}")
    return folder


def generate(world, *arguments, **options):
    return world.json("generate", *arguments, "-e", "musicgen", "-t", "1", "-w", "0", "--no-warm-load", "--no-wait", "-q", **options)


def samples_of(path):
    """Of a WAV file of 32-bit floats, every bit: sox would round them to 24."""
    data = pathlib.Path(path).read_bytes()
    at = data.index(b"data") + 4
    size = int.from_bytes(data[at : at + 4], "little")
    return array.array("f", data[at + 4 : at + 4 + size])


def test_it_must_show(engines):
    """The real size: what it takes, marked for what it is, and not scored."""
    record, = generate(engines, JAZZ, "--duration", "2", "--model", "small", "--random-weights", "-n", "2", timeout=3000)
    assert record["model"]["synthetic"] and record["model"]["parameters"] == 586884674
    assert record["model"]["licence"] == "CC-BY-NC-4.0"
    first, second = record["iterations"]
    for one in (first, second):
        assert one["audio_s"] == 2 and one["rtf"] == pytest.approx(one["wall_s"] / 2)
        assert one["tokens"] == 400 and one["tokens_per_sec"] == pytest.approx(400 / one["wall_s"])
        assert 0 < one["latency_s"] < one["wall_s"] and one["latency_kind"] == "audio"
    assert first["output_sha256"] == second["output_sha256"]
    assert len(samples_of(record["output"]["audio"])) == 64000
    assert "scores" not in record
    assert "SYNTHETIC" in engines.run("show", "last")[0]


def test_two_prompts_are_two_sounds_equal_to_transformers_own(engines, tiny, tmp_path):
    records = generate(engines, "jazz", "techno", "-m", "small", "--duration", "1", "-n", "2", "--seed", "7")
    for record in records:
        assert len(record["outputs"]) == 1 and not record["model"].get("synthetic")
        prompt = record["input"]["text"]
        subprocess.run([PYTHON, ROOT / "tests/workers/musicgen_bare.py", tiny, tmp_path / "out", "7", "50", prompt],
                       check=True, capture_output=True, timeout=300)
        assert samples_of(record["output"]["audio"]) == array.array("f", (tmp_path / "out").read_bytes())
        assert record["input"]["complexity"]["tokens"] == record["output"]["prompt_tokens"] == len(prompt) + 1
        assert record["scores"]["length"] == {"value": 0, "asked_s": 1, "got_s": 1}
    assert records[0]["output"]["sound"]["sha256"] != records[1]["output"]["sound"]["sha256"]


def test_a_melody_is_refused_by_a_model_that_follows_none(engines, tiny):
    tune = engines.folder / "tune.wav"
    subprocess.run(["sox", "-n", "-r", "22050", tune, "synth", "2", "pluck", "220"], check=True)
    record, = generate(engines, "jazz", "-m", "small", "--duration", "1", "--melody", tune, "-n", "1", status=1)
    assert record["error"]["message"].startswith('"small" follows no melody')


def test_clap_and_fad(engines, tiny):
    """Tiny weights know no music, but two references are two distances, and the same is none."""
    clap = engines.data / "music/clap/clap-music"
    subprocess.run([PYTHON, ROOT / "tests/workers/tiny_clap.py", clap], check=True, capture_output=True, timeout=300)
    sounds = {}
    for name, pitches in (("low", (110, 147)), ("high", (880, 1175))):
        folder = engines.folder / name
        folder.mkdir()
        sounds[name] = folder
        for pitch in pitches:
            subprocess.run(["sox", "-n", "-r", "32000", folder / f"{pitch}.wav", "synth", "3", "pluck", str(pitch)], check=True)
    found = {}
    for name, folder in sounds.items():
        record, = engines.json("generate", "jazz", "-e", "null", "--duration", "3", "-n", "1", "-w", "0", "--no-wait", "-q",
                               "--score", "clap,fad", "--fad-reference", folder, timeout=900)
        assert not [flag for flag in record["validity"]["flags"] if flag["id"] == "not-scored"]
        found[name] = record["scores"]["fad"]["value"]
        assert record["scores"]["fad"]["reference_sounds"] == 2 and record["scores"]["fad"]["windows"] == 3
        assert record["scores"]["fad"]["reference_windows"] == 6 and record["scores"]["fad"]["engine"] == "clap"
        assert -1 <= record["scores"]["clap"]["value"] <= 1
    assert found["low"] > 0 and found["high"] > 0 and found["low"] != found["high"]
