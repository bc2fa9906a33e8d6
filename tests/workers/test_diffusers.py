"""The worker diffusers: the real loading code on tiny pipelines in the published form, against diffusers by itself."""

import array
import json
import shutil
import subprocess
import time

import pytest
from speaking import ENVIRONMENTS, ROOT, Failed, Speaking

pytestmark = pytest.mark.slow
PYTHON = ENVIRONMENTS / "diffusers-cpu/bin/python"
RATE = 8000
CHANNELS = {"StableAudio": 2, "MusicLDM": 1, "AudioLDM": 1, "AudioLDM2": 1}
OWN = {"StableAudio": (100, 7), "MusicLDM": (200, 2), "AudioLDM": (10, 2.5), "AudioLDM2": (200, 3.5)}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Folders of the four pipelines, and how many parameters each has."""
    assert PYTHON.exists(), f"{PYTHON} is missing: ./check --all installs it"
    folders = {}
    for kind in CHANNELS:
        folder = tmp_path_factory.mktemp("diffusers") / kind
        done = subprocess.run(
            [PYTHON, ROOT / "tests/workers/tiny_diffusers.py", folder, kind], check=True, capture_output=True, timeout=300, text=True
        )
        folders[kind] = folder, int(done.stdout.split()[-1])
    return folders


def bare(folder, tmp_path, prompt, seed=7, seconds=1.0, steps=3, guidance=4.0, negative=()):
    """The samples that diffusers makes alone."""
    given = [str(one) for one in (seed, seconds, steps, guidance, prompt, *negative)]
    subprocess.run(
        [PYTHON, ROOT / "tests/workers/diffusers_bare.py", folder, tmp_path / "out", *given],
        check=True, capture_output=True, timeout=300,
    )
    return array.array("f", (tmp_path / "out").read_bytes())


@pytest.fixture(scope="module")
def engine():
    with Speaking("diffusers", mode="generation", role="prompt") as it:
        yield it


def load(engine, folder, **options):
    engine.ask("unload")
    return engine.load(model_path=folder, threads=1, **{"duration": 1, "steps": 3, "guidance_scale": 4, **options})


def apart(one, other):
    return max(abs(a - b) for a, b in zip(one, other))


@pytest.mark.parametrize("kind", CHANNELS)
def test_the_same_samples_as_diffusers_alone(engine, tiny, tmp_path, kind):
    """Two prompts, two seeds: three different sounds, each equal to the last bit and the same again."""
    folder, parameters = tiny[kind]
    answer = load(engine, folder)
    assert answer["deterministic"] and answer["info"]["pipeline"] == f"{kind}Pipeline"
    assert (answer["output_rate_hz"], answer["output_channels"]) == (RATE, CHANNELS[kind])
    assert answer["parameters"] == parameters
    heard = []
    for prompt, seed in (("jazz", 7), ("slow sad piano", 7), ("jazz", 8)):
        output, samples = engine.speak(prompt, seed=seed)
        assert samples == bare(folder, tmp_path, prompt, seed) and len(samples) == RATE * CHANNELS[kind]
        assert output["steps"] == 3 and output["prompt_tokens"] > len(prompt.split())
        assert all(seconds > 0 for seconds in output["phases"].values()) and set(output["phases"]) == {
            "text_s", "denoise_s", "decode_s"
        }
        assert engine.speak(prompt, seed=seed)[1] == samples
        heard.append(samples)
    loudest = max(map(abs, heard[0]))
    assert apart(heard[0], heard[1]) > loudest / 100 and apart(heard[0], heard[2]) > loudest / 100


@pytest.mark.parametrize("kind", CHANNELS)
def test_what_the_pipeline_does_by_itself(engine, tiny, kind):
    answer = load(engine, tiny[kind][0], steps=0, guidance_scale=0)
    assert (answer["options"]["steps"], answer["options"]["guidance-scale"]) == OWN[kind]


@pytest.mark.parametrize("kind", ["StableAudio", "MusicLDM"])
def test_a_negative_prompt_is_heard(engine, tiny, tmp_path, kind):
    load(engine, tiny[kind][0])
    plain = engine.speak("jazz")[1]
    load(engine, tiny[kind][0], negative_prompt="low quality")
    samples = engine.speak("jazz")[1]
    assert samples != plain and samples == bare(tiny[kind][0], tmp_path, "jazz", negative=["low quality"])


@pytest.mark.parametrize("options", [{"steps": 1}, {"steps": 7}, {"guidance_scale": 1}, {"guidance_scale": 9}])
def test_each_option_is_heard(engine, tiny, options):
    load(engine, tiny["StableAudio"][0])
    plain = engine.speak("jazz")[1]
    answer = load(engine, tiny["StableAudio"][0], **options)
    (name, value), = options.items()
    assert answer["options"][name.replace("_", "-")] == value
    assert engine.speak("jazz")[1] != plain


@pytest.mark.parametrize("kind", ["StableAudio", "MusicLDM"])
@pytest.mark.parametrize("duration", [0.5, 1.23, 3])
def test_as_long_as_asked(engine, tiny, kind, duration):
    load(engine, tiny[kind][0], duration=duration, steps=1)
    assert len(engine.speak("jazz")[1]) == int(duration * RATE) * CHANNELS[kind]


def test_longer_than_the_model_makes(engine, tiny):
    load(engine, tiny["StableAudio"][0], duration=3.07)
    with pytest.raises(Failed, match='"StableAudio" makes 3 s at most, not 3.1: --duration 3$') as failed:
        load(engine, tiny["StableAudio"][0], duration=3.1)
    assert failed.value.kind == "usage"


@pytest.mark.parametrize("kind", ["StableAudio", "MusicLDM"])
@pytest.mark.parametrize("precision", ["float16", "bfloat16"])
def test_precisions(engine, tiny, kind, precision):
    answer = load(engine, tiny[kind][0], precision=precision)
    assert answer["options"]["precision"] == answer["info"]["precision"] == precision
    assert len(engine.speak("jazz")[1]) == RATE * CHANNELS[kind]
    load(engine, tiny[kind][0])  # and nothing of it is left


@pytest.mark.parametrize("kind", ["StableAudio", "MusicLDM"])
def test_nothing_is_heard_before_all_of_it(engine, tiny, kind):
    load(engine, tiny[kind][0])
    engine.speak("jazz")
    assert not [line for line in engine.lines if line["type"] == "first"]


def test_progress_goes_by_steps(engine, tiny):
    load(engine, tiny["StableAudio"][0], steps=300)
    engine.speak("jazz")
    told = [line["fraction"] for line in engine.lines if line["type"] == "progress"]
    assert len(told) > 3 and told == sorted(told) and all(round(one * 300) == pytest.approx(one * 300) for one in told)


@pytest.mark.parametrize("kind", ["StableAudio", "MusicLDM"])
def test_cancel_is_noticed_and_the_next_run_works(engine, tiny, kind):
    load(engine, tiny[kind][0], steps=1000)
    with pytest.raises(Failed) as failed:
        engine.speak("jazz", cancel_at="progress")
    assert failed.value.kind == "cancelled" and time.monotonic() - engine.cancelled < 5
    load(engine, tiny[kind][0])
    assert len(engine.speak("jazz")[1]) == RATE * CHANNELS[kind]


@pytest.mark.parametrize("kind", ["StableAudio", "MusicLDM"])
def test_a_prompt_of_more_tokens_than_the_model_takes(engine, tiny, kind):
    load(engine, tiny[kind][0])
    with pytest.raises(Failed, match="the prompt has [0-9]+ tokens, and the model takes 64 at most: shorten it") as failed:
        engine.speak("la " * 100)
    assert failed.value.kind == "bad-input"
    load(engine, tiny[kind][0], negative_prompt="la " * 100)
    with pytest.raises(Failed, match="the negative prompt has"):
        engine.speak("jazz")


@pytest.mark.parametrize("prompt", ["Hi 🙂", "\u202eשלום a\u202c", "a\x07b\x1b[31m {\"x\": 1}", "你好", " a "])
def test_odd_prompts_are_played(engine, tiny, prompt):
    load(engine, tiny["MusicLDM"][0], steps=1)
    assert len(engine.speak(prompt)[1]) == RATE


def copy_of(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "lies")
    return tmp_path / "lies"


def cut(path):
    path.write_bytes(path.read_bytes()[:1000])


def rewrite(path, **change):
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))


WRONG = {
    "truncated weights of diffusers": lambda folder: cut(folder / "transformer/diffusion_pytorch_model.safetensors"),
    "truncated weights of transformers": lambda folder: cut(folder / "text_encoder/model.safetensors"),
    "another size": lambda folder: rewrite(folder / "transformer/config.json", num_attention_heads=2),
    "another depth": lambda folder: rewrite(folder / "transformer/config.json", num_layers=3),
    "another text encoder": lambda folder: rewrite(folder / "text_encoder/config.json", d_model=32),
    "weights of another part": lambda folder: shutil.copy(
        folder / "vae/diffusion_pytorch_model.safetensors", folder / "transformer/diffusion_pytorch_model.safetensors"
    ),
    "no tokenizer": lambda folder: (folder / "tokenizer/tokenizer.json").unlink(),
    "a tokenizer that is none": lambda folder: (folder / "tokenizer/tokenizer.json").write_text("{}"),
    "a scheduler of no kind": lambda folder: rewrite(folder / "scheduler/scheduler_config.json", solver_type="none"),
    "a config of lists": lambda folder: rewrite(folder / "vae/config.json", channel_multiples=[1, 2]),
}


@pytest.mark.parametrize("what", WRONG)
def test_models_that_are_none(engine, tiny, tmp_path, what):
    folder = copy_of(tiny["StableAudio"][0], tmp_path)
    WRONG[what](folder)
    with pytest.raises(Failed) as failed:
        load(engine, folder)
    assert failed.value.kind == "bad-model" and str(folder) in str(failed.value), str(failed.value)
    assert "\n" not in str(failed.value) and len(str(failed.value)) < 600
    load(engine, tiny["StableAudio"][0])
    assert len(engine.speak("jazz")[1]) == RATE * 2


def test_the_published_language_model_has_no_head(engine, tiny, tmp_path):
    """AudioLDM 2 was published with GPT2Model, which gives the same sound."""
    folder = copy_of(tiny["AudioLDM2"][0], tmp_path)
    script = "import sys, transformers as t; t.GPT2LMHeadModel.from_pretrained(sys.argv[1]).transformer.save_pretrained(sys.argv[1])"
    subprocess.run([PYTHON, "-c", script, folder / "language_model"], check=True, capture_output=True, timeout=300)
    rewrite(folder / "model_index.json", language_model=["transformers", "GPT2Model"])
    load(engine, tiny["AudioLDM2"][0])
    whole = engine.speak("jazz")[1]
    load(engine, folder)
    assert engine.speak("jazz")[1] == whole


def test_weights_that_are_no_numbers_are_told(engine, tiny, tmp_path):
    folder = copy_of(tiny["MusicLDM"][0], tmp_path)
    script = (
        "import sys, diffusers; m = diffusers.UNet2DConditionModel.from_pretrained(sys.argv[1]); "
        "[p.data.fill_(float('nan')) for p in m.parameters()]; m.save_pretrained(sys.argv[1])"
    )
    subprocess.run([PYTHON, "-c", script, folder / "unet"], check=True, capture_output=True, timeout=300)
    load(engine, folder)
    with pytest.raises(Failed, match="no number") as failed:
        engine.speak("jazz")
    assert failed.value.kind == "engine"


def test_the_catalogues_size_is_the_published_one():
    """Built without memory. Stable Audio Open (Evans et al. 2024): 1057 M, 156 M, and 109 M of T5; and the vae's file has
    just the bytes of its floats and a header."""
    script = (
        "import json, sys, torch, diffusers, transformers; sys.path[:0] = [sys.argv[1] + '/workers', sys.argv[1] + '/workers/diffusers']\n"
        "import pipelines\n"
        "kind, configs = pipelines.read_architecture(json.load(sys.stdin))\n"
        "with torch.device('meta'):\n"
        "  for name in filter(pipelines.has_weights, kind.parts):\n"
        "    part = kind.parts[name]; made = getattr(diffusers if part.library == 'diffusers' else transformers, part.names[0])\n"
        "    model = made.from_config(configs[name]) if part.library == 'diffusers' else made(made.config_class(**configs[name]))\n"
        "    print(name, sum(p.numel() for p in model.parameters()))\n"
    )
    entry, = (one for one in json.loads((ROOT / "data/catalogue.json").read_text())["models"] if one["family"] == "diffusers")
    done = subprocess.run(
        [PYTHON, "-c", script, ROOT], input=json.dumps(entry["architecture"]), check=True, capture_output=True, timeout=300, text=True
    )
    sizes = {name: int(count) for name, count in (line.split() for line in done.stdout.splitlines())}
    assert sum(sizes.values()) == entry["parameters"] == 1323076738
    for name, millions in (("transformer", 1057), ("vae", 156), ("text_encoder", 109)):
        assert abs(sizes[name] / 1e6 - millions) < 1
    vae_bytes, = (file["bytes"] for file in entry["files"] if file["path"] == "vae/diffusion_pytorch_model.safetensors")
    assert 0 < vae_bytes - 4 * sizes["vae"] < 100_000
