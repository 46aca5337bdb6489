"""What a phrase model hears of what it has said: a cache of keys and values in slots, and which of them a token hears.

A token's keys and values go into the first slot that is empty or no longer heard, else over the oldest. Where in the
line a token stands is part of its key, so that the slot it lies in means nothing. `training.models.attention` has the
same by name for a whole line at once.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Flags: TypeAlias = NDArray[np.bool_]

#: What is added where nothing may be heard.
DEAF = -1e9


class Memory(NamedTuple):
    """What a model keeps of a line: the shape of its cache (layers, 2, heads, slots, size), and who is heard."""

    shape: tuple[int, ...]
    attention: str = "full"

    @property
    def slots(self) -> int:
        """How many tokens it keeps."""
        return self.shape[3]


def _all(bars: NDArray[np.int64], heads: Flags, bar: int) -> Flags:
    return np.ones(len(bars), np.bool_)


def _by_bar(bars: NDArray[np.int64], heads: Flags, bar: int) -> Flags:
    """Hear this bar and the one before, and of earlier ones what stands at their heads."""
    return heads | (bars >= bar - 1)


#: Who is heard, by name: of tokens' bars and whether they head one, (n,) each, in a bar. `sliding` is what is left when
#: there are few slots.
HEARD: dict[str, Callable[[NDArray[np.int64], Flags, int], Flags]] = {
    "full": _all,
    "sliding": _all,
    "hierarchical": _by_bar,
}


class Slots:
    """Which token lies in which slot."""

    def __init__(self, memory: Memory) -> None:
        self._heard = HEARD[memory.attention]
        self._bars = np.zeros(memory.slots, np.int64)
        self._heads = np.zeros(memory.slots, np.bool_)
        self._order = np.full(memory.slots, -1)
        self._count = 0

    def fork(self) -> Slots:
        """Return another that holds the same and goes its own way."""
        other = copy(self)
        other._bars, other._heads, other._order = self._bars.copy(), self._heads.copy(), self._order.copy()
        return other

    def heard(self, bar: int) -> Flags:
        """Return which slots a token of a bar hears, (slots,)."""
        heard: Flags = (self._order >= 0) & self._heard(self._bars, self._heads, bar)
        return heard

    def place(self, bar: int, heads: bool) -> int:
        """Return the slot into which a token of a bar goes, and note that it does."""
        slot = int(np.argmin(np.where(self.heard(bar), self._order, -1)))
        self._bars[slot], self._heads[slot], self._order[slot] = bar, heads, self._count
        self._count += 1
        return slot
