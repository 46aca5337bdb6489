"""How many messages went through each port since the start: what the lights of a window are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liveengine.engine.display import activity_words
from liveengine.engine.events import TrafficTold
from liveengine.sequencer import outlet

#: Told this often at most.
TELL_S = 0.1


class Traffic:
    """Counts by port. `names` are those of the data plane's ports, from 1; port 0 is the instruments.

    One thread alone may use it.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._sent: dict[str, int] = {}
        self._came: dict[str, int] = {}
        self._due_s = 0.0
        self._news = False

    def send(self, records: NDArray[Any]) -> None:
        """Count what went out, from records of the data plane's log."""
        ports = records["port"][records["kind"] == outlet.SENT]
        for port, count in enumerate(np.bincount(ports).tolist() if ports.size else ()):
            if count:
                name = self._names[port - 1] if 1 <= port <= len(self._names) else "instruments"
                self._sent[name] = self._sent.get(name, 0) + count
                self._news = True

    def come(self, name: str) -> None:
        """Count a message that came in."""
        self._came[name] = self._came.get(name, 0) + 1
        self._news = True

    def told(self, now_s: float) -> TrafficTold | None:
        """Return what is to be told, where there is news and it is time."""
        if not self._news or now_s < self._due_s:
            return None
        self._news, self._due_s = False, now_s + TELL_S
        names = dict.fromkeys((*self._sent, *self._came))
        return TrafficTold(activity_words({name: (self._sent.get(name, 0), self._came.get(name, 0)) for name in names}))
