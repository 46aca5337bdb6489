"""LFOs and automation: what swings by itself, in which shape, how fast and how far.

An automation lane is an LFO whose shape is drawn and whose period is as long as the lane.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from liveengine.music.target import Target
from liveengine.music.time import TICKS_PER_BEAT

#: The shapes; the data plane knows them by their place here. `random` holds each throw for a period, `smooth` glides.
SHAPES = ("sine", "triangle", "up", "down", "square", "random", "smooth", "drawn")

#: So many LFOs has each track, and the set besides them.
LFOS = 8

#: The most points that a shape can be drawn with.
POINTS_MAX = 64

#: Free rates. Below the one a swing takes minutes; above the other MIDI controllers are steps, not a swing.
RATE_MIN_HZ = 0.01
RATE_MAX_HZ = 40.0

#: The shortest period, in ticks: a 64th note.
PERIOD_MIN = TICKS_PER_BEAT // 16

#: Rates that have a name. Source of the figure: the fundamental of the Earth's cavity (Schumann 1952).
NAMED_RATES_HZ = {"schumann": 7.83}


@dataclass(frozen=True, slots=True)
class Lfo:
    """One LFO, or one automation lane.

    `target` is what it turns on its track; None: its value is told to the control plane. `low` and `high` are the
    ends of what it turns. `depth` 0-1 is how much of that it covers, about `centre` 0-1; about where the target
    stands where `centre` is None. Locked to the song its `period` is in ticks; with `rate_hz` above 0 it is free of
    it. `phase` 0-1 is where it begins. A shape that is `drawn` goes through `points`, each a place 0-1 in the period
    and a height 0-1: in straight lines, or in steps where it is `stepped`. `with_pattern`: counted from where the
    track's pattern began rather than the song. `once`: one period from when it is switched on, and it stays at its end.
    """

    target: Target | None
    shape: str = "sine"
    period: int = 4 * TICKS_PER_BEAT
    rate_hz: float = 0.0
    depth: float = 1.0
    centre: float | None = None
    phase: float = 0.0
    low: float = 0.0
    high: float = 1.0
    points: tuple[tuple[float, float], ...] = ()
    stepped: bool = False
    with_pattern: bool = False
    once: bool = False

    def __post_init__(self) -> None:
        if self.shape not in SHAPES:
            raise ValueError(f'no shape "{self.shape}" ({", ".join(SHAPES)})')
        if self.period < PERIOD_MIN:
            raise ValueError(f"a period is {PERIOD_MIN} ticks at least, a 64th note, not {self.period}")
        if self.rate_hz != 0.0 and not RATE_MIN_HZ <= self.rate_hz <= RATE_MAX_HZ:
            raise ValueError(f"a free rate is {RATE_MIN_HZ:g}-{RATE_MAX_HZ:g} Hz, not {self.rate_hz:g}")
        for name in ("depth", "phase", "centre"):
            value = getattr(self, name)
            if value is not None and not 0.0 <= value <= 1.0:
                raise ValueError(f"{name} {value:g} is outside 0-1")
        if self.shape == "drawn" and not self.points:
            raise ValueError("a drawn shape needs points")
        self._check_points()

    def _check_points(self) -> None:
        if len(self.points) > POINTS_MAX:
            raise ValueError(f"a shape is drawn with {POINTS_MAX} points at most, not {len(self.points)}")
        places = [place for place, _ in self.points]
        if places != sorted(places):
            raise ValueError("points stand in the order of their places")
        for point in self.points:
            if not all(0.0 <= number <= 1.0 for number in point):
                raise ValueError(f"point {point} lies outside 0-1")
