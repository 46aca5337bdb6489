"""Where the bar lines lie, for metres that may change from bar to bar.

The compiled twin for the data plane is `sequencer/metre.py`.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

from liveengine.music.time import Metre


@dataclass(frozen=True, slots=True)
class Bars:
    """A cycle of metres, one a bar, round and round from bar number `first_bar` at song tick `first_tick`.

    It goes on before that place as it does after it.
    """

    metres: tuple[Metre, ...] = (Metre(),)
    first_bar: int = 0
    first_tick: int = 0

    def __post_init__(self) -> None:
        if not self.metres:
            raise ValueError("a cycle of metres needs one at least")

    @property
    def cycle_ticks(self) -> int:
        """Length of one cycle, in ticks."""
        return sum(metre.bar_ticks for metre in self.metres)

    def metre_of(self, bar: int) -> Metre:
        """Return the metre of a bar."""
        return self.metres[(bar - self.first_bar) % len(self.metres)]

    def line_of(self, bar: int) -> int:
        """Return the song tick at which a bar begins."""
        cycle, place = divmod(bar - self.first_bar, len(self.metres))
        return self.first_tick + cycle * self.cycle_ticks + sum(m.bar_ticks for m in self.metres[:place])

    def bar_at(self, tick: int) -> int:
        """Return the number of the bar that a song tick lies in.

        >>> Bars((Metre(4, 4), Metre(2, 4))).bar_at(5 * 720_720)
        1
        """
        cycle, place = divmod(tick - self.first_tick, self.cycle_ticks)
        ends = accumulate(metre.bar_ticks for metre in self.metres)
        return self.first_bar + cycle * len(self.metres) + sum(end <= place for end in ends)

    def cycle_of(self, bar: int) -> int:
        """Return the number of the bar with which the cycle begins that a bar lies in."""
        return bar - (bar - self.first_bar) % len(self.metres)
