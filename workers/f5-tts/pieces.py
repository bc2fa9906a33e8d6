"""How F5-TTS cuts a text: what is said at once must fit, with the reference voice, into 30 seconds of training."""

from __future__ import annotations

import re

# Behind these, white space ends a piece; behind the wide ones of Chinese nothing need follow.
ENDS = re.compile(r"(?<=[;:,.!?])\s+|(?<=[；：，。！？])")


def size(text: str) -> int:
    return len(text.encode("utf-8"))


def _cut_long(sentence: str, most: int) -> list[str]:
    """A sentence that is too long by itself: between words, a word that is too long between characters."""
    parts, part = [], ""
    for word in re.findall(r"\S+\s*", sentence):
        if part and size(part + word.rstrip()) > most:
            parts.append(part.rstrip())
            part = ""
        while size(word.rstrip()) > most:
            count = max(1, next(n for n in range(len(word), 0, -1) if n == 1 or size(word[:n]) <= most))
            parts.append(word[:count])
            word = word[count:]
        part += word
    return [*parts, part.rstrip()] if part.strip() else parts


def cut(text: str, most: int) -> list[str]:
    """@text in pieces of at most @most bytes of UTF-8, at the end of sentences and clauses where that can be."""
    pieces, piece = [], ""
    for sentence in ENDS.split(text):
        if not sentence:
            continue
        for part in _cut_long(sentence, most) if size(sentence) > most else [sentence]:
            between = " " if piece and size(piece[-1]) == 1 else ""
            if piece and size(piece + between + part) > most:
                pieces.append(piece)
                piece, between = "", ""
            piece += between + part
    return [*pieces, piece] if piece else pieces
