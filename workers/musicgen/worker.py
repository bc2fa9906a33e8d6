"""MusicGen by transformers: T5 reads the prompt, a transformer draws the codec's frames, EnCodec makes the sound."""

from __future__ import annotations

import os
from typing import Any

from architecture import make_config
from llamaburn_worker import BadInput, BadModel, EngineError, Load, Loaded, Output, Run, TorchEngine
from llamaburn_worker.errors import Blame
from llamaburn_worker.files import read_json, read_tokenizer
from llamaburn_worker.stand_in import stand_in_tokens

CONFIG, TOKENIZER, EXTRACTOR = "config.json", "tokenizer.json", "preprocessor_config.json"
# What a checkpoint may lack: a table of sines, and T5's second name of its embedding.
MADE = ("embed_positions.weights", "text_encoder.encoder.embed_tokens.weight")
PROMPT_TOKENS = 512  # T5 has seen no more in its training
# Frames whose sound still changes when more frames follow: the codec's decoder looks a little ahead.
LOOK_AHEAD = 8
MELODY_LEAST_S = 0.5
SILENCE = 1e-3


class MusicGen(TorchEngine):
    package = "transformers"

    def load(self, request: Load) -> Loaded:
        self.begin(request)
        self.choose_precision()
        self.tokenizer: Any = None
        self.extractor: Any = None
        self.heard: Any = None  # of a run: the first piece of sound
        self.name = (request.model or {}).get("name") or os.path.basename(str(request.model_path))
        self.model = self._random(request) if request.random_weights else self._from_files(request)
        request.check()
        self.model.to(self.place.torch).eval().requires_grad_(False)
        self._measure_codec()
        return self.loaded(
            self.model,
            input_rate_hz=self.rate,
            input_channels=1,
            output_rate_hz=self.rate,
            output_channels=self.channels,
            output_s=self.frames / self.frame_rate + 1,
            info={"precision": self.options["precision"], "codebooks": self.codebooks, "frame_rate_hz": self.frame_rate},
        )

    def _measure_codec(self) -> None:
        """What follows from the model: rates, channels, and how many frames the asked duration is."""
        codec, decoder = self.model.config.audio_encoder, self.model.config.decoder
        self.rate = int(codec.sampling_rate)
        self.frame_samples = 1
        for ratio in codec.upsampling_ratios:
            self.frame_samples *= ratio
        self.frame_rate = self.rate / self.frame_samples
        self.channels = int(decoder.audio_channels)
        self.codebooks = int(decoder.num_codebooks)
        self.delay = self.codebooks // self.channels  # the last codebook comes so many steps after the first
        self.frames = max(round(self.options["duration"] * self.frame_rate), self.delay)
        self.piece = min(round(self.options["first-piece"] * self.frame_rate), self.frames)
        available = len(self.model.audio_encoder.quantizer.layers)
        if available < self.delay:
            raise BadModel(f"the codec has {available} codebooks, and the decoder wants {self.delay}")
        if self.piece + LOOK_AHEAD >= self.frames:
            self.piece = 0  # it would be all there is: heard at the end

    # ---- the model ----

    def _random(self, request: Load) -> Any:
        from llamaburn_worker.torch_tools import draw_codebooks, made_in, random_weights

        config, model_class = make_config((request.model or {}).get("architecture"), "the catalogue's entry")
        with made_in(self.dtype):  # from the start: the largest would not fit twice
            built = random_weights(lambda: model_class(config), request.seed)
        draw_codebooks(built.audio_encoder, request.seed)
        if hasattr(config, "num_chroma"):
            self.extractor = self._make_extractor({}, "")
        return built.to(self.dtype)

    def _from_files(self, request: Load) -> Any:
        from llamaburn_worker.torch_tools import load_pretrained

        path = request.model_file(CONFIG)
        config, model_class = make_config(read_json(path), f'"{path}"')
        self.tokenizer = read_tokenizer(request.model_file(TOKENIZER))
        if hasattr(config, "num_chroma"):
            path = request.model_file(EXTRACTOR)
            self.extractor = self._make_extractor(read_json(path), f'"{path}"')
        request.check()
        return load_pretrained(model_class, request.model_file(), config, self.dtype, MADE)

    @staticmethod
    def _make_extractor(given: Any, where: str) -> Any:
        from transformers import MusicgenMelodyFeatureExtractor

        known = ("feature_size", "sampling_rate", "hop_length", "chunk_length", "n_fft", "num_chroma")
        given = given if isinstance(given, dict) else {}
        numbers = {name: given[name] for name in known if name in given}
        if not all(isinstance(value, int) and 1 <= value <= 1 << 20 for value in numbers.values()):
            raise BadModel(f"{where} holds numbers that are none of a chroma's")
        with Blame(f"{where} is no extractor of a melody"):
            return MusicgenMelodyFeatureExtractor(**numbers)

    # ---- a run ----

    def _encode(self, prompt: str) -> list[int]:
        """The prompt's tokens: as the published vocabulary has them, or, for random weights, about as many."""
        if self.tokenizer is not None:
            ids = list(self.tokenizer.encode(prompt).ids)
        else:
            ids = stand_in_tokens(prompt, self.model.config.text_encoder.vocab_size)
        if len(ids) > PROMPT_TOKENS:
            raise BadInput(
                f"the prompt has {len(ids)} tokens, and T5 was trained on {PROMPT_TOKENS} at most: shorten it"
            )
        if max(ids) >= self.model.config.text_encoder.vocab_size:
            raise BadInput(f"{TOKENIZER} has more tokens than the text encoder: they are not of one model")
        return ids

    def _hear_melody(self, request: Run) -> Any:
        """The chroma of the tune to follow, or None."""
        if "melody" not in request.sounds:
            return None
        if self.extractor is None:
            raise BadInput(f'"{self.name}" follows no melody: leave it out, or choose a model that does (melody)')
        sound = request.sound("melody")
        if sound.duration_s < MELODY_LEAST_S:
            raise BadInput(f"the melody lasts {sound.duration_s:.2f} s: give at least {MELODY_LEAST_S:g} s")
        samples = sound.array()
        if float(abs(samples).max()) < SILENCE:
            raise BadInput("the melody is silent")
        features = self.extractor(samples.copy(), sampling_rate=sound.rate_hz, return_tensors="pt")
        return features["input_features"].to(self.place.torch, self.dtype)

    def _settings(self) -> Any:
        from transformers import GenerationConfig

        options, pad = self.options, self.model.config.decoder.pad_token_id
        greedy = options["top-k"] == 1
        drawing = {"temperature": float(options["temperature"]), "top_k": options["top-k"],
                   "top_p": float(options["top-p"]) or 1.0}
        return GenerationConfig(
            do_sample=not greedy, guidance_scale=float(options["guidance-scale"]), num_beams=1,
            max_new_tokens=self.frames + self.delay - 1, decoder_start_token_id=pad, pad_token_id=pad, bos_token_id=pad,
            **({} if greedy else drawing),
        )

    def _decode(self, codes: Any) -> Any:
        """Sound (channels, samples) of the codes (codebooks, frames), as the model itself makes it at the end."""
        import torch

        sides = [codes] if self.channels == 1 else [codes[0::2], codes[1::2]]
        return torch.cat([self.model.audio_encoder.decode(one[None, None], [None]).audio_values[0] for one in sides])

    def _on_step(self, request: Run, input_ids: Any) -> None:
        """After each step: notices a cancel, and makes the first piece of sound as soon as it can."""
        steps = input_ids.shape[-1]
        request.progress((steps - 1) / (self.frames + self.delay - 1))
        if self.piece and self.heard is None and steps >= self.piece + LOOK_AHEAD + self.delay:
            self.heard = self._first_piece(input_ids)
            request.first("audio")

    def _first_piece(self, input_ids: Any) -> Any:
        """The sound of the first frames, in host memory: it could be played now."""
        import torch

        frames = self.piece + LOOK_AHEAD
        rows = [row[1 + index // self.channels :][:frames] for index, row in enumerate(input_ids)]
        sound = self._decode(torch.stack(rows))
        return sound[:, : self.piece * self.frame_samples].to("cpu", torch.float32)

    def run(self, request: Run) -> Output:
        import torch

        from llamaburn_worker.torch_tools import on_each_step, seed_everything, to_samples, wait_idle

        seed_everything(request.seed)
        ids = self._encode(request.text("prompt"))
        melody = self._hear_melody(request)
        self.heard = None
        watch = on_each_step(lambda input_ids: self._on_step(request, input_ids))
        tokens = torch.tensor([ids], device=self.place.torch)
        inputs: dict[str, Any] = {"input_ids": tokens, "attention_mask": torch.ones_like(tokens)}
        if melody is not None:
            inputs["input_features"] = melody
        with torch.inference_mode():
            try:
                sound = self.model.generate(**inputs, generation_config=self._settings(), stopping_criteria=watch)
            except RuntimeError as error:
                if "probability tensor" not in str(error):
                    raise
                raise EngineError(
                    f"the arithmetic in {self.options['precision']} gave no numbers (NaN): try --precision float32"
                ) from None
        samples = to_samples(sound[0].T)
        wait_idle(self.place)
        request.write(samples, whole=self.heard is None)
        request.done()
        output: dict[str, Any] = {
            "tokens": self.frames * self.codebooks, "frames": self.frames, "prompt_tokens": len(ids),
        }
        if self.heard is not None:
            output["first_piece"] = self._compare(self.heard, sound[0])
        return output

    def _compare(self, piece: Any, whole: Any) -> dict[str, float]:
        """How far what could be heard first is from the same stretch of what came out in the end."""
        import torch

        again = whole[:, : piece.shape[1]].to("cpu", torch.float32)
        return {"duration_s": piece.shape[1] / self.rate, "difference_most": float((piece - again).abs().max())}
