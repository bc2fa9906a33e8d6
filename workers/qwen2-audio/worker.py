"""qwen2-audio: Qwen2-Audio by PyTorch, from a folder of the model store: what a song is, in words."""

from __future__ import annotations

import time
from typing import Any, Callable, Optional

from llamaburn_worker import BadInput, BadModel, EngineError, Load, Loaded, Output, Run, TorchEngine, Usage
from llamaburn_worker.errors import Blame
from llamaburn_worker.hub_folder import FILES, check_folder

MODEL_TYPE = "qwen2_audio"
RATE_HZ = 16000
# Shorter sound has no two places in the prompt, and the library takes one for a prompt of its old form.
LEAST_S = 0.1
USUAL_PROMPT = "Describe this music in detail: genre, mood, instruments, tempo, and style."
SIZES = (
    "mels", "audio_width", "audio_layers", "audio_heads", "audio_feed_forward", "width", "layers", "heads",
    "key_value_heads", "feed_forward", "vocabulary", "context",
)
# Random weights never end by themselves.
RANDOM_PROMPT_TOKENS = 32
UNFINISHED = "\ufffd"


class Pieces:
    """Text of tokens as they come; bytes of a character that is not whole yet are held back."""

    def __init__(self, decode: Callable[[list[int]], str]) -> None:
        self.decode = decode
        self.tokens: list[int] = []
        self.begin = self.read = 0

    def add(self, token: int) -> str:
        self.tokens.append(token)
        before = self.decode(self.tokens[self.begin : self.read])
        now = self.decode(self.tokens[self.begin :])
        if len(now) <= len(before) or now.endswith(UNFINISHED):
            return ""
        self.begin, self.read = self.read, len(self.tokens)
        return now[len(before) :]


class Watcher:
    """What happens inside a run: cancelled or not, the tokens, and when each phase ended.

    transformers' generate() takes it as a streamer: put() and end() are its names.
    """

    def __init__(self, request: Run, ends: set[int], decode: Callable[[list[int]], str]) -> None:
        self.request = request
        self.ends = ends
        self.pieces = Pieces(decode)
        self.tokens: list[int] = []
        self.ended = False
        self.begin = self.encoded = self.first = time.monotonic()
        self._prompt_seen = False

    def end_encode(self) -> None:
        self.encoded = time.monotonic()

    def put(self, value: Any) -> None:
        """First the prompt, then each token."""
        self.request.check()
        if not self._prompt_seen:
            self._prompt_seen = True
            return
        for token in value.reshape(-1).tolist():
            self._take(int(token))

    def end(self) -> None:
        """generate() is done."""

    def _take(self, token: int) -> None:
        if not self.tokens and not self.ended:
            self.first = time.monotonic()
        if token in self.ends:
            self.ended = True
            return
        self.tokens.append(token)
        self.request.first("token")
        piece = self.pieces.add(token)
        if piece:
            self.request.partial(piece)

    def phases(self) -> dict[str, float]:
        return {
            "encode_s": self.encoded - self.begin,
            "prompt_s": max(0.0, self.first - self.encoded),
            "generate_s": self.request.done_ns / 1e9 - self.first,
        }


class Qwen2Audio(TorchEngine):
    package = "transformers"

    def load(self, request: Load) -> Loaded:
        if not request.random_weights:
            check_folder(request, MODEL_TYPE, FILES)
        self.begin(request)
        import torch

        self.check: Callable[[], None] = request.check
        self.watcher: Optional[Watcher] = None
        with Blame("the model can't be read"):
            self._make_random(request) if request.random_weights else self._load_folder(request)
        self._watch()
        return self.loaded(
            self.model,
            input_rate_hz=RATE_HZ,
            input_channels=1,
            threads=self.threads if self.place.backend == "cpu" else torch.get_num_threads(),
            deterministic=self.place.backend == "cpu" and self.options["temperature"] == 0,
            info={
                "torch": torch.__version__,
                "precision": self.tools.dtype_name(self.model.dtype),
                "attention": self.model.config._attn_implementation,
                "window_s": self.window_s,
                "context_tokens": self.context,
            },
        )

    def _load_folder(self, request: Load) -> None:
        import torch
        from transformers import AutoConfig, AutoProcessor, Qwen2AudioForConditionalGeneration

        from llamaburn_worker import torch_tools

        folder = request.model_file()
        config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        said = getattr(config, "dtype", None) or getattr(config.text_config, "dtype", None) or torch.float32
        asked = self.options["dtype"]
        dtype = said if asked == "auto" else torch_tools.pick_dtype(asked, self.place)
        with torch.device("meta"):
            count = torch_tools.count_parameters(Qwen2AudioForConditionalGeneration(config))
        spread = self.options["device-map"] == "auto"
        if not spread:
            torch_tools.check_memory(count, dtype, self.place)
        self.model = torch_tools.load_pretrained(
            Qwen2AudioForConditionalGeneration, folder, None, dtype,
            attn_implementation=self.options["attention"],
            device_map="auto" if spread else {"": self.place.torch},
        )
        self.model.eval()
        self.processor: Any = AutoProcessor.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        self._read_features(self.processor.feature_extractor)

    def _make_random(self, request: Load) -> None:
        """The true architecture and size, seeded weights, in the arithmetic of the published ones."""
        import torch
        from transformers import Qwen2AudioForConditionalGeneration, WhisperFeatureExtractor

        from llamaburn_worker import torch_tools

        config = config_of((request.model or {}).get("architecture") or {})
        config._attn_implementation = self.options["attention"]
        asked = self.options["dtype"]
        dtype = torch.bfloat16 if asked == "auto" else torch_tools.pick_dtype(asked, self.place)
        with torch.device("meta"):
            count = torch_tools.count_parameters(Qwen2AudioForConditionalGeneration(config))
        torch_tools.check_memory(count, dtype, self.place)
        with torch_tools.made_in(dtype):
            self.model = torch_tools.random_weights(lambda: Qwen2AudioForConditionalGeneration(config), request.seed)
        self.model.to(self.place.torch)
        self.processor = None
        self._read_features(WhisperFeatureExtractor(feature_size=config.audio_config.num_mel_bins))

    def _read_features(self, features: Any) -> None:
        mels = self.model.config.audio_config.num_mel_bins
        if features.sampling_rate != RATE_HZ or features.feature_size != mels:
            raise BadModel("preprocessor_config.json makes other features than the model takes")
        self.features = features
        self.window_s = float(features.chunk_length)
        self.context = int(self.model.config.text_config.max_position_embeddings)

    def _watch(self) -> None:
        """A run can stop at each layer, not only at each token; and the end of the encoder is seen."""
        from llamaburn_worker.torch_tools import wait_idle

        def end(*_: Any) -> None:
            wait_idle(self.place)
            if self.watcher is not None:
                self.watcher.end_encode()

        parts = self.model.model
        parts.multi_modal_projector.register_forward_hook(end)
        for layer in [*parts.audio_tower.layers, *parts.language_model.layers]:
            layer.register_forward_pre_hook(lambda *_: self.check())

    def run(self, request: Run) -> Output:
        from llamaburn_worker.torch_tools import seed_everything, wait_idle

        sound = request.sound()
        heard_s = min(sound.duration_s, self.window_s)
        if heard_s < LEAST_S:
            raise BadInput(f"the sound lasts {sound.duration_s:.3f} s: there is nothing to hear below {LEAST_S} s")
        self.check = request.check
        seed_everything(request.seed)
        samples = sound.array()[: round(self.window_s * RATE_HZ)]
        watcher = self.watcher = Watcher(request, self._ends(), self._decode)
        inputs = self._prepare(samples, request.texts.get("prompt", USUAL_PROMPT))
        prompt_tokens = int(inputs["input_ids"].shape[1])
        if prompt_tokens >= self.context:
            raise BadInput(
                f"prompt and sound take {prompt_tokens} tokens, and the model's context has {self.context}: ask shorter"
            )
        self._generate(inputs, min(self.options["max-new-tokens"], self.context - prompt_tokens))
        wait_idle(self.place)
        request.done()
        return {
            "text": self._decode(watcher.tokens).strip(),
            "tokens": len(watcher.tokens),
            "prompt_tokens": prompt_tokens,
            "heard_s": [0.0, heard_s],
            "stopped": "end" if watcher.ended else "token-limit",
            "phases": watcher.phases(),
        }

    def _prepare(self, samples: Any, prompt: str) -> dict[str, Any]:
        """Prompt and sound as the model takes them, on its device."""
        if self.processor is None:
            inputs = self._prepare_random(samples)
        else:
            token = self.processor.audio_token
            if token in prompt or token in self.options["system"]:
                raise BadInput(f'the prompt holds "{token}", which stands for the sound: write it in another way')
            inputs = dict(self.processor(text=self._ask(prompt), audio=[samples], sampling_rate=RATE_HZ,
                                         return_tensors="pt"))
        return {name: value.to(self.model.device) for name, value in inputs.items()}

    def _ask(self, prompt: str) -> str:
        content = [{"type": "audio", "audio": "sound"}, {"type": "text", "text": prompt}]
        messages = [{"role": "system", "content": self.options["system"]}, {"role": "user", "content": content}]
        text = self.processor.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
        if text.count(self.processor.audio_token) != 1:
            raise EngineError("the model's chat template has no place for a sound")
        return str(text)

    def _prepare_random(self, samples: Any) -> dict[str, Any]:
        """Without a tokenizer: as many tokens as a question has, and the places of the sound."""
        import torch

        features = self.features(
            samples, sampling_rate=RATE_HZ, return_attention_mask=True, padding="max_length", return_tensors="pt"
        )
        frames = features["attention_mask"].sum(-1)
        _, places = self.model.model.audio_tower._get_feat_extract_output_lengths(frames)
        sound = self.model.config.audio_token_index
        ids = [*range(1, RANDOM_PROMPT_TOKENS + 1), *[sound] * int(places[0])]
        return {
            "input_ids": torch.tensor([ids]),
            "attention_mask": torch.ones((1, len(ids)), dtype=torch.long),
            "input_features": features["input_features"],
            "feature_attention_mask": features["attention_mask"],
        }

    def _generate(self, inputs: dict[str, Any], most: int) -> None:
        import torch

        options = self.options
        sampling: dict[str, Any] = {"do_sample": False, "temperature": None, "top_k": None, "top_p": None}
        if options["temperature"] > 0:
            sampling = {
                "do_sample": True,
                "temperature": options["temperature"],
                "top_k": options["top-k"],
                "top_p": options["top-p"],
            }
        ends = sorted(self._ends())
        with torch.inference_mode():
            self.model.generate(
                **inputs,
                **sampling,
                max_new_tokens=most,
                min_new_tokens=min(options["min-new-tokens"], most) or None,
                repetition_penalty=options["repetition-penalty"],
                eos_token_id=ends or None,
                pad_token_id=ends[0] if ends else 0,
                num_beams=1,
                streamer=self.watcher,
            )

    def _ends(self) -> set[int]:
        """The tokens that end an answer; none with random weights: speed wants them all."""
        if self.processor is None:
            return set()
        said = self.model.generation_config.eos_token_id
        if said is None:
            said = self.processor.tokenizer.eos_token_id
        return {int(token) for token in (said if isinstance(said, list) else [said]) if token is not None}

    def _decode(self, tokens: list[int]) -> str:
        if self.processor is None:
            return " ".join(map(str, tokens))
        return str(self.processor.tokenizer.decode(tokens, skip_special_tokens=True))


def config_of(sizes: dict[str, Any]) -> Any:
    """The library's description of a model of the catalogue's sizes."""
    from transformers import Qwen2AudioConfig

    if any(not isinstance(sizes.get(name), int) or sizes[name] <= 0 for name in SIZES):
        raise Usage("random weights need a model of the catalogue, whose architecture is known")
    audio = {
        "model_type": "qwen2_audio_encoder",
        "num_mel_bins": sizes["mels"],
        "d_model": sizes["audio_width"],
        "encoder_layers": sizes["audio_layers"],
        "encoder_attention_heads": sizes["audio_heads"],
        "encoder_ffn_dim": sizes["audio_feed_forward"],
    }
    text = {
        "model_type": "qwen2",
        "hidden_size": sizes["width"],
        "num_hidden_layers": sizes["layers"],
        "num_attention_heads": sizes["heads"],
        "num_key_value_heads": sizes["key_value_heads"],
        "intermediate_size": sizes["feed_forward"],
        "vocab_size": sizes["vocabulary"],
        "max_position_embeddings": sizes["context"],
        "rms_norm_eps": 1e-5,
    }
    return Qwen2AudioConfig(audio_config=audio, text_config=text, audio_token_index=sizes["vocabulary"] - 1)
