"""Balanced words: lines drawn on a grid, and two durations mixed as evenly as they can be.

In a balanced word any two stretches of the same length differ by one letter
at most. Sources: Bresenham, "Algorithm for computer control of a digital
plotter", 1965; Berstel, Lauve, Reutenauer & Saliola, "Combinatorics on
Words: Christoffel Words and Repetitions in Words", 2009.

Pure.
"""

from __future__ import annotations

from itertools import accumulate

from liveengine.music.rhythm import BAR_TICKS, Rhythm, checked_steps


def bresenham(onsets: int, steps: int = 16, rotation: int = 0, *, length: int = BAR_TICKS) -> Rhythm:
    """Move each of `onsets` even pulses to its nearest step, as a straight line is drawn in squares.

    A pulse half-way between two steps goes to the later. Raises ValueError for more onsets than steps.

    >>> str(bresenham(3, 8)), str(bresenham(5, 16))
    ('x..x.x..', 'x..x..x...x..x..')
    """
    checked_steps(steps)
    if not 0 <= onsets <= steps:
        raise ValueError(f"{onsets} onsets do not fit in {steps} steps")
    hits = [(2 * number * steps + onsets) // (2 * onsets) + rotation for number in range(onsets)]
    return Rhythm.on_steps(hits, steps, length)


def word(ones: int, zeros: int) -> str:
    """Return the Christoffel word of `ones` a and `zeros` b; with a common divisor, a power of one.

    >>> word(5, 2)
    'aaabaab'
    """
    letters = ones + zeros
    return "".join(
        "b" if (place + 1) * zeros // letters > place * zeros // letters else "a" for place in range(letters)
    )


def christoffel(
    longs: int, shorts: int, long: int = 2, short: int = 1, rotation: int = 0, *, length: int = BAR_TICKS
) -> Rhythm:
    """Mix `longs` gaps of `long` steps and `shorts` of `short` as evenly as can be: a Christoffel word.

    The grid is as long as they are together. Raises ValueError without gaps, or for a grid too fine.

    >>> str(christoffel(5, 2)), str(christoffel(4, 2, long=3, short=2))
    ('x.x.x.xx.x.x', 'x..x..x.x..x..x.')
    """
    if longs < 0 or shorts < 0 or longs + shorts < 1:
        raise ValueError(f"there must be a gap to mix, not longs={longs}, shorts={shorts}")
    if long < 1 or short < 1:
        raise ValueError(f"durations must be one step or more, not long={long}, short={short}")
    steps = checked_steps(longs * long + shorts * short)
    gaps = [long if letter == "a" else short for letter in word(longs, shorts)]
    hits = [start + rotation for start in accumulate(gaps[:-1], initial=0)]
    return Rhythm.on_steps(hits, steps, length)
