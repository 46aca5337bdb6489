"""Chance without memory: the same (seed, place) always falls the same way.

A counter-based generator needs no state, so the same set replays
identically whatever order or window its steps are asked for in. The mixing
function is SplitMix64's finaliser (Steele, Lea & Flood 2014).

Pure. The compiled twin for the data plane is `sequencer/chance.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

Item = TypeVar("Item")

MASK = (1 << 64) - 1
GOLDEN_GAMMA = 0x9E3779B97F4A7C15  # 2**64 divided by the golden ratio, made odd


def mix(value: int) -> int:
    """Scramble 64 bits into 64 others, one to one."""
    value &= MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
    return value ^ (value >> 31)


def roll(seed: int, *place: int) -> int:
    """Return 64 random bits for a `place` (track, bar, step, …) under a `seed`."""
    state = mix(seed + GOLDEN_GAMMA)
    for coordinate in place:
        state = mix((state ^ (coordinate & MASK)) + GOLDEN_GAMMA)
    return state


def uniform(seed: int, *place: int) -> float:
    """Return a number in [0, 1) for a place."""
    return (roll(seed, *place) >> 11) * 2.0**-53


@dataclass(slots=True)
class Dice:
    """A stream of chance under one seed: the next throw each time it is asked."""

    seed: int
    throws: int = 0

    def uniform(self) -> float:
        """Return the next number in [0, 1)."""
        self.throws += 1
        return uniform(self.seed, self.throws)

    def below(self, limit: int) -> int:
        """Return the next whole number in [0, limit)."""
        return min(int(self.uniform() * limit), limit - 1)

    def between(self, low: float, high: float) -> float:
        """Return the next number in [low, high)."""
        return low + (high - low) * self.uniform()

    def chance(self, probability: float) -> bool:
        """Return True with this probability."""
        return self.uniform() < probability

    def pick(self, items: Sequence[Item]) -> Item:
        """Return one of `items`, each as likely."""
        return items[self.below(len(items))]
