"""Notes, and the bars they stand in.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from liveengine.music.condition import UNCONDITIONAL, Condition
from liveengine.music.target import Lock
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_SIXTEENTH

#: How far micro-timing may push or pull a note from its place on the grid: half a beat either way.
OFFSET_LIMIT = TICKS_PER_BEAT // 2

#: The most strikes that a note may be broken into, and the most locks that it may carry.
RATCHETS_MAX = 16
LOCKS_MAX = 8

#: The highest number of a die; each pitch has its own, and steps may share others.
DIE_MAX = 255

#: The shortest note, in ticks: 1 ms at 240 BPM. Shorter ones could not be told from a click.
GATE_MIN = TICKS_PER_BEAT // 240


@dataclass(frozen=True, slots=True, order=True)
class Ratchet:
    """A note struck `count` times in `span` ticks, evenly.

    A `slope` above 0 rises to full velocity, below 0 falls from it; at 1 the softest strike is all but silent.
    """

    count: int = 1
    span: int = TICKS_PER_SIXTEENTH
    slope: float = 0.0

    def __post_init__(self) -> None:
        if not 1 <= self.count <= RATCHETS_MAX:
            raise ValueError(f"a note is struck 1-{RATCHETS_MAX} times, not {self.count}")
        if self.span < self.count * GATE_MIN:
            raise ValueError(f"{self.count} strikes do not fit in {self.span} ticks")
        if not -1.0 <= self.slope <= 1.0:
            raise ValueError(f"slope {self.slope} is outside -1 … 1")


#: Struck once.
ONCE = Ratchet()


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """One note of a bar.

    `tick` is its place on the grid and says which bar owns it; it sounds at `tick + offset`. `gate` is how
    long it sounds. `probability` is the chance, in [0, 1], that it sounds when the bar comes round, and
    `condition` says in which rounds it may; notes of one tick with the same `die` share their luck (by
    default each pitch throws its own). A `ratchet` breaks it into strikes, `locks` turn parameters with it.
    """

    tick: int
    pitch: int
    velocity: int = 100
    gate: int = TICKS_PER_SIXTEENTH
    offset: int = 0
    probability: float = 1.0
    condition: Condition = UNCONDITIONAL
    ratchet: Ratchet = ONCE
    die: int = -1
    locks: tuple[Lock, ...] = ()

    def __post_init__(self) -> None:
        if self.tick < 0:
            raise ValueError(f"a note's tick cannot be negative: {self.tick} (use offset for a pickup)")
        if not 0 <= self.pitch <= 127:
            raise ValueError(f"pitch {self.pitch} is outside 0-127")
        if not 1 <= self.velocity <= 127:
            raise ValueError(f"velocity {self.velocity} is outside 1-127")
        if self.gate < GATE_MIN:
            raise ValueError(f"gate {self.gate} is shorter than {GATE_MIN} ticks")
        if abs(self.offset) > OFFSET_LIMIT:
            raise ValueError(f"offset {self.offset} is more than half a beat")
        if not 0.0 <= self.probability <= 1.0:
            raise ValueError(f"probability {self.probability} is outside 0-1")
        if not -1 <= self.die <= DIE_MAX:
            raise ValueError(f"die {self.die} is outside 0-{DIE_MAX}")
        if len(self.locks) > LOCKS_MAX:
            raise ValueError(f"a note carries {LOCKS_MAX} locks at most, not {len(self.locks)}")


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of music that a track loops: often one bar, sometimes several; `length` in ticks."""

    notes: tuple[Note, ...]
    length: int

    def __post_init__(self) -> None:
        if self.length <= 0:
            raise ValueError(f"a bar needs a length: {self.length}")
        for note in self.notes:
            if note.tick >= self.length:
                raise ValueError(f"note at tick {note.tick} stands outside a bar of {self.length} ticks")

    @classmethod
    def of(cls, notes: Iterable[Note], length: int) -> Bar:
        """Make a bar from notes in any order."""
        return cls(tuple(sorted(notes)), length)
