"""Ticks, beats and the driver's clock.

Music counts in integer ticks; the world counts in nanoseconds or audio
frames. A Timeline is the only bridge between the two.

Pure.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

#: Ticks in a quarter note: the least common multiple of 1…16, so that every subdivision up to 16 is exact.
TICKS_PER_BEAT = math.lcm(*range(1, 17))
assert TICKS_PER_BEAT == 720_720

#: MIDI clock: 24 pulses a quarter note.
PULSES_PER_BEAT = 24
TICKS_PER_PULSE = TICKS_PER_BEAT // PULSES_PER_BEAT

#: Song position counts sixteenths.
TICKS_PER_SIXTEENTH = TICKS_PER_BEAT // 4

NS_PER_SECOND = 1_000_000_000

TEMPO_MIN_BPM = 20.0
TEMPO_MAX_BPM = 400.0


@dataclass(frozen=True, slots=True)
class Metre:
    """A time signature: `beats` of a `unit`-th note to the bar."""

    beats: int = 4
    unit: int = 4

    def __post_init__(self) -> None:
        if not 1 <= self.beats <= 32 or self.unit not in (1, 2, 4, 8, 16):
            raise ValueError(f"no such metre: {self.beats}/{self.unit} (beats 1-32, unit 1, 2, 4, 8 or 16)")

    @property
    def bar_ticks(self) -> int:
        """Length of one bar, in ticks."""
        return self.beats * self.beat_ticks

    @property
    def beat_ticks(self) -> int:
        """Length of a beat as the metre counts it, in ticks: of an eighth in 7/8."""
        return TICKS_PER_BEAT * 4 // self.unit

    @classmethod
    def parse(cls, text: str) -> Metre:
        """Read '7/8'. Raises ValueError for anything else."""
        match = re.fullmatch(r"\s*(\d+)\s*/\s*(\d+)\s*", text)
        if not match:
            raise ValueError(f"not a metre: {text!r} (write it like '4/4' or '7/8')")
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.beats}/{self.unit}"


def units_per_tick(tempo_bpm: float, rate: float) -> float:
    """Length of a tick in the driver's clock, which runs at `rate` units a second.

    >>> round(units_per_tick(120, NS_PER_SECOND), 3)
    693.751
    """
    return rate * 60.0 / (tempo_bpm * TICKS_PER_BEAT)


@dataclass(frozen=True, slots=True)
class Timeline:
    """A steady tempo through one tick at one instant of a clock with `rate` units a second."""

    tempo_bpm: float
    tick_origin: int = 0
    when_origin: float = 0.0
    rate: float = NS_PER_SECOND

    def when_at(self, tick: int) -> int:
        """Return the instant of `tick`, to the nearest unit."""
        return math.floor(
            self.when_origin + (tick - self.tick_origin) * units_per_tick(self.tempo_bpm, self.rate) + 0.5
        )

    def tick_at(self, when: int) -> int:
        """Return the first tick whose instant is not before `when`."""
        tick = self.tick_origin + math.floor((when - self.when_origin) / units_per_tick(self.tempo_bpm, self.rate))
        while self.when_at(tick) >= when:
            tick -= 1
        while self.when_at(tick) < when:
            tick += 1
        return tick

    def with_tempo(self, tempo_bpm: float, tick: int) -> Timeline:
        """Change tempo from `tick` on; the instant of that tick does not move."""
        when = self.when_origin + (tick - self.tick_origin) * units_per_tick(self.tempo_bpm, self.rate)
        return Timeline(tempo_bpm, tick, when, self.rate)
