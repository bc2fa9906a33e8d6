"""What engines of text-to-speech ask of a text and of a reference voice, before any work."""

from __future__ import annotations

from typing import Any

from llamaburn_worker.engine import BadInput
from llamaburn_worker.sound import Sound

FULL_SCALE_SILENCE = 10 ** (-60 / 20)  # a voice whose loudest sample is below -60 dBFS


def check_text(text: str, max_characters: int, role: str = "text") -> str:
    """@text without the white space around it; BadInput when there is nothing to say, or too much."""
    stripped = text.strip()
    if not any(character.isalnum() for character in stripped):
        raise BadInput(f'the {role} has no letter and no digit: there is nothing to say')
    if len(stripped) > max_characters:
        raise BadInput(
            f"the {role} has {len(stripped)} characters, and this engine takes {max_characters} at once: split it"
        )
    return " ".join(stripped.split())


def check_voice(sound: Sound, min_s: float, max_s: float) -> Any:
    """The samples of a mono reference voice as a numpy array; BadInput when it is silent, too short or too long."""
    if sound.duration_s < min_s:
        raise BadInput(f"the reference voice lasts {sound.duration_s:.2f} s: give at least {min_s:g} s of speech")
    if sound.duration_s > max_s:
        raise BadInput(
            f"the reference voice lasts {sound.duration_s:.1f} s, and this engine takes at most {max_s:g} s: cut it, "
            "and its text with it"
        )
    samples = sound.array()
    if float(abs(samples).max()) < FULL_SCALE_SILENCE:
        raise BadInput("the reference voice is silent")
    return samples
