"""MusicGen's three parts, as a file or the catalogue has them: their numbers in bounds, and transformers' classes."""

from __future__ import annotations

from typing import Any

from llamaburn_worker import BadModel
from llamaburn_worker.errors import Blame
from llamaburn_worker.files import check_whole

PARTS = ("text_encoder", "audio_encoder", "decoder")
PLAIN, MELODY = "musicgen", "musicgen_melody"
LIMITS = {
    "hidden_size": 65536,
    "num_hidden_layers": 512,
    "num_attention_heads": 512,
    "ffn_dim": 1 << 18,
    "vocab_size": 1 << 22,
    "num_codebooks": 64,
    "audio_channels": 2,
    "d_model": 65536,
    "d_ff": 1 << 18,
    "d_kv": 4096,
    "num_layers": 512,
    "num_heads": 512,
    "num_filters": 4096,
    "codebook_size": 1 << 20,
    "codebook_dim": 65536,
    "sampling_rate": 192000,
    "max_position_embeddings": 1 << 20,
    "num_chroma": 128,
    "chroma_length": 1 << 16,
}
MULTIPLES = {"decoder": ("hidden_size", "num_attention_heads")}


def check_numbers(part: dict[str, Any], name: str, where: str) -> None:
    for key, most in LIMITS.items():
        check_whole(part.get(key, 1), most, f'"{name}{key}" of {where}')


def check_ratios(codec: dict[str, Any], where: str) -> None:
    ratios = codec.get("upsampling_ratios", [1])
    if not isinstance(ratios, list) or not 1 <= len(ratios) <= 16:
        raise BadModel(f'"audio_encoder.upsampling_ratios" of {where} must be a list of whole numbers')
    for ratio in ratios:
        if not isinstance(ratio, int) or isinstance(ratio, bool) or not 1 <= ratio <= 1024:
            raise BadModel(f'"audio_encoder.upsampling_ratios" of {where} holds {ratio!r}')


def check_architecture(given: Any, where: str) -> dict[str, Any]:
    """A text encoder, a codec and a decoder, each number in its bounds; BadModel else."""
    if not isinstance(given, dict) or not all(isinstance(given.get(part), dict) for part in PARTS):
        raise BadModel(f"{where} has no architecture of MusicGen ({', '.join(PARTS)})")
    check_numbers(given, "", where)
    for part in PARTS:
        check_numbers(given[part], f"{part}.", where)
    check_ratios(given["audio_encoder"], where)
    decoder = given["decoder"]
    for name, (whole, divisor) in MULTIPLES.items():
        if given[name].get(whole, 1024) % given[name].get(divisor, 16):
            raise BadModel(f'"{name}.{whole}" of {where} must be a multiple of its {divisor}')
    if decoder.get("num_codebooks", 4) % decoder.get("audio_channels", 1):
        raise BadModel(f'"decoder.num_codebooks" of {where} must be a multiple of its audio_channels')
    kinds = {"text_encoder": "t5", "audio_encoder": "encodec"}
    for part, kind in kinds.items():
        if given[part].get("model_type", kind) != kind:
            raise BadModel(f'"{part}" of {where} is "{given[part]["model_type"]}": this engine takes {kind}')
    return given


def make_config(given: Any, where: str) -> tuple[Any, Any]:
    """transformers' configuration and class for the architecture @given, which names what it is."""
    import transformers

    given = dict(check_architecture(given, where))
    kind = given.pop("class", None) or given.get("model_type", PLAIN)
    if kind not in (PLAIN, MELODY):
        raise BadModel(f'{where} is of "{kind}": this engine takes {PLAIN} and {MELODY}')
    given.pop("model_type", None)
    given.pop("auto_map", None)
    given["text_encoder"] = {"model_type": "t5", **given["text_encoder"]}
    given["audio_encoder"] = {"model_type": "encodec", **given["audio_encoder"]}
    configuration, model = (
        (transformers.MusicgenMelodyConfig, transformers.MusicgenMelodyForConditionalGeneration)
        if kind == MELODY
        else (transformers.MusicgenConfig, transformers.MusicgenForConditionalGeneration)
    )
    with Blame(f"{where} is no configuration of MusicGen"):
        return configuration(**given), model
