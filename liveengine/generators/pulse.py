"""The pulse of a metre: how a bar is grouped, which ticks are strong, where the backbeat falls.

Pure.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate

from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_SIXTEENTH, Metre
from liveengine.rhythms.metre import grouping

#: Strength of a tick, by the coarsest level of the metre that it stands on.
DOWNBEAT, GROUP, BEAT, EIGHTH, SIXTEENTH, BETWEEN = 1.0, 0.8, 0.6, 0.4, 0.2, 0.1


@lru_cache(maxsize=64)
def _group_starts(metre: Metre) -> frozenset[int]:
    unit = 4 * TICKS_PER_BEAT // metre.unit
    return frozenset(unit * before for before in accumulate((0, *grouping(metre)[:-1])))


def strength(tick: int, metre: Metre) -> float:
    """Return how strong a tick is in its bar, in (0, 1]: 1 on the downbeat, least between the sixteenths."""
    place = tick % metre.bar_ticks
    if place == 0:
        return DOWNBEAT
    if place in _group_starts(metre):
        return GROUP
    # Under an eighth unit the groups are the beats, and quarters inside them mean nothing.
    if metre.unit <= 4 and place % TICKS_PER_BEAT == 0:
        return BEAT
    if metre.unit <= 8 and place % (2 * TICKS_PER_SIXTEENTH) == 0:
        return EIGHTH
    return SIXTEENTH if place % TICKS_PER_SIXTEENTH == 0 else BETWEEN


def backbeats(metre: Metre) -> tuple[int, ...]:
    """Return the ticks where a snare belongs: 2 and 4 in 4/4, 3 in 3/4, every other group in 6/8 or 7/8."""
    unit = 4 * TICKS_PER_BEAT // metre.unit
    starts = sorted(_group_starts(metre))
    if metre.unit >= 8:
        found = starts[1::2]
    else:
        found = [start + (size - 1) * unit for start, size in zip(starts, grouping(metre), strict=True)]
    middle = sixteenths(metre) // 2 * TICKS_PER_SIXTEENTH
    later = [tick for tick in found if tick > 0]
    return tuple(later or ([middle] if middle else []))


def sixteenths(metre: Metre) -> int:
    """Return how many sixteenths a bar has; every metre has a whole number of them."""
    return metre.bar_ticks // TICKS_PER_SIXTEENTH
