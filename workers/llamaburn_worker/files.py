"""Small files of a model's folder."""

from __future__ import annotations

import json
from typing import Any

from llamaburn_worker.engine import BadModel


def read_json(path: str) -> Any:
    """What is in the file; BadModel in one line where it is no JSON, or can't be read."""
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError, RecursionError) as error:
        raise BadModel(f'"{path}" is no JSON ({" ".join(str(error).split())})') from None


def read_tokenizer(path: str) -> Any:
    """A tokenizer.json of Hugging Face's tokenizers, that neither pads nor cuts."""
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(path)
    except Exception as error:  # tokenizers raises Exception itself
        raise BadModel(f'"{path}" is no tokenizer ({" ".join(str(error).split())})') from None
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer
