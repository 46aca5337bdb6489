"""Arpeggios: held keys played one by one, in an order.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from liveengine.music.note import GATE_MIN
from liveengine.music.time import TICKS_PER_SIXTEENTH

#: The orders; the data plane knows them by their place here. `played` is the order in which the keys were struck;
#: `golden` goes a golden turn round the keys each time: it leaps, and comes to all of them about equally often.
MODES = ("up", "down", "updown", "downup", "played", "random", "chord", "golden")

OCTAVES_MAX = 5

#: Shortest and longest step, in ticks.
STEP_MIN = 8 * GATE_MIN
STEP_MAX = 64 * TICKS_PER_SIXTEENTH

#: A note sounds this share of its step at least.
GATE_SHARE_MIN = 0.05


@dataclass(frozen=True, slots=True)
class Arpeggio:
    """How keys are played: a step each `rate` ticks, sounding for the share `gate` of it, over so many `octaves`.

    With `latch` a chord plays on when its keys are let go, until the next one is struck.
    """

    mode: str = "up"
    octaves: int = 1
    rate: int = TICKS_PER_SIXTEENTH
    gate: float = 0.8
    latch: bool = False

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise ValueError(f'no mode "{self.mode}" ({", ".join(MODES)})')
        if not 1 <= self.octaves <= OCTAVES_MAX:
            raise ValueError(f"an arpeggio goes over 1-{OCTAVES_MAX} octaves, not {self.octaves}")
        if not STEP_MIN <= self.rate <= STEP_MAX:
            raise ValueError(f"a step is {STEP_MIN}-{STEP_MAX} ticks, not {self.rate}")
        if not GATE_SHARE_MIN <= self.gate <= 1.0:
            raise ValueError(f"gate {self.gate} is outside {GATE_SHARE_MIN}-1")
