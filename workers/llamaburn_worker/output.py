"""What a run returned, looked at before it is sent: no numbers that are none, nothing missing."""

from __future__ import annotations

import math
from typing import Any, Optional

from llamaburn_worker.engine import EngineError, Loaded, Run

# What the output of a mode must hold, and of which type.
NEEDED: dict[str, tuple[str, type]] = {
    "stt": ("text", str),
    "analysis": ("text", str),
    "tts": ("pcm", list),
    "generation": ("pcm", list),
    "separation": ("pcm", list),
}


def find_bad_number(value: Any, where: str) -> Optional[str]:
    """Where a number of @value can't be sent: NaN, infinite, or a whole one beyond 64 bits."""
    if isinstance(value, float):
        return None if math.isfinite(value) else where
    if isinstance(value, int):
        return None if -(2**63) <= value < 2**63 else where
    if isinstance(value, dict):
        items = [(f"{where}.{key}" if where else str(key), item) for key, item in value.items()]
    elif isinstance(value, (list, tuple)):
        items = [(f"{where}[{index}]", item) for index, item in enumerate(value)]
    else:
        return None
    for place, item in items:
        found = find_bad_number(item, place)
        if found is not None:
            return found
    return None


def plain(value: Any) -> Any:
    """numpy's numbers and arrays as Python's own."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if type(value).__module__.split(".")[0] == "numpy" and hasattr(value, "tolist"):
        return value.tolist()
    return value


def _check_segments(segments: Any) -> None:
    if not isinstance(segments, list):
        raise EngineError("its segments are no list")
    for index, segment in enumerate(segments):
        start, end = (segment.get("start_s"), segment.get("end_s")) if isinstance(segment, dict) else (None, None)
        if not isinstance(start, (int, float)) or not isinstance(end, (int, float)):
            raise EngineError(f"its segment {index + 1} has no times")
        if not 0 <= start <= end:
            raise EngineError(f"its segment {index + 1} ends before it begins ({start} s to {end} s)")


def check_length(run: Run, loaded: Loaded) -> None:
    """Every stem as long as the first input, where load said so."""
    if not loaded.same_length or not run.sounds:
        return
    sound = next(iter(run.sounds.values()))
    wanted = round(sound.frames * loaded.output_rate_hz / sound.rate_hz)
    frames: dict[str, int] = {}
    for piece in run.pieces:
        frames[piece["stem"]] = frames.get(piece["stem"], 0) + piece["frames"]
    for stem, count in frames.items():
        if abs(count - wanted) > 1:
            raise EngineError(f'"{stem}" has {count} frames, the input has {wanted}')


def check_output(mode: str, returned: Any, run: Run, loaded: Loaded) -> dict[str, Any]:
    """The output as it is sent; EngineError when it can't be one."""
    if not isinstance(returned, dict):
        raise EngineError("it returned no output" if returned is None else "what it returned is no output")
    output: dict[str, Any] = plain(returned)
    if run.pieces:
        output["pcm"] = run.pieces
    needed = NEEDED.get(mode)
    if needed is not None and not isinstance(output.get(needed[0]), needed[1]):
        raise EngineError("it returned no sound" if needed[0] == "pcm" else f'it returned no "{needed[0]}"')
    bad = find_bad_number(output, "")
    if bad is not None:
        raise EngineError(f'"{bad}" of its output is no number (NaN, infinity, or beyond 64 bits)')
    if "segments" in output:
        _check_segments(output["segments"])
    check_length(run, loaded)
    output.setdefault("engine_s", (run.done_ns - run.start_ns) / 1e9)
    return output
