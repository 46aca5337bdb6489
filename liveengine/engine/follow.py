"""Follow actions: what comes by itself after a scene or a pattern has played its bars.

Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from liveengine.music.dice import roll, uniform

#: What may follow, besides a scene or pattern by its name.
FOLLOW_WORDS = ("next", "previous", "first", "random", "again")

# Places for chance: whether anything follows, and which.
_WHETHER, _WHICH = 0, 1


@dataclass(frozen=True, slots=True)
class Follow:
    """After `after` bars comes `then`: one of FOLLOW_WORDS, or a name. With `probability` below 1 it may also stay."""

    after: int
    then: str
    probability: float = 1.0


def follower(follow: Follow, present: int, names: Sequence[str], seed: int) -> int | None:  # noqa: PLR0911 - one answer a word
    """Return which of `names` comes after the one that is `present`; None where that stays.

    A name that is also one of FOLLOW_WORDS is taken for the name.

    >>> follower(Follow(4, "next"), 2, ("a", "b", "c"), seed=1)
    0
    """
    if uniform(seed, _WHETHER) >= follow.probability:
        return None
    if follow.then in names:
        return names.index(follow.then)
    match follow.then:
        case "next":
            return (present + 1) % len(names)
        case "previous":
            return (present - 1) % len(names)
        case "first":
            return 0
        case "random":
            others = [number for number in range(len(names)) if number != present]
            return others[roll(seed, _WHICH) % len(others)] if others else present
        case _:
            return present


@dataclass(slots=True)
class Stay:
    """How many bars something has played; None while it is still to begin, or another is to take its place."""

    bars: int | None = None
    first_bar: float = -1.0

    def begin(self, first_bar: float = -1.0) -> None:
        """Count from song bar `first_bar` on, or from the next that begins."""
        self.bars, self.first_bar = 0, first_bar

    def wait(self) -> None:
        """Count nothing until something begins."""
        self.bars = None

    def awaits(self, bar: int) -> bool:
        """Say whether it is still to begin, in song bar `bar`."""
        return self.bars is None or self.first_bar > bar

    def count(self, bar: int) -> int:
        """Count song bar `bar`, which begins; return how many there were, 0 while nothing is counted."""
        if self.bars is None or bar < self.first_bar:
            return 0
        self.first_bar = -1.0
        self.bars += 1
        return self.bars
