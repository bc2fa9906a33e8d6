"""Music by diffusion, on diffusers' pipelines: a text encoder reads the prompt, noise becomes a sound step by step."""

from __future__ import annotations

import importlib
import math
import os
import time
from types import SimpleNamespace
from typing import Any

from llamaburn_worker import BadInput, Load, Loaded, Output, Run, TorchEngine, Usage
from llamaburn_worker.errors import Blame
from llamaburn_worker.stand_in import stand_in_tokens
from pipelines import (
    Configs,
    Part,
    Sound,
    describe_sound,
    has_weights,
    is_tokenizer,
    longest_prompt,
    read_architecture,
    read_folder,
)


class StandIn:
    """A tokenizer for random weights, that is asked as transformers' are."""

    def __init__(self, vocabulary: int, longest: int) -> None:
        self.vocabulary, self.model_max_length = vocabulary, longest

    def __call__(self, text: Any, padding: Any = False, max_length: int = 0, **_: Any) -> Any:
        import torch

        ids = stand_in_tokens(text if isinstance(text, str) else text[0], self.vocabulary)
        padded = max_length - len(ids) if padding == "max_length" else 0
        mask = torch.tensor([[1] * len(ids) + [0] * padded])
        return SimpleNamespace(input_ids=torch.tensor([ids + [0] * padded]), attention_mask=mask)


class Watch:
    """Sees each step of a run: notices a cancel, tells progress, and when denoising began and ended."""

    def __init__(self, request: Run, steps: int, place: Any) -> None:
        self.request, self.steps, self.place = request, steps, place
        self.began_s = self.ended_s = 0.0

    def _now_s(self) -> float:
        from llamaburn_worker.torch_tools import wait_idle

        wait_idle(self.place)
        return time.monotonic()

    def before(self, *_: Any) -> None:
        """Of the network that denoises, before each time it is asked."""
        self.request.check()
        self.began_s = self.began_s or self._now_s()

    def __call__(self, step: int, *_: Any) -> None:
        """The pipeline's callback, after each step."""
        self.request.progress((step + 1) / self.steps)
        if step + 1 >= self.steps:
            self.ended_s = self._now_s()


class Diffusers(TorchEngine):
    package = "diffusers"
    libraries = ("transformers",)

    def load(self, request: Load) -> Loaded:
        if request.random_weights:
            self.kind, configs = read_architecture((request.model or {}).get("architecture"))
        else:
            self.kind, configs = read_folder(request.model_file())
        sound = describe_sound(self.kind, configs)
        self.longest = longest_prompt(self.kind, configs)
        options = self._settle(request, sound)
        self.begin(request)
        self.options = options
        self.choose_precision()
        self.pipeline = self._build(request, configs)
        self.core = self.pipeline.components.get("transformer") or self.pipeline.components["unet"]
        modules = [part for name, part in self.pipeline.components.items() if name in configs and has_weights(name)]
        request.check()
        return self.loaded(
            *modules,
            output_rate_hz=sound.rate_hz,
            output_channels=sound.channels,
            output_s=self.options["duration"] + 1,
            info={
                "precision": self.options["precision"],
                "pipeline": self.kind.name,
                "scheduler": type(self.pipeline.scheduler).__name__,
            },
        )

    def _settle(self, request: Load, sound: Sound) -> dict[str, Any]:
        """The options with what the pipeline does by itself where nothing was asked; Usage for what it can't do."""
        options = dict(request.options)
        if sound.longest_s is not None and options["duration"] > sound.longest_s:
            name = (request.model or {}).get("name") or os.path.basename(str(request.model_path))
            most = math.floor(sound.longest_s * 10) / 10
            raise Usage(f'"{name}" makes {most:g} s at most, not {options["duration"]:g}: --duration {most:g}')
        options["steps"] = options["steps"] or self.kind.steps
        options["guidance-scale"] = options["guidance-scale"] or self.kind.guidance
        if "negative-prompt" in options and options["guidance-scale"] <= 1:
            raise Usage("--negative-prompt needs guidance: leave it out, or give --guidance-scale above 1")
        return options

    # ---- the parts ----

    def _build(self, request: Load, configs: Configs) -> Any:
        import diffusers

        parts: dict[str, Any] = {name: None for name in self.kind.unused}
        make = self._random_part if request.random_weights else self._read_part
        for name, part in self.kind.parts.items():
            request.check()
            parts[name] = make(request, name, part, configs)
        pipeline = getattr(diffusers, self.kind.name)(**parts)
        pipeline.set_progress_bar_config(disable=True)
        return pipeline.to(self.place.torch)

    @staticmethod
    def _class_of(name: str, part: Part, configs: Configs) -> Any:
        """A scheduler is of the class that the folder has; of all others there is one."""
        library = importlib.import_module(part.library)
        return getattr(library, configs[name]["class"] if name == "scheduler" else part.names[0])

    def _read_part(self, request: Load, name: str, part: Part, configs: Configs) -> Any:
        from llamaburn_worker.torch_tools import load_pretrained, made_in, read_pretrained

        kind, folder = self._class_of(name, part, configs), request.model_file(name)
        if not has_weights(name):
            with Blame(f'"{folder}" is no {name}'):
                return kind.from_pretrained(folder, local_files_only=True)
        if part.library == "diffusers":
            with made_in(self.dtype):  # diffusers leaves it so by itself when it fails
                return read_pretrained(kind, folder, part.made, torch_dtype=self.dtype)
        return load_pretrained(kind, folder, None, self.dtype, part.made)

    def _random_part(self, request: Load, name: str, part: Part, configs: Configs) -> Any:
        from llamaburn_worker.torch_tools import made_in, random_weights

        if is_tokenizer(name):
            encoder = configs[name.replace("tokenizer", "text_encoder")]
            return StandIn(int(encoder["vocab_size"]), self.longest[name])
        kind = self._class_of(name, part, configs)
        config = {key: value for key, value in configs[name].items() if key != "class"}
        if name == "scheduler":
            return kind.from_config(config)

        def build() -> Any:
            return kind.from_config(config) if part.library == "diffusers" else kind(kind.config_class(**config))

        with made_in(self.dtype):  # from the start: nothing is there twice
            return random_weights(build, request.seed)

    # ---- a run ----

    def _count_tokens(self, text: str, what: str) -> int:
        """Of the pipeline's last text encoder; BadInput for what one of them would cut."""
        count = 0
        for name, most in self.longest.items():
            count = len(self.pipeline.components[name]([text]).input_ids[0])
            if count > most:
                raise BadInput(f"the {what} has {count} tokens, and the model takes {most} at most: shorten it")
        return count

    def _denoise(self, prompt: str, seed: int, watch: Watch) -> Any:
        """The pipeline's own call: the sound, (samples) or (channels, samples)."""
        import torch

        hook = self.core.register_forward_pre_hook(watch.before)
        try:
            return self.pipeline(
                prompt,
                num_inference_steps=self.options["steps"],
                guidance_scale=float(self.options["guidance-scale"]),
                negative_prompt=self.options.get("negative-prompt"),
                # On the processor whatever the device: the same noise everywhere.
                generator=torch.Generator().manual_seed(seed),
                callback=watch,
                output_type="pt",
                **{self.kind.seconds: float(self.options["duration"])},
            ).audios[0]
        finally:
            hook.remove()

    def run(self, request: Run) -> Output:
        from llamaburn_worker.torch_tools import seed_everything, to_samples, wait_idle

        began_s = time.monotonic()
        seed_everything(request.seed)
        prompt = request.text("prompt")
        tokens = self._count_tokens(prompt, "prompt")
        if "negative-prompt" in self.options:
            self._count_tokens(self.options["negative-prompt"], "negative prompt")
        watch = Watch(request, self.options["steps"], self.place)
        sound = self._denoise(prompt, request.seed, watch)
        samples = to_samples(sound.T if sound.dim() == 2 else sound)
        wait_idle(self.place)
        request.write(samples, whole=True)
        request.done()
        return {
            "steps": self.options["steps"],
            "prompt_tokens": tokens,
            "phases": {
                "text_s": watch.began_s - began_s,
                "denoise_s": watch.ended_s - watch.began_s,
                "decode_s": request.done_ns / 1e9 - watch.ended_s,
            },
        }
