"""Small files of a model's folder, and what they say."""

from __future__ import annotations

import json
from typing import Any

from llamaburn_worker.engine import BadModel
from llamaburn_worker.errors import Blame, in_short


def read_json(path: str) -> Any:
    """What is in the file; BadModel in one line where it is no JSON, or can't be read."""
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError, RecursionError) as error:
        raise BadModel(f'"{path}" is no JSON ({in_short(error)})') from None


def check_whole(value: Any, most: int, what: str) -> None:
    """BadModel unless @value, which a layer may be built by, is a whole number from 1 to @most."""
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise BadModel(f"{what} must be a whole number from 1 to {most}, not {value!r}")


def read_tokenizer(path: str) -> Any:
    """A tokenizer.json of Hugging Face's tokenizers, that neither pads nor cuts."""
    from tokenizers import Tokenizer

    with Blame(f'"{path}" is no tokenizer'):
        tokenizer = Tokenizer.from_file(path)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer
