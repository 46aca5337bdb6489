"""A light and a rate for something that only counts up.

Pure: the time is an argument, in seconds of any steady clock.
"""

from __future__ import annotations

import math

#: How long a light stays on after a message, and over how long a rate is felt.
LIT_S = 0.15
_MEMORY_S = 1.0


class Meter:
    """One direction of one port."""

    def __init__(self) -> None:
        self._count = -1
        self._rate = 0.0
        self._heard_s = 0.0
        self._moved_s = -math.inf

    def hear(self, count: int, now_s: float) -> None:
        """Take in the count so far. The first is no news, and one that went back begins anew."""
        if 0 <= self._count < count:
            self._rate = self.rate(now_s) + (count - self._count) / _MEMORY_S
            self._heard_s = self._moved_s = now_s
        self._count = count

    def rate(self, now_s: float) -> float:
        """Return how many came a second, lately."""
        return self._rate * math.exp((self._heard_s - now_s) / _MEMORY_S)

    def is_lit(self, now_s: float) -> bool:
        """Say whether something came just now."""
        return now_s - self._moved_s < LIT_S


def counts(activity: str) -> dict[str, tuple[int, int]]:
    """Read `/port/activity`: messages out and in by port. What cannot be read is left out.

    >>> counts("synth=12/3")
    {'synth': (12, 3)}
    """
    found = {}
    for line in activity.splitlines():
        name, _, rest = line.rpartition("=")
        sent, _, came = rest.partition("/")
        if name and sent.isdecimal() and came.isdecimal():
            found[name] = int(sent), int(came)
    return found
