"""Music by diffusion through the command line: tiny pipelines in the published form, and the real size on random weights."""

import array
import json
import pathlib
import subprocess

import pytest

from conftest import MODELS, ROOT

PYTHON = MODELS / "environments/diffusers-cpu/bin/python"
JAZZ = "upbeat jazz with saxophone"


@pytest.fixture
def engines(world):
    """The environment that ./check --all has installed, in this world."""
    assert (MODELS / "environments/diffusers-cpu").exists(), "diffusers is missing: ./check --all installs it"
    world.data.mkdir(parents=True, exist_ok=True)
    (world.data / "environments").symlink_to(MODELS / "environments")
    return world


def make(world, kind, place):
    """A tiny pipeline at @place of the store."""
    folder = world.data / place
    subprocess.run([PYTHON, ROOT / "tests/workers/tiny_diffusers.py", folder, kind], check=True, capture_output=True, timeout=300)
    return folder


def generate(world, *arguments, **options):
    return world.json("generate", *arguments, "-e", "diffusers", "-t", "1", "-w", "0", "--no-warm-load", "--no-wait", "-q", **options)


def samples_of(path):
    """Of a WAV file of 32-bit floats, every bit."""
    data = pathlib.Path(path).read_bytes()
    at = data.index(b"data") + 4
    return array.array("f", data[at + 4 : at + 4 + int.from_bytes(data[at : at + 4], "little")])


@pytest.mark.slow
@pytest.mark.parametrize("kind, channels", [("StableAudio", 2), ("MusicLDM", 1)])
def test_two_prompts_are_two_sounds_equal_to_diffusers_own(engines, tmp_path, kind, channels):
    folder = make(engines, kind, f"music/diffusers/tiny-{kind.lower()}")
    records = generate(engines, "jazz", "techno", "-m", folder, "--duration", "1", "--steps", "4", "-n", "2", "--seed", "7")
    guidance = {"StableAudio": "7", "MusicLDM": "2"}[kind]
    for record in records:
        assert len(record["outputs"]) == 1 and not record["model"].get("synthetic")
        prompt = record["input"]["text"]
        subprocess.run([PYTHON, ROOT / "tests/workers/diffusers_bare.py", folder, tmp_path / "out", "7", "1", "4", guidance, prompt],
                       check=True, capture_output=True, timeout=300)
        assert samples_of(record["output"]["audio"]) == array.array("f", (tmp_path / "out").read_bytes())
        assert record["output"]["sound"]["channels"] == channels and record["output"]["sound"]["sample_rate"] == 8000
        assert record["input"]["complexity"]["tokens"] == record["output"]["prompt_tokens"] > 1
        assert record["scores"]["length"] == {"value": 0, "asked_s": 1, "got_s": 1}
        assert record["settings"]["options"]["guidance-scale"] == float(guidance)
        for one in record["iterations"]:
            assert one["steps_per_sec"] == pytest.approx(4 / one["phases"]["denoise_s"])
            assert one["rtf"] == pytest.approx(one["wall_s"]) and "latency_s" not in one and "tokens" not in one
        mean = sum(one["steps_per_sec"] for one in record["iterations"]) / 2
        assert record["summary"]["avg_steps_per_sec"] == pytest.approx(mean) and record["output"]["steps"] == 4
    assert records[0]["output"]["sound"]["sha256"] != records[1]["output"]["sound"]["sha256"]
    shown = engines.run("show", "last")[0]
    assert "Steps" in shown and " a second" in shown.split("Steps")[1].splitlines()[0]


@pytest.mark.slow
def test_the_real_size(engines):
    """All of Stable Audio Open, one step: what it takes, marked for what it is, and not scored."""
    model, = (one for one in json.loads((ROOT / "data/catalogue.json").read_text())["models"] if one["family"] == "diffusers")
    record, = generate(engines, JAZZ, "-m", model["name"], "--random-weights", "--duration", "5", "--steps", "1",
                       "--guidance-scale", "1", "-n", "1", timeout=3000)
    assert record["model"]["synthetic"] and record["model"]["parameters"] == model["parameters"]
    assert record["iterations"][0]["audio_s"] == 5 and len(samples_of(record["output"]["audio"])) == 5 * 44100 * 2
    assert record["iterations"][0]["peak_rss_bytes"] < 24 << 30 and "scores" not in record
    assert "SYNTHETIC" in engines.run("show", "last")[0]


def test_it_is_listed_without_its_environment(world):
    out, _ = world.run("engines", "list", "diffusers")
    assert "llamaburn engines install diffusers" in out


def test_what_no_pipeline_makes_is_refused_before_anything(world):
    for arguments, said in (("--duration", "0"), "from 0.5 to 120"), (("--duration", "1e9"), "from 0.5 to 120"), (("--steps", "1001"), "from 0 to 1000"):
        out, err = world.run("generate", JAZZ, "-e", "diffusers", *arguments, "--print-plan", status=2)
        assert out == "" and said in err and len(err.splitlines()) == 1


def test_a_duration_is_what_the_engines_manifest_takes(world):
    """null makes 30 s at most, Stable Audio 47: neither is the command line's bound."""
    plan = json.loads(world.run("generate", JAZZ, "-e", "diffusers", "-m", "stable-audio-open-1.0", "--duration", "47", "--print-plan")[0])
    assert plan["cases"][0]["options"] == {"duration": 47}
    _, err = world.run("generate", JAZZ, "-e", "diffusers,null", "--duration", "47", "--print-plan", status=2)
    assert "--duration takes a number from 1 to 30" in err


def test_the_catalogues_model_says_how_it_is_got(world):
    _, err = world.run("models", "pull", "stable-audio-open-1.0", status=1)
    assert "agreed to their licence" in err and "music/diffusers/stable-audio-open-1.0" in err
