"""Tap tempo: a few taps say how fast.

Pure.
"""

from __future__ import annotations

from liveengine.music.time import TEMPO_MAX_BPM, TEMPO_MIN_BPM

#: A pause longer than this begins a new count: a tap at the slowest tempo takes as long.
PAUSE_S = 60.0 / TEMPO_MIN_BPM

#: Taps that count; older ones are forgotten.
TAPS = 8


class Tap:
    """Counts taps."""

    def __init__(self) -> None:
        self._taps_s: list[float] = []

    def strike(self, at_s: float) -> float | None:
        """Take a tap at an instant; return the tempo in BPM that the taps agree on, None until there are two.

        The line of least squares through the taps is less shaken by one late finger than the mean of the gaps.
        """
        if self._taps_s and not 0.0 < at_s - self._taps_s[-1] <= PAUSE_S:
            self._taps_s = []
        self._taps_s = [*self._taps_s, at_s][-TAPS:]
        count = len(self._taps_s)
        if count < 2:
            return None
        middle, mean_s = (count - 1) / 2, sum(self._taps_s) / count
        rise = sum((k - middle) * (tap - mean_s) for k, tap in enumerate(self._taps_s))
        gap_s = rise / sum((k - middle) ** 2 for k in range(count))
        return min(max(60.0 / gap_s, TEMPO_MIN_BPM), TEMPO_MAX_BPM)
