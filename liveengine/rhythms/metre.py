"""The metre under a rhythm: how a bar nests into groups, beats and steps, and how deep each step lies.

The depth of a step is the level at which it first appears when the bar is
divided again and again: 0 for the downbeat, 1 for the middle of 4/4, and so
on. Source: Lerdahl & Jackendoff, "A Generative Theory of Tonal Music", 1983,
chapter 4; as weights in Longuet-Higgins & Lee 1984.

Pure.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise

from liveengine.music.rhythm import checked_steps
from liveengine.music.time import Metre


@dataclass(frozen=True, slots=True)
class Tree:
    """How a bar of `len(depths)` steps nests.

    `depths` holds for each step how deep it lies, 0 for the downbeat; `beats` the steps on which beats begin,
    the first of them 0.
    """

    depths: tuple[int, ...]
    beats: tuple[int, ...]

    @property
    def steps(self) -> int:
        """How many steps the bar has."""
        return len(self.depths)


def grouping(metre: Metre) -> tuple[int, ...]:
    """Return how many units each group of a bar has: 4/4 is 2+2, 7/8 is 2+2+3, 6/8 is 3+3, 5/4 is 3+2."""
    if metre.beats == 1:
        return (1,)
    if metre.beats % 3 == 0:
        return (3,) * (metre.beats // 3)
    if metre.beats == 5:
        return (3, 2)
    pairs, left = divmod(metre.beats, 2)
    return (2,) * (pairs - left) + (3,) * left


def parse_metre(text: str) -> tuple[Metre, tuple[int, ...]]:
    """Read '7/8' or, to say how it is grouped, '3+2+2/8'. Raises ValueError for anything else.

    >>> parse_metre("3+2+2/8")
    (Metre(beats=7, unit=8), (3, 2, 2))
    """
    written = re.fullmatch(r"\s*(\d+(?:\s*\+\s*\d+)+)\s*/\s*(\d+)\s*", text)
    if not written:
        metre = Metre.parse(text)
        return metre, grouping(metre)
    groups = tuple(int(group) for group in written[1].split("+"))
    if not all(groups):
        raise ValueError(f"not a metre: {text!r} (a group has one beat or more)")
    return Metre(sum(groups), int(written[2])), groups


def metre_for(steps: int) -> Metre:
    """Return the metre of a rhythm that comes without one: 4/4 where its beats fall on steps, else N/8.

    >>> str(metre_for(16)), str(metre_for(7))
    ('4/4', '7/8')
    """
    return Metre(4, 4) if tree(steps, Metre(4, 4)) or steps > 32 else Metre(steps, 8)


@lru_cache(maxsize=256)
def tree(steps: int, metre: Metre, groups: tuple[int, ...] = ()) -> Tree | None:
    """Return how a bar of `metre` nests into `steps`, or None where its beats do not fall on steps.

    `groups` says how many units each group has, adding up to the metre's; left out, they are `grouping`'s. Equal
    parts are divided by twos first, then threes, fives. A bar of fewer steps than units ends on a higher level.
    Raises ValueError for groups that do not add up, or for no steps.

    >>> tree(8, Metre(4, 4)).depths, tree(7, Metre(7, 8)).depths
    ((0, 3, 2, 3, 1, 3, 2, 3), (0, 2, 1, 2, 1, 2, 2))
    """
    checked_steps(steps)
    groups = groups or grouping(metre)
    if sum(groups) != metre.beats or min(groups) < 1:
        raise ValueError(f"{'+'.join(map(str, groups))} does not make {metre}")
    depths = _depths(steps, metre, groups)
    if depths is None:
        return None
    ends = range(metre.beats) if metre.unit <= 4 else [0, *accumulate(groups)][:-1]
    beats = {unit * steps // metre.beats for unit in ends if unit * steps % metre.beats == 0}
    return Tree(tuple(depths), tuple(sorted(beats)))


def spans(of: Tree) -> list[tuple[int, int, int]]:
    """Return every span of the tree but the whole bar: its first step, the one after its last, and its parent's place.

    Parents come before their children. The place is the parent's index in the list, -1 for the bar.
    """
    found: list[tuple[int, int, int]] = []

    def divide(first: int, end: int, place: int) -> None:
        if end - first == 1:
            return
        level = min(of.depths[first + 1 : end])
        edges = [first, *(step for step in range(first + 1, end) if of.depths[step] == level), end]
        for left, right in pairwise(edges):
            found.append((left, right, place))
            divide(left, right, len(found) - 1)

    divide(0, of.steps, -1)
    return found


def _depths(steps: int, metre: Metre, groups: tuple[int, ...]) -> list[int] | None:
    alike = len(set(groups)) == 1
    if steps % metre.beats == 0 and not alike:
        return _uneven(groups, steps // metre.beats)
    factors = [*_primes(len(groups)), *_primes(groups[0])] if alike else []
    if steps % metre.beats == 0:
        return _even([*factors, *_primes(steps // metre.beats)])
    # Fewer steps than units: the first divisions may make just as many.
    for count in range(len(factors)):
        if math.prod(factors[:count]) == steps:
            return _even(factors[:count])
    return [0] if steps == 1 else None


def _uneven(groups: tuple[int, ...], steps_a_unit: int) -> list[int]:
    """Return the depths of a bar of unlike groups: groups, then what divides the larger ones, then each unit."""
    within = [_even(_primes(group)) for group in groups]
    unit = _even(_primes(steps_a_unit))
    deepest = 1 + max(max(depths) for depths in within)
    found = [
        1 + depth if step == 0 else deepest + unit[step]
        for depths in within
        for depth in depths
        for step in range(steps_a_unit)
    ]
    return [0, *found[1:]]


def _even(factors: Sequence[int]) -> list[int]:
    """Return the depths of a span that is divided by each factor in turn."""
    depths = [0]
    for level, factor in enumerate(factors, 1):
        depths = [depth if part == 0 else level for depth in depths for part in range(factor)]
    return depths


def _primes(number: int) -> list[int]:
    """Return the prime factors of a number, smallest first; of 1 none."""
    divisor = next((found for found in range(2, math.isqrt(number) + 1) if number % found == 0), number)
    return [divisor, *_primes(number // divisor)] if number > 1 else []
