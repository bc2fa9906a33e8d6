"""Which pipelines of diffusers this engine runs, of which parts, and what a folder or the catalogue says of one.

Nothing here needs a library: what is wrong with a folder is told before torch is imported.
"""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from typing import Any, Optional

from llamaburn_worker import BadModel
from llamaburn_worker.hub_folder import check_safetensors, read_object

INDEX = "model_index.json"
CONFIGS = {"scheduler": "scheduler_config.json", "tokenizer": "tokenizer_config.json"}
DIFFUSERS_WEIGHTS, TRANSFORMERS_WEIGHTS = "diffusion_pytorch_model.safetensors", "model.safetensors"
# No published part comes near; more is a file that wants all of the memory.
MOST_NUMBER, MOST_LAYERS, MOST_DEPTH, MOST_ITEMS = 1 << 22, 512, 8, 1024
MOST_RATE_HZ, MOST_CHANNELS, MOST_PROMPT_TOKENS = 192_000, 2, 4096

Configs = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Part:
    """A part of a pipeline: in which library its class is, and which names of it a folder may have.

    The first name is the one that is built: GPT2Model of a published folder is GPT2LMHeadModel without its head.
    """

    library: str
    names: tuple[str, ...]
    # Ends of names that its file may lack, because they are other names of a tensor that is there.
    made: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """A pipeline: its parts, how it is asked for a length, and what it does unless told otherwise."""

    name: str
    parts: dict[str, Part]
    seconds: str
    steps: int
    guidance: float
    # What it asks for and this engine never uses: what lets CLAP hear several sounds and choose the best.
    unused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sound:
    """What comes out; longest_s is the pipeline's own limit, None where it has none."""

    rate_hz: int
    channels: int
    longest_s: Optional[float]


SCHEDULER = Part("diffusers", (
    "DDIMScheduler", "CosineDPMSolverMultistepScheduler", "EDMDPMSolverMultistepScheduler", "DPMSolverMultistepScheduler",
    "EulerDiscreteScheduler", "EulerAncestralDiscreteScheduler", "LMSDiscreteScheduler", "PNDMScheduler",
))
T5 = Part("transformers", ("T5EncoderModel",), ("encoder.embed_tokens.weight",))
T5_TOKENIZER = Part("transformers", ("T5TokenizerFast", "T5Tokenizer"))
ROBERTA_TOKENIZER = Part("transformers", ("RobertaTokenizerFast", "RobertaTokenizer"))
CLAP = Part("transformers", ("ClapModel",))
SPECTRUM = {
    "vae": Part("diffusers", ("AutoencoderKL",)),
    "scheduler": SCHEDULER,
    "vocoder": Part("transformers", ("SpeechT5HifiGan",)),
    "tokenizer": ROBERTA_TOKENIZER,
}
KINDS = {kind.name: kind for kind in (
    Kind("StableAudioPipeline", {
        "transformer": Part("diffusers", ("StableAudioDiTModel",)),
        "vae": Part("diffusers", ("AutoencoderOobleck",)),
        "projection_model": Part("diffusers", ("StableAudioProjectionModel",)),
        "text_encoder": T5,
        "tokenizer": T5_TOKENIZER,
        "scheduler": SCHEDULER,
    }, "audio_end_in_s", 100, 7.0),
    Kind("MusicLDMPipeline", {
        **SPECTRUM, "unet": Part("diffusers", ("UNet2DConditionModel",)), "text_encoder": CLAP,
    }, "audio_length_in_s", 200, 2.0, ("feature_extractor",)),
    Kind("AudioLDMPipeline", {
        **SPECTRUM, "unet": Part("diffusers", ("UNet2DConditionModel",)),
        "text_encoder": Part("transformers", ("ClapTextModelWithProjection",)),
    }, "audio_length_in_s", 10, 2.5),
    Kind("AudioLDM2Pipeline", {
        **SPECTRUM, "unet": Part("diffusers", ("AudioLDM2UNet2DConditionModel",)), "text_encoder": CLAP,
        "text_encoder_2": T5, "tokenizer_2": T5_TOKENIZER,
        "projection_model": Part("diffusers", ("AudioLDM2ProjectionModel",)),
        "language_model": Part("transformers", ("GPT2LMHeadModel", "GPT2Model"), ("lm_head.weight",)),
    }, "audio_length_in_s", 200, 3.5, ("feature_extractor",)),
)}


def is_tokenizer(part: str) -> bool:
    return part.startswith("tokenizer")


def has_weights(part: str) -> bool:
    return part != "scheduler" and not is_tokenizer(part)


def find_kind(name: Any, where: str) -> Kind:
    if not isinstance(name, str) or name not in KINDS:
        raise BadModel(f'{where} is of "{name}": this engine runs {", ".join(KINDS)}')
    return KINDS[name]


def check_numbers(given: Any, where: str, key: str = "", depth: int = 0) -> None:
    """What is described can be built: no number of it is out of all bounds."""
    if depth > MOST_DEPTH:
        raise BadModel(f"{where} is nested too deeply to describe a model")
    if isinstance(given, (dict, list)):
        if len(given) > MOST_ITEMS:
            raise BadModel(f'"{key}" of {where} has {len(given)} items: no model has')
        items = given.items() if isinstance(given, dict) else ((key, item) for item in given)
        for name, item in items:
            check_numbers(item, where, str(name), depth + 1)
    elif isinstance(given, (int, float)):
        most = MOST_LAYERS if "layers" in key else MOST_NUMBER
        if not -MOST_NUMBER <= given <= most and key != "model_max_length":
            raise BadModel(f'"{key}" of {where} must be a number of at most {most}, not {given!r}')


def _check_class(index: dict[str, Any], part: str, known: Part, where: str) -> str:
    """The class that @index has for @part, one of those that this engine builds."""
    given = index.get(part)
    name = given[1] if isinstance(given, list) and len(given) == 2 else None
    if name is None:
        raise BadModel(f'{where} names no "{part}": the folder is not whole')
    if name not in known.names:
        raise BadModel(f'"{part}" of {where} is of "{name}": this engine takes {", ".join(known.names)}')
    return str(name)


def read_folder(folder: str) -> tuple[Kind, Configs]:
    """The pipeline of a folder as diffusers saves one, and what each part's file says; BadModel where one is amiss."""
    index_path = os.path.join(folder, INDEX)
    if not os.path.isfile(index_path):
        raise BadModel(f'"{index_path}" is missing: "{folder}" is no pipeline of diffusers')
    where = f'"{index_path}"'
    index = read_object(index_path)
    kind = find_kind(index.get("_class_name"), where)
    configs: Configs = {}
    for part, known in kind.parts.items():
        name = _check_class(index, part, known, where)
        path = os.path.join(folder, part, CONFIGS.get(part.removesuffix("_2"), "config.json"))
        if not os.path.isfile(path):
            raise BadModel(f'"{path}" is missing: the pipeline has no {part} without it')
        configs[part] = {**read_object(path), "class": name}
        check_numbers(configs[part], f'"{path}"')
        if has_weights(part):
            check_safetensors(
                os.path.dirname(path), DIFFUSERS_WEIGHTS if known.library == "diffusers" else TRANSFORMERS_WEIGHTS
            )
    return kind, configs


def read_architecture(given: Any) -> tuple[Kind, Configs]:
    """The same of the catalogue's entry, where weights are to be random: it names a class and each part's numbers."""
    where = "the catalogue's entry"
    if not isinstance(given, dict):
        raise BadModel(f"{where} has no architecture of a pipeline: --random-weights can't be made of it")
    kind = find_kind(given.get("class"), where)
    configs = {part: given[part] for part in kind.parts if isinstance(given.get(part), dict)}
    missing = [part for part in kind.parts if part not in configs]
    if missing:
        raise BadModel(f'{where} has no "{missing[0]}"')
    check_numbers(configs, where)
    return kind, configs


def _whole(configs: Configs, part: str, key: str, most: int) -> int:
    value = configs[part].get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != int(value) or not 1 <= value <= most:
        raise BadModel(f'"{key}" of the {part} must be a whole number from 1 to {most}, not {value!r}')
    return int(value)


def describe_sound(kind: Kind, configs: Configs) -> Sound:
    """Rate, channels and limit, as the parts that make the sound say."""
    if kind.name != "StableAudioPipeline":
        return Sound(_whole(configs, "vocoder", "sampling_rate", MOST_RATE_HZ), 1, None)
    rate = _whole(configs, "vae", "sampling_rate", MOST_RATE_HZ)
    ratios = configs["vae"].get("downsampling_ratios")
    if not isinstance(ratios, list) or not all(isinstance(one, int) and 1 <= one <= 1024 for one in ratios):
        raise BadModel('"downsampling_ratios" of the vae must be a list of whole numbers')
    latents = _whole(configs, "transformer", "sample_size", MOST_NUMBER)
    return Sound(
        rate, _whole(configs, "vae", "audio_channels", MOST_CHANNELS), latents * math.prod(ratios) / rate
    )


def longest_prompt(kind: Kind, configs: Configs) -> dict[str, int]:
    """How many tokens each tokenizer of the pipeline takes."""
    return {
        part: _whole(configs, part, "model_max_length", MOST_PROMPT_TOKENS) for part in kind.parts if is_tokenizer(part)
    }
