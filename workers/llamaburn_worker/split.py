"""A text as a voice takes it: what can be said of it, and where it may be cut."""

from __future__ import annotations

import re

from llamaburn_worker.engine import BadInput

# Where a text may be cut, best first: behind a sentence, behind a clause, between words.
_SENTENCE_END = re.compile(r"(?<=[.!?…;:。！？；।॥؟۔])[\"'”’)\]»]*\s+|(?<=[。！？；])|\n+")
_CLAUSE_END = re.compile(r"(?<=[,،、，–—])\s*")
_SPACE = re.compile(r"\s+")

# Control characters that part words, and the joiners that Indic and Persian spelling has.
KEPT = "\n\t\r\u200c\u200d"


def sayable(text: str) -> str:
    """@text without what no voice says (control and format characters); BadInput when no letter or digit is left."""
    import unicodedata

    kept = "".join(
        " " if character in "\n\t\r" else character
        for character in text
        if character in KEPT or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    if not any(character.isalnum() for character in kept):
        raise BadInput("there is no letter and no digit in the text: nothing can be said")
    return _SPACE.sub(" ", kept).strip()


def _pieces(text: str, limit: int, cuts: tuple[re.Pattern[str], ...]) -> list[str]:
    """@text in pieces of at most @limit characters, as few as whole parts allow."""
    if len(text) <= limit:
        return [text]
    if not cuts:
        return [text[start : start + limit] for start in range(0, len(text), limit)]
    joined: list[str] = []
    start = 0
    ends = [match.end() for match in cuts[0].finditer(text) if match.end() > 0]
    for end in [*ends, len(text)]:
        part = text[start:end]
        start = end
        if not part.strip():
            continue
        if joined and len(joined[-1]) + len(part) <= limit:
            joined[-1] += part
        elif len(part.strip()) <= limit:
            joined.append(part)
        else:
            joined += _pieces(part, limit, cuts[1:])
    return joined


def split_text(text: str, limit: int) -> list[str]:
    """@text in pieces of at most @limit characters, cut behind sentences, else clauses, else words, else anywhere.

    Parts that fit together stay together. Pieces in which nothing can be said are left out.
    """
    pieces: list[str] = []
    for piece in _pieces(text, limit, (_SENTENCE_END, _CLAUSE_END, _SPACE)):
        if not any(character.isalnum() for character in piece):
            continue
        pieces.append(piece.strip())
    return pieces
