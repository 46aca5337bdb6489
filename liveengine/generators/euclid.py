"""The Euclidean idea: every voice as even as its own number of hits allows; melodies rise and fall in arches.

Pure.
"""

from __future__ import annotations

import math

from liveengine.generators.idea import Idea, Voice, scaled_count
from liveengine.music.dice import Dice
from liveengine.music.rhythm import Rhythm
from liveengine.music.time import TICKS_PER_SIXTEENTH
from liveengine.rhythms.euclid import euclid

#: For each voice: hits in sixteen steps, and rotations, to choose from.
CHOICES: dict[Voice, tuple[tuple[int, ...], tuple[int, ...]]] = {
    Voice.KICK: ((3, 4, 5), (0,)),
    Voice.GHOST: ((3, 5, 7), (1, 3, 5, 7)),
    Voice.HAT: ((8, 9, 11, 13), (0, 2)),
    Voice.PERCUSSION: ((3, 5, 7), (0, 2, 3, 6)),
    Voice.BASS: ((3, 5, 6, 7), (0, 3)),
    Voice.CHORDS: ((2, 3, 5), (0, 2, 3)),
    Voice.LEAD: ((5, 6, 7, 9), (0, 1, 2, 4)),
    Voice.FILL: ((9, 11, 13), (0, 1, 2)),
}


def rhythm(voice: Voice, length: int, dice: Dice) -> Rhythm:
    """Spread the voice's hits over the bar's sixteenths, about one in three accented."""
    counts, rotations = CHOICES[voice]
    steps = length // TICKS_PER_SIXTEENTH
    onsets = scaled_count(dice.pick(counts), steps)
    return euclid(onsets, steps, dice.pick(rotations), accents=-(-onsets // 3), length=length)


def contour(number: int) -> float:
    """Rise and fall once in eight notes."""
    return math.sin(number * math.tau / 8)


EUCLID = Idea("euclid", rhythm, contour)
