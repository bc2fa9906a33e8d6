"""piper-tts: Piper's own Python package, on the same voices as the engine piper (variant piper)."""

from __future__ import annotations

import json
import os
import threading
import time
from typing import Any

from llamaburn_worker import BadInput, BadModel, Engine, EngineError, Load, Loaded, Output, Probe, Run, Usage
from llamaburn_worker.errors import in_short, one_line

WATCH_EVERY_S = 0.05
LEVELS = {
    "none": "ORT_DISABLE_ALL",
    "basic": "ORT_ENABLE_BASIC",
    "extended": "ORT_ENABLE_EXTENDED",
    "all": "ORT_ENABLE_ALL",
}


def speaker_of(config: Any, wanted: str | None) -> int | None:
    """The number of a speaker by name or number; None: the voice's default."""
    if wanted is None:
        return None
    if wanted in config.speaker_id_map:
        return int(config.speaker_id_map[wanted])
    if wanted.isascii() and wanted.isdigit() and int(wanted) < max(1, config.num_speakers):
        return int(wanted)
    raise Usage(f'this voice has no speaker "{wanted}": it has numbers 0 to {max(1, config.num_speakers) - 1}')


class Watch:
    """Ends a run in ONNX Runtime when the request is cancelled."""

    def __init__(self, request: Run, options: Any) -> None:
        self.request, self.options = request, options
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)

    def _watch(self) -> None:
        while not self.over.wait(WATCH_EVERY_S):
            if self.request.cancelled:
                self.options.terminate = True

    def __enter__(self) -> Watch:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()


class PiperTts(Engine):
    package = "piper-tts"

    def probe(self) -> Probe:
        import onnxruntime

        return Probe(self.version(), [], {"onnxruntime": onnxruntime.__version__})

    def load(self, request: Load) -> Loaded:
        if request.device not in ("cpu", "auto"):
            raise Usage("piper-tts runs on the processor here: leave out --device")
        import onnxruntime
        from piper import PiperVoice, SynthesisConfig
        from piper.config import PiperConfig

        model = request.model_file()
        config = self._read_config(PiperConfig, model + ".json")
        options = request.options
        onnxruntime.set_seed(request.seed & 0x7FFFFFFF)
        before = len(os.listdir("/proc/self/task"))
        try:
            session = onnxruntime.InferenceSession(
                model, sess_options=self._session_options(request), providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # ONNX Runtime has a dozen classes of its own for it
            raise BadModel(f"ONNX Runtime can't load the voice: {in_short(error)}") from None
        threads = len(os.listdir("/proc/self/task")) - before + 1
        self.voice = PiperVoice(config=config, session=session)
        self.config = SynthesisConfig(
            speaker_id=speaker_of(config, options.get("speaker")),
            length_scale=options.get("length-scale"),
            noise_scale=options.get("noise-scale"),
            noise_w_scale=options.get("noise-w"),
            normalize_audio=options["normalise"],
            volume=options["volume"],
        )
        self.silence_frames = int(config.sample_rate * options["sentence-silence"])
        noise = [
            config.noise_scale if self.config.noise_scale is None else self.config.noise_scale,
            config.noise_w_scale if self.config.noise_w_scale is None else self.config.noise_w_scale,
        ]
        return Loaded(
            output_rate_hz=config.sample_rate,
            output_channels=1,
            backend="cpu",
            device="cpu",
            threads=threads,
            deterministic=noise == [0, 0],
            info={"onnxruntime": onnxruntime.__version__, "espeak_voice": config.espeak_voice},
        )

    def _read_config(self, kind: Any, path: str) -> Any:
        try:
            with open(path, encoding="utf-8") as file:
                config = kind.from_dict(json.load(file))
        except FileNotFoundError:
            raise BadModel(f'the voice\'s description "{path}" is missing: put it beside the .onnx') from None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadModel(f'the voice\'s description "{path}" is wrong: {one_line(error)}') from None
        if not isinstance(config.sample_rate, int) or not 4000 <= config.sample_rate <= 192000:
            raise BadModel(f'the voice\'s description "{path}" has no sample_rate from 4000 to 192000 Hz')
        if not isinstance(config.phoneme_id_map, dict) or not {"_", "^", "$"} <= config.phoneme_id_map.keys():
            raise BadModel(f'the voice\'s description "{path}" has no phoneme_id_map with "_", "^" and "$"')
        return config

    def _session_options(self, request: Load) -> Any:
        import onnxruntime

        wanted = onnxruntime.SessionOptions()
        wanted.intra_op_num_threads = request.threads
        wanted.inter_op_num_threads = 1
        wanted.graph_optimization_level = getattr(
            onnxruntime.GraphOptimizationLevel, LEVELS[request.options["graph-optimisation"]]
        )
        wanted.add_session_config_entry("session.intra_op.allow_spinning", str(int(request.options["spinning"])))
        wanted.enable_cpu_mem_arena = request.options["arena"]
        wanted.enable_mem_pattern = request.options["memory-pattern"]
        return wanted

    def run(self, request: Run) -> Output:
        import numpy
        import onnxruntime

        text = request.text("text")
        begin = time.monotonic()
        try:
            sentences = [phonemes for phonemes in self.voice.phonemize(text) if phonemes]
        except (ValueError, RuntimeError) as error:
            raise EngineError(f"the text can't be made phonemes: {in_short(error)}") from None
        phonemes_s = time.monotonic() - begin
        ids = 0
        run_options = onnxruntime.RunOptions()
        with Watch(request, run_options), Terminable(self.voice, run_options):
            for number, phonemes in enumerate(sentences):
                request.check()
                ids += len(self.voice.phonemes_to_ids(phonemes))
                chunk = self._speak(phonemes, request)
                if number > 0 and self.silence_frames > 0:
                    request.write(numpy.zeros(self.silence_frames, dtype=numpy.float32), "audio")
                request.write(chunk, "audio")
                request.first("audio")
        if not sentences:
            raise BadInput("there is nothing in the text that can be spoken")
        request.done()
        engine_s = time.monotonic() - begin
        return {
            "sentences": len(sentences),
            "phonemes": "\n".join("".join(phonemes) for phonemes in sentences),
            "ids": ids,
            "phases": {"phonemes_s": phonemes_s, "infer_s": engine_s - phonemes_s},
            "engine_s": engine_s,
        }

    def _speak(self, phonemes: list[str], request: Run) -> Any:
        """One sentence, by PiperVoice.synthesize() itself: its phonemes are given, not made again."""
        self.voice.phonemize = lambda _text: [phonemes]
        try:
            return next(iter(self.voice.synthesize("", self.config))).audio_float_array
        except Exception as error:  # ONNX Runtime's own
            request.check()
            raise EngineError(f"ONNX Runtime failed: {in_short(error)}") from None
        finally:
            del self.voice.phonemize

    def unload(self) -> None:
        del self.voice


class Terminable:
    """The voice's session, with the options that let a run be ended."""

    def __init__(self, voice: Any, options: Any) -> None:
        self.voice, self.session, self.options = voice, voice.session, options

    def run(self, outputs: Any, inputs: Any) -> Any:
        return self.session.run(outputs, inputs, self.options)

    def __enter__(self) -> Terminable:
        self.voice.session = self
        return self

    def __exit__(self, *_: object) -> None:
        self.voice.session = self.session
