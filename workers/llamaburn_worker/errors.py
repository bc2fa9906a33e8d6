"""What the errors of libraries become: a line for a person, of the right kind."""

from __future__ import annotations

from types import TracebackType
from typing import Optional

from llamaburn_worker.engine import BadModel, EngineError

MAX_MESSAGE, MAX_PART = 2000, 300


def one_line(error: BaseException) -> str:
    """An error as a line for a person; what isn't ours says of which kind it is."""
    text = " ".join(str(error).split())
    if not isinstance(error, EngineError):
        text = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return text[:MAX_MESSAGE]


def in_short(error: BaseException) -> str:
    """What a library's error says, as a part of a line of ours; with its kind where it would say nothing by itself."""
    text = " ".join(str(error).split())
    says_nothing = not text or isinstance(error, KeyError)
    return (one_line(error) if says_nothing else text)[:MAX_PART]


def is_out_of_memory(error: BaseException) -> bool:
    """Python's own, or a RuntimeError as torch, CTranslate2 and CUDA tell it."""
    if isinstance(error, MemoryError):
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and ("out of memory" in text or "can't allocate memory" in text)


class Blame:
    """What a library raises inside a `with`, of whatever kind, is the model's fault: BadModel "WHAT (why)CURE".

    with Blame(f'"{path}" is no configuration of CLAP'):
        config = ClapConfig(**given)

    Our own errors go through, and those of memory. @spare: others that do.
    """

    def __init__(self, what: str, cure: str = "", spare: tuple[type[Exception], ...] = ()) -> None:
        self._what, self._cure = what, cure
        self._spared: tuple[type[Exception], ...] = (EngineError, *spare)

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        if not isinstance(error, Exception) or isinstance(error, self._spared) or is_out_of_memory(error):
            return
        raise BadModel(f"{self._what} ({in_short(error)}){self._cure}") from None
