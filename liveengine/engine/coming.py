"""A patch that is to take over: what is made for it before the bar line, and what waits until the line is crossed.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from liveengine.engine.events import PatchLoaded
from liveengine.engine.launches import Launch
from liveengine.engine.orders import Order, ToSequencer
from liveengine.engine.panel import Turned
from liveengine.engine.spec import Patch
from liveengine.engine.track import Track
from liveengine.music.modulation import LFOS
from liveengine.sequencer import commands as do
from liveengine.sequencer import modulation


@dataclass(slots=True)
class Coming:
    """A patch whose bars are being made. `changed` are the tracks that do not simply play on."""

    loaded: PatchLoaded
    patch: Patch
    is_fresh: bool
    scene: int
    tracks: list[Track]
    changed: set[int]
    in_place: Launch
    anew: Launch
    as_of: object

    @property
    def is_ready(self) -> bool:
        """Whether every bar is there."""
        return not self.in_place.waiting and not self.anew.waiting


@dataclass(slots=True)
class Line:
    """The bar line ahead, at which a patch takes over: what is to be done once it is crossed."""

    lfo_groups: dict[int, int]  # by group, how many LFOs it had
    turned: dict[str, Turned] = field(default_factory=dict)


def at_line(order: Order) -> Order:
    """Put a command off to the next bar line."""
    return replace(order, quantum=do.NEXT_BAR) if isinstance(order, ToSequencer) else order


def let_go(groups: dict[int, int]) -> Iterable[Order]:
    """Let every LFO of the old tracks go."""
    for group, count in groups.items():
        for number in range(count):
            yield ToSequencer(do.DO_LFO, group * LFOS + number, do.NEXT_BAR, a=modulation.ON, b=0)
