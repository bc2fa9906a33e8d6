"""Demucs: a song into stems, from a folder of the model store (a bag's .yaml, and safetensors of each model)."""

from __future__ import annotations

import json
import os
from fractions import Fraction
from typing import Any

from llamaburn_worker import BadInput, BadModel, Load, Loaded, Output, Run, TorchEngine, Usage
from llamaburn_worker.errors import in_short

CLASSES = ("demucs.htdemucs.HTDemucs", "demucs.hdemucs.HDemucs", "demucs.demucs.Demucs")
SOURCES = ("drums", "bass", "other", "vocals")
MAX_MODELS = 16
EPSILON = 1e-8


def find_class(name: str) -> Any:
    """The network of that name: a file names one of three, and nothing else is imported."""
    if name not in CLASSES:
        raise BadModel(f'a model file names "{name}", which is no network of Demucs')
    module, _, attribute = name.rpartition(".")
    return getattr(__import__(module, fromlist=[attribute]), attribute)


def decode(value: Any) -> Any:
    """Arguments in JSON, as the published files have them: fractions are {"_type": "fraction", …}."""
    if isinstance(value, list):
        return [decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("_type") == "fraction":
        return Fraction(int(value["numerator"]), int(value["denominator"]))
    return {key: decode(item) for key, item in value.items()}


def read_model(path: str) -> Any:
    """A network from a safetensors file, whose metadata has its class and arguments."""
    import inspect

    from llamaburn_worker import torch_tools
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            about = file.metadata() or {}
        make = find_class(about["klass"])
        arguments, named = decode(json.loads(about["args"])), decode(json.loads(about["kwargs"]))
        known = inspect.signature(make).parameters
        named = {key: value for key, value in named.items() if key in known}
        model = torch_tools.blank(lambda: make(*arguments, **named))
    except (SafetensorError, OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadModel(f'"{path}" is no model of Demucs ({in_short(error)}): pull it again') from None
    if "structure" in about:
        raise BadModel(f'"{path}" holds packed weights (diffq), which this engine doesn\'t read')
    torch_tools.fill(model, torch_tools.load_checkpoint(path), path)
    return model


def read_bag(folder: str) -> Any:
    """All models of the folder's .yaml, as Demucs's own bag."""
    import yaml
    from demucs.apply import BagOfModels

    names = sorted(name for name in os.listdir(folder) if name.endswith(".yaml"))
    if len(names) != 1:
        raise BadModel(f'"{folder}" must hold one .yaml that names its models, not {len(names)}: pull it again')
    path = os.path.join(folder, names[0])
    try:
        with open(path, encoding="utf-8") as file:
            bag = yaml.safe_load(file)
        signatures = [str(signature) for signature in bag["models"]]
    except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError) as error:
        raise BadModel(f'"{path}" can\'t be read ({in_short(error)}): pull it again') from None
    if not 0 < len(signatures) <= MAX_MODELS or not all(name.isalnum() for name in signatures):
        raise BadModel(f'"{path}" names no models')
    models = [read_model(os.path.join(folder, f"{name}.safetensors")) for name in signatures]
    try:
        return BagOfModels(models, bag.get("weights"), bag.get("segment"))
    except (AssertionError, TypeError) as error:
        raise BadModel(f'"{path}": its models don\'t fit together {error}') from None


def random_bag(model: dict[str, Any] | None, seed: int) -> Any:
    """The true architecture: its class, arguments and how many of them the catalogue has."""
    from demucs.apply import BagOfModels

    from llamaburn_worker import torch_tools

    architecture = (model or {}).get("architecture")
    if not architecture:
        raise Usage("the catalogue has no architecture for random weights of this model: try htdemucs")
    make = find_class(architecture["class"])
    named = decode(architecture["arguments"])
    models = [
        torch_tools.random_weights(lambda: make(**named), seed + index)
        for index in range(int(architecture.get("models", 1)))
    ]
    return BagOfModels(models, architecture.get("weights"), architecture.get("segment"))


class Demucs(TorchEngine):
    package = "demucs"

    def load(self, request: Load) -> Loaded:
        self.begin(request)
        if request.random_weights:
            self.bag = random_bag(request.model, request.seed)
        else:
            self.bag = read_bag(request.model_file())
        self.bag.eval()
        stems = self._check()
        for model in self.bag.models:
            model.to(self.place.torch)
        return self.loaded(
            *self.bag.models,
            input_rate_hz=self.bag.samplerate,
            input_channels=self.bag.audio_channels,
            output_rate_hz=self.bag.samplerate,
            output_channels=self.bag.audio_channels,
            output_stems=len(stems),
            info={"stems": stems, "models": len(self.bag.models)},
            same_length=True,
        )

    def _check(self) -> list[str]:
        """The stems that come out; Usage for options that this model can't follow."""
        two, segment = self.options["two-stems"], self.options["segment"]
        longest = float(self.bag.max_allowed_segment)
        if two != "none" and two not in self.bag.sources:
            raise Usage(f"this model has no stem {two}: it has {', '.join(self.bag.sources)}")
        if segment > longest:
            raise Usage(f"this model takes segments of at most {longest:g} s, not {segment:g}")
        if self.options["no-split"] and longest != float("inf"):
            raise Usage("this model is a transformer of fixed length: it can't do without segments")
        return list(self.bag.sources) if two == "none" else [two, f"no_{two}"]

    def run(self, request: Run) -> Output:
        import torch

        sound = request.sound()
        if sound.frames == 0:
            raise BadInput("there is no sound in it")
        self.tools.seed_everything(request.seed)
        mix = torch.from_numpy(sound.array()).reshape(sound.frames, sound.channels).T
        # as Demucs does: the level of the mono mix, taken off and given back
        mono = mix.mean(0)
        mean, spread = mono.mean(), mono.std(correction=1) if sound.frames > 1 else mono.new_tensor(0.0)
        spread = spread + EPSILON
        stems = self._apply(request, ((mix - mean) / spread)[None]) * spread + mean
        named = self._named(mix, dict(zip(self.bag.sources, stems)))
        self.tools.wait_idle(self.place)
        for name, stem in named.items():
            request.write(stem.T.contiguous().numpy(), name)
        request.done()
        total = sum(named.values())
        return {"sum_difference_rms": float((total - mix).square().mean().sqrt())}

    def _apply(self, request: Run, mix: Any) -> Any:
        from demucs.apply import apply_model

        options = self.options
        segment = options["segment"] or None
        step_s = float(segment or self.bag.models[0].segment) * (1 - options["overlap"])
        pieces = max(1, -(-mix.shape[-1] // max(1, int(step_s * self.bag.samplerate))))
        total = pieces * max(1, options["shifts"]) * len(self.bag.models)
        count = 0

        def on_piece(state: dict[str, Any]) -> None:
            nonlocal count
            count += state.get("state") == "end"
            request.progress(count / total)

        return apply_model(
            self.bag,
            mix,
            shifts=options["shifts"],
            split=not options["no-split"],
            overlap=options["overlap"],
            device=self.place.torch,
            num_workers=options["jobs"],
            segment=segment,
            callback=on_piece,
        )[0].to("cpu")

    def _named(self, mix: Any, stems: dict[str, Any]) -> dict[str, Any]:
        two = self.options["two-stems"]
        if two == "none":
            return stems
        chosen = stems.pop(two)
        rest = mix - chosen if self.options["other-method"] == "minus" else sum(stems.values())
        return {two: chosen, f"no_{two}": rest}
