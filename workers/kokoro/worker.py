"""Kokoro: 82 million parameters, by ONNX Runtime or PyTorch, as the folder has it; phonemes by espeak-ng."""

from __future__ import annotations

import importlib.util
import io
import os
import re
import sys
import types
import zipfile
from typing import Any, Optional, Protocol

from llamaburn_worker import BadInput, BadModel, EngineError, Load, Loaded, Output, Probe, Run, TorchEngine, Usage
from llamaburn_worker.errors import Blame
from llamaburn_worker.files import check_whole
from llamaburn_worker.hub_folder import read_object
from llamaburn_worker.spoken import check_text

RATE_HZ = 24000
STYLE = 256
MAX_CHARACTERS = 20_000
SENTENCE_PAUSE_S, CLAUSE_PAUSE_S = 0.25, 0.1
# A voice's first letter is its language: what espeak-ng calls it.
LANGUAGES = {
    "a": "en-us", "b": "en-gb", "e": "es", "f": "fr-fr", "h": "hi", "i": "it", "j": "ja", "p": "pt-br", "z": "cmn"
}
# Kokoro-82M as published; its vocabulary comes with kokoro-onnx.
PUBLISHED = {
    "hidden_dim": 512, "style_dim": 128, "n_layer": 3, "n_token": 178, "n_mels": 80, "max_dur": 50, "dropout": 0.2,
    "text_encoder_kernel_size": 5,
    "plbert": {
        "hidden_size": 768, "num_attention_heads": 12, "intermediate_size": 2048,
        "max_position_embeddings": 512, "num_hidden_layers": 12, "dropout": 0.1,
    },
    "istftnet": {
        "upsample_kernel_sizes": [20, 12], "upsample_rates": [10, 6], "gen_istft_hop_size": 5,
        "gen_istft_n_fft": 20, "resblock_dilation_sizes": [[1, 3, 5]] * 3, "resblock_kernel_sizes": [3, 7, 11],
        "upsample_initial_channel": 512,
    },
}
LIMITS = {
    "hidden_dim": 2048, "n_layer": 64, "n_token": 65536, "n_mels": 4096, "max_dur": 1000, "text_encoder_kernel_size": 99,
    "hidden_size": 16384, "intermediate_size": 65536, "max_position_embeddings": 65536, "num_attention_heads": 512,
    "num_hidden_layers": 512, "upsample_initial_channel": 16384, "gen_istft_n_fft": 65536, "gen_istft_hop_size": 65536,
}
VOICE_ROWS = 510
TRIAL_PHONEMES = 4
# What espeak-ng writes where a word is of another language, "(en)": nothing to be spoken.
SWITCH = re.compile(r"\([a-z]{2,3}(?:-[a-z]{2,4})*\)")
RANDOM_VOICE = "af_random"
# Frames of 25 ms for a phoneme: speech has about 3; the layer that foresees them starts elsewhere.
FRAMES_OF_PHONEME = 3.0


class Network(Protocol):
    """Phonemes by number, a style and a speed become sound."""

    parameters: int
    runtime: str

    def speak(self, tokens: list[int], style: Any, speed: float, seed: int) -> Any: ...


def stub_package(name: str) -> None:
    """Makes the parts of a package importable without what its __init__ imports."""
    if name in sys.modules:  # of a load before
        return
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ImportError(name)
    package = types.ModuleType(name)
    package.__spec__ = spec
    package.__path__ = list(spec.submodule_search_locations)
    sys.modules[name] = package


class TorchNetwork:
    runtime = "torch"

    def __init__(self, place: Any, seed: int, config: dict[str, Any], path: Optional[str]) -> None:
        import torch

        from llamaburn_worker import torch_tools

        self.tools, self.torch, self.place = torch_tools, torch, place
        stub_package("kokoro")  # its __init__ has another way to phonemes, with half a gigabyte of models
        from kokoro.model import KModel

        nothing = io.BytesIO()
        torch.save({}, nothing)

        def make() -> Any:
            nothing.seek(0)
            return KModel(repo_id="hexgrad/Kokoro-82M", config=config, model=nothing)

        if path is None:
            self.model = torch_tools.random_weights(make, seed)
            self._set_pace()
        else:
            self.model = torch_tools.blank(make, f'the sizes in the config.json of "{os.path.dirname(path)}"')
            self._read(path)
        self.model.to(self.place.torch)
        self.parameters = torch_tools.count_parameters(self.model)

    def _set_pace(self) -> None:
        """So that random weights speak as long as speech does: a phoneme's frames are a sum of max_dur sigmoids."""
        layer = self.model.predictor.duration_proj.linear_layer
        share = FRAMES_OF_PHONEME / layer.out_features
        with self.torch.no_grad():
            layer.bias.fill_(float(self.torch.logit(self.torch.tensor(share))))

    def _read(self, path: str) -> None:
        """A state for each part, whose names begin with "module." where it was trained on many GPUs."""
        parts = self.tools.load_checkpoint(path)
        children = dict(self.model.named_children())
        if set(parts) != set(children):
            raise BadModel(f'"{path}" is no checkpoint of Kokoro: it has {", ".join(map(str, list(parts)[:5])) or "nothing"}')
        for name, state in parts.items():
            if not isinstance(state, dict):
                raise BadModel(f'"{name}" of "{path}" holds no weights by name')
            own = children[name].state_dict()
            state = {key.removeprefix("module."): tensor for key, tensor in state.items()}
            # transformers counts positions itself; it once kept them with the weights.
            state = {key: tensor for key, tensor in state.items() if key in own or not key.endswith("position_ids")}
            self.tools.fill(children[name], state, path)

    def speak(self, tokens: list[int], style: Any, speed: float, seed: int) -> Any:
        torch = self.torch
        self.tools.seed_everything(seed)  # the noise of the source
        with torch.inference_mode():
            ids = torch.tensor([[0, *tokens, 0]], device=self.place.torch)
            sound, _ = self.model.forward_with_tokens(ids, torch.from_numpy(style).to(self.place.torch), speed)
        return self.tools.to_samples(sound)


class OnnxNetwork:
    runtime = "onnxruntime"

    def __init__(self, request: Load, path: str) -> None:
        import numpy
        import onnxruntime

        from llamaburn_worker.threads import count_working

        if request.device not in ("auto", "cpu"):
            raise Usage(f'Kokoro in ONNX runs on cpu here, not on "{request.device}": -m kokoro has weights for torch')
        self.place: Any = types.SimpleNamespace(backend="cpu", id="cpu", name="CPU")
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = request.threads
        settings.inter_op_num_threads = 1
        with Blame(f'"{path}" can\'t be read'):
            self.session = onnxruntime.InferenceSession(path, settings, providers=["CPUExecutionProvider"])
        inputs = {one.name: one for one in self.session.get_inputs()}
        self.tokens_name = "input_ids" if "input_ids" in inputs else "tokens"
        if {self.tokens_name, "style", "speed"} != set(inputs):
            raise BadModel(f'"{path}" is no network of Kokoro: its inputs are {", ".join(list(inputs)[:5])}')
        self.whole_speed = "int" in inputs["speed"].type
        self.parameters = 0
        style = numpy.zeros((1, STYLE), dtype=numpy.float32)
        trial = [1] * TRIAL_PHONEMES
        self.threads = count_working(lambda: self.speak(trial, style, 1.0, 0), request.threads) or request.threads

    def speak(self, tokens: list[int], style: Any, speed: float, seed: int) -> Any:
        import numpy

        if self.whole_speed and speed != int(speed):
            raise Usage("this network of Kokoro takes whole numbers for --speed only")
        inputs = {
            self.tokens_name: numpy.array([[0, *tokens, 0]], dtype=numpy.int64),
            "style": style,
            "speed": numpy.array([speed], dtype=numpy.int32 if self.whole_speed else numpy.float32),
        }
        return numpy.asarray(self.session.run(None, inputs)[0], dtype=numpy.float32).ravel()


def find_file(folder: str, *ends: str) -> Optional[str]:
    """The first file of @folder with one of these ends; BadModel where there are several."""
    names = sorted(name for name in os.listdir(folder) if name.endswith(ends))
    if len(names) > 1:
        raise BadModel(f'"{folder}" has {names[0]} and {names[1]}: one model a folder')
    return os.path.join(folder, names[0]) if names else None


def read_config(path: str) -> dict[str, Any]:
    config = read_object(path)
    if not set(PUBLISHED) | {"vocab"} <= set(config):
        raise BadModel(f'"{path}" is no configuration of Kokoro')
    check_sizes(config, path)
    return config


def check_sizes(config: dict[str, Any], path: str) -> None:
    """What layers are built by, in bounds: a number too large would build until the machine is full."""
    parts = (("", config), ("plbert.", config["plbert"]), ("istftnet.", config["istftnet"]))
    for part, sizes in parts:
        if not isinstance(sizes, dict):
            raise BadModel(f'"{part[:-1]}" of "{path}" is no object')
        for name, most in LIMITS.items():
            check_whole(sizes.get(name, 1), most, f'"{part}{name}" of "{path}"')


def check_vocabulary(vocabulary: Any, path: str) -> dict[str, int]:
    fits = isinstance(vocabulary, dict) and all(
        isinstance(key, str) and len(key) == 1 and isinstance(value, int) and 0 <= value < 65536
        for key, value in vocabulary.items()
    )
    if not fits or not vocabulary:
        raise BadModel(f'"{path}" has no vocabulary of phonemes')
    return dict(vocabulary)


def read_packed(path: str) -> dict[str, Any]:
    """The voices of an archive of numpy's arrays, nothing unpickled."""
    import numpy

    with Blame(f'"{path}" holds no voices', ": pull it again"):
        with zipfile.ZipFile(path), numpy.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}


class Kokoro(TorchEngine):
    package = "kokoro-onnx"

    def probe(self) -> Probe:
        import onnxruntime

        known = super().probe() if importlib.util.find_spec("torch") is not None else Probe(self.version())
        known.libraries = {"onnxruntime": onnxruntime.__version__, **known.libraries}
        return known

    def load(self, request: Load) -> Loaded:
        options = request.options
        self.speed: float = options["speed"]
        if request.random_weights:
            self._draw(request)
        else:
            self._read(request)
        request.check()
        self._choose_voice(options)
        self._start_espeak()
        self.options = dict(options, speaker=self.voice, language=self.language)
        return self.loaded(
            output_rate_hz=RATE_HZ,
            output_channels=1,
            parameters=self.network.parameters,
            info={"runtime": self.network.runtime, "voices": sorted(self.voices)[:100]},
        )

    def _make_torch(self, request: Load, config: dict[str, Any], path: Optional[str] = None) -> Network:
        self.begin(request)
        if self.place.backend != "cpu":
            self.threads = 0
        return TorchNetwork(self.place, request.seed, config, path)

    def _make_onnx(self, request: Load, path: str) -> Network:
        network = OnnxNetwork(request, path)
        self.place, self.threads = network.place, network.threads
        return network

    def _draw(self, request: Load) -> None:
        import numpy
        from kokoro_onnx.config import DEFAULT_VOCAB

        self.vocabulary = dict(DEFAULT_VOCAB)
        self.network = self._make_torch(request, {**PUBLISHED, "vocab": self.vocabulary})
        draw = numpy.random.default_rng(request.seed)
        voice = draw.standard_normal((VOICE_ROWS, 1, STYLE), dtype=numpy.float32) * numpy.float32(0.2)
        self.voices = {RANDOM_VOICE: voice}

    def _read(self, request: Load) -> None:
        folder = request.model_file()
        if not os.path.isdir(folder):
            raise BadModel(f'"{folder}" is no folder: Kokoro needs its network and its voices')
        graph = find_file(folder, ".onnx")
        if graph is not None:
            from kokoro_onnx.config import DEFAULT_VOCAB

            self.network = self._make_onnx(request, graph)
            self.vocabulary = dict(DEFAULT_VOCAB)
        else:
            weights = find_file(folder, ".pth") or request.model_file("kokoro-v1_0.pth")
            path = request.model_file("config.json")
            config = read_config(path)
            self.vocabulary = check_vocabulary(config["vocab"], path)
            self.network = self._make_torch(request, config, weights)
        request.check()
        self.voices = self._read_voices(folder)

    def _read_voices(self, folder: str) -> dict[str, Any]:
        import numpy

        voices: dict[str, Any] = {}
        packs = find_file(folder, ".npz", "voices-v1.0.bin")
        if packs is not None:
            voices = read_packed(packs)
        for name in sorted(os.listdir(folder)):
            if name.endswith(".pt"):
                import torch

                from llamaburn_worker.torch_tools import load_checkpoint

                tensor = load_checkpoint(os.path.join(folder, name), kind=torch.Tensor)
                voices[name.removesuffix(".pt")] = tensor.to(torch.float32).numpy()
        for name, voice in voices.items():
            if voice.ndim != 3 or voice.shape[0] < 1 or voice.shape[1:] != (1, STYLE):
                raise BadModel(f'the voice "{name}" in "{folder}" has the shape {list(voice.shape)}, not N × 1 × {STYLE}')
            if voice.dtype.kind != "f" or not numpy.isfinite(voice).all():
                raise BadModel(f'the voice "{name}" in "{folder}" has what is no number')
        if not voices:
            raise BadModel(f'"{folder}" has no voices')
        return {name: numpy.ascontiguousarray(voice, dtype=numpy.float32) for name, voice in voices.items()}

    def _choose_voice(self, options: dict[str, Any]) -> None:
        self.voice: str = options.get("speaker") or sorted(self.voices)[0]
        if self.voice not in self.voices:
            names = sorted(self.voices)
            more = f" and {len(names) - 8} more" if len(names) > 8 else ""
            raise Usage(f'this model has no speaker "{self.voice}": it has {", ".join(names[:8])}{more}')
        self.language: str = options["language"]
        if self.language == "auto":
            self.language = LANGUAGES.get(self.voice[:1], "en-us")

    def _start_espeak(self) -> None:
        from kokoro_onnx.tokenizer import Tokenizer
        from phonemizer.backend import EspeakBackend

        self.tokenizer = Tokenizer(vocab=self.vocabulary)
        if not EspeakBackend.is_supported_language(self.language):
            raise Usage(f'espeak-ng has no language "{self.language}": --language takes its names, as en-us or fr-fr')

    def run(self, request: Run) -> Output:
        from kokoro_onnx.chunker import pause_after, split_phonemes

        text = check_text(request.text(), MAX_CHARACTERS)
        phonemes = SWITCH.sub("", self.tokenizer.phonemize(text, self.language))
        phonemes = " ".join(phonemes.split())
        pieces = split_phonemes(phonemes)
        if not any(character.isalpha() for character in phonemes):
            raise BadInput(f'espeak-ng finds nothing to say in it: is it of the language "{self.language}"?')
        for index, piece in enumerate(pieces):
            request.progress(index / len(pieces))
            sound = self._speak(piece, request.seed)
            if index + 1 < len(pieces):
                sound = self._pad(sound, pause_after(piece, SENTENCE_PAUSE_S, CLAUSE_PAUSE_S))
            request.write(sound)
        request.done()
        return {"phonemes": phonemes, "pieces": len(pieces)}

    def _speak(self, phonemes: str, seed: int) -> Any:
        import numpy
        from kokoro_onnx.trim import trim

        tokens = self.tokenizer.tokenize(phonemes)
        voice = self.voices[self.voice]
        style = numpy.ascontiguousarray(voice[min(max(len(tokens), 1), len(voice)) - 1])
        sound = self.network.speak(tokens, style, self.speed, seed)
        if not numpy.isfinite(sound).all():
            raise EngineError("the model gave sound that is no number (NaN or infinity)")
        return trim(sound)[0] if self.options["trim"] else sound

    def _pad(self, sound: Any, pause_s: float) -> Any:
        import numpy

        return numpy.concatenate([sound, numpy.zeros(int(pause_s * RATE_HZ), dtype=numpy.float32)])
