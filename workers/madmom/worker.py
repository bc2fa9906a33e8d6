"""madmom: beats, downbeats and tempo; chords and key. Its networks come inside its package."""

from __future__ import annotations

import math
import os
from typing import Any, Callable, Iterator, Optional

from llamaburn_worker import BadInput, Engine, Load, Loaded, Output, Run, Usage

RATE_HZ = 44100
FPS = 100  # the beat networks were trained with frames of 10 ms: they take no other
TEMPI_SHOWN = 5
DOWNBEAT_THRESHOLD = 0.05
MAX_BAR = 16
PROTOCOL_FDS = range(60, 66)
POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def give_back_names() -> None:
    """madmom 0.16.1 takes from `collections` what Python 3.10 has only in `collections.abc`."""
    import collections
    import collections.abc

    for name in ("Iterable", "Mapping", "MutableMapping", "MutableSequence", "Sequence"):
        if not hasattr(collections, name):
            setattr(collections, name, getattr(collections.abc, name))


def leave_protocol() -> None:
    """In each process of the pool: requests, answers and sound are the engine's alone."""
    for fd in PROTOCOL_FDS:
        try:
            os.close(fd)
        except OSError:
            pass


def numpy_array() -> Any:
    import numpy

    return numpy.ndarray


def make_signal(samples: Any) -> Any:
    from madmom.audio.signal import Signal

    return Signal(samples, sample_rate=RATE_HZ, num_channels=1)


def process(work: tuple[Any, Any, bool]) -> Any:
    """One of madmom's processors, or plain functions, over data; a signal loses its rate on the way to a process."""
    from madmom.processors import Processor

    processor, data, is_signal = work
    if is_signal:
        data = make_signal(data)
    return processor.process(data) if isinstance(processor, Processor) else processor(data)


def count_parts(processor: Any) -> int:
    """How many steps a chain of processors has: an ensemble has as many as networks."""
    from madmom.processors import SequentialProcessor

    if not isinstance(processor, SequentialProcessor):
        return 1
    return sum(count_parts(part) for part in processor.processors)


class Chain:
    """Runs madmom's chains step by step: what is parallel in them in the pool, and each step is progress."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    def run(self, processor: Any, data: Any, step: Callable[[], None]) -> Any:
        from madmom.processors import ParallelProcessor, SequentialProcessor

        if isinstance(processor, ParallelProcessor):
            return list(self._side_by_side(processor.processors, data, step))
        if isinstance(processor, SequentialProcessor):
            for part in processor.processors:
                data = self.run(part, data, step)
            return data
        data = process((processor, data, False))
        step()
        return data

    def _side_by_side(self, parts: list[Any], data: Any, step: Callable[[], None]) -> Iterator[Any]:
        if self._pool is None or len(parts) < 2:
            for part in parts:
                yield self.run(part, data, step)
            return
        from madmom.audio.signal import Signal

        is_signal = isinstance(data, Signal)
        sent = data.view(numpy_array()) if is_signal else data
        for part, result in zip(parts, self._pool.imap(process, [(part, sent, is_signal) for part in parts])):
            for _ in range(count_parts(part)):
                step()
            yield result


def read_bars(texts: list[str]) -> list[int]:
    bars = [int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0 for text in texts]
    if not bars or any(not 1 <= bar <= MAX_BAR for bar in bars):
        raise Usage(f"--beats-per-bar takes whole numbers from 1 to {MAX_BAR}, like 3,4")
    return bars


class Beats:
    """Networks that hear beats, a model that makes them regular, and the tempo of what they heard."""

    def __init__(self, options: dict[str, Any]) -> None:
        from madmom.features.beats import DBNBeatTrackingProcessor, RNNBeatProcessor
        from madmom.features.downbeats import DBNDownBeatTrackingProcessor, RNNDownBeatProcessor
        from madmom.features.tempo import TempoEstimationProcessor

        if options["min-bpm"] >= options["max-bpm"]:
            raise Usage("--min-bpm must be below --max-bpm")
        self.bars = options["downbeats"]
        threshold = options["threshold"]
        common = {
            "min_bpm": options["min-bpm"],
            "max_bpm": options["max-bpm"],
            "transition_lambda": options["transition-lambda"],
            "observation_lambda": options["observation-lambda"],
            "correct": not options["no-correct"],
            "fps": FPS,
        }
        try:
            if self.bars:
                self.network = RNNDownBeatProcessor()
                common["threshold"] = threshold if threshold >= 0 else DOWNBEAT_THRESHOLD
                self.model = DBNDownBeatTrackingProcessor(read_bars(options["beats-per-bar"]), **common)
            else:
                self.network = RNNBeatProcessor()
                self.model = DBNBeatTrackingProcessor(threshold=max(threshold, 0.0), **common)
        except (ValueError, IndexError, ZeroDivisionError) as error:
            raise Usage(f"madmom can't follow these tempi and bars ({error}): give them more room") from None
        # madmom's own program looks for tempi from 40 to 250; here within what beats may have
        self.tempo = TempoEstimationProcessor(
            method=options["tempo"], min_bpm=options["min-bpm"], max_bpm=options["max-bpm"], fps=FPS
        )

    def steps(self) -> int:
        return count_parts(self.network) + 2

    def run(self, chain: Chain, signal: Any, step: Callable[[], None]) -> Callable[[], Output]:
        activations = chain.run(self.network, signal, step)
        beats = self.model.process(activations)
        step()
        strengths = activations.sum(axis=1) if self.bars else activations
        tempi = self.tempo.process(strengths)
        step()
        return lambda: self.describe(beats, tempi, strengths)

    def describe(self, beats: Any, tempi: Any, strengths: Any) -> Output:
        times = [float(time) for time in (beats[:, 0] if self.bars and len(beats) else beats)]
        output: Output = {"beats": times}
        if self.bars:
            output["downbeats"] = [float(time) for time, place in beats if place == 1]
            output["beats_per_bar"] = int(max((place for _, place in beats), default=0))
        if times and len(tempi):
            output["bpm"] = float(tempi[0][0])
            output["tempi"] = [{"bpm": float(bpm), "strength": float(part)} for bpm, part in tempi[:TEMPI_SHOWN]]
        if times:
            heard = [float(strengths[min(round(time * FPS), len(strengths) - 1)]) for time in times]
            output["confidence"] = min(1.0, sum(heard) / len(heard))
        return output


class Chords:
    """Features of a network, a conditional random field over them; the key by another network."""

    def __init__(self, options: dict[str, Any]) -> None:
        from madmom.audio.chroma import DeepChromaProcessor
        from madmom.features.chords import (
            CNNChordFeatureProcessor,
            CRFChordRecognitionProcessor,
            DeepChromaChordRecognitionProcessor,
        )
        from madmom.features.key import CNNKeyRecognitionProcessor

        if options["chords"] == "cnn":
            self.features, self.field = CNNChordFeatureProcessor(), CRFChordRecognitionProcessor()
        else:
            self.features, self.field = DeepChromaProcessor(), DeepChromaChordRecognitionProcessor()
        self.key = None if options["no-key"] else CNNKeyRecognitionProcessor()

    def steps(self) -> int:
        return sum(count_parts(part) for part in (self.features, self.field, self.key) if part is not None)

    def run(self, chain: Chain, signal: Any, step: Callable[[], None]) -> Callable[[], Output]:
        chords = chain.run(self.field, chain.run(self.features, signal, step), step)
        key = chain.run(self.key, signal, step) if self.key is not None else None
        return lambda: self.describe(chords, key)

    def describe(self, chords: Any, key: Optional[Any]) -> Output:
        from madmom.features.key import key_prediction_to_label

        output: Output = {
            "chords": [{"start_s": float(start), "end_s": float(end), "label": str(label)} for start, end, label in chords]
        }
        if key is not None and math.isfinite(key.max()):  # less than a frame has none
            output["key"] = str(key_prediction_to_label(key))
            output["key_confidence"] = float(key.max())
        return output


class Madmom(Engine):
    package = "madmom"

    def load(self, request: Load) -> Loaded:
        side_by_side = request.mode == "beats" and request.threads > 1
        if side_by_side:
            # eight networks side by side, a process each: BLAS's threads would fight over the same cores
            os.environ.update(dict.fromkeys(POOLS, "1"))
        give_back_names()
        import numpy

        numpy.seterr(divide="ignore", invalid="ignore")
        self.work: Any = Beats(request.options) if request.mode == "beats" else Chords(request.options)
        self.pool: Any = None
        if side_by_side:
            from multiprocessing import get_context

            self.pool = get_context("fork").Pool(request.threads, initializer=leave_protocol)
        self.chain = Chain(self.pool)
        return Loaded(
            input_rate_hz=RATE_HZ,
            input_channels=1,
            threads=request.threads,
            deterministic=True,
            info={"weights": "inside the package: CC BY-NC-SA 4.0, not for commercial use"},
        )

    def run(self, request: Run) -> Output:
        sound = request.sound()
        if sound.frames == 0:
            raise BadInput("there is no sound in it")
        samples = sound.array()
        if not samples.any():
            # the beat model finds its own regular beats in nothing, the key network a key
            request.done()
            silent = [{"start_s": 0.0, "end_s": sound.duration_s, "label": "N"}]
            return {"beats": []} if isinstance(self.work, Beats) else {"chords": silent}
        total, done = self.work.steps(), 0

        def step() -> None:
            nonlocal done
            done += 1
            request.progress(done / total)

        describe = self.work.run(self.chain, make_signal(samples), step)
        request.done()
        return dict(describe())

    def unload(self) -> None:
        if self.pool is not None:
            self.pool.terminate()
            self.pool.join()
        self.pool = self.chain = self.work = None
