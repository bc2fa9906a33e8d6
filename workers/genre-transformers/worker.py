"""transformers' audio classifiers by PyTorch, from a folder of the model store (variant hf)."""

from __future__ import annotations

import math
import re
from typing import Any, Callable, Iterator

from llamaburn_worker import BadInput, BadModel, EngineError, Load, Loaded, Output, Run, TorchEngine, Usage
from llamaburn_worker.errors import Blame
from llamaburn_worker.hub_folder import check_folder, read_object

# What each kind is given as sound: the class that makes its features.
KINDS = {
    "audio-spectrogram-transformer": "ASTFeatureExtractor",
    "whisper": "WhisperFeatureExtractor",
    "wav2vec2": "Wav2Vec2FeatureExtractor",
    "wav2vec2-conformer": "Wav2Vec2FeatureExtractor",
    "hubert": "Wav2Vec2FeatureExtractor",
    "wavlm": "Wav2Vec2FeatureExtractor",
    "data2vec-audio": "Wav2Vec2FeatureExtractor",
    "unispeech": "Wav2Vec2FeatureExtractor",
    "unispeech-sat": "Wav2Vec2FeatureExtractor",
    "sew": "Wav2Vec2FeatureExtractor",
    "sew-d": "Wav2Vec2FeatureExtractor",
}
FILES = ("config.json", "preprocessor_config.json")
MIN_RATE_HZ, MAX_RATE_HZ = 4000, 192000
FREE_WINDOW_S = 30.0  # of models that take any length
SHORTEST_S = 0.1  # below it silence is put behind: convolutions need some hundred samples
FULL_ENOUGH = 0.5  # of a window: a last one that has less sound is left out
MAX_LABELS = 100000
UNUSED = ("masked_spec_embed",)  # drawn for a training only
LAYER = re.compile(r"\.layers?\.\d+$")


def kind_of(request: Load) -> str:
    """The model_type of the folder's config.json; BadModel for one that is no classifier of sound."""
    config = read_object(request.model_file("config.json"))
    kind = config.get("model_type")
    if not isinstance(kind, str) or kind not in KINDS:
        raise BadModel(f'"{request.model_path}" holds a model of the kind "{kind}": none of {", ".join(KINDS)}')
    labels = config.get("id2label")
    names = list(labels.values()) if isinstance(labels, dict) else []
    if not 0 < len(names) <= MAX_LABELS or not all(isinstance(name, str) and name for name in names):
        raise BadModel(f'"{request.model_path}" has no labels: its config.json needs id2label')
    if len(set(names)) != len(names):
        raise BadModel(f'"{request.model_path}" has a label twice in its id2label')
    return kind


class Genre(TorchEngine):
    package = "transformers"

    def load(self, request: Load) -> Loaded:
        kind = random_kind(request) if request.random_weights else kind_of(request)
        if not request.random_weights:
            check_folder(request, kind, FILES)
        self.begin(request)
        import torch

        self.check: Callable[[], None] = request.check
        dtype = self.tools.pick_dtype(self.options["dtype"], self.place)
        with Blame("the model can't be used"):
            self._load_model(request, kind, dtype)
            self.model.to(self.place.torch)
            self._find_window(kind)
            self._try_out()
        return self.loaded(
            self.model,
            input_rate_hz=self.rate_hz,
            input_channels=1,
            info={
                "torch": torch.__version__,
                "kind": kind,
                "labels": len(self.labels),
                "dtype": self.tools.dtype_name(self.model.dtype),
                "activation": self.activation,
                "window_s": self.window / self.rate_hz,
            },
        )

    def _load_model(self, request: Load, kind: str, dtype: Any) -> None:
        import transformers

        extractor = getattr(transformers, KINDS[kind])
        if request.random_weights:
            self.model = self._draw(request, kind).to(dtype)
            mels = getattr(self.model.config, "num_mel_bins", None)
            self.features = extractor(feature_size=mels) if kind == "whisper" else extractor()
        else:
            folder = request.model_file()
            self.model = self.tools.load_pretrained(
                transformers.AutoModelForAudioClassification, folder, None, dtype, UNUSED,
                attn_implementation=self.options["attention"], trust_remote_code=False,
            )
            self.features = extractor.from_pretrained(folder, local_files_only=True)
        self.model.eval().requires_grad_(False)
        for name, module in self.model.named_modules():
            if LAYER.search(name):  # a run can stop at each layer
                module.register_forward_pre_hook(lambda *_: self.check())
        config = self.model.config
        self.labels = [str(config.id2label[index]) for index in range(config.num_labels)]
        asked = {"regression": "none", "multi_label_classification": "sigmoid"}.get(config.problem_type, "softmax")
        self.activation = asked if self.options["activation"] == "auto" else self.options["activation"]

    def _draw(self, request: Load, kind: str) -> Any:
        """The true architecture, by the catalogue's numbers; seeded weights."""
        from transformers import AutoConfig, AutoModelForAudioClassification

        sizes = dict((request.model or {})["architecture"])
        sizes.pop("model_type")
        config = AutoConfig.for_model(kind, attn_implementation=self.options["attention"], **sizes)
        return self.tools.random_weights(lambda: AutoModelForAudioClassification.from_config(config), request.seed)

    def _find_window(self, kind: str) -> None:
        """How many samples the model is given at once."""
        rate = self.features.sampling_rate
        if not isinstance(rate, int) or not MIN_RATE_HZ <= rate <= MAX_RATE_HZ:
            raise BadModel(f"preprocessor_config.json has no sampling_rate from {MIN_RATE_HZ} to {MAX_RATE_HZ} Hz")
        self.rate_hz, longest = rate, 0
        if kind == "whisper":
            longest = int(self.features.n_samples)
        elif kind == "audio-spectrogram-transformer":
            frames = self.model.config.max_length
            if self.features.max_length != frames or self.features.num_mel_bins != self.model.config.num_mel_bins:
                raise BadModel("preprocessor_config.json makes other features than the model takes")
            longest = (frames - 1) * 160 + 400  # its frames are 25 ms long, one every 10 ms, at 16 kHz
        wanted_s = self.options["window"]
        if longest and wanted_s * rate > longest:
            raise Usage(f"this model takes windows of at most {longest / rate:g} s, not {wanted_s:g}")
        self.window = round(wanted_s * rate) or longest or round(FREE_WINDOW_S * rate)
        self.window = max(self.window, round(SHORTEST_S * rate))
        self.hop = max(1, round((self.options["hop"] or self.window / rate) * rate))

    def _try_out(self) -> None:
        """A short silence, so that a model of other features or labels is known before the first run."""
        import numpy

        scores = self._classify([numpy.zeros(self.rate_hz, numpy.float32)])
        if scores.shape != (1, len(self.labels)):
            raise BadModel(f"the model gives {scores.shape[-1]} numbers, and has {len(self.labels)} labels")

    def _windows(self, samples: Any) -> Iterator[Any]:
        """Copies, of one length but for the last, which is as long as what is left."""
        import numpy

        for start in range(0, max(1, len(samples)), self.hop):
            piece = samples[start : start + self.window].copy()
            is_full = len(piece) == self.window
            if start > 0 and len(piece) < FULL_ENOUGH * self.window:
                return
            shortest = round(SHORTEST_S * self.rate_hz)
            yield piece if len(piece) >= shortest else numpy.pad(piece, (0, shortest - len(piece)))
            if not is_full or start + self.window >= len(samples):
                return

    def _batches(self, samples: Any) -> Iterator[list[Any]]:
        """Windows of the same length, at most --batch-size of them."""
        batch: list[Any] = []
        for window in self._windows(samples):
            if batch and (len(batch) == self.options["batch-size"] or len(window) != len(batch[0])):
                yield batch
                batch = []
            batch.append(window)
        yield batch

    def _classify(self, windows: list[Any]) -> Any:
        """windows × labels, before the activation, in host memory."""
        import torch

        inputs = self.features(windows, sampling_rate=self.rate_hz, return_tensors="pt")
        moved = {
            name: value.to(self.place.torch, self.model.dtype if value.is_floating_point() else value.dtype)
            for name, value in inputs.items()
        }
        with torch.inference_mode():
            return self.model(**moved).logits.to("cpu", torch.float64)

    def _activate(self, logits: Any) -> Any:
        if self.activation == "none":
            return logits
        return logits.softmax(-1) if self.activation == "softmax" else logits.sigmoid()

    def run(self, request: Run) -> Output:
        sound = request.sound()
        if sound.frames == 0:
            raise BadInput("there is no sound in it")
        self.check = request.check
        expected = max(1, math.ceil((sound.frames - self.window) / self.hop) + 1)
        total, count = 0.0, 0
        for batch in self._batches(sound.array()):
            request.check()
            total = total + self._activate(self._classify(batch)).sum(0)
            count += len(batch)
            request.progress(count / expected)
        scores = (total / count).tolist()
        self.tools.wait_idle(self.place)
        request.done()
        strange = [label for label, score in zip(self.labels, scores) if not math.isfinite(score)]
        if strange:
            raise EngineError(f'the model gave no number for "{strange[0]}" (NaN or infinity)')
        places = sorted(range(len(scores)), key=lambda index: -scores[index])
        kept = places[: self.options["top-k"] or None]
        return {
            "genre": [{"label": self.labels[index], "score": scores[index]} for index in kept],
            "windows": count,
        }


def random_kind(request: Load) -> str:
    """The model_type that the catalogue knows of this model."""
    architecture = (request.model or {}).get("architecture") or {}
    kind = architecture.get("model_type")
    if not isinstance(kind, str) or kind not in KINDS:
        raise Usage("random weights need a model of the catalogue, whose architecture is known: try ast-audioset")
    return kind
