"""The golden idea: onsets and melodic heights placed by the golden angle, no two gaps alike for long.

Pure.
"""

from __future__ import annotations

from liveengine.generators.idea import Idea, Voice, scaled_count
from liveengine.music.dice import Dice
from liveengine.music.rhythm import Rhythm
from liveengine.music.time import TICKS_PER_SIXTEENTH
from liveengine.rhythms.phi import division, phi, turn

#: For each voice: hits in sixteen steps, and rotations, to choose from.
CHOICES: dict[Voice, tuple[tuple[int, ...], tuple[int, ...]]] = {
    Voice.KICK: ((3, 4, 5), (0,)),
    Voice.GHOST: ((3, 4, 5), (1, 5, 7)),
    Voice.HAT: ((8, 9, 10, 12), (0, 2, 4)),
    Voice.PERCUSSION: ((3, 5, 6), (2, 3, 6)),
    Voice.BASS: ((4, 5, 6), (0,)),
    Voice.LEAD: ((5, 6, 8), (0, 2, 4)),
    Voice.FILL: ((8, 10, 13), (0, 1, 2)),
}


def rhythm(voice: Voice, length: int, dice: Dice) -> Rhythm:
    """Walk the bar's sixteenths by the golden angle; chords cut the bar at its golden sections."""
    steps = length // TICKS_PER_SIXTEENTH
    if voice is Voice.CHORDS:
        return division(dice.pick((1, 2)), steps, length=length).rotated(dice.pick((0, 0, 2)))
    counts, rotations = CHOICES[voice]
    return phi(scaled_count(dice.pick(counts), steps), steps, dice.pick(rotations), length=length)


def contour(number: int) -> float:
    """Turn by the golden angle, round a circle whose height is the melody's."""
    return 1.0 - 2.0 * abs(2.0 * turn(number) - 1.0)


PHI = Idea("phi", rhythm, contour)
