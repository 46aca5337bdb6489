"""A piece of music as the school works with it: notes in one array, and the maps of tempo and metre they stand under.

Ticks are the engine's, 720,720 to the quarter note.

Pure.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from liveengine.music.time import TICKS_PER_BEAT, Metre

#: One note. `track` counts from 0, `channel` 0-15, `program` is General MIDI's, 0-127.
NOTE = np.dtype(
    [
        ("tick", np.int64),
        ("gate", np.int64),
        ("pitch", np.uint8),
        ("velocity", np.uint8),
        ("channel", np.uint8),
        ("program", np.uint8),
        ("track", np.uint16),
    ]
)

#: Notes by tick, then pitch: (notes,) of NOTE.
Notes: TypeAlias = NDArray[np.void]

#: General MIDI's drums, counted from 0.
DRUM_CHANNEL = 9

DEFAULT_BPM = 120.0


def notes_of(rows: list[tuple[int, int, int, int, int, int, int]]) -> Notes:
    """Return rows of (tick, gate, pitch, velocity, channel, program, track) as notes, sorted."""
    notes = np.array(rows, NOTE)
    return notes[np.lexsort((notes["track"], notes["pitch"], notes["tick"]))]


class Tempo(NamedTuple):
    """From `tick` on, `bpm` quarter notes a minute."""

    tick: int
    bpm: float


class Signature(NamedTuple):
    """From `tick` on, bars of `metre`."""

    tick: int
    metre: Metre


class Text(NamedTuple):
    """Words at a tick: a section, a chord, a key."""

    tick: int
    text: str


class BarLine(NamedTuple):
    """One bar: where it begins and ends, and its metre. A change of metre may cut it short."""

    tick: int
    end: int
    metre: Metre

    @property
    def whole(self) -> bool:
        """Whether it is as long as its metre says."""
        return self.end - self.tick == self.metre.bar_ticks


@dataclass(frozen=True, slots=True)
class Piece:
    """Notes with the tempo, metre and words they stand under.

    `tempos` and `signatures` rise and begin at tick 0. `track_names` are by number. `length` in ticks; no note
    begins there or later. `faults` counts what was repaired, by name.
    """

    name: str
    notes: Notes
    length: int
    tempos: tuple[Tempo, ...] = (Tempo(0, DEFAULT_BPM),)
    signatures: tuple[Signature, ...] = (Signature(0, Metre()),)
    keys: tuple[Text, ...] = ()
    chords: tuple[Text, ...] = ()
    sections: tuple[Text, ...] = ()
    track_names: tuple[str, ...] = ()
    faults: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for changes in (self.tempos, self.signatures):
            ticks = [change.tick for change in changes]
            if not ticks or ticks[0] != 0 or ticks != sorted(set(ticks)):
                raise ValueError(f"{self.name}: tempos and metres must begin at tick 0 and rise")
        if len(self.notes) and int(self.notes["tick"].max()) >= self.length:
            raise ValueError(f"{self.name}: a note stands at or after the end")

    def bpm_at(self, tick: int) -> float:
        """Return the tempo that holds at a tick."""
        return self.tempos[bisect_right(self.tempos, tick, key=lambda change: change.tick) - 1].bpm

    def seconds(self, ticks: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return when ticks sound, in seconds from the beginning."""
        at = np.array([change.tick for change in self.tempos])
        per_tick = np.array([60.0 / (change.bpm * TICKS_PER_BEAT) for change in self.tempos])
        begins = np.concatenate([[0.0], np.cumsum(np.diff(at) * per_tick[:-1])])
        of = np.searchsorted(at, ticks, side="right") - 1
        found: NDArray[np.float64] = begins[of] + (ticks - at[of]) * per_tick[of]
        return found

    def bars(self) -> Iterator[BarLine]:
        """Yield bars from tick 0 until `length` is covered, each beginning where the one before ends."""
        ends = [*(change.tick for change in self.signatures[1:]), max(self.length, self.signatures[-1].tick)]
        for (tick, metre), end in zip(self.signatures, ends, strict=True):
            last = end == ends[-1]
            while tick < end:
                over = tick + metre.bar_ticks
                yield BarLine(tick, over if last else min(over, end), metre)
                tick = over  # noqa: PLW2901

    @property
    def beats(self) -> float:
        """Its length in quarter notes."""
        return self.length / TICKS_PER_BEAT
