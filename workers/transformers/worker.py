"""transformers: Whisper by PyTorch, from a folder of the model store (variant hf)."""

from __future__ import annotations

from typing import Any, Callable, Optional

from llamaburn_worker import BadInput, BadModel, Load, Loaded, Output, Run, TorchEngine, Usage
from llamaburn_worker.errors import Blame
from llamaburn_worker.hub_folder import check_folder
from llamaburn_worker.threads import count_working

RATE_HZ = 16000
WINDOW_S = 30
HEAD_WIDTH = 64
MADE = ("proj_out.weight",)  # another name of the embedding
SIZES = ("width", "encoder_layers", "decoder_layers", "vocabulary", "mels")
# Random weights say nothing, and never stop: they give as many tokens as quick speech has.
RANDOM_TOKENS_PER_S = 4


def temperatures(options: dict[str, Any]) -> list[float]:
    """Whisper's: from the first one up to 1, in steps."""
    first, step = options["temperature"], options["temperature-inc"]
    if options["no-fallback"] or step <= 0:
        return [first]
    count = int((1.0 - first) / step + 1e-6)
    return [round(first + step * index, 6) for index in range(count + 1)]


class Transformers(TorchEngine):
    package = "transformers"

    def load(self, request: Load) -> Loaded:
        if not request.random_weights:
            check_folder(request, "whisper")
        self.begin(request)
        if self.options["word-timestamps"]:  # they are read from weights that only this one gives
            self.options["attention"] = "eager"
        import torch

        self.check: Callable[[], None] = request.check
        dtype = self.tools.pick_dtype(self.options["dtype"], self.place)
        with Blame("the model can't be read"):
            self._load_model(request, dtype)
            self.model.to(self.place.torch)
        self._watch()
        on_processor = self.place.backend == "cpu"
        return self.loaded(
            self.model,
            input_rate_hz=RATE_HZ,
            input_channels=1,
            threads=self._count_threads(request.threads) if on_processor else torch.get_num_threads(),
            deterministic=on_processor and temperatures(self.options) == [0.0],
            info={
                "torch": torch.__version__,
                "dtype": self.tools.dtype_name(self.model.dtype),
                "attention": self.model.config._attn_implementation,
                "threads_intra_op": torch.get_num_threads(),
                "threads_inter_op": torch.get_num_interop_threads(),
                "cpu_capability": torch.backends.cpu.get_cpu_capability(),
            },
        )

    def _load_model(self, request: Load, dtype: Any) -> None:
        self.pipeline: Any = None
        if request.random_weights:
            self._make_model(request, dtype)
            return
        from transformers import (
            WhisperFeatureExtractor,
            WhisperForConditionalGeneration,
            WhisperTokenizerFast,
        )

        folder = request.model_file()
        self.model = self.tools.load_pretrained(
            WhisperForConditionalGeneration, folder, None, dtype, MADE, attn_implementation=self.options["attention"]
        )
        self.features = WhisperFeatureExtractor.from_pretrained(folder, local_files_only=True)
        self.tokenizer = WhisperTokenizerFast.from_pretrained(folder, local_files_only=True)
        mels = self.model.config.num_mel_bins
        if self.features.sampling_rate != RATE_HZ or self.features.feature_size != mels:
            raise BadModel("preprocessor_config.json makes other features than the model takes")
        self._check_language()
        self.model.eval()
        self.pipeline = make_pipeline(self.model, self.features, self.tokenizer)

    def _check_language(self) -> None:
        """Before anything is measured, not in the first run."""
        asked = self.options["language"]
        known = getattr(self.model.generation_config, "lang_to_id", None)
        if asked != "auto" and known and f"<|{asked}|>" not in known:
            raise Usage(f'the model doesn\'t know the language "{asked}": give its ISO 639-1 code, or auto')
        if not known and (asked not in ("auto", "en") or self.options["translate"]):
            raise Usage("this model knows English only: leave --language and --translate away")

    def _make_model(self, request: Load, dtype: Any) -> None:
        """The true architecture and size, seeded weights."""
        from transformers import WhisperConfig, WhisperFeatureExtractor, WhisperForConditionalGeneration

        from llamaburn_worker.torch_tools import random_weights

        described = (request.model or {}).get("architecture") or {}
        known = [described.get(name) for name in SIZES]
        sizes = [size for size in known if isinstance(size, int) and size > 0]
        if len(sizes) != len(SIZES):
            raise Usage("random weights need a model of the catalogue, whose architecture is known")
        width, encoder_layers, decoder_layers, vocabulary, mels = sizes
        config = WhisperConfig(
            d_model=width,
            encoder_layers=encoder_layers,
            decoder_layers=decoder_layers,
            encoder_attention_heads=width // HEAD_WIDTH,
            decoder_attention_heads=width // HEAD_WIDTH,
            encoder_ffn_dim=4 * width,
            decoder_ffn_dim=4 * width,
            vocab_size=vocabulary,
            num_mel_bins=mels,
            attn_implementation=self.options["attention"],
        )
        self.model = random_weights(lambda: WhisperForConditionalGeneration(config), request.seed).to(dtype)
        self.features = WhisperFeatureExtractor(feature_size=mels)

    def _watch(self) -> None:
        """A run can stop at each layer, not only at each token: a pass of a large encoder takes seconds."""
        for layer in [*self.model.model.encoder.layers, *self.model.model.decoder.layers]:
            layer.register_forward_pre_hook(lambda *_: self.check())

    def _count_threads(self, expected: int) -> int:
        """Those that work in one layer of the encoder; 0: can't be known."""
        import torch

        config = self.model.config
        hidden = torch.zeros((1, config.max_source_positions, config.d_model), dtype=self.model.dtype)
        with torch.inference_mode():
            return count_working(lambda: self.model.model.encoder.layers[0](hidden, None), expected)

    def run(self, request: Run) -> Output:
        from llamaburn_worker.torch_tools import seed_everything

        sound = request.sound()
        if sound.frames == 0:
            raise BadInput("there is no sound in it")
        self.check = request.check
        seed_everything(request.seed)
        if self.pipeline is None:
            return self._run_random(request, sound.array())
        return self._run_pipeline(request, sound.array(), sound.duration_s)

    def _run_pipeline(self, request: Run, samples: Any, duration_s: float) -> Output:
        from llamaburn_worker.torch_tools import wait_idle

        options = self.options
        watcher = Watcher(request, self.model.config.eos_token_id, self._streams(), duration_s)
        self.pipeline.watcher = watcher
        arguments: dict[str, Any] = {"generate_kwargs": self._decoding(watcher)}
        if options["long-form"] == "chunked":
            arguments.update(
                chunk_length_s=options["chunk-length"],
                stride_length_s=options.get("stride-length"),
                ignore_warning=True,
                batch_size=options["batch-size"],
            )
        else:
            arguments["generate_kwargs"]["monitor_progress"] = watcher.on_window
        if options["word-timestamps"]:
            arguments["return_timestamps"] = "word"
        elif not options["no-timestamps"] or (options["long-form"] == "sequential" and duration_s > WINDOW_S):
            arguments["return_timestamps"] = True
        # A copy: torch wants memory that it may write to, and the pipeline takes a dictionary apart.
        raw = {"raw": samples.copy(), "sampling_rate": RATE_HZ}
        heard = self.pipeline(raw, return_language=True, **arguments)
        wait_idle(self.place)
        request.done()
        pieces = [] if options["no-timestamps"] else heard.get("chunks") or []
        output: Output = {
            "text": heard["text"].strip(),
            "segments": describe_words(pieces, duration_s)
            if options["word-timestamps"]
            else describe(pieces, duration_s),
            "tokens": watcher.tokens,
        }
        language = self._language(watcher.language)
        return {**output, "language": language} if language else output

    def _streams(self) -> bool:
        """Whether a token that was chosen stays: not with beams, and not where a new try may follow."""
        options = self.options
        return bool(options["beam-size"] == options["batch-size"] == len(temperatures(options)) == 1)

    def _decoding(self, watcher: Watcher) -> dict[str, Any]:
        options, steps = self.options, temperatures(self.options)
        arguments: dict[str, Any] = {
            "num_beams": options["beam-size"],
            "stopping_criteria": self.tools.on_each_step(watcher.on_token),
            "temperature": tuple(steps) if len(steps) > 1 else steps[0],
        }
        if options["beam-size"] > 1:
            arguments["length_penalty"] = options["length-penalty"]
        if options["max-new-tokens"]:
            arguments["max_new_tokens"] = options["max-new-tokens"]
        if len(steps) > 1:
            arguments.update(
                compression_ratio_threshold=options["compression-ratio-threshold"],
                logprob_threshold=options["logprob-threshold"],
                no_speech_threshold=options["no-speech-threshold"],
            )
        if options["long-form"] == "sequential":
            arguments["condition_on_prev_tokens"] = options["condition-on-previous-text"]
        if getattr(self.model.generation_config, "is_multilingual", False):
            arguments["task"] = "translate" if options["translate"] else "transcribe"
            if options["language"] != "auto":
                arguments["language"] = options["language"]
        if options.get("prompt"):
            ids = self.tokenizer.get_prompt_ids(options["prompt"], return_tensors="pt")
            arguments["prompt_ids"] = ids.to(self.model.device)
        return arguments

    def _language(self, token: int) -> Optional[str]:
        """The code of a language by its token; English where the model knows nothing else."""
        known = getattr(self.model.generation_config, "lang_to_id", None)
        if not known:
            return "en"
        codes = {number: text.strip("<|>") for text, number in known.items()}
        return codes.get(token) or (self.options["language"] if self.options["language"] != "auto" else None)

    def _run_random(self, request: Run, samples: Any) -> Output:
        """Windows of 30 s through encoder and decoder, as many tokens as speech would have."""
        import torch

        from llamaburn_worker.torch_tools import wait_idle

        window, tokens = RATE_HZ * WINDOW_S, []
        for start in range(0, len(samples), window):
            piece = samples[start : start + window]
            features = self.features(piece, sampling_rate=RATE_HZ, return_tensors="pt").input_features
            spoken = max(1, round(len(piece) / RATE_HZ * RANDOM_TOKENS_PER_S))
            wanted = self.options["max-new-tokens"] or spoken
            with torch.inference_mode():
                ids = self._generate_random(request, features.to(self.model.device, self.model.dtype), wanted)
            request.first("segment")
            request.progress(min(1.0, (start + window) / len(samples)))
            tokens += ids
        wait_idle(self.place)
        request.done()
        return {"text": " ".join(str(token) for token in tokens), "segments": [], "tokens": len(tokens)}

    def _generate_random(self, request: Run, features: Any, wanted: int) -> list[int]:
        """Greedy, token after token, with the library's own cache: generate() wants a tokenizer's numbers."""
        import torch

        config = self.model.config
        encoded = self.model.model.encoder(features)
        ids = torch.tensor([[config.decoder_start_token_id % config.vocab_size]], device=features.device)
        past, tokens = None, []
        for _ in range(min(wanted, config.max_target_positions - 1)):
            request.check()
            answer = self.model(
                encoder_outputs=encoded, decoder_input_ids=ids, past_key_values=past, use_cache=True
            )
            past, ids = answer.past_key_values, answer.logits[:, -1:].argmax(-1)
            tokens.append(int(ids[0, 0]))
        return tokens


class Watcher:
    """What happens inside a run: cancelled or not, the first token, how far it is."""

    def __init__(self, request: Run, end_token: int, streams: bool, duration_s: float) -> None:
        self.request = request
        self.end_token = end_token
        self.streams = streams
        self.total = max(1.0, duration_s * RATE_HZ)
        self.done_samples = 0.0
        self.tokens = 0
        self.language = -1

    def on_token(self, input_ids: Any) -> None:
        """A token of text is one below the first special one; the first is a timestamp as a rule."""
        self.request.check()
        if self.streams and int(input_ids[0, -1]) < self.end_token:
            self.request.first("token")
            self.streams = False

    def on_window(self, seek_and_end: Any) -> None:
        seek, end = (int(number) for number in seek_and_end[0])
        if seek > 0:
            self.request.first("segment")
        self.request.progress(seek / max(1, end))

    def on_chunk(self, model_inputs: dict[str, Any], outputs: dict[str, Any], language: Any) -> None:
        """After a batch of chunks."""
        self.request.first("segment")
        stride = model_inputs.get("stride")
        for part in stride if isinstance(stride, list) else [stride]:
            length, left, right = part if part is not None else (self.total, 0, 0)
            self.done_samples += length - left - right
        self.request.progress(self.done_samples / self.total)
        self.tokens += int((outputs["tokens"] < self.end_token).sum())
        if self.language < 0 and language is not None:
            self.language = int(language.reshape(-1)[0])


def make_pipeline(model: Any, features: Any, tokenizer: Any) -> Any:
    """transformers' own pipeline, which tells a watcher of each batch."""
    from transformers import AutomaticSpeechRecognitionPipeline

    class Watched(AutomaticSpeechRecognitionPipeline):
        watcher: Watcher

        def _forward(self, model_inputs: Any, *arguments: Any, **named: Any) -> Any:
            before = {"stride": model_inputs.get("stride")}
            outputs = super()._forward(model_inputs, *arguments, **named)
            # Of the first chunk only, which 5.23 can't take apart again where a batch has several.
            self.watcher.on_chunk(before, outputs, outputs.pop("lang_id", None))
            return outputs

    return Watched(model=model, feature_extractor=features, tokenizer=tokenizer, device=model.device)


def times_of(piece: dict[str, Any], begin_s: float, duration_s: float) -> tuple[float, float]:
    """Of a piece, whose times may be missing at the end of the sound, or run back over a seam."""
    start, end = piece.get("timestamp") or (None, None)
    start_s = max(0.0, begin_s if start is None else float(start))
    end_s = float(duration_s if end is None else end)
    return round(start_s, 3), round(max(start_s, end_s), 3)


def describe(pieces: list[dict[str, Any]], duration_s: float) -> list[dict[str, Any]]:
    segments: list[dict[str, Any]] = []
    for piece in pieces:
        begin_s = segments[-1]["end_s"] if segments else 0.0
        start_s, end_s = times_of(piece, begin_s, duration_s)
        segments.append({"start_s": start_s, "end_s": end_s, "text": piece["text"].strip()})
    return segments


def describe_words(pieces: list[dict[str, Any]], duration_s: float) -> list[dict[str, Any]]:
    """Words, a segment to each sentence: the pipeline gives no segments with them."""
    segments: list[dict[str, Any]] = []
    is_open = False
    for word in describe(pieces, duration_s):
        if not is_open:
            segments.append({"start_s": word["start_s"], "end_s": word["end_s"], "text": "", "words": []})
        segment = segments[-1]
        segment["words"].append(word)
        segment["end_s"] = max(segment["end_s"], word["end_s"])
        segment["text"] = f"{segment['text']} {word['text']}".strip()
        is_open = not word["text"].endswith((".", "?", "!"))
    return segments
