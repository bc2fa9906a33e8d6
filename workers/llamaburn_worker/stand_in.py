"""What stands in for a vocabulary where weights are random, and there is none."""

from __future__ import annotations

import zlib

LETTERS_PER_TOKEN = 4
END_TOKEN = 1  # T5's </s>


def tokens_of_letters(text: str, vocabulary: int, letters: int) -> list[int]:
    """A token for each @letters of a word, always the same one."""
    pieces = [word[at : at + letters] for word in text.split() for at in range(0, len(word), letters)]
    return [zlib.crc32(piece.encode("utf-8", "replace")) % vocabulary for piece in pieces]


def stand_in_tokens(text: str, vocabulary: int) -> list[int]:
    """About as many tokens as a published vocabulary would give: one for each four letters of a word, and the end."""
    return [*tokens_of_letters(text, vocabulary, LETTERS_PER_TOKEN), END_TOKEN]
