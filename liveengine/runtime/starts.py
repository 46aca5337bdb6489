"""Where patterns are counted from: read out of the data plane, told when it has changed.

Turning how a pattern is read moves its start, so that it goes on where it is.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from liveengine.engine.events import StartTold
from liveengine.sequencer.state import State


class Starts:
    """What was last seen of every player."""

    def __init__(self, state: State) -> None:
        self._players = state.players
        self._seen = state.players["start"].copy()

    def look(self) -> Iterator[StartTold]:
        """Return what has changed since the last look; what is written meanwhile, the next one finds."""
        now = self._players["start"].copy()
        changed = np.flatnonzero(now != self._seen)
        self._seen = now
        for place in changed:
            slot = int(self._players["slot"][place])
            if slot >= 0:
                yield StartTold(int(place) // 2, slot, int(now[place]))
