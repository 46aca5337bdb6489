"""How a pattern is read: in what order, how fast, how it swings, and what becomes of its pitches and velocities.

The pattern stays as it was written; a reading can be turned while it plays.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from liveengine.music.time import TICKS_PER_SIXTEENTH

#: The orders in which a pattern's steps can be read; the data plane knows them by their place here.
DIRECTIONS = ("forward", "reverse", "pingpong", "random", "brownian")

#: Straight time, and how late the off-beat may come at most, as a share of two units.
STRAIGHT = 0.5
SWING_MAX = 0.75

#: The furthest that a note strays at a full humanise, in ticks (21 ms at 120 BPM) and in velocity.
STRAY_TICKS = TICKS_PER_SIXTEENTH // 6
STRAY_VELOCITY = 12

RATE_MAX = 16

#: Every pitch class: a scale that leaves pitches as they are.
CHROMATIC = (1 << 12) - 1


@dataclass(frozen=True, slots=True)
class Reading:
    """How one pattern is read.

    `direction` is one of DIRECTIONS, `rate` how much faster than written, exactly; `rotation` moves everything
    later by so many steps of `step` ticks, round the end; `length` in ticks cuts the pattern short, 0 leaves it.
    `swing` is where the off-beat of a pair of `swing_unit` falls: 0.5 is straight, 0.618 phi. `groove` names one of
    the data plane's groove templates, -1 none, followed in time and velocity by so much. `quantise` takes that share
    of the written micro-timing away. `humanise` 0-1 lets time and velocity stray. Pitches are moved by
    `transpose` semitones, then to the nearest in `scale` (a bit for each pitch class above `tonic`, 0-11). Velocities
    are bent by the exponent `velocity_curve` and spread over `velocity_low` … `velocity_high`.
    """

    direction: str = "forward"
    rate: Fraction = Fraction(1)
    rotation: int = 0
    length: int = 0
    step: int = TICKS_PER_SIXTEENTH
    swing: float = STRAIGHT
    swing_unit: int = TICKS_PER_SIXTEENTH
    humanise: float = 0.0
    groove: int = -1
    groove_timing: float = 1.0
    groove_velocity: float = 1.0
    quantise: float = 0.0
    transpose: int = 0
    scale: int = CHROMATIC
    tonic: int = 0
    velocity_low: int = 0
    velocity_high: int = 127
    velocity_curve: float = 1.0

    def __post_init__(self) -> None:
        if self.direction not in DIRECTIONS:
            raise ValueError(f'no direction "{self.direction}" ({", ".join(DIRECTIONS)})')
        if not Fraction(1, RATE_MAX) <= self.rate <= RATE_MAX or self.rate.denominator > RATE_MAX:
            raise ValueError(f"a rate is a fraction of small numbers from 1/{RATE_MAX} to {RATE_MAX}, not {self.rate}")
        if not STRAIGHT <= self.swing <= SWING_MAX:
            raise ValueError(f"swing {self.swing} is outside {STRAIGHT}-{SWING_MAX}")
        if not 0 < self.scale <= CHROMATIC:
            raise ValueError("a scale needs at least one of its twelve pitch classes")
        if self.step < 1 or self.swing_unit < 1 or self.length < 0:
            raise ValueError("step and swing unit are ticks above 0, length 0 or more")
        for name in ("humanise", "groove_timing", "groove_velocity", "quantise"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise ValueError(f"{name} {getattr(self, name)} is outside 0-1")


#: As written.
PLAIN_READING = Reading()
