"""Sound in shared memory: what the parent put into `in`, what the engine puts into `out`."""

from __future__ import annotations

import math
import mmap
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Optional

if TYPE_CHECKING:
    import numpy

    Samples = memoryview[float]
    FloatArray = numpy.ndarray[Any, numpy.dtype[numpy.float32]]
else:
    Samples = memoryview

SAMPLE_BYTES = 4
FIRST_FD, LAST_FD = 62, 65


@dataclass(frozen=True)
class Sound:
    """An input: 32-bit floats, interleaved, not to be written to."""

    role: str
    samples: Samples
    frames: int
    channels: int
    rate_hz: int

    @property
    def duration_s(self) -> float:
        return self.frames / self.rate_hz

    def array(self) -> FloatArray:
        """The same memory as a read-only numpy array: (frames,) when mono, else (frames, channels)."""
        import numpy

        flat = numpy.frombuffer(self.samples.cast("B"), dtype=numpy.float32)
        return flat if self.channels == 1 else flat.reshape(self.frames, self.channels)


class WrongBuffer(Exception):
    """A request names sound that isn't in its buffer."""


def _map(part: Any, writable: bool) -> Optional[mmap.mmap]:
    fd, size = part.get("fd"), part.get("bytes")
    if size == 0:
        return None
    if not isinstance(fd, int) or not FIRST_FD <= fd <= LAST_FD or not isinstance(size, int) or size < 0:
        raise WrongBuffer('a "pcm" request names no buffer')
    if os.fstat(fd).st_size < size:
        raise WrongBuffer('a "pcm" request names a buffer larger than it is')
    access = mmap.PROT_READ | (mmap.PROT_WRITE if writable else 0)
    return mmap.mmap(fd, size, flags=mmap.MAP_SHARED, prot=access)


class Buffers:
    """The session's two mappings, from `pcm` to the end of the process."""

    def __init__(self) -> None:
        self._in: Optional[mmap.mmap] = None
        self._out: Optional[mmap.mmap] = None

    def map(self, message: dict[str, Any]) -> None:
        self._in = _map(message.get("in") or {"bytes": 0}, writable=False)
        self._out = _map(message.get("out") or {"bytes": 0}, writable=True)

    def input(self, item: dict[str, Any]) -> Sound:
        """The input of a `run` request that is sound."""
        numbers = [item.get(name) for name in ("offset", "frames", "channels", "rate")]
        offset, frames, channels, rate = [number if isinstance(number, int) else -1 for number in numbers]
        size = frames * channels * SAMPLE_BYTES
        room = len(self._in) if self._in is not None else 0
        if offset < 0 or offset % SAMPLE_BYTES or frames < 0 or channels < 1 or rate < 1 or offset + size > room:
            raise WrongBuffer("an input is neither text nor sound inside the room for it")
        whole = memoryview(self._in) if self._in is not None else memoryview(b"")
        samples = whole.toreadonly()[offset : offset + size].cast("f")
        return Sound(str(item.get("role", "")), samples, frames, channels, rate)

    @property
    def out_bytes(self) -> int:
        return len(self._out) if self._out is not None else 0

    def put(self, offset: int, data: memoryview[int]) -> None:
        assert self._out is not None
        memoryview(self._out)[offset : offset + len(data)] = data


def flat_samples(samples: Any) -> memoryview[int]:
    """@samples (numpy array, array('f'), memoryview, list of floats) as interleaved float bytes.

    ValueError when a sample is NaN or infinite, or when it is no sound.
    """
    try:
        is_numpy = type(samples).__module__.split(".")[0] == "numpy"
        if is_numpy:
            import numpy

            flat = numpy.ascontiguousarray(samples, dtype=numpy.float32).reshape(-1)
            finite = bool(numpy.isfinite(flat).all())
            view: Any = memoryview(flat)  # type: ignore[arg-type]
        else:
            from array import array

            view = memoryview(samples if isinstance(samples, (array, memoryview)) else array("f", samples))
            if view.format != "f":
                view = memoryview(array("f", view))
            finite = math.isfinite(sum(view))
    except (TypeError, OverflowError) as error:
        raise ValueError(f"what it gave is no sound: {error}") from None
    if not finite:
        raise ValueError("the sound has samples that are no numbers (NaN or infinity)")
    octets: memoryview[int] = view.cast("B")
    return octets
