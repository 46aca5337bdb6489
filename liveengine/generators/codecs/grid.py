"""The drum grid: a bar of drums as hits, velocities and offsets on twelve steps a beat, and back.

Twelve steps a beat hold straight sixteenths and triplets alike. A hit stands on the nearest step of its voice and
keeps what it is away from it, so a bar comes back with every onset on its exact tick. Of two hits in one cell the
louder stays. Bars loop: a hit half a step or less before the bar's end is the next turn's downbeat, played early.

Pure. Source of the nine classes: Gillick, Roberts, Engel, Eck & Bamman, "Learning to Groove with Inverse Sequence
Transformations", ICML 2019.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from liveengine.music.note import Bar, Note
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_SIXTEENTH

STEPS_PER_BEAT = 12
STEP_TICKS = TICKS_PER_BEAT // STEPS_PER_BEAT
assert STEP_TICKS * STEPS_PER_BEAT == TICKS_PER_BEAT and STEP_TICKS % 2 == 0

#: Steps of one bar of 4/4.
BAR_STEPS = 4 * STEPS_PER_BEAT

VELOCITY_MAX = 127

#: How long a drum is held; it rings as long as it likes.
GATE = TICKS_PER_SIXTEENTH // 2


@dataclass(frozen=True, slots=True)
class Voice:
    """One row of the grid: the note it is played with, and every other note that is heard as the same drum.

    The first of `others` are Roland's, of Groove MIDI (rims, edges of the hi-hat); those after them are General
    MIDI's, so that any kit finds its place.
    """

    name: str
    note: int
    others: tuple[int, ...] = ()


#: The nine voices, in the grid's order.
VOICES = (
    Voice("kick", 36, (35,)),
    Voice("snare", 38, (40, 37, 39)),
    Voice("closed hat", 42, (22, 44)),
    Voice("open hat", 46, (26,)),
    Voice("low tom", 43, (58, 41)),
    Voice("mid tom", 47, (45,)),
    Voice("high tom", 50, (48,)),
    Voice("crash", 49, (52, 55, 57)),
    Voice("ride", 51, (53, 59)),
)
NAMES = tuple(voice.name for voice in VOICES)

#: The voice of every note that has one.
VOICE_OF = {note: row for row, voice in enumerate(VOICES) for note in (voice.note, *voice.others)}
assert len(VOICE_OF) == sum(1 + len(voice.others) for voice in VOICES)  # no note is two drums

#: The same as an array over all 128 notes, -1 where there is no voice.
VOICE_TABLE: NDArray[np.int8] = np.array([VOICE_OF.get(note, -1) for note in range(128)], np.int8)

Hits: TypeAlias = NDArray[np.bool_]
Floats: TypeAlias = NDArray[np.float32]


class Cells(NamedTuple):
    """A grid as it is stored: velocity 0-127 (0: no hit) and offset in ticks, both (steps, 9), exact in two bytes."""

    velocity: NDArray[np.uint8]
    offset: NDArray[np.int16]

    def grid(self) -> Grid:
        """Return the same as a Grid."""
        return Grid(
            self.velocity > 0,
            (self.velocity / np.float32(VELOCITY_MAX)).astype(np.float32),
            (self.offset / np.float32(STEP_TICKS)).astype(np.float32),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Drums on a grid; three arrays of (steps, 9), in the order of VOICES.

    `hits` is bool; `velocity` is float32 in 0-1 (a 127th each), `offset` float32 in [-0.5, 0.5) steps, above 0 late;
    both are 0 where nothing is hit.
    """

    hits: Hits
    velocity: Floats
    offset: Floats

    def __post_init__(self) -> None:
        shape = (len(self.hits), len(VOICES))
        if not self.hits.shape == self.velocity.shape == self.offset.shape == shape:
            raise ValueError(f"a grid's arrays are (steps, {len(VOICES)}), not {self.hits.shape}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Grid) and all(
            np.array_equal(getattr(self, name), getattr(other, name)) for name in ("hits", "velocity", "offset")
        )

    __hash__ = None  # type: ignore[assignment]

    @property
    def steps(self) -> int:
        """How many steps it has."""
        return len(self.hits)

    def cells(self) -> Cells:
        """Return what is stored of it: velocities and offsets rounded to a 127th and a tick, silence cleared."""
        velocity = np.clip(np.rint(self.velocity * VELOCITY_MAX), 1, VELOCITY_MAX)
        half = STEP_TICKS // 2
        offset = np.clip(np.rint(self.offset.astype(np.float64) * STEP_TICKS), -half, half - 1)
        return Cells(np.where(self.hits, velocity, 0).astype(np.uint8), np.where(self.hits, offset, 0).astype(np.int16))

    def bar(self) -> Bar:
        """Return the bar: a note a hit, on its step's tick, with its offset."""
        velocity, offset = self.cells()
        notes = (
            Note(
                tick=int(step) * STEP_TICKS,
                pitch=VOICES[row].note,
                velocity=int(velocity[step, row]),
                gate=GATE,
                offset=int(offset[step, row]),
            )
            for step, row in np.argwhere(self.hits)
        )
        return Bar.of(notes, self.steps * STEP_TICKS)


class Encoded(NamedTuple):
    """A bar on the grid, how many hits gave way to a louder one in their cell, and how many had no voice."""

    grid: Grid
    merged: int
    voiceless: int


def encode(bar: Bar) -> Encoded:
    """Put a bar on the grid.

    Raises ValueError for a bar whose length is not a whole number of steps.
    """
    if bar.length % STEP_TICKS:
        raise ValueError(f"a bar of {bar.length} ticks is not a whole number of steps ({STEPS_PER_BEAT} a beat)")
    steps = bar.length // STEP_TICKS
    struck = [(note.tick + note.offset, note.pitch, note.velocity) for note in bar.notes]
    ticks, pitches, velocities = np.array(struck, np.int64).reshape(-1, 3).T
    cells, merged, voiceless = placed(ticks, pitches, velocities, steps, round_the_end=True)
    return Encoded(cells.grid(), merged, voiceless)


class Placed(NamedTuple):
    """What `placed` returns: the cells, how many hits were merged, how many had no voice."""

    cells: Cells
    merged: int
    voiceless: int


def placed(
    ticks: NDArray[np.int64],
    pitches: NDArray[np.integer],
    velocities: NDArray[np.integer],
    steps: int,
    round_the_end: bool = False,
) -> Placed:
    """Put hits at ticks (from the first step's) on `steps` steps; what falls outside is left out or goes round.

    Offsets lie in [-30030, 30030) ticks. Of two hits in a cell the louder stays, of two as loud the nearer to the
    step, then the later.
    """
    step = (ticks + STEP_TICKS // 2) // STEP_TICKS
    offset = ticks - step * STEP_TICKS
    row = VOICE_TABLE[pitches]
    has_voice = row >= 0
    step = step % steps if round_the_end else step
    inside = has_voice & (step >= 0) & (step < steps)
    step, offset, row, velocity = step[inside], offset[inside], row[inside], velocities[inside]
    # Written softest first, so that the loudest of a cell is written last.
    order = np.lexsort((offset, -np.abs(offset), velocity))
    cells = Cells(np.zeros((steps, len(VOICES)), np.uint8), np.zeros((steps, len(VOICES)), np.int16))
    for at, of, how, late in zip(step[order], row[order], velocity[order], offset[order], strict=True):
        cells.velocity[at, of], cells.offset[at, of] = how, late
    merged = len(step) - int(np.count_nonzero(cells.velocity))
    return Placed(cells, merged, int(np.count_nonzero(~has_voice)))


def joined(grids: Iterable[Grid]) -> Grid:
    """Play grids one after another."""
    parts = tuple(grids)
    return Grid(
        np.concatenate([grid.hits for grid in parts]),
        np.concatenate([grid.velocity for grid in parts]),
        np.concatenate([grid.offset for grid in parts]),
    )
