"""The metres: those that are in force, and those that were ordered and still wait for their bar line.

Pure.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from liveengine.engine.orders import ToSequencer
from liveengine.music.bars import Bars
from liveengine.music.time import Metre
from liveengine.sequencer.commands import DO_METRE


class MetreBook:
    """`bars` tells where the lines lie now; `wanted` are the metres that were asked for last."""

    def __init__(self, metres: tuple[Metre, ...]) -> None:
        self.bars = Bars(metres)
        self.wanted = metres
        self._ordered: deque[tuple[Metre, ...]] = deque()

    def order(self, metres: tuple[Metre, ...], quantum: int = 0) -> Iterator[ToSequencer]:
        """Let metres begin at the next quantum, which is a bar line then."""
        self._ordered.append(metres)
        for number, metre in enumerate(metres):
            later = float(number > 0)
            yield ToSequencer(DO_METRE, quantum=quantum, a=metre.bar_ticks, b=metre.beat_ticks, x=later)

    def begin(self, bar: int, tick: int) -> None:
        """Take note that the metres that were ordered first are in force."""
        if self._ordered:
            self.bars = Bars(self._ordered.popleft(), bar, tick)

    def take_back(self) -> None:
        """Take note that nothing comes of what was ordered and is not in force."""
        self._ordered.clear()
        self.wanted = self.bars.metres

    def from_the_top(self) -> None:
        """Take note that the song begins anew, and the cycle of metres with it."""
        self.bars = Bars(self.bars.metres)

    @property
    def changes(self) -> bool:
        """Whether other metres are on their way."""
        return bool(self._ordered)

    @property
    def goes_round(self) -> bool:
        """Whether patterns keep in step with a cycle of several metres: with the one in force, not one to come."""
        return len(self.bars.metres) > 1 and not self.changes
