"""Metric modulation: a note of the old tempo becomes another note of the new one.

Pure.
"""

from __future__ import annotations

import math
from fractions import Fraction

from liveengine.music.rhythm import Rhythm, checked_steps


def tempo_ratio(old: Fraction, new: Fraction) -> Fraction:
    """Return new tempo ÷ old tempo where the `old` note lasts as long as the `new` one then does, exactly.

    Notes are parts of a whole note: a triplet eighth that becomes an eighth makes the tempo half as fast again.

    >>> tempo_ratio(Fraction(1, 12), Fraction(1, 8))
    Fraction(3, 2)
    """
    if old <= 0 or new <= 0:
        raise ValueError(f"notes must last longer than nothing, not {old} and {new}")
    return new / old


def modulated(rhythm: Rhythm, faster: int = 3, slower: int = 2, bar: int = 0) -> Rhythm:
    """Play a rhythm at `faster`/`slower` of its speed, on and on; give bar number `bar` of that.

    So a new tempo is heard before it comes. The grid is refined until every note stands on it. Raises ValueError
    for a grid too fine.

    >>> str(modulated(Rhythm.from_text("x..."))), str(modulated(Rhythm.from_text("x..."), bar=1))
    ('x.......x...', '....x.......')
    """
    if faster < 1 or slower < 1:
        raise ValueError(f"speeds must be 1 or more, not {faster}/{slower}")
    common = math.gcd(faster, slower)
    slower //= common
    grid = checked_steps(rhythm.steps * (faster // common))
    strengths = dict(zip(rhythm.hits, rhythm.accents, strict=True))
    # Counted in steps of the refined grid from bar 0, each of the rhythm's own steps lasts `slower` of them.
    numbers = range(-(-bar * grid // slower), -(-(bar + 1) * grid // slower))
    heard = [number for number in numbers if number % rhythm.steps in strengths]
    accents = [strengths[number % rhythm.steps] for number in heard]
    return Rhythm.on_steps([number * slower - bar * grid for number in heard], grid, rhythm.length, accents)
