"""What a rule is made of: a rhythm for every voice, and the shape of a melody.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from liveengine.music.dice import Dice, roll
from liveengine.music.rhythm import Rhythm
from liveengine.music.time import Metre
from liveengine.rhythms.notation import parse


class Voice(IntEnum):
    """The parts that an idea gives a rhythm to. The number keys the part's chance: new parts go last."""

    KICK = 1
    GHOST = 2
    HAT = 3
    PERCUSSION = 4
    BASS = 5
    CHORDS = 6
    LEAD = 7
    FILL = 8


@dataclass(frozen=True, slots=True)
class Idea:
    """One musical idea in all its roles.

    `rhythm(voice, length, dice)` gives one bar of `length` ticks; `contour(k)` the height in [-1, 1] towards
    which the k-th note of a melody moves.
    """

    name: str
    rhythm: Callable[[Voice, int, Dice], Rhythm]
    contour: Callable[[int], float]

    def bar(self, voice: Voice, metre: Metre, seed: int, text: str = "") -> Rhythm:
        """Return one bar for a voice: as `text` says in the notation, or else the idea's own."""
        if text:
            return parse(text, metre.bar_ticks)
        return self.rhythm(voice, metre.bar_ticks, Dice(roll(seed, voice)))


def scaled_count(per_sixteen: int, steps: int) -> int:
    """Return how many of `steps` are struck, given how many of sixteen: at least one, at most all."""
    return min(max(1, round(per_sixteen * steps / 16)), steps)
