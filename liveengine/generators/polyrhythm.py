"""The polyrhythmic idea: the metre's own pulse, and others of 3, 5 and 7 exactly across it.

Pure.
"""

from __future__ import annotations

import math

from liveengine.generators.idea import Idea, Voice
from liveengine.music.dice import Dice
from liveengine.music.rhythm import Rhythm
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_SIXTEENTH
from liveengine.rhythms.polyrhythm import polyrhythm

#: For each voice: the pulses to choose from; 0 stands for the metre's own, -1 for twice as many.
PULSES: dict[Voice, tuple[tuple[int, ...], ...]] = {
    Voice.KICK: ((0,),),
    Voice.GHOST: ((5,), (6,), (7,)),
    Voice.HAT: ((-1,), (0, 3), (-1, 3), (6,)),
    Voice.PERCUSSION: ((3,), (5,), (7,), (3, 5)),
    Voice.BASS: ((3,), (0, 3), (2, 3), (5,)),
    Voice.CHORDS: ((2,), (3,), (2, 3)),
    Voice.LEAD: ((0, 3), (5,), (3, 5), (7,), (6,)),
    Voice.FILL: ((-1, 6), (-1, 5), (12,)),
}


def rhythm(voice: Voice, length: int, dice: Dice) -> Rhythm:
    """Lay the voice's pulses over the bar; one too fine for the bar is left out."""
    beat = TICKS_PER_BEAT if length % TICKS_PER_BEAT == 0 else 2 * TICKS_PER_SIXTEENTH
    own = max(1, length // beat)
    finest = max(1, length // TICKS_PER_SIXTEENTH)
    meant = {0: own, -1: 2 * own}
    pulses = {meant.get(pulse, pulse) for pulse in dice.pick(PULSES[voice])}
    return polyrhythm(*sorted(min(pulse, finest, 64) for pulse in pulses), length=length)


def contour(number: int) -> float:
    """Lay a wave of three notes over one of four."""
    return 0.5 * math.sin(number * math.tau / 3) + 0.5 * math.sin(number * math.tau / 4)


POLYRHYTHM = Idea("polyrhythm", rhythm, contour)
