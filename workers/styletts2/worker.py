"""StyleTTS 2 by the package styletts2: a diffusion draws a style, a prosody and a HiFi-GAN follow it."""

from __future__ import annotations

import functools
import os
import time
from typing import Any, Iterator

from llamaburn_worker import BadInput, BadModel, EngineError, Load, Loaded, Output, Run, TorchEngine
from llamaburn_worker.errors import in_short
from llamaburn_worker.files import check_whole
from llamaburn_worker.split import sayable, split_text
from llamaburn_worker.spoken import check_voice

RATE_HZ = 24000
WEIGHTS, CONFIG = "epochs_2nd_00020.pth", "config.yml"
LOW_S, HIGH_S = 1.0, 30.0
MEL_FRAMES_LEAST = 80  # what the style encoder's four halvings and its last kernel of 5 need
MAX_TOKENS = 512  # positions of its BERT of phonemes
# What speaks; the rest of a checkpoint (discriminators, aligner, pitch extractor) is for training.
SPEAKING = (
    "bert",
    "bert_encoder",
    "predictor",
    "decoder",
    "text_encoder",
    "predictor_encoder",
    "style_encoder",
    "diffusion",
)
# Of random weights: a sigmoid of it for each of 50 bins gives a phoneme 3 frames of 25 ms, as speech has.
SPEECH_BIAS = -2.75
POWER_PASSES = 15
LIMITS = {"dim_in": 4096, "hidden_dim": 8192, "n_layer": 64, "n_mels": 4096, "n_token": 65536, "max_dur": 1000}
# The package's own inference knows no others.
STYLE_DIM = 128
FIXED = {"style_dim": STYLE_DIM, "hidden_dim": 512, "n_mels": 80}
DECODED = 512


def check_params(given: Any, where: str) -> dict[str, Any]:
    """model_params of a config.yml, its numbers in their bounds; BadModel else."""
    if not isinstance(given, dict) or not isinstance(given.get("decoder"), dict):
        raise BadModel(f"{where} has no model_params of StyleTTS 2")
    for name, most in LIMITS.items():
        check_whole(given.get(name), most, f'"{name}" of {where}')
    decoded = given["decoder"].get("upsample_initial_channel")
    wrong = [(name, given.get(name), value) for name, value in FIXED.items() if given.get(name) != value]
    wrong += [("decoder.upsample_initial_channel", decoded, DECODED)] if decoded != DECODED else []
    for name, value, known in wrong:
        raise BadModel(f'"{name}" of {where} must be {known}, not {value!r}: styletts2 runs no other')
    return given


def import_package() -> Any:
    """styletts2.tts, which would download a tokenizer's data when it is imported: none of it is needed here."""
    import nltk

    download, nltk.download = nltk.download, lambda *_, **__: True
    try:
        from styletts2 import tts
    finally:
        nltk.download = download
    # By lines: only the cutting into sentences, which is ours, needs that data.
    tts.word_tokenize = functools.partial(nltk.tokenize.word_tokenize, preserve_line=True)
    return tts


class StyleTTS2(TorchEngine):
    package = "styletts2"

    def load(self, request: Load) -> Loaded:
        self.begin(request)
        self.tts = import_package()
        self.synthetic = request.random_weights
        modules = self._random(request) if self.synthetic else self._from_files(request)
        request.check()
        for module in modules.values():
            module.to(self.place.torch).eval().requires_grad_(False)
        self.speaker = self._wrap(modules)
        return self.loaded(
            *modules.values(), input_rate_hz=RATE_HZ, input_channels=1, output_rate_hz=RATE_HZ, output_channels=1
        )

    # ---- the model ----

    def _build(self, params: dict[str, Any]) -> Any:
        """All of the speaking modules, as one."""
        import torch
        import yaml
        from styletts2 import models
        from styletts2.Utils.PLBERT.util import CustomAlbert
        from transformers import AlbertConfig

        path = os.path.join(os.path.dirname(models.__file__), "Utils", "PLBERT", "config.yml")
        with open(path, encoding="utf-8") as file:
            bert = CustomAlbert(AlbertConfig(**yaml.safe_load(file)["model_params"]))
        self.params = self.tts.utils.recursive_munch(params)
        nets = models.build_model(self.params, None, None, bert)
        return torch.nn.ModuleDict({name: nets[name] for name in SPEAKING})

    def _random(self, request: Load) -> dict[str, Any]:
        import torch

        from llamaburn_worker.torch_tools import random_weights

        params = check_params((request.model or {}).get("architecture"), "the catalogue's entry")
        modules = random_weights(lambda: self._build(params), request.seed)
        modules["predictor"].duration_proj.linear_layer.bias.fill_(SPEECH_BIAS)
        # Spectral norms are found by passes in training mode: before, the style of a sample would overflow.
        draw = torch.Generator().manual_seed(request.seed)
        for name in ("style_encoder", "predictor_encoder"):
            modules[name].train()
            for _ in range(POWER_PASSES):
                modules[name](torch.randn(1, 1, params["n_mels"], MEL_FRAMES_LEAST, generator=draw))
            modules[name].eval()
        return dict(modules.items())

    def _from_files(self, request: Load) -> dict[str, Any]:
        import yaml

        from llamaburn_worker.torch_tools import blank, fill, load_checkpoint

        path = request.model_file(CONFIG)
        try:
            with open(path, encoding="utf-8") as file:
                given = yaml.safe_load(file)
        except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
            raise BadModel(f'"{path}" is no YAML ({in_short(error)})') from None
        params = check_params(given.get("model_params") if isinstance(given, dict) else None, f'"{path}"')
        path = request.model_file(WEIGHTS)
        nets = load_checkpoint(path, self._numbers()).get("net")
        if not isinstance(nets, dict) or not all(isinstance(nets.get(name), dict) for name in SPEAKING):
            raise BadModel(f'"{path}" has not all of {", ".join(SPEAKING)}: it is another model')
        request.check()
        modules = blank(lambda: self._build(params), f'the model_params of "{CONFIG}"')
        for name in SPEAKING:
            state = {str(key).removeprefix("module."): value for key, value in nets[name].items()}
            state.pop("embeddings.position_ids", None)  # of the time's transformers: 0, 1, 2 …
            fill(modules[name], state, path)
        return dict(modules.items())

    @staticmethod
    def _numbers() -> list[Any]:
        """A trainer's losses are numpy's numbers: plain data."""
        import numpy

        scalar = numpy.core.multiarray.scalar
        return [scalar, numpy.dtype, type(numpy.dtype("float64")), type(numpy.dtype("float32"))]

    def _wrap(self, modules: dict[str, Any]) -> Any:
        """The package's class, whose own start would download what it doesn't find."""
        from munch import Munch
        from styletts2.Modules.diffusion.sampler import ADPM2Sampler, DiffusionSampler, KarrasSchedule

        speaker = object.__new__(self.tts.StyleTTS2)
        speaker.device = str(self.place.torch)
        speaker.phoneme_converter = self.tts.PhonemeConverterFactory.load_phoneme_converter("gruut")
        speaker.model = Munch(modules)
        speaker.model_params = self.params
        speaker.config = {}
        speaker.sampler = DiffusionSampler(
            speaker.model.diffusion.diffusion,
            sampler=ADPM2Sampler(),
            sigma_schedule=KarrasSchedule(sigma_min=0.0001, sigma_max=3.0, rho=9.0),
            clamp=False,
        )
        return speaker

    # ---- the voice ----

    def _style(self, request: Run) -> tuple[Any, str]:
        import librosa
        import torch

        if "voice" not in request.sounds:
            if self.synthetic:
                draw = torch.Generator().manual_seed(request.seed)
                return torch.randn(1, 2 * STYLE_DIM, generator=draw).to(self.place.torch), "random"
            raise BadInput("StyleTTS 2 needs a voice to follow: --voice-sample FILE.wav, 1 to 30 s of one voice")
        samples = check_voice(request.sound("voice"), LOW_S, HIGH_S)
        trimmed = librosa.effects.trim(samples, top_db=30)[0]
        mel = self.tts.preprocess(trimmed.copy()).to(self.place.torch)
        if mel.shape[-1] < MEL_FRAMES_LEAST:
            raise BadInput("less than a second of the voice sample is louder than its pauses: give a longer one")
        parts = [self.speaker.model[name](mel.unsqueeze(1)) for name in ("style_encoder", "predictor_encoder")]
        return torch.cat(parts, dim=1), "the sample"

    # ---- a run ----

    def _pieces(self, text: str, request: Run) -> Iterator[tuple[str, bool]]:
        """Cut at sentences, and again where a piece has more phonemes than the model has positions; is it the last?

        One at a time: gruut reads some hundred characters a second, and the first sound need not wait for the last.
        """
        waiting = split_text(sayable(text), self.options["piece"])
        while waiting:
            request.check()
            piece = waiting.pop(0)
            try:
                phonemes = self.speaker.phoneme_converter.phonemize(piece.replace('"', ""))
            except Exception as error:  # of gruut's rules, of any kind
                raise BadInput(f"gruut can't read the text ({type(error).__name__}: {error})") from None
            if not any(phoneme.isalpha() for phoneme in phonemes):
                raise BadInput(f'gruut finds no English phoneme in "{piece[:40]}"')
            # Its tokenizer puts blanks around some marks: a quarter is room enough.
            if len(phonemes) * 5 // 4 < MAX_TOKENS:
                yield piece, not waiting
            elif len(piece) > 1:
                waiting = split_text(piece, (len(piece) + 1) // 2) + waiting
            else:
                raise BadInput(f"a character of the text becomes more than {MAX_TOKENS} phonemes")

    def run(self, request: Run) -> Output:
        import torch

        from llamaburn_worker.torch_tools import seed_everything, wait_idle

        seed_everything(request.seed)
        options = self.options
        chosen = {
            "alpha": float(options["alpha"]),
            "beta": float(options["beta"]),
            "diffusion_steps": options["diffusion-steps"],
            "embedding_scale": float(options["embedding-scale"]),
        }
        text = request.text()
        said: list[str] = []
        before, phonemes_s = None, 0.0
        with torch.inference_mode():
            style, voice = self._style(request)
            start = time.monotonic()
            for piece, is_last in self._pieces(text, request):
                phonemes_s += time.monotonic() - start
                if is_last and not said:
                    sound = self.speaker.inference(piece, ref_s=style, **chosen)
                else:
                    sound, before = self.speaker.long_inference_segment(
                        piece, before, style, t=float(options["style-memory"]), **chosen
                    )
                if len(sound) == 0:
                    raise EngineError("the model gave no sound")
                request.write(sound)
                said.append(piece)
                request.progress(1.0 if is_last else sum(map(len, said)) / len(text))
                start = time.monotonic()
        wait_idle(self.place)
        request.done()
        return {"sentences": said, "voice": voice, "phases": {"phonemes_s": phonemes_s}}
