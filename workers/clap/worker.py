"""CLAP: where a sound, and a text, lie in one space, by transformers; docs/MEASURING.md ("CLAP and FAD").

Wu et al.: "Large-scale contrastive language-audio pretraining with feature fusion and keyword-to-caption augmentation"
(2023).
"""

from __future__ import annotations

from typing import Any

from llamaburn_worker import BadInput, BadModel, Load, Loaded, Output, Run, TorchEngine
from llamaburn_worker.errors import Blame
from llamaburn_worker.files import read_json, read_tokenizer

CONFIG, TOKENIZER, EXTRACTOR = "config.json", "tokenizer.json", "preprocessor_config.json"
MADE = ("position_ids", "token_type_ids", "relative_position_index")
NUMBERS = ("feature_size", "sampling_rate", "hop_length", "max_length_s", "fft_window_size", "frequency_min", "frequency_max")
PARTS = ("text_config", "audio_config")
TRUNCATIONS, PADDINGS = ("fusion", "rand_trunc"), ("repeatpad", "repeat", "pad")
STEP_S = 1.0  # from one window to the next
MOST = 1 << 22


def check_config(given: Any, where: str) -> dict[str, Any]:
    """Two encoders whose whole numbers are in bounds; BadModel else."""
    if not isinstance(given, dict) or not all(isinstance(given.get(part), dict) for part in PARTS):
        raise BadModel(f"{where} has no architecture of CLAP ({', '.join(PARTS)})")
    for part in PARTS:
        for name, value in given[part].items():
            numbers = value if isinstance(value, list) else [value]
            if any(isinstance(one, int) and not isinstance(one, bool) and not -1 <= one <= MOST for one in numbers):
                raise BadModel(f'"{part}.{name}" of {where} is out of bounds: {value!r}')
    return given


class Clap(TorchEngine):
    package = "transformers"

    def load(self, request: Load) -> Loaded:
        self.begin(request)
        import torch
        import transformers

        path = request.model_file(CONFIG)
        given = check_config(read_json(path), f'"{path}"')
        with Blame(f'"{path}" is no configuration of CLAP'):
            config = transformers.ClapConfig(**given)
        self.tokenizer = read_tokenizer(request.model_file(TOKENIZER))
        self.extractor = self._make_extractor(request.model_file(EXTRACTOR))
        model = self.tools.load_pretrained(transformers.ClapModel, request.model_file(), config, torch.float32, MADE)
        self.model = model.to(self.place.torch).eval().requires_grad_(False)
        self.tokens_most = int(config.text_config.max_position_embeddings) - 2  # Roberta counts from its padding's index
        return self.loaded(self.model, input_rate_hz=self.extractor.sampling_rate, input_channels=1)

    @staticmethod
    def _make_extractor(path: str) -> Any:
        from transformers import ClapFeatureExtractor

        given = read_json(path)
        given = given if isinstance(given, dict) else {}
        known = {name: given[name] for name in NUMBERS if name in given}
        if not all(isinstance(value, (int, float)) and 0 <= value <= MOST for value in known.values()):
            raise BadModel(f'"{path}" holds numbers that are none of a spectrogram\'s')
        ways = {"truncation": TRUNCATIONS, "padding": PADDINGS}
        for name, choices in ways.items():
            if given.get(name, choices[0]) not in choices:
                raise BadModel(f'"{name}" of "{path}" is none of {", ".join(choices)}')
            known[name] = given.get(name, choices[0])
        with Blame(f'"{path}" is no extractor of CLAP'):
            return ClapFeatureExtractor(**known)

    def _embed_window(self, samples: Any) -> list[float]:
        import torch

        rate = self.extractor.sampling_rate
        inputs = self.extractor(samples, sampling_rate=rate, return_tensors="pt")
        features = {name: value.to(self.place.torch) for name, value in inputs.items()}
        with torch.inference_mode():
            found = self.model.get_audio_features(**features)
        return list(found.pooler_output[0].double().tolist())

    def _embed_text(self, text: str) -> list[float]:
        import torch

        ids = self.tokenizer.encode(text).ids
        if len(ids) > self.tokens_most:
            raise BadInput(f"the prompt has {len(ids)} tokens, and CLAP takes {self.tokens_most}: shorten it")
        tokens = torch.tensor([ids], device=self.place.torch)
        with torch.inference_mode():
            found = self.model.get_text_features(input_ids=tokens, attention_mask=torch.ones_like(tokens))
        return list(found.pooler_output[0].double().tolist())

    def run(self, request: Run) -> Output:
        """Windows of at most 10 s begin each second while a second is left; a shorter one is repeated to fill them."""
        sound = request.sound()
        samples, rate = sound.array(), sound.rate_hz
        if sound.frames == 0:
            raise BadInput("there is nothing to be heard")
        length, step = self.extractor.nb_max_samples, round(STEP_S * rate)
        starts = range(0, max(sound.frames - step, 0) + 1, step)
        embeddings = []
        for start in starts:
            request.check()
            embeddings.append(self._embed_window(samples[start : start + length].copy()))
        output: Output = {"embeddings": embeddings, "step_s": STEP_S, "window_s": length / rate}
        if "prompt" in request.texts:
            output["text_embedding"] = self._embed_text(request.text("prompt"))
        request.done()
        return output
