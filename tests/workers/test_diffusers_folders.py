"""The worker diffusers before torch is there: what of a folder is looked at, and what is said of one that is none."""

import json
import pathlib
import pickle
import sys

import pytest
from speaking import ROOT, Failed, Speaking, catalogue_model

sys.path[:0] = [str(ROOT / "workers"), str(ROOT / "workers/diffusers")]
import pipelines  # noqa: E402

from llamaburn_worker import BadModel  # noqa: E402

# model_index.json of stabilityai/stable-audio-open-1.0 and of cvssp/audioldm2, as they are published.
PUBLISHED = {
    "StableAudioPipeline": {
        "_class_name": "StableAudioPipeline", "_diffusers_version": "0.30.0.dev0",
        "projection_model": ["stable_audio", "StableAudioProjectionModel"],
        "scheduler": ["diffusers", "CosineDPMSolverMultistepScheduler"],
        "text_encoder": ["transformers", "T5EncoderModel"], "tokenizer": ["transformers", "T5TokenizerFast"],
        "transformer": ["diffusers", "StableAudioDiTModel"], "vae": ["diffusers", "AutoencoderOobleck"],
    },
    "AudioLDM2Pipeline": {
        "_class_name": "AudioLDM2Pipeline", "_diffusers_version": "0.20.0.dev0",
        "feature_extractor": ["transformers", "ClapFeatureExtractor"], "language_model": ["transformers", "GPT2Model"],
        "projection_model": ["audioldm2", "AudioLDM2ProjectionModel"], "scheduler": ["diffusers", "DDIMScheduler"],
        "text_encoder": ["transformers", "ClapModel"], "text_encoder_2": ["transformers", "T5EncoderModel"],
        "tokenizer": ["transformers", "RobertaTokenizerFast"], "tokenizer_2": ["transformers", "T5TokenizerFast"],
        "unet": ["audioldm2", "AudioLDM2UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"],
        "vocoder": ["transformers", "SpeechT5HifiGan"],
    },
}
SAID = {
    "transformer": {"sample_size": 1024.0}, "tokenizer": {"model_max_length": 128}, "vocoder": {"sampling_rate": 16000},
    "tokenizer_2": {"model_max_length": 512},
    "vae": {"downsampling_ratios": [2, 4, 4, 8, 8], "sampling_rate": 44100, "audio_channels": 2},
}


def write_folder(folder, kind="StableAudioPipeline", **changed):
    """A folder of that pipeline whose weights are no weights: nothing here opens them."""
    folder.mkdir()
    index = {**PUBLISHED[kind], **changed}
    (folder / "model_index.json").write_text(json.dumps(index))
    for name, part in pipelines.KINDS[kind].parts.items():
        (folder / name).mkdir()
        config = pipelines.CONFIGS.get(name.removesuffix("_2"), "config.json")
        (folder / name / config).write_text(json.dumps(SAID.get(name, {})))
        if pipelines.has_weights(name):
            weights = "model" if part.library == "transformers" else "diffusion_pytorch_model"
            (folder / name / f"{weights}.safetensors").write_bytes(b"\0" * 16)
    return folder


def test_published_indexes_are_taken(tmp_path):
    kind, configs = pipelines.read_folder(str(write_folder(tmp_path / "stable")))
    sound = pipelines.describe_sound(kind, configs)
    assert (sound.rate_hz, sound.channels) == (44100, 2) and round(sound.longest_s, 3) == 47.554
    assert pipelines.longest_prompt(kind, configs) == {"tokenizer": 128}
    kind, configs = pipelines.read_folder(str(write_folder(tmp_path / "audioldm2", "AudioLDM2Pipeline")))
    sound = pipelines.describe_sound(kind, configs)
    assert (sound.rate_hz, sound.channels, sound.longest_s) == (16000, 1, None)
    assert pipelines.longest_prompt(kind, configs) == {"tokenizer": 128, "tokenizer_2": 512}


def test_the_catalogues_architecture_is_one():
    model = catalogue_model("stable-audio-open-1.0")
    kind, configs = pipelines.read_architecture(model["architecture"])
    sound = pipelines.describe_sound(kind, configs)
    assert (sound.rate_hz, sound.channels) == (44100, 2) and round(sound.longest_s, 3) == 47.554
    with pytest.raises(BadModel, match='has no "vae"'):
        pipelines.read_architecture({**model["architecture"], "vae": None})
    with pytest.raises(BadModel, match="has no architecture"):
        pipelines.read_architecture(None)


def test_every_pipeline_has_what_the_worker_asks_for():
    manifest = json.loads((ROOT / "workers/diffusers/manifest.json").read_text())
    steps, guidance = ({one["name"]: one for one in manifest["options"]}[name] for name in ("steps", "guidance-scale"))
    for kind in pipelines.KINDS.values():
        assert "transformer" in kind.parts or "unet" in kind.parts
        assert {"scheduler", "tokenizer", "text_encoder", "vae"} <= set(kind.parts)
        assert f"{kind.steps}" in steps["help"] and f"{kind.guidance:g}" in guidance["help"]


class Evil:
    def __reduce__(self):
        return (print, ("this ran",))


def rewrite(path, change):
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))


def only_pickles(folder):
    for path in folder.glob("*.safetensors"):
        path.unlink()
    (folder / "diffusion_pytorch_model.bin").write_bytes(pickle.dumps(Evil()))


AMISS = {
    "no index": (lambda folder: (folder / "model_index.json").unlink(), "is no pipeline of diffusers"),
    "index no JSON": (lambda folder: (folder / "model_index.json").write_text("{"), "can't be read"),
    "index too deep": (lambda folder: (folder / "model_index.json").write_text("[" * 100_000), "can't be read"),
    "no class": (lambda folder: (folder / "model_index.json").write_text("{}"), 'is of "None": this engine runs'),
    "other pipeline": (
        lambda folder: rewrite(folder / "model_index.json", {"_class_name": "StableDiffusionPipeline"}),
        'is of "StableDiffusionPipeline": this engine runs StableAudioPipeline, MusicLDMPipeline',
    ),
    "part of own code": (
        lambda folder: rewrite(folder / "model_index.json", {"vae": ["my_code", "MyVae"]}),
        '"vae" of "{0}/model_index.json" is of "MyVae": this engine takes AutoencoderOobleck',
    ),
    "scheduler unknown": (
        lambda folder: rewrite(folder / "model_index.json", {"scheduler": ["diffusers", "UnCLIPScheduler"]}),
        'is of "UnCLIPScheduler"',
    ),
    "part not named": (lambda folder: rewrite(folder / "model_index.json", {"vae": None}), 'names no "vae"'),
    "part without config": (lambda folder: (folder / "vae/config.json").unlink(), '"{0}/vae/config.json" is missing'),
    "no scheduler": (
        lambda folder: (folder / "scheduler/scheduler_config.json").unlink(), "scheduler_config.json\" is missing"
    ),
    "weights missing": (
        lambda folder: (folder / "text_encoder/model.safetensors").unlink(), '"{0}/text_encoder/model.safetensors" is missing'
    ),
    "pickles only": (
        lambda folder: only_pickles(folder / "transformer"),
        '"{0}/transformer" has pickled weights only, which could run any code: it needs diffusion_pytorch_model.safetensors',
    ),
    "a billion layers": (
        lambda folder: rewrite(folder / "transformer/config.json", {"num_layers": 10**9}),
        '"num_layers" of "{0}/transformer/config.json" must be a number of at most 512, not 1000000000',
    ),
    "sizes that are none": (
        lambda folder: rewrite(folder / "transformer/config.json", {"in_channels": 1e300}), '"in_channels" of'
    ),
    "NaN": (lambda folder: rewrite(folder / "transformer/config.json", {"in_channels": float("nan")}), "not nan"),
    "no length": (
        lambda folder: rewrite(folder / "transformer/config.json", {"sample_size": "long"}),
        '"sample_size" of the transformer must be a whole number',
    ),
    "no rate": (lambda folder: rewrite(folder / "vae/config.json", {"sampling_rate": 0}), '"sampling_rate" of the vae'),
    "no ratios": (lambda folder: rewrite(folder / "vae/config.json", {"downsampling_ratios": [0]}), "downsampling_ratios"),
    "tokens without end": (
        lambda folder: rewrite(folder / "tokenizer/tokenizer_config.json", {"model_max_length": 10**30}),
        '"model_max_length" of the tokenizer must be a whole number from 1 to 4096',
    ),
}


@pytest.fixture(scope="module")
def worker():
    """By the Python of the tests, that has neither torch nor diffusers."""
    with Speaking("diffusers", python=pathlib.Path(sys.executable), mode="generation", role="prompt") as it:
        yield it


@pytest.mark.parametrize("what", AMISS)
def test_folders_that_are_none(worker, tmp_path, what):
    change, said = AMISS[what]
    folder = write_folder(tmp_path / "lies")
    change(folder)
    with pytest.raises(Failed) as failed:
        worker.load(model_path=folder)
    assert said.replace("{0}", str(folder)) in str(failed.value)
    assert failed.value.kind == "bad-model" and "\n" not in str(failed.value) and len(str(failed.value)) < 600


@pytest.mark.parametrize("options, said", [
    ({"duration": 47.6}, '"stable" makes 47.5 s at most, not 47.6: --duration 47.5'),
    ({"duration": 0}, "--duration takes a number from 0.5 to 120, not 0"),
    ({"duration": 1e9}, "from 0.5 to 120"),
    ({"steps": -1}, "--steps takes a whole number from 0 to 1000"),
    ({"guidance_scale": 1, "negative_prompt": "noise"}, "--negative-prompt needs guidance"),
])
def test_what_can_not_be_asked(worker, tmp_path, options, said):
    folder = write_folder(tmp_path / "stable")
    with pytest.raises(Failed) as failed:
        worker.load(model_path=folder, **options)
    assert said in str(failed.value) and failed.value.kind == "usage"


def test_a_library_that_is_gone_is_named(worker, tmp_path):
    with pytest.raises(Failed, match="llamaburn engines install diffusers --again") as failed:
        worker.load(model_path=write_folder(tmp_path / "stable"))
    assert failed.value.kind == "engine-missing"
