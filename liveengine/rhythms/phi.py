"""Golden-section rhythms: the golden angle, the golden division, golden accents and swing.

Steps of the golden section round a bar never close, and leave gaps of at
most three sizes however many are taken (the three-gap theorem, Sós 1958).

Pure.
"""

from __future__ import annotations

import math
from itertools import pairwise

from liveengine.music.rhythm import BAR_TICKS, Rhythm, checked_steps, step_tick

PHI = (1 + math.sqrt(5)) / 2

#: The golden section of 1: also the place of the off-beat sixteenth in a golden swing.
SECTION = 1 / PHI

#: The deepest golden division.
DEPTH_MAX = 8


def turn(number: int) -> float:
    """Return where `number` golden turns end on a circle of 1, in [0, 1)."""
    return number * SECTION % 1.0


def _accent(order: int) -> float:
    """Make the first placed loudest: 1, then a golden section nearer to 0.5 each time."""
    return 0.5 + 0.5 * SECTION**order


def phi(onsets: int, steps: int = 16, rotation: int = 0, *, length: int = BAR_TICKS) -> Rhythm:
    """Walk round the bar by the golden angle and strike the step one lands in, until `onsets` are struck.

    One onset more keeps all the others where they are. Raises ValueError for more onsets than steps.

    >>> str(phi(3, 8)), str(phi(5, 8))
    ('Xx..X...', 'Xx.xX.x.')
    """
    checked_steps(steps)
    if not 0 <= onsets <= steps:
        raise ValueError(f"{onsets} onsets do not fit in {steps} steps")
    placed: dict[int, float] = {}
    walked = 0
    while len(placed) < onsets:
        placed.setdefault(int(turn(walked) * steps), _accent(len(placed)))
        walked += 1
    return Rhythm.on_steps([hit + rotation for hit in placed], steps, length, list(placed.values()))


def golden(onsets: int, steps: int = 16, *, length: int = BAR_TICKS) -> Rhythm:
    """Strike every golden turn where it falls, off the grid, to the nearest tick; `steps` is for display.

    The gaps have at most three sizes. Raises ValueError for less than none or more than 64 onsets.
    """
    if not 0 <= onsets <= 64:
        raise ValueError(f"0-64 golden onsets, not {onsets}")
    # A turn that rounds to the very end is the downbeat again.
    places = ((math.floor(turn(number) * length + 0.5) % length, number) for number in range(onsets))
    return Rhythm.gathered(((tick, _accent(number)) for tick, number in places), steps, length)


def division(depth: int = 3, steps: int = 16, *, length: int = BAR_TICKS) -> Rhythm:
    """Cut the bar at its golden section, long part first, and each part again, `depth` times.

    Every part is opened by an onset on the nearest step; an earlier cut is louder.

    >>> str(division(1)), str(division(2))
    ('X.........X.....', 'X.....x...X...x.')
    """
    checked_steps(steps)
    if not 0 <= depth <= DEPTH_MAX:
        raise ValueError(f"a golden division goes 0-{DEPTH_MAX} deep, not {depth}")
    cuts = {0.0: 0}
    for level in range(1, depth + 1):
        edges = [*sorted(cuts), 1.0]
        for left, right in pairwise(edges):
            cuts[left + (right - left) * SECTION] = level
    struck = [
        (step_tick(math.floor(place * steps + 0.5) % steps, steps, length), _accent(level))
        for place, level in cuts.items()
    ]
    return Rhythm.gathered(struck, steps, length)


def golden_accents(rhythm: Rhythm) -> Rhythm:
    """Accent a rhythm by golden turns: the first onset full, the others never twice alike."""
    return rhythm.accented([1.0 - 0.7 * turn(number) for number in range(len(rhythm.onsets))])
