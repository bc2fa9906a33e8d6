"""F5-TTS: a voice cloned from a few seconds of it, by flow matching; the sound by Vocos."""

from __future__ import annotations

import importlib.util
import os
import sys
import types
from typing import Any, Optional

from pieces import cut, size

from llamaburn_worker import BadInput, BadModel, EngineError, Load, Loaded, Output, Run, TorchEngine
from llamaburn_worker.spoken import check_text, check_voice

RATE_HZ, MELS, HOP, WINDOW = 24000, 100, 256, 1024
CHECKPOINT, VOCABULARY, VOCOS, VOCOS_CONFIG = (
    "model_1250000.safetensors", "vocab.txt", "pytorch_model.bin", "config.yaml"
)
# Of F5TTS_v1_Base and of vocos-mel-24khz, as published: what random weights are made by.
BASE = {"dim": 1024, "depth": 22, "heads": 16, "ff_mult": 2, "text_dim": 512, "conv_layers": 4}
VOCOS_BASE = {"input_channels": MELS, "dim": 512, "intermediate_dim": 1536, "num_layers": 8}
HEAD_DIM = 64
# The model was trained on 30 s; a reference above 12 s leaves too little of them: F5-TTS itself cuts it there.
MIN_VOICE_S, MAX_VOICE_S, WINDOW_S = 1.0, 12.0, 22.0
MAX_CHARACTERS = 20_000
MIN_BYTES_PER_S = 2.0
LOUDNESS = 0.1  # root mean square that a quieter reference is brought to, and the result back from
FADE_S = 0.15  # between pieces
EDGE_DB, EDGE_S, PAD_S = -42.0, 0.01, 0.05
SHORT_BYTES, SHORT_SPEED = 10, 0.3  # a word alone is spoken slowly: its length is hard to foresee


def import_parts() -> types.SimpleNamespace:
    """The model's classes, without what f5_tts.model imports for training (wandb, datasets, accelerate)."""
    spec = importlib.util.find_spec("f5_tts")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError("f5_tts")
    package = types.ModuleType("f5_tts.model")
    package.__path__ = [os.path.join(list(spec.submodule_search_locations)[0], "model")]
    sys.modules.setdefault("f5_tts.model", package)
    from f5_tts.model.backbones.dit import DiT
    from f5_tts.model.cfm import CFM
    from f5_tts.model.utils import convert_char_to_pinyin
    from vocos.heads import ISTFTHead
    from vocos.models import VocosBackbone

    return types.SimpleNamespace(
        DiT=DiT, CFM=CFM, pinyin=convert_char_to_pinyin, ISTFTHead=ISTFTHead, VocosBackbone=VocosBackbone,
        folder=list(spec.submodule_search_locations)[0],
    )


def read_vocabulary(path: str) -> dict[str, int]:
    """A line for each character or syllable; the first is the space, which unknown ones become."""
    try:
        with open(path, encoding="utf-8", newline="\n") as file:
            lines = [line.rstrip("\n") for line in file]
    except (OSError, UnicodeDecodeError) as error:
        raise BadModel(f'"{path}" can\'t be read: {error}') from None
    if not lines or lines[0] != " ":
        raise BadModel(f'"{path}" is no vocabulary of F5-TTS: its first line must be a space')
    return {line: index for index, line in enumerate(lines)}


def architecture_of(state: dict[str, Any], path: str) -> dict[str, int]:
    """The sizes of a DiT, by the shapes of its weights; a head of this model has always 64 numbers."""
    blocks = {name.split(".")[1] for name in state if name.startswith("transformer_blocks.")}
    convolutions = {name.split(".")[2] for name in state if name.startswith("text_embed.text_blocks.")}
    names = ("text_embed.text_embed", "transformer_blocks.0.attn.to_q", "transformer_blocks.0.ff.ff.0.0")
    shapes = [getattr(state.get(f"{name}.weight"), "shape", ()) for name in names]
    if not all(len(shape) == 2 and min(shape) > 0 for shape in shapes):
        raise BadModel(f'"{path}" is no checkpoint of F5-TTS: its DiT blocks are missing')
    embedding, attention, forward = shapes
    return {
        "dim": attention[1], "depth": len(blocks), "heads": max(1, attention[0] // HEAD_DIM),
        "ff_mult": max(1, forward[0] // max(1, forward[1])), "text_dim": embedding[1],
        "conv_layers": len(convolutions), "tokens": embedding[0] - 1,
    }


def read_vocos_config(path: str) -> dict[str, Any]:
    """The sizes of the vocoder. The file names classes too: only those that are meant are made."""
    import yaml

    try:
        with open(path, encoding="utf-8") as file:
            config = yaml.safe_load(file)
        backbone, head = config["backbone"], config["head"]
        sizes = {name: backbone["init_args"][name] for name in VOCOS_BASE}
        sizes.update({name: head["init_args"][name] for name in ("n_fft", "hop_length")})
        classes = (backbone["class_path"], head["class_path"])
        padding = head["init_args"].get("padding", "same")
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, AttributeError):
        raise BadModel(f'"{path}" is no configuration of Vocos') from None
    whole = all(isinstance(value, int) and 0 < value <= 65536 for value in sizes.values())
    if classes != ("vocos.models.VocosBackbone", "vocos.heads.ISTFTHead") or not whole:
        raise BadModel(f'"{path}" describes another vocoder than Vocos on mel spectra')
    if padding not in ("center", "same") or sizes["input_channels"] != MELS or sizes["hop_length"] != HOP:
        raise BadModel(f'"{path}" describes a vocoder of other spectra than F5-TTS makes')
    return {**sizes, "padding": padding}


def trim(samples: Any) -> Any:
    """Without the silence around it, and 50 ms of it behind."""
    import numpy

    step = int(EDGE_S * RATE_HZ)
    frames = samples[: len(samples) // step * step].reshape(-1, step)
    loud = numpy.sqrt((frames.astype(numpy.float64) ** 2).mean(axis=1)) > 10 ** (EDGE_DB / 20)
    if not loud.any():
        raise BadInput("the reference voice is silent")
    first, last = int(loud.argmax()), len(loud) - int(loud[::-1].argmax())
    pad = numpy.zeros(int(PAD_S * RATE_HZ), dtype=numpy.float32)
    return numpy.concatenate([samples[first * step : last * step], pad])


def join(waves: list[Any]) -> Any:
    """One after another, faded over into each other."""
    import numpy

    whole = waves[0]
    for wave in waves[1:]:
        count = min(int(FADE_S * RATE_HZ), len(whole), len(wave))
        ramp = numpy.linspace(0, 1, count, dtype=numpy.float32)
        between = whole[len(whole) - count :] * (1 - ramp) + wave[:count] * ramp
        whole = numpy.concatenate([whole[: len(whole) - count], between, wave[count:]])
    return whole


class F5TTS(TorchEngine):
    package = "f5-tts"

    def load(self, request: Load) -> Loaded:
        if not request.random_weights:
            for name in (CHECKPOINT, VOCABULARY, VOCOS, VOCOS_CONFIG):
                request.model_file(name)
        self.begin(request)
        self.choose_precision()
        import torch

        self.parts = import_parts()
        request.check()
        if request.random_weights:
            self._draw(request)
        else:
            self._read(request)
        request.check()
        self.model.to(self.place.torch, self.dtype)
        self.vocoder.to(self.place.torch)
        self._stop: Optional[Run] = None
        self.model.transformer.register_forward_pre_hook(self._before_step)
        return self.loaded(
            self.model,
            input_rate_hz=RATE_HZ,
            input_channels=1,
            output_rate_hz=RATE_HZ,
            output_channels=1,
            threads=self.threads if self.place.backend == "cpu" else 0,
            info={
                "torch": torch.__version__,
                "vocoder": "vocos",
                "vocoder_parameters": self.tools.count_parameters(self.vocoder),
            },
        )

    def _make_model(self, sizes: dict[str, int], tokens: int) -> Any:
        transformer = self.parts.DiT(
            **{name: sizes[name] for name in BASE}, dim_head=HEAD_DIM, text_num_embeds=tokens, mel_dim=MELS
        )
        spectrum = {
            "n_fft": WINDOW, "hop_length": HOP, "win_length": WINDOW, "n_mel_channels": MELS,
            "target_sample_rate": RATE_HZ, "mel_spec_type": "vocos",
        }
        return self.parts.CFM(
            transformer=transformer, mel_spec_kwargs=spectrum, odeint_kwargs={"method": "euler"},
            vocab_char_map=self.vocabulary,
        )

    def _make_vocoder(self, sizes: dict[str, Any]) -> Any:
        import torch

        backbone = self.parts.VocosBackbone(**{name: sizes[name] for name in VOCOS_BASE})
        head = self.parts.ISTFTHead(sizes["dim"], sizes["n_fft"], sizes["hop_length"], sizes["padding"])
        return torch.nn.ModuleDict({"backbone": backbone, "head": head})

    def _draw(self, request: Load) -> None:
        """The published architecture with random weights; the vocabulary is the package's own copy of the model's."""
        architecture = (request.model or {}).get("architecture") or {}
        sizes = {name: int(architecture.get(name, value)) for name, value in BASE.items()}
        self.vocabulary = read_vocabulary(os.path.join(self.parts.folder, "infer", "examples", VOCABULARY))
        self.model = self.tools.random_weights(
            lambda: self._make_model(sizes, len(self.vocabulary)), request.seed
        )
        vocos = {**VOCOS_BASE, "n_fft": WINDOW, "hop_length": HOP, "padding": "center"}
        self.vocoder = self.tools.random_weights(lambda: self._make_vocoder(vocos), request.seed)

    def _read(self, request: Load) -> None:
        self.vocabulary = read_vocabulary(request.model_file(VOCABULARY))
        path = request.model_file(CHECKPOINT)
        state = {
            name.removeprefix("ema_model."): tensor
            for name, tensor in self.tools.load_checkpoint(path).items()
            # Counters of the training; and what older checkpoints hold of the spectrum, which is computed.
            if name not in ("initted", "step") and ".mel_spec." not in "." + name.removeprefix("ema_model.")
        }
        state = {name.removeprefix("transformer."): tensor for name, tensor in state.items()}
        sizes = architecture_of(state, path)
        if sizes["tokens"] != len(self.vocabulary):
            raise BadModel(
                f'"{path}" has {sizes["tokens"]} tokens, its vocabulary {len(self.vocabulary)}: they are not of one model'
            )
        self.model = self.tools.blank(lambda: self._make_model(sizes, sizes["tokens"]), f'the shapes in "{path}"')
        self.tools.fill(self.model.transformer, state, path)
        request.check()
        vocos = read_vocos_config(request.model_file(VOCOS_CONFIG))
        path = request.model_file(VOCOS)
        self.vocoder = self.tools.blank(lambda: self._make_vocoder(vocos), f'the sizes of "{VOCOS_CONFIG}"')
        weights = self.tools.load_checkpoint(path)
        weights = {name: tensor for name, tensor in weights.items() if not name.startswith("feature_extractor.")}
        self.tools.fill(self.vocoder, weights, path)

    def _before_step(self, *_: Any) -> None:
        """Before each pass of the transformer: a run can stop here."""
        if self._stop is not None:
            self._done += 1
            self._stop.progress(min(1.0, self._done / self._passes))

    def run(self, request: Run) -> Output:
        import numpy

        text = check_text(request.text(), MAX_CHARACTERS)
        if "voice" not in request.sounds:
            raise BadInput("F5-TTS clones a voice: --voice-sample FILE with one to twelve seconds of speech")
        if not request.texts.get("voice-text", "").strip():
            raise BadInput("F5-TTS needs the words of the reference voice: --voice-text TEXT")
        spoken = check_text(request.text("voice-text"), MAX_CHARACTERS, "text of the reference voice")
        samples = trim(check_voice(request.sound("voice"), MIN_VOICE_S, MAX_VOICE_S))
        spoken += " " if spoken.endswith((".", "!", "?")) else "" if spoken.endswith(("。", "！", "？")) else ". "
        voice_s = len(samples) / RATE_HZ
        if size(spoken) / voice_s < MIN_BYTES_PER_S:
            raise BadInput(f"the text of the reference voice is too short for its {voice_s:.1f} s")
        tokens = [token for token in self._tokens(text) if token.strip()]
        unknown = sum(1 for token in tokens if token not in self.vocabulary)
        if unknown == len(tokens):
            raise BadInput("none of the text's characters is in the model's vocabulary")
        most = int(size(spoken) / voice_s * (WINDOW_S - voice_s) * self.options["speed"])
        pieces = cut(text, max(most, 1))
        self._stop, self._done = request, 0
        self._passes = len(pieces) * self.options["steps"]
        try:
            waves = [self._speak(samples, spoken, piece, request.seed) for piece in pieces]
        finally:
            self._stop = None
            self.model.transformer.clear_cache()
        # All at once: F5-TTS gives a piece only when it is whole, so no first sound comes before.
        sound = join(waves)
        if not numpy.isfinite(sound).all():
            raise EngineError("the model gave sound that is no number (NaN or infinity): another --precision may do")
        request.write(sound, whole=True)
        request.done()
        return {"pieces": len(pieces), "unknown_characters": unknown, "voice_used_s": round(voice_s, 3)}

    def _tokens(self, text: str) -> list[str]:
        tokens: list[str] = self.parts.pinyin([text])[0]
        return tokens

    def _speak(self, samples: Any, spoken: str, piece: str, seed: int) -> Any:
        """One piece, as long as the reference's pace makes it."""
        import torch

        options = self.options
        cond = torch.from_numpy(samples).to(self.place.torch)[None]
        loudness = float(cond.square().mean().sqrt())
        if loudness < LOUDNESS:
            cond = cond * (LOUDNESS / loudness)
        speed = SHORT_SPEED if size(piece) < SHORT_BYTES else options["speed"]
        frames = cond.shape[-1] // HOP
        with torch.inference_mode():
            spectrum, _ = self.model.sample(
                cond=cond,
                text=[self._tokens(spoken + piece)],
                duration=frames + int(frames / size(spoken) * size(piece) / speed),
                steps=options["steps"],
                cfg_strength=options["cfg-strength"],
                sway_sampling_coef=options["sway"],
                seed=seed,
            )
            new = spectrum[:, frames:, :].to(torch.float32).permute(0, 2, 1)
            sound = self.vocoder["head"](self.vocoder["backbone"](new))
            if loudness < LOUDNESS:
                sound = sound * (loudness / LOUDNESS)
        return self.tools.to_samples(sound)
