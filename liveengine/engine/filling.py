"""Fills that steps wait for (L3): while a player holds one, or for the next bar.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from liveengine.engine.orders import ToSequencer
from liveengine.sequencer.commands import DO_FILL, NEXT_BAR


class Filling:
    """Whether steps that wait for a fill may sound; `held` is the player's, a bar's fill comes and goes besides."""

    def __init__(self) -> None:
        self.held = False
        self._bar: int | None = None  # song bar of the fill that was asked for

    def hold(self, held: bool, bar: int) -> Iterator[ToSequencer]:
        """Hold a fill or let it go, in song bar `bar`."""
        self.held = held
        yield ToSequencer(DO_FILL, a=int(held or self._bar == bar))

    def ask(self, bar: int) -> Iterator[ToSequencer]:
        """Let song bar `bar`, the next, be a fill."""
        self._bar = bar
        yield ToSequencer(DO_FILL, quantum=NEXT_BAR, a=1)

    def bar_began(self, bar: int) -> Iterator[ToSequencer]:
        """In the fill's bar let the next bar line end it; after it, or a stop, let the player alone decide."""
        if self._bar is None or bar < self._bar:
            return
        is_over = bar > self._bar
        if is_over:
            self._bar = None
        yield ToSequencer(DO_FILL, quantum=0 if is_over else NEXT_BAR, a=int(self.held))

    def transport_moved(self) -> None:
        """Let a fill that was under way end with the next bar, whatever its number."""
        if self._bar is not None:
            self._bar = -1
