"""What may be done to a piece before rows are made of it: notes moved to a grid, fewer voices, velocities on one scale.

Nothing is done unasked: a row then says what was played. What was done stands in the rows' index.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from liveengine.generators.codecs.grid import VELOCITY_MAX
from liveengine.music.note import GATE_MIN, Bar, Note
from liveengine.music.quantise import MODES, Quantise, quantised
from liveengine.music.spelling import did_you_mean
from liveengine.training.data.levels import Levels
from liveengine.training.data.piece import DRUM_CHANNEL, Notes, Piece
from liveengine.training.data.reduction import reduced


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """What is to be done, in this order, to what each track plays on a channel with a program.

    `quantise` is a mode of `music.quantise`, to sixteenths; `voices` how many notes may sound at once, drums aside;
    `even` says whether every part gets the same middle and spread of velocities. Empty, 0 and False: as it is.
    """

    quantise: str = ""
    voices: int = 0
    even: bool = False

    def __post_init__(self) -> None:
        if self.quantise and self.quantise not in MODES:
            raise ValueError(f'no way to quantise is called "{self.quantise}"{did_you_mean(self.quantise, MODES)}')
        if self.voices and self.voices < 2:
            raise ValueError(f"bass and melody are two voices; {self.voices} are too few")

    def of(self, piece: Piece) -> Piece:
        """Return a piece so made. Raises ValueError where its bars have no such grid."""
        if self == AS_IT_IS or not len(piece.notes):
            return piece
        notes = np.concatenate([self._part(part, piece) for part in _parts(piece.notes)])
        return replace(piece, notes=notes[np.lexsort((notes["track"], notes["pitch"], notes["tick"]))])

    def _part(self, notes: Notes, piece: Piece) -> Notes:
        if self.quantise:
            bar_ticks = piece.signatures[0].metre.bar_ticks
            notes = _quantised(notes, piece.length, Quantise(mode=self.quantise), bar_ticks)
        if self.voices and notes["channel"][0] != DRUM_CHANNEL:
            notes = reduced(notes, self.voices)
        return _evened(notes) if self.even else notes


AS_IT_IS = Preprocessing()


def _parts(notes: Notes) -> Iterator[Notes]:
    """Yield what each track plays on a channel with a program."""
    keys = notes[["track", "channel", "program"]]
    for key in np.unique(keys):
        yield notes[keys == key].copy()


def _quantised(notes: Notes, length: int, how: Quantise, round_ticks: int) -> Notes:
    played = (Note(int(n["tick"]), int(n["pitch"]), int(n["velocity"]), max(int(n["gate"]), GATE_MIN)) for n in notes)
    moved = quantised(Bar.of(played, length), how, round_ticks).notes
    found = np.resize(notes, len(moved))  # track, channel and program are the same for all
    for name, values in (
        ("tick", [(note.tick + note.offset) % length for note in moved]),
        ("gate", [note.gate for note in moved]),
        ("pitch", [note.pitch for note in moved]),
        ("velocity", [note.velocity for note in moved]),
    ):
        found[name] = values
    return found[np.lexsort((found["pitch"], found["tick"]))]


def _evened(notes: Notes) -> Notes:
    levels = Levels.of(notes["velocity"]).normalised(notes["velocity"])
    notes["velocity"] = np.clip(np.rint(levels * VELOCITY_MAX), 1, VELOCITY_MAX)
    return notes
