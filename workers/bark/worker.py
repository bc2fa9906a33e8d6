"""Bark by transformers: text → semantic tokens → two coarse codebooks → eight fine ones → EnCodec makes the sound."""

from __future__ import annotations

import math
import os
import re
from typing import Any

from llamaburn_worker import BadInput, BadModel, EngineError, Load, Loaded, Output, Run, TorchEngine, Usage
from llamaburn_worker.errors import Blame, in_short
from llamaburn_worker.files import check_whole, read_json, read_tokenizer
from llamaburn_worker.split import sayable, split_text
from llamaburn_worker.stand_in import tokens_of_letters

WEIGHTS = ("model.safetensors", "pytorch_model.bin")
CONFIG, GENERATION, TOKENIZER = "config.json", "generation_config.json", "tokenizer.json"
PARTS = ("semantic_config", "coarse_acoustics_config", "fine_acoustics_config")
PRESET = re.compile(r"(v2/)?[a-z]{2}_speaker_[0-9]")
# Of a preset: what each array counts up to, and its first dimension (0: it has one dimension only).
PROMPTS = {"semantic_prompt": (10_000, 0), "coarse_prompt": (1024, 2), "fine_prompt": (1024, 8)}
# Random weights never say stop: they get as many semantic tokens (49.9 a second) as speech of 14 characters a second.
TOKENS_PER_CHARACTER = 49.9 / 14
LEAST_TOKENS = 16
LETTERS_PER_TOKEN = 3
LIMITS = {
    "num_layers": 512,
    "num_heads": 512,
    "hidden_size": 65536,
    "block_size": 65536,
    "input_vocab_size": 1 << 22,
    "output_vocab_size": 1 << 22,
    "n_codes_total": 64,
    "n_codes_given": 64,
}


def check_architecture(given: Any, where: str) -> dict[str, Any]:
    """Three transformers and a codec, each number in its bounds; BadModel else."""
    if not isinstance(given, dict) or not all(isinstance(given.get(part), dict) for part in PARTS):
        raise BadModel(f"{where} has no architecture of Bark ({', '.join(PARTS)})")
    for part in PARTS:
        for name, most in LIMITS.items():
            check_whole(given[part].get(name, 1), most, f'"{part}.{name}" of {where}')
        if given[part].get("hidden_size", 768) % given[part].get("num_heads", 12):
            raise BadModel(f'"{part}.hidden_size" of {where} must be a multiple of its num_heads')
    return {name: given[name] for name in (*PARTS, "codec_config") if isinstance(given.get(name), dict)}


class Bark(TorchEngine):
    package = "transformers"

    def load(self, request: Load) -> Loaded:
        self.begin(request)
        self.choose_precision()
        self.synthetic = request.random_weights
        self.tokenizer: Any = None
        self.preset: Any = None
        self.model = self._random(request) if self.synthetic else self._from_files(request)
        request.check()
        self.model.to(self.place.torch, self.dtype).eval()
        rate = int(self.model.codec_model.config.sampling_rate)
        return self.loaded(self.model, output_rate_hz=rate, output_channels=1)

    # ---- the model ----

    @staticmethod
    def _config(given: Any, where: str) -> Any:
        from transformers import BarkConfig

        with Blame(f"{where} is no configuration of Bark"):
            return BarkConfig(**check_architecture(given, where))

    def _random(self, request: Load) -> Any:
        from transformers import BarkModel

        from llamaburn_worker.torch_tools import draw_codebooks, random_weights

        if self.options.get("voice-preset") is not None:
            raise Usage("random weights have no presets: leave --voice-preset out")
        model = request.model or {}
        config = self._config(model.get("architecture"), "the catalogue's entry")
        built = random_weights(lambda: BarkModel(config), request.seed)
        draw_codebooks(built.codec_model, request.seed)
        self._set_generation(built, {}, "")
        return built

    def _set_generation(self, model: Any, settings: Any, where: str) -> None:
        """Numbers of tokens and rates; what is drawn how, our options say."""
        from transformers import GenerationConfig
        from transformers.models.bark.generation_configuration_bark import BarkSemanticGenerationConfig

        settings = settings if isinstance(settings, dict) else {}
        known = {name: settings[name] if isinstance(settings.get(name), dict) else {} for name in PARTS}
        with Blame(f"{where} can't be used"):
            model.generation_config = GenerationConfig(codebook_size=1024, sample_rate=24000, **known)
            self.semantic = BarkSemanticGenerationConfig(**known[PARTS[0]])

    def _from_files(self, request: Load) -> Any:
        from transformers import BarkModel

        from llamaburn_worker.torch_tools import check_told, load_checkpoint

        path = request.model_file(CONFIG)
        config = self._config(read_json(path), f'"{path}"')
        self.tokenizer = read_tokenizer(request.model_file(TOKENIZER))
        folder = request.model_file()
        name = next((one for one in WEIGHTS if os.path.exists(os.path.join(folder, one))), WEIGHTS[-1])
        path = request.model_file(name)
        state = load_checkpoint(path)
        request.check()
        weights = f'the weights in "{path}"'
        with Blame(f"{weights} do not fit {CONFIG}", ": pull the model again"):
            model, told = BarkModel.from_pretrained(
                None, config=config, state_dict=state, output_loading_info=True, ignore_mismatched_sizes=True
            )
        check_told(told, weights)
        generation = os.path.join(folder, GENERATION)
        settings = read_json(generation) if os.path.exists(generation) else {}
        self._set_generation(model, settings, f'"{generation}"')
        self.preset = self._read_preset(folder)
        return model.requires_grad_(False)

    def _read_preset(self, folder: str) -> Any:
        name = self.options.get("voice-preset")
        if name is None:
            return None
        if not PRESET.fullmatch(name):
            raise Usage(f'"{name}" is no preset of Bark: they are called en_speaker_0 or v2/de_speaker_9')
        import numpy
        import torch

        preset = {}
        for key, (count, rows) in PROMPTS.items():
            path = os.path.join(folder, "speaker_embeddings", f"{name}_{key}.npy")
            if not os.path.exists(path):
                raise BadModel(f'"{path}" is missing: the voice "{name}" is not in the model store')
            try:
                codes = numpy.load(path, allow_pickle=False)
            except (OSError, ValueError, EOFError) as error:
                raise BadModel(f'"{path}" is no array of codes ({in_short(error)})') from None
            if not isinstance(codes, numpy.ndarray):  # an archive of them
                raise BadModel(f'"{path}" is no array of codes')
            fits = codes.ndim == (2 if rows else 1) and (not rows or codes.shape[0] == rows) and codes.shape[-1] > 0
            if not fits or codes.dtype.kind not in "iu" or codes.min() < 0 or codes.max() >= count:
                raise BadModel(f'"{path}" has no codes of a voice of Bark')
            preset[key] = torch.from_numpy(codes.astype("int64")).to(self.place.torch)
        return preset

    # ---- a run ----

    def _encode(self, text: str, room: int) -> list[int]:
        """The text's tokens: as the published vocabulary has them, or, for random weights, about as many."""
        if self.tokenizer is not None:
            ids = list(self.tokenizer.encode(text, add_special_tokens=False).ids)
        else:
            count = self.semantic.text_pad_token - self.semantic.text_encoding_offset
            ids = tokens_of_letters(text, count, LETTERS_PER_TOKEN)
        if len(ids) > room:
            raise BadInput(f'a piece of the text has {len(ids)} tokens, Bark takes {room}: --piece N cuts it shorter')
        return ids

    def _speak(self, piece: str, request: Run) -> Any:
        import torch

        from llamaburn_worker.torch_tools import on_each_step

        options = self.options
        room = self.semantic.max_input_semantic_length
        ids = self._encode(piece, room)
        padded = torch.tensor([ids + [0] * (room - len(ids))], device=self.place.torch)
        mask = torch.tensor([[1] * len(ids) + [0] * (room - len(ids))], device=self.place.torch)
        stop = on_each_step(lambda _: request.check())
        arguments: dict[str, Any] = {"min_eos_p": options["min-eos-p"] or None}
        if self.synthetic:
            count = min(self.semantic.max_new_tokens, max(LEAST_TOKENS, math.ceil(len(piece) * TOKENS_PER_CHARACTER)))
            arguments = {"semantic_min_new_tokens": count, "semantic_max_new_tokens": count}
        return self.model.generate(
            padded,
            history_prompt=self.preset,
            attention_mask=mask,
            semantic_do_sample=True,
            semantic_temperature=float(options["semantic-temperature"]),
            semantic_top_k=options["top-k"],
            semantic_stopping_criteria=stop,
            coarse_do_sample=True,
            coarse_temperature=float(options["coarse-temperature"]),
            coarse_top_k=options["top-k"],
            coarse_stopping_criteria=stop,
            fine_temperature=float(options["fine-temperature"]),
            **arguments,
        )

    def run(self, request: Run) -> Output:
        import torch

        from llamaburn_worker.torch_tools import seed_everything, to_samples, wait_idle

        seed_everything(request.seed)
        pieces = split_text(sayable(request.text()), self.options["piece"])
        with torch.inference_mode():
            for index, piece in enumerate(pieces):
                sound = self._speak(piece, request)
                if sound.numel() == 0:
                    raise EngineError("the model ended at once: it gave no sound")
                request.write(to_samples(sound))
                request.progress((index + 1) / len(pieces))
        wait_idle(self.place)
        request.done()
        return {"sentences": pieces, "voice": self.options.get("voice-preset", "drawn")}
