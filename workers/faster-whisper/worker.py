"""faster-whisper: Whisper by CTranslate2, from a folder of the model store (variant ct2)."""

from __future__ import annotations

import os
from typing import Any, Callable, Iterable

from llamaburn_worker import (
    BadInput,
    BadModel,
    Device,
    Engine,
    EngineError,
    Load,
    Loaded,
    Output,
    Probe,
    Run,
    Usage,
)
from llamaburn_worker.threads import count_working

RATE_HZ = 16000
FILES = ("model.bin", "config.json", "tokenizer.json")
# Of the encoder at load: who works in it is what is really in use.
TRIAL_FRAMES = 100


def split_device(device: str) -> tuple[str, int]:
    """"auto" and "cpu", or "cuda:1"."""
    name, _, index = device.partition(":")
    if name in ("auto", "cpu"):
        return name, 0
    if name == "cuda" and (index == "" or index.isdigit()):
        return "cuda", int(index or 0)
    raise Usage(f'this engine runs on cpu and cuda, not on "{device}"')


def temperatures(options: dict[str, Any]) -> list[float]:
    """Whisper's: from the first one up to 1, in steps."""
    first, step = options["temperature"], options["temperature-inc"]
    if options["no-fallback"] or step <= 0:
        return [first]
    count = int((1.0 - first) / step + 1e-6)
    return [round(first + step * index, 6) for index in range(count + 1)]


class FasterWhisper(Engine):
    package = "faster-whisper"

    def probe(self) -> Probe:
        import ctranslate2

        devices = [Device("cpu", "cpu", "CPU")]
        devices += [
            Device(f"cuda:{index}", "cuda", f"CUDA device {index}")
            for index in range(ctranslate2.get_cuda_device_count())
        ]
        return Probe(self.version(), devices, {"ctranslate2": ctranslate2.__version__})

    def load(self, request: Load) -> Loaded:
        device, index = split_device(request.device)
        for name in FILES:
            request.model_file(name)
        options = dict(request.options)
        threads = options["cpu-threads"] or request.threads
        os.environ["OMP_NUM_THREADS"] = str(threads)
        import ctranslate2
        from faster_whisper import BatchedInferencePipeline, WhisperModel

        if device == "auto":
            device = "cuda" if ctranslate2.get_cuda_device_count() > 0 else "cpu"
        try:
            self.model = WhisperModel(
                request.model_file(),
                device=device,
                device_index=index,
                compute_type=options["compute-type"],
                cpu_threads=threads,
                num_workers=options["workers"],
                local_files_only=True,
            )
        except ValueError as error:  # of a compute type that the device can't do
            raise Usage(f"{' '.join(str(error).split())}: another --compute-type may do") from None
        except RuntimeError as error:
            raise BadModel(f"the model can't be read: {' '.join(str(error).split())}") from None
        request.check()
        used = self._count_threads(threads) if device == "cpu" else 0
        self.pipeline = BatchedInferencePipeline(self.model) if options["batch-size"] else None
        self.options = options
        core = self.model.model
        options["compute-type"] = core.compute_type
        options["cpu-threads"] = threads
        return Loaded(
            input_rate_hz=RATE_HZ,
            input_channels=1,
            backend=core.device,
            device=core.device if core.device == "cpu" else f"{core.device}:{core.device_index[0]}",
            threads=used,
            deterministic=temperatures(options) == [0.0],
            options=options,
            info={"precision": core.compute_type, "ctranslate2": ctranslate2.__version__, "workers": core.num_workers},
        )

    def _count_threads(self, expected: int) -> int:
        """Those that work in a pass of the encoder over a second of silence; 0: can't be known."""
        import ctranslate2
        import numpy

        mels = self.model.feature_extractor.mel_filters.shape[0]
        silence = ctranslate2.StorageView.from_array(numpy.zeros((1, mels, TRIAL_FRAMES), dtype=numpy.float32))
        return count_working(lambda: self.model.model.encode(silence, to_cpu=True), expected)

    def run(self, request: Run) -> Output:
        sound = request.sound()
        if sound.frames == 0:
            raise BadInput("there is no sound in it")
        segments, info = self._transcribe(sound.array())
        done: list[dict[str, Any]] = []
        tokens = 0
        for segment in segments:
            if not done:
                request.first("segment")
            request.partial(segment.text)
            request.progress(segment.end / sound.duration_s)
            tokens += len(segment.tokens)
            done.append(describe(segment))
        request.done()
        return {
            "text": "".join(segment["raw"] for segment in done).strip(),
            "language": info.language,
            "segments": [{key: value for key, value in one.items() if key != "raw"} for one in done],
            "tokens": tokens,
        }

    def _transcribe(self, samples: Any) -> tuple[Iterable[Any], Any]:
        options = self.options
        arguments: dict[str, Any] = {
            "language": None if options["language"] == "auto" else options["language"],
            "task": "translate" if options["translate"] else "transcribe",
            "beam_size": options["beam-size"],
            "best_of": options["best-of"],
            "patience": options["patience"],
            "length_penalty": options["length-penalty"],
            "temperature": temperatures(options),
            "compression_ratio_threshold": options["compression-ratio-threshold"],
            "log_prob_threshold": options["logprob-threshold"],
            "no_speech_threshold": options["no-speech-threshold"],
            "condition_on_previous_text": options["condition-on-previous-text"],
            "initial_prompt": options.get("prompt"),
            "hotwords": options.get("hotwords"),
            "without_timestamps": options["no-timestamps"],
            "word_timestamps": options["word-timestamps"],
            "vad_filter": options["vad-filter"],
        }
        if options["vad-filter"] or self.pipeline is not None:
            arguments["vad_parameters"] = {
                "threshold": options["vad-threshold"],
                "min_silence_duration_ms": options["vad-min-silence-ms"],
            }
        transcribe: Callable[..., tuple[Iterable[Any], Any]] = self.model.transcribe
        if self.pipeline is not None:
            transcribe = self.pipeline.transcribe
            arguments.update(vad_filter=True, batch_size=options["batch-size"])
        try:
            return transcribe(samples, **arguments)
        except ValueError as error:  # of a language that it doesn't know
            raise EngineError(" ".join(str(error).split())) from None

    def unload(self) -> None:
        self.model.model.unload_model()
        del self.model, self.pipeline


def describe(segment: Any) -> dict[str, Any]:
    described: dict[str, Any] = {
        "start_s": max(0.0, round(segment.start, 3)),
        "end_s": max(0.0, round(segment.end, 3)),
        "text": segment.text.strip(),
        "raw": segment.text,
    }
    described["end_s"] = max(described["start_s"], described["end_s"])
    if segment.words is not None:
        described["words"] = [
            {
                "start_s": round(word.start, 3),
                "end_s": round(word.end, 3),
                "text": word.word.strip(),
                "probability": word.probability,
            }
            for word in segment.words
        ]
    return described
