"""What is asked for now and is to be done later: messages of OSC bundles, by their time tags (K6).

Pure: time is an argument, in seconds of the monotonic clock.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Iterator

from liveengine.engine.events import Asked, Event

#: So many may wait; what comes then is done at once.
WAITING_MAX = 1024


class Postponed:
    """Holds events until they are due. What is due at one instant comes in the order in which it was asked."""

    def __init__(self) -> None:
        self._waiting: list[tuple[float, int, Asked]] = []
        self._numbers = itertools.count()
        self.crowded = 0  # events that found no room

    def take(self, event: Event | None, now_s: float) -> bool:
        """Hold an event that is to be done later; say whether it is."""
        if not isinstance(event, Asked) or event.due_s <= now_s:
            return False
        if len(self._waiting) >= WAITING_MAX:
            self.crowded += 1
            return False
        heapq.heappush(self._waiting, (event.due_s, next(self._numbers), event))
        return True

    def next_s(self, now_s: float) -> float:
        """Return how long it is until the next is due; infinity where none waits."""
        return max(self._waiting[0][0] - now_s, 0.0) if self._waiting else math.inf

    def due(self, now_s: float) -> Iterator[Asked]:
        """Give back what is due by now, the earliest first."""
        while self._waiting and self._waiting[0][0] <= now_s:
            yield heapq.heappop(self._waiting)[2]
