"""What stands in for a vocabulary where weights are random, and there is none."""

from __future__ import annotations

import zlib

LETTERS_PER_TOKEN = 4
END_TOKEN = 1  # T5's </s>


def stand_in_tokens(text: str, vocabulary: int) -> list[int]:
    """About as many tokens as a published vocabulary would give: one for each four letters of a word, and the end."""
    pieces = [
        word[at : at + LETTERS_PER_TOKEN] for word in text.split() for at in range(0, len(word), LETTERS_PER_TOKEN)
    ]
    return [zlib.crc32(piece.encode("utf-8", "replace")) % vocabulary for piece in pieces] + [END_TOKEN]
