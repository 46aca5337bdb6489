"""The offline driver: a virtual clock, turned by whoever holds it.

For files, for tests, and for rendering a set many times faster than real time.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from liveengine.instruments.play import play
from liveengine.instruments.rack import make_rack
from liveengine.sequencer.lanes import deliver
from liveengine.sequencer.render import begin, render
from liveengine.sequencer.state import State
from liveengine.sequencer.timeline import when_at


class OfflineDriver:
    """Turns the crank by frames that pass when `turn` says so, from frame 0; with sound, or notes alone."""

    name = "offline"

    def __init__(self, state: State, with_sound: bool = True) -> None:
        self.state = state
        self.rate = float(state.transport[0]["rate"])
        self.rack = make_rack(self.rate) if with_sound else None
        begin(state, 0)

    def now(self) -> int:
        """Return the first frame that is not rendered yet."""
        return int(self.state.transport[0]["until"])

    def frames_until(self, song_tick: int) -> int:
        """Return how many frames it is to a song tick at the present tempo; 0 when it has passed."""
        transport = self.state.transport[0]
        return max(0, when_at(transport, int(transport["song_origin"]) + song_tick) - self.now())

    def turn(self, frames: int) -> tuple[NDArray[Any], NDArray[np.float32]]:
        """Let `frames` pass; return the events (dtype EVENT) and the sound, float32 (frames, 2)."""
        start = self.now()
        parts = []
        left = np.zeros(frames, np.float32)
        right = np.zeros(frames, np.float32)
        while self.now() < start + frames:
            begin_ = self.now() - start
            render(self.state, start + begin_, start + frames)
            end = self.now() - start
            count = deliver(self.state, start + end)
            events = self.state.due[:count].copy()
            if self.rack is not None:
                play(
                    self.rack,
                    events,
                    count,
                    start + begin_,
                    left[begin_:end],
                    right[begin_:end],
                    end - begin_,
                )
            parts.append(events)
        return np.concatenate(parts) if parts else self.state.due[:0].copy(), np.stack((left, right), axis=1)
