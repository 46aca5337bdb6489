"""Steps as musicians write them, one word a step.

    C3 . Eb3 _ | [C3 E3 G3] . G2 .

A word is a pitch, `[ ]` holds those that are struck together, `.` or `-`
rests, `_` holds on what came before; `|` is for the eye.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

#: Longer texts are no pattern that a musician wrote.
STEPS_MAX = 512

_WORD = re.compile(r"\[[^\[\]]*\]|[^\s\[\]]+|[\[\]]")


@dataclass(frozen=True, slots=True)
class Step:
    """What is struck on step `place`, counted from 0, and held for so many steps; pitches are MIDI numbers."""

    place: int
    pitches: tuple[int, ...]
    held: int = 1


@dataclass(frozen=True, slots=True)
class Steps:
    """So many steps, and what is struck on them, in order."""

    count: int
    struck: tuple[Step, ...]


def parse_steps(text: str, pitch_of: Callable[[str], int]) -> Steps:
    """Read steps; `pitch_of` says which pitch a word means, or raises ValueError. So does a text that is no steps.

    >>> parse_steps("C . D _", {"C": 60, "D": 62}.__getitem__).struck
    (Step(place=0, pitches=(60,), held=1), Step(place=2, pitches=(62,), held=2))
    """
    words = _WORD.findall(text.replace("|", " "))
    if not 1 <= len(words) <= STEPS_MAX:
        raise ValueError(f"holds {len(words)} steps; 1–{STEPS_MAX} are wanted")
    struck: list[Step] = []
    sounds = False
    for place, word in enumerate(words):
        if word == "_":
            if not sounds:
                raise ValueError(f"step {place + 1}: nothing sounds that _ could hold on")
            struck[-1] = replace(struck[-1], held=struck[-1].held + 1)
            continue
        sounds = word not in (".", "-")
        if sounds:
            struck.append(Step(place, _pitches(word, place, pitch_of)))
    return Steps(len(words), tuple(struck))


def _pitches(word: str, place: int, pitch_of: Callable[[str], int]) -> tuple[int, ...]:
    names = word[1:-1].split() if len(word) > 1 and word[0] == "[" else [word]
    if word in ("[", "]"):
        raise ValueError(f"step {place + 1}: a chord stands between [ and ]")
    if not names:
        raise ValueError(f"step {place + 1}: [ ] holds no pitch (write . for a rest)")
    try:
        return tuple(sorted({pitch_of(name) for name in names}))
    except ValueError as wrong:
        raise ValueError(f"step {place + 1}: {wrong}") from None
