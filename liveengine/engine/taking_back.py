"""Taking back what was launched and has not begun (L1): whatever plays goes on, with all that it had.

The data plane decides whether it was in time, and tells; what still waits for its bars has not come to it yet.

Pure: no clock, no thread, no I/O. One thread calls it.
"""

from __future__ import annotations

from collections.abc import Iterator

from liveengine.engine.launches import Launch
from liveengine.engine.launching import Launching
from liveengine.engine.orders import Order, ToSequencer
from liveengine.engine.track import Track
from liveengine.sequencer import commands as do


class TakingBack(Launching):
    """Launches that are taken back."""

    def _take_all_back(self) -> Iterator[Order]:
        """Take back every launch, the scene's among them, and the metres that were to come with it."""
        if self.metre.changes:
            yield ToSequencer(do.DO_CANCEL, -1)  # First: what is asked for again is asked for in the metres that stay.
        else:
            self.metre.take_back()
        for track in self.tracks:
            yield from self._take_track_back(track)
        scene = self.unfolding.take_back(self.bar)
        if scene >= 0:
            self.scene = scene
            yield from self._report_scene()

    def _take_track_back(self, track: Track) -> Iterator[Order]:
        """Take back what a player launched; a fresh proposal of what plays comes all the same."""
        track.gives_up = track.awaits(self.beat_tick)
        if track.gives_up and track.number in self.launches.waiting:
            yield from self._go(self.launches.without([track.number]))
            yield from self._go_on(track)
        elif track.gives_up or track.fill_bar > self.bar:
            yield ToSequencer(do.DO_CANCEL, track.number)

    def _taken_back(self, number: int, slot: int) -> Iterator[Order]:
        """Take note that the data plane has taken back a launch of `slot`; on track -1: so many metres."""
        if number < 0:
            if slot > 0:
                self.metre.take_back()
            return
        if number >= len(self.tracks):
            return  # The patch that plays now has no such track.
        track = self.tracks[number]
        yield from self._report_changes(self.display.take_back(number, slot))
        if slot == track.fill_slot >= 0 and track.home is not None:
            track.fill_slot, track.fill_bar = -1, -1
            yield from self._launch_bar(track, track.home, Launch(do.NEXT_BAR, legato=True))
        elif track.gives_up:
            yield from self._go_on(track)

    def _go_on(self, track: Track) -> Iterator[Order]:
        if track.take_back():
            yield from self._report_track(track)
            if track.is_last_time_round(self.bar):
                yield from self._ask_again(track)  # It had made room for what was taken back.
