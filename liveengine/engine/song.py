"""Song mode: scenes in the order that the patch writes down, each for its bars.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from itertools import takewhile

from liveengine.engine.spec import SongSpec


class Turn(Enum):
    """What a bar line brings."""

    STAY = 0
    NEXT = 1
    END = 2


class Song:
    """Where in the song the set is; `place` counts the entries of its order from 0, -1 where no song is played."""

    def __init__(self, spec: SongSpec | None) -> None:
        self.spec = spec
        self.place = -1

    @property
    def is_on(self) -> bool:
        """Whether scenes follow the song."""
        return self.place >= 0

    def start(self) -> bool:
        """Go to the first entry; False where the patch has no song."""
        self.place = -1 if self.spec is None else 0
        return self.spec is not None

    def leave(self) -> None:
        """Let the scene that plays go on."""
        self.place = -1

    @property
    def scene(self) -> int:
        """The scene of the present entry."""
        assert self.spec is not None, "a patch without a song has no place in it"
        return self.spec.order[self.place][0]

    def told(self) -> Iterator[tuple[str, int]]:
        """Return where in the song it is, by the addresses under which it is told; 0 each where none is played."""
        repeat, repeats = self._repeat()
        yield "/song/place", self.place + 1
        yield "/song/repeat", repeat
        yield "/song/repeats", repeats

    def _repeat(self) -> tuple[int, int]:
        """Return which time (from 1) the present entry is played of how many in a row."""
        if self.spec is None or not self.is_on:
            return 0, 0
        order, place = self.spec.order, self.place
        before = sum(1 for _ in takewhile(lambda entry: entry == order[place], reversed(order[:place])))
        after = sum(1 for _ in takewhile(lambda entry: entry == order[place], order[place:]))
        return before + 1, before + after

    def turn(self, bars: int) -> Turn:
        """Say what comes at the end of a scene's bar number `bars`, counted from 1; moves on to the next entry."""
        if self.spec is None or not self.is_on or bars < self.spec.order[self.place][1]:
            return Turn.STAY
        if self.place + 1 < len(self.spec.order):
            self.place += 1
        elif self.spec.end == "loop":
            self.place = 0
        else:
            return Turn.END
        return Turn.NEXT
