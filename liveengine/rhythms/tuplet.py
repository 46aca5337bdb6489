"""Tuplets: so many notes in the time of so many others, anywhere in the bar.

Pure.
"""

from __future__ import annotations

import math

from liveengine.music.rhythm import BAR_TICKS, Rhythm, checked_steps


def tuplet(onsets: int, over: int = 4, start: int = 0, steps: int = 16, *, length: int = BAR_TICKS) -> Rhythm:
    """Strike `onsets` even notes in the time of `over` steps, from step `start` on, round the end.

    The grid is refined until every note stands on it. Raises ValueError for a grid too fine.

    >>> str(tuplet(3, over=2, start=2, steps=4))
    '......x.x.x.'
    >>> str(tuplet(3, over=4, steps=4))
    'x...x...x...'
    """
    checked_steps(steps)
    if onsets < 1 or not 1 <= over <= steps:
        raise ValueError(f"a tuplet is one note or more in the time of 1-{steps} steps, not {onsets} in {over}")
    common = math.gcd(onsets, over)
    finer, apart = onsets // common, over // common
    grid = checked_steps(steps * finer)
    return Rhythm.on_steps([start * finer + number * apart for number in range(onsets)], grid, length)
