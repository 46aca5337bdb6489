"""What a measurement found, held against named targets.

Pure.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

#: What a stage can live with: players rate a steady 10 ms like none, a wavering of 3 ms as worse (Jack et al. 2018).
ROUND_TRIP_MS = 10.0
JITTER_MS = 3.0


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that was asked for: at most `limit`, in the unit that its name says."""

    name: str
    limit: float
    measured: float
    words: str  # how it is told where it is missed

    @property
    def met(self) -> bool:
        """Whether it was kept."""
        return self.measured <= self.limit


@dataclass(frozen=True, slots=True)
class Round:
    """What was sent and what came back. `delays` are in units of a clock of `rate_hz`, in the order of sending.

    What came back more than once is `doubled`; what came and was not ours is `foreign`. `stalls` says how often the
    machine or its sound server stood still meanwhile.
    """

    sent: int
    rate_hz: float
    delays: tuple[float, ...]
    doubled: int = 0
    foreign: int = 0
    stalls: int = 0


def pair(sent: Sequence[tuple[int, int]], came: Sequence[tuple[int, int]], rate_hz: float, stalls: int = 0) -> Round:
    """Find for each note that was sent the first that came back of it. Both are (pitch, instant), in order of instants.

    A note is the latest of its pitch that was sent before it came: none may take longer than a pitch takes to return.
    """
    places: dict[int, list[int]] = {}
    for number, (pitch, _) in enumerate(sent):
        places.setdefault(pitch, []).append(number)
    delays: dict[int, int] = {}
    doubled = foreign = 0
    for pitch, at in came:
        numbers = places.get(pitch, [])
        before = bisect_right(numbers, at, key=lambda number: sent[number][1])
        if before == 0:
            foreign += 1
        elif numbers[before - 1] in delays:
            doubled += 1
        else:
            delays[numbers[before - 1]] = at - sent[numbers[before - 1]][1]
    in_order = tuple(float(delays[number]) for number in sorted(delays))
    return Round(len(sent), rate_hz, in_order, doubled, foreign, stalls)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was measured of the round trip from one port to another. Times are of the whole round, in µs.

    `kind` is what was sent: notes or clicks. `reported_us` is how late the system says that each of the ports is,
    out and in; None where it says nothing. The other counts are a Round's.
    """

    kind: str
    out: str
    back: str
    rate_hz: float
    sent: int
    doubled: int
    foreign: int
    stalls: int
    reported_us: tuple[float, float] | None
    delays_us: tuple[float, ...] = field(repr=False)

    @property
    def received(self) -> int:
        """How many came back."""
        return len(self.delays_us)

    @property
    def in_frames(self) -> bool:
        """Whether the clock that they were measured by counts samples."""
        return self.rate_hz < 1e6

    @property
    def is_ours(self) -> bool:
        """Whether it went to a port of our own, which is nothing to wait for."""
        return self.out.startswith("liveengine")

    @property
    def median_us(self) -> float:
        """The round trip."""
        return self.percentile_us(50)

    @property
    def jitter_us(self) -> float:
        """From the 1st to the 99th percentile."""
        return self.percentile_us(99) - self.percentile_us(1)

    @property
    def worst_us(self) -> float:
        """How far the furthest is from the median."""
        return float(np.abs(self._away_us()).max())

    @property
    def latency_ms(self) -> float:
        """The way out's part of the round trip: what is reported of it, and half of what nothing reports."""
        out_us, back_us = self.reported_us or (0.0, 0.0)
        return max(0.0, out_us + (self.median_us - out_us - back_us) / 2.0) / 1000.0

    @property
    def targets(self) -> tuple[Target, ...]:
        """Everything that was asked for, met or not."""
        lost, round_ms, jitter_ms = self.sent - self.received, self.median_us / 1000.0, self.jitter_us / 1000.0
        return (
            Target("lost", 0.0, lost, f"{lost} of {self.sent} {self.kind} did not come back"),
            Target("doubled", 0.0, self.doubled, f"{self.doubled} {self.kind} came back twice: is there a second way?"),
            Target("round_trip_ms", ROUND_TRIP_MS, round_ms, f"the round trip takes {round_ms:.2f} ms"),
            Target("jitter_ms", JITTER_MS, jitter_ms, f"it wavers by {jitter_ms:.2f} ms"),
        )

    @property
    def problems(self) -> list[str]:
        """Name every target that was missed."""
        return [target.words for target in self.targets if not target.met]

    def percentile_us(self, share: float) -> float:
        """Return the delay that `share` of a hundred do not exceed."""
        return float(np.percentile(self.delays_us, share))

    def frames(self, us: float) -> float:
        """Return a time in samples of the clock that measured it."""
        return us * self.rate_hz / 1e6

    def histogram(self, bins: int = 11) -> tuple[list[int], list[float]]:
        """Return how many delays lie in each of `bins` equal steps around the median, and the steps' edges in µs.

        No step is narrower than a sample, or than a µs where no samples were counted.
        """
        finest_us = 1e6 / self.rate_hz if self.in_frames else 1.0
        reach = max(self.worst_us, bins / 2 * finest_us)
        counts, edges = np.histogram(self._away_us(), bins, (-reach, reach))
        return counts.tolist(), edges.tolist()

    def _away_us(self) -> NDArray[np.float64]:
        return np.array(self.delays_us) - self.median_us


def judge(kind: str, out: str, back: str, found: Round, reported_us: tuple[float, float] | None = None) -> Verdict:
    """Return what a round is worth. Raises OSError where nothing came back."""
    if not found.delays:
        raise OSError(f"nothing came back from {out} to {back}: is the cable in?")
    delays_us = tuple(delay * 1e6 / found.rate_hz for delay in found.delays)
    counts = found.sent, found.doubled, found.foreign, found.stalls
    return Verdict(kind, out, back, found.rate_hz, *counts, reported_us, delays_us)
