"""A long run of the jack driver beside full load: how many events of how many are off their exact sample."""

from __future__ import annotations

from dataclasses import replace

from timing.cases import measure_jack
from timing.rows import Row

#: Four tracks of sixteenths and a clock, at 120 BPM.
EVENTS_PER_S = 4 * 8 + 48


def seconds_for(events: int, minutes: float) -> float:
    """Return how long is played: so many minutes, and so many events at least."""
    return max(60.0 * minutes, events / EVENTS_PER_S)


def measure_long(events: int, minutes: float, loaded: bool = True) -> list[Row]:
    """Play for long by the jack driver; return rows of notes and of clock."""
    rows = measure_jack(loaded, seconds_for(events, minutes))
    return [replace(row, part=f"{row.part}, long") for row in rows]
