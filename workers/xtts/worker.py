"""XTTS v2 by coqui-tts: a GPT writes 21.5 codes a second of speech, a HiFi-GAN makes the sound of what it thought."""

from __future__ import annotations

import math
import os
import time
from contextlib import nullcontext
from typing import Any, Iterator

from llamaburn_worker import BadInput, BadModel, EngineError, Load, Loaded, Output, Run, TorchEngine, Usage
from llamaburn_worker.errors import Blame, in_short
from llamaburn_worker.files import check_whole, read_json
from llamaburn_worker.split import sayable, split_text
from llamaburn_worker.spoken import check_voice
from llamaburn_worker.stand_in import tokens_of_letters

INPUT_RATE_HZ = 22050
WEIGHTS, CONFIG, VOCABULARY, SPEAKERS = "model.pth", "config.json", "vocab.json", "speakers_xtts.pth"
# Of the trainer: not part of the model that speaks. The two of inference are other names of the same weights.
NOT_OURS = ("torch_mel_spectrogram_style_encoder.", "torch_mel_spectrogram_dvae.", "dvae.")
ALIASES = ("gpt.gpt_inference.", "gpt.gpt.wte.")
LOW_S, HIGH_S = 1.0, 30.0
# What the published model's vocab.json says; config.json leaves them to it.
START_TEXT, STOP_TEXT = 261, 0
# Random weights never say stop: they get as many codes as speech of 14 characters a second has.
CODES_PER_CHARACTER = 1.54
LEAST_CODES = 8
# Of random weights: letters that one token of the published vocabulary has, about.
LETTERS_PER_TOKEN = 3
ARGUMENTS = {
    "gpt_layers": 1024,
    "gpt_n_model_channels": 65536,
    "gpt_n_heads": 1024,
    "gpt_max_audio_tokens": 65536,
    "gpt_max_text_tokens": 65536,
    "gpt_max_prompt_tokens": 65536,
    "gpt_number_text_tokens": 1 << 20,
    "gpt_num_audio_tokens": 1 << 20,
    "gpt_start_audio_token": 1 << 20,
    "gpt_stop_audio_token": 1 << 20,
    "gpt_code_stride_len": 1 << 16,
    "input_sample_rate": 192000,
    "output_sample_rate": 192000,
    "output_hop_length": 1 << 16,
    "decoder_input_dim": 65536,
    "d_vector_dim": 65536,
}


class SyntheticTokens:
    """For random weights: the tokenizer's place, about as many tokens as the published vocabulary gives."""

    def __init__(self, count: int) -> None:
        self._count = count

    def encode(self, text: str) -> Any:
        low = min(START_TEXT + 1, self._count - 1)
        tokens = tokens_of_letters(text.replace("[SPACE]", " "), self._count - low, LETTERS_PER_TOKEN)
        return type("Encoding", (), {"ids": [low + token for token in tokens]})


def checked_arguments(given: Any, where: str) -> dict[str, Any]:
    """The numbers of an architecture, each in its bounds; BadModel else."""
    if not isinstance(given, dict):
        raise BadModel(f"{where} has no architecture of XTTS")
    known: dict[str, Any] = {}
    for name, most in ARGUMENTS.items():
        value = given.get(name)
        if value is None:
            continue
        check_whole(value, most, f'"{name}" of {where}')
        known[name] = value
    for name in ("gpt_use_perceiver_resampler", "cond_d_vector_in_each_upsampling_layer"):
        known[name] = given.get(name) is not False
    return known


def check_language(language: str, known: list[str]) -> str:
    if language not in known:
        raise Usage(f'XTTS speaks {", ".join(known)}, not "{language}"')
    return language


def import_package() -> None:
    """TTS asks programs of espeak for their versions when it is imported, and those make files of PulseAudio's in the
    user's folders: without a PATH it finds none. XTTS needs no phonemes."""
    path = os.environ.get("PATH")
    os.environ["PATH"] = ""
    try:
        import TTS.tts.models.xtts  # noqa: F401
    finally:
        if path is None:
            del os.environ["PATH"]
        else:
            os.environ["PATH"] = path


class Xtts(TorchEngine):
    package = "coqui-tts"
    libraries = ("transformers",)

    def load(self, request: Load) -> Loaded:
        self.begin(request)
        self.choose_precision()
        import_package()
        self.synthetic = request.random_weights
        self.speakers: dict[str, Any] = {}
        self.model = self._random(request) if self.synthetic else self._from_files(request)
        self.options["language"] = check_language(self.options["language"], self.languages)
        speaker = self.options.get("speaker")
        if speaker is not None and speaker not in self.speakers:
            raise Usage(f'there is no speaker "{speaker}": {self._name_speakers()}')
        request.check()
        parameters = self.tools.count_parameters(self.model)  # before the names of inference, of the same weights
        self.model.gpt.init_gpt_for_inference(kv_cache=True)
        self.model.to(self.place.torch).eval()
        return self.loaded(
            input_rate_hz=INPUT_RATE_HZ,
            input_channels=1,
            output_rate_hz=self.model.args.output_sample_rate,
            output_channels=1,
            parameters=parameters,
            info={"speakers": len(self.speakers), "languages": len(self.languages)},
        )

    # ---- the model ----

    def _configured(self, arguments: dict[str, Any]) -> Any:
        from TTS.tts.configs.xtts_config import XttsConfig

        config = XttsConfig()
        for name, value in arguments.items():
            setattr(config.model_args, name, value)
        config.model_args.gpt_start_text_token = START_TEXT
        config.model_args.gpt_stop_text_token = STOP_TEXT
        self.languages = list(config.languages)
        return config

    @staticmethod
    def _build(config: Any) -> Any:
        import torch
        from TTS.tts.models.xtts import Xtts as Model

        class Plain(Model):  # type: ignore[misc, valid-type]
            def eval(self) -> Any:  # the package's makes the names of inference, before the weights are in
                return torch.nn.Module.eval(self)

        # Without gradients its removal of weight norms would leave tensors that are no parameters.
        with torch.enable_grad():
            return Plain(config)

    def _random(self, request: Load) -> Any:
        from llamaburn_worker.torch_tools import random_weights

        model = request.model or {}
        arguments = checked_arguments(model.get("architecture"), "the catalogue's entry")
        config = self._configured(arguments)
        built = random_weights(lambda: self._build(config), request.seed)
        built.tokenizer.tokenizer = SyntheticTokens(built.args.gpt_number_text_tokens)
        return built

    def _from_files(self, request: Load) -> Any:
        from TTS.tts.layers.xtts.tokenizer import VoiceBpeTokenizer

        from llamaburn_worker.torch_tools import blank, fill

        weights = request.model_file(WEIGHTS)
        path = request.model_file(CONFIG)
        given = read_json(path)
        given = given.get("model_args") if isinstance(given, dict) else None
        config = self._configured(checked_arguments(given, f'"{path}"'))
        path = request.model_file(VOCABULARY)
        with Blame(f'"{path}" is no vocabulary'):
            tokenizer = VoiceBpeTokenizer(vocab_file=path)
            count = tokenizer.get_number_tokens()
            marks = [tokenizer.tokenizer.token_to_id(mark) for mark in ("[START]", "[STOP]")]
        if None in marks:
            raise BadModel(f'"{path}" has no [START] and [STOP]: it is another vocabulary')
        arguments = config.model_args
        arguments.gpt_number_text_tokens = count
        arguments.gpt_start_text_token, arguments.gpt_stop_text_token = marks
        state = self._state(weights)
        request.check()
        built = blank(lambda: self._build(config), f'the model_args of "{CONFIG}"')
        built.tokenizer = tokenizer
        fill(built, state, weights)
        self._read_speakers(request)
        return built

    @staticmethod
    def _state(path: str) -> dict[str, Any]:
        """The weights of the published file, whose pickle names four classes of settings besides: plain data."""
        from TTS.config.shared_configs import BaseDatasetConfig
        from TTS.tts.configs.xtts_config import XttsArgs, XttsAudioConfig, XttsConfig

        from llamaburn_worker.torch_tools import load_checkpoint

        # Two of them had another place when the file was written.
        old = "TTS.tts.models.xtts"
        allow = [XttsConfig, BaseDatasetConfig, XttsArgs, XttsAudioConfig]
        allow += [(XttsArgs, f"{old}.XttsArgs"), (XttsAudioConfig, f"{old}.XttsAudioConfig")]  # type: ignore[list-item]
        state = load_checkpoint(path, allow)
        state = state["model"] if isinstance(state.get("model"), dict) else state
        names = {name: str(name).removeprefix("xtts.") for name in state}
        return {
            short: state[name]
            for name, short in names.items()
            if not short.startswith(NOT_OURS) and not short.startswith(ALIASES)
        }

    def _read_speakers(self, request: Load) -> None:
        import torch

        from llamaburn_worker.torch_tools import load_checkpoint

        path = os.path.join(request.model_path or "", SPEAKERS)
        if not os.path.exists(path):
            return
        for name, voice in load_checkpoint(path).items():
            parts = [voice.get(part) for part in ("gpt_cond_latent", "speaker_embedding")] if isinstance(voice, dict) else []
            if len(parts) != 2 or not all(isinstance(part, torch.Tensor) and part.dim() == 3 for part in parts):
                raise BadModel(f'the speaker "{name}" of "{path}" has no latent and no embedding')
            self.speakers[str(name)] = tuple(part.float() for part in parts)

    def _name_speakers(self) -> str:
        if not self.speakers:
            return f"the model has no {SPEAKERS}; --voice-sample FILE.wav clones a voice"
        names = ", ".join(list(self.speakers)[:5])
        return f"the model has {len(self.speakers)}, as {names}"

    # ---- the voice ----

    def _voice(self, request: Run) -> tuple[Any, Any, str]:
        """What the GPT and the decoder know of a voice, and its name."""
        import torch

        if "voice" in request.sounds:
            if self.options.get("speaker") is not None:
                raise BadInput("a voice sample and --speaker are two voices: leave one out")
            audio = torch.tensor(check_voice(request.sound("voice"), LOW_S, HIGH_S)).clamp_(-1, 1)[None]
            chunk = self.options["voice-chunk-s"]
            with torch.inference_mode():
                latent = self.model.get_gpt_cond_latents(audio, INPUT_RATE_HZ, int(HIGH_S), chunk)
                embedding = self.model.get_speaker_embedding(audio, INPUT_RATE_HZ)
            return latent, embedding, "the sample"
        if self.synthetic:
            draw = torch.Generator().manual_seed(request.seed)
            arguments = self.model.args
            latent = torch.randn(1, 32, arguments.gpt_n_model_channels, generator=draw) * 0.02
            embedding = torch.nn.functional.normalize(torch.randn(1, arguments.d_vector_dim, 1, generator=draw), dim=1)
            return latent, embedding, "random"
        if not self.speakers:
            raise BadInput(f"XTTS needs a voice: {self._name_speakers()}")
        name = self.options.get("speaker", next(iter(self.speakers)))
        return (*self.speakers[name], name)

    # ---- the text ----

    def _encode(self, text: str) -> list[int]:
        language = self.options["language"].split("-")[0]
        try:
            return list(self.model.tokenizer.encode(text.lower(), lang=language))
        except NotImplementedError:
            raise BadInput(f"coqui-tts reads no digits in {language}: write numbers as words") from None
        except Exception as error:  # of its rules for numbers and scripts, of any kind
            raise BadInput(f"coqui-tts can't read the text as {language} ({in_short(error)})") from None

    def _pieces(self, text: str, request: Run) -> list[str]:
        """Whole where the model takes it whole, else cut at sentences by the model's limits of characters and tokens."""
        language = self.options["language"].split("-")[0]
        limit = self.model.tokenizer.char_limits[language]
        waiting, pieces = split_text(sayable(text), limit), []
        while waiting:
            request.check()
            piece = waiting.pop(0)
            if len(self._encode(piece)) < self.model.args.gpt_max_text_tokens - 2:
                pieces.append(piece)
            elif len(piece) > 1:
                waiting = split_text(piece, (len(piece) + 1) // 2) + waiting
            else:
                raise BadInput(f"a character of the text becomes more than {self.model.args.gpt_max_text_tokens} tokens")
        return pieces

    # ---- a run ----

    def _bounds(self, piece: str) -> dict[str, int]:
        """Of the codes of a piece: trained weights say themselves when to stop."""
        if not self.synthetic:
            return {}
        count = max(LEAST_CODES, math.ceil(len(piece) * CODES_PER_CHARACTER))
        count = min(count, self.model.gpt.max_gen_mel_tokens)
        return {"min_new_tokens": count, "max_new_tokens": count}

    def _speak(self, piece: str, latent: Any, embedding: Any, request: Run) -> Iterator[Any]:
        from llamaburn_worker.torch_tools import on_each_step

        options = self.options
        arguments: dict[str, Any] = {
            "temperature": float(options["temperature"]),
            "top_k": options["top-k"],
            "top_p": float(options["top-p"]),
            "repetition_penalty": float(options["repetition-penalty"]),
            "speed": float(options["speed"]),
            "stopping_criteria": on_each_step(lambda _: request.check()),
            **self._bounds(piece),
        }
        language = options["language"]
        if options["stream"]:
            yield from self.model.inference_stream(
                piece, language, latent, embedding, stream_chunk_size=options["stream-chunk"], **arguments
            )
        else:
            yield self.model.inference(piece, language, latent, embedding, **arguments)["wav"]

    def run(self, request: Run) -> Output:
        import torch

        from llamaburn_worker.torch_tools import seed_everything, wait_idle

        seed_everything(request.seed)
        start = time.monotonic()
        pieces = self._pieces(request.text(), request)
        half = torch.autocast(self.place.torch.type, self.dtype) if self.dtype != torch.float32 else nullcontext()
        frames = 0
        with half:
            latent, embedding, voice = self._voice(request)
            wait_idle(self.place)
            voice_s = time.monotonic() - start
            for index, piece in enumerate(pieces):
                try:
                    for sound in self._speak(piece, latent, embedding, request):
                        samples = torch.as_tensor(sound).float().cpu().reshape(-1).numpy()
                        request.write(samples)
                        frames += len(samples)
                except RuntimeError as error:
                    if "expected a non-empty list" not in str(error):
                        raise
                    raise EngineError("the model ended at once: it gave no sound") from None
                request.progress((index + 1) / len(pieces))
        wait_idle(self.place)
        request.done()
        return {
            "language": self.options["language"],
            "voice": voice,
            "sentences": pieces,
            "phases": {"voice_s": voice_s},
            "frames": frames,
        }
