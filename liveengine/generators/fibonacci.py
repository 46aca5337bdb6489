"""The Fibonacci idea: long and short as the Fibonacci word has them, bars grouped in Fibonacci numbers.

Melodies rise at the word's a and fall at its b, so that they wander and
always come back.

Pure.
"""

from __future__ import annotations

from liveengine.generators.idea import Idea, Voice
from liveengine.music.dice import Dice
from liveengine.music.rhythm import Rhythm
from liveengine.music.time import TICKS_PER_SIXTEENTH
from liveengine.rhythms.fibonacci import fibonacci, groups, numbers, word, zeckendorf
from liveengine.rhythms.phi import PHI, SECTION

#: For each voice: the word's long and short duration, in sixteenths, and rotations, to choose from.
WORDS: dict[Voice, tuple[tuple[tuple[int, int], ...], tuple[int, ...]]] = {
    Voice.HAT: (((2, 1),), (0, 3, 5, 8)),
    Voice.PERCUSSION: (((3, 2), (5, 3)), (1, 2, 3, 5)),
    Voice.BASS: (((3, 2), (5, 3)), (0,)),
    Voice.CHORDS: (((5, 3), (8, 5), (8, 3)), (0, 2, 3)),
    Voice.LEAD: (((3, 2), (2, 1), (3, 1)), (0, 1, 2)),
    Voice.FILL: (((2, 1),), (0, 1, 2, 3, 5)),
}


def rhythm(voice: Voice, length: int, dice: Dice) -> Rhythm:
    """Spell the word in the voice's durations; kicks open Fibonacci groups, ghosts are a Zeckendorf mask."""
    steps = length // TICKS_PER_SIXTEENTH
    if voice is Voice.KICK:
        return groups(steps, dice.pick((5, 8)), length=length)
    if voice is Voice.GHOST:
        # Numbers past a few thousand only add hits late in the bar.
        largest = numbers(5000)[: steps + 1][-1]
        return zeckendorf(1 + dice.below(largest - 1) if largest > 1 else 1, steps, length=length)
    durations, rotations = WORDS[voice]
    long, short = dice.pick(durations)
    struck = fibonacci(steps, long, short, length=length)
    # A long note weighs more than a short one.
    accents = [0.7 if gap > short * TICKS_PER_SIXTEENTH else 0.4 for gap in struck.gaps]
    return struck.accented(accents).rotated(dice.pick(rotations))


def contour(number: int) -> float:
    """Sum +1 for a and -phi for b of the word: a walk that never leaves its narrow band."""
    letters = word(number + 1)[:number]
    walked = letters.count("a") - PHI * letters.count("b")
    return max(-1.0, min(1.0, (walked - 0.5) * SECTION))


FIBONACCI = Idea("fibonacci", rhythm, contour)
