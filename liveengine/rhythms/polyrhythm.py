"""Polyrhythms: several even pulses through the same bar, each exact.

Pure.
"""

from __future__ import annotations

import math
from collections import Counter

from liveengine.music.rhythm import BAR_TICKS, STEPS_MAX, Rhythm, step_tick


def polyrhythm(*pulses: int, length: int = BAR_TICKS) -> Rhythm:
    """Strike 3:4, 5:4, 3:4:5 … at once; the more pulses meet, the stronger the accent.

    The grid is the pulses' least common multiple. Raises ValueError without pulses or for too fine a grid.

    >>> str(polyrhythm(3, 4))
    'X..xx.x.xx..'
    """
    if not pulses or not all(1 <= pulse <= 64 for pulse in pulses):
        raise ValueError("a polyrhythm takes one or more pulses of 1-64 to the bar, like polyrhythm(3, 4)")
    steps = math.lcm(*pulses)
    if steps > STEPS_MAX:
        raise ValueError(f"{':'.join(map(str, pulses))} needs a grid of {steps} steps, more than {STEPS_MAX}")
    meets = Counter(beat * steps // pulse for pulse in pulses for beat in range(pulse))
    struck = ((step_tick(step, steps, length), count / len(pulses)) for step, count in meets.items())
    return Rhythm.gathered(struck, steps, length)
