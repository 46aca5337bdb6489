"""Performances of drums as rows to train on: two bars of 4/4 each, the next beginning one bar later.

A performance that lasts one bar is played twice, as a looping pattern would be, and its row says `bars` 1. A last
bar with nothing but strokes on its first step is the closing stroke of the bar before, and no bar of its own.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from liveengine.generators import features
from liveengine.generators.codecs.grid import BAR_STEPS, STEP_TICKS, VOICES, Cells, placed
from liveengine.generators.codecs.vocabulary import STYLES
from liveengine.music.time import Metre
from liveengine.training.data.piece import DRUM_CHANNEL, Piece
from liveengine.training.data.shards import Field
from liveengine.training.data.source import Entry

WINDOW_BARS = 2
WINDOW_STEPS = WINDOW_BARS * BAR_STEPS
FOUR_FOUR = Metre(4, 4)

#: A longer performance is none: the longest of Groove MIDI has under 900 bars.
BARS_MAX = 10_000

#: A row of a shard. `velocity` 0-127, 0 where there is no hit; `offset` in ticks of a 720,720th of a beat.
FIELDS = (
    Field("velocity", "uint8", (WINDOW_STEPS, len(VOICES))),
    Field("offset", "int16", (WINDOW_STEPS, len(VOICES))),
    Field("features", "float32", (features.COUNT,)),
    Field("style", "int16", ()),
    Field("performer", "int16", ()),
    Field("piece", "int32", ()),
    Field("bar", "int32", ()),
    Field("bars", "uint8", ()),
    Field("tempo", "float32", ()),
    Field("fill", "bool", ()),
)

#: The style of what tells none.
NO_STYLE = -1


class Performance(NamedTuple):
    """A performance on the grid: (bars x 48, 9), what was merged in one cell, and what had no voice."""

    cells: Cells
    merged: int
    voiceless: int

    @property
    def bars(self) -> int:
        """How many bars it has."""
        return len(self.cells.velocity) // BAR_STEPS


def on_the_grid(piece: Piece) -> Performance:
    """Put a performance on the grid. Raises ValueError for one that is not in 4/4 throughout, or has no drums."""
    metres = {signature.metre for signature in piece.signatures}
    if metres != {FOUR_FOUR}:
        raise ValueError(f"{piece.name}: in {', '.join(map(str, sorted(metres, key=str)))}, not in 4/4")
    drums = piece.notes[piece.notes["channel"] == DRUM_CHANNEL]
    if not len(drums):
        raise ValueError(f"{piece.name}: no drums")
    last = (int(drums["tick"].max()) + STEP_TICKS // 2) // STEP_TICKS
    bars = last // BAR_STEPS + 1
    if bars > BARS_MAX:
        raise ValueError(f"{piece.name}: {bars} bars; no performance is as long")
    cells, merged, voiceless = placed(drums["tick"], drums["pitch"], drums["velocity"], bars * BAR_STEPS)
    if not cells.velocity.any():
        raise ValueError(f"{piece.name}: no drum of the kit")
    return Performance(_without_closing_stroke(cells), merged, voiceless)


def _without_closing_stroke(cells: Cells) -> Cells:
    if len(cells.velocity) > BAR_STEPS and not cells.velocity[-BAR_STEPS + 1 :].any():
        return Cells(cells.velocity[:-BAR_STEPS], cells.offset[:-BAR_STEPS])
    return cells


def windows(performance: Performance) -> Iterator[tuple[int, int, Cells, NDArray[np.float32]]]:
    """Yield every two bars: number of the first bar, how many bars are real (1 or 2), the cells, and the features."""
    cells, bars = performance.cells, performance.bars
    grid = cells.grid()
    shape = (bars, BAR_STEPS, len(VOICES))
    each = features.of_hits(grid.velocity.reshape(shape), grid.offset.reshape(shape))
    if bars == 1:
        yield 0, 1, Cells(np.tile(cells.velocity, (2, 1)), np.tile(cells.offset, (2, 1))), each[0]
    for bar in range(bars - 1):
        span = slice(bar * BAR_STEPS, bar * BAR_STEPS + WINDOW_STEPS)
        both = Cells(cells.velocity[span], cells.offset[span])
        if both.velocity.any():
            yield bar, WINDOW_BARS, both, each[bar : bar + WINDOW_BARS].mean(axis=0)


def rows(piece: Piece, entry: Entry, number: int, performer: int) -> Iterator[dict[str, object]]:
    """Yield the rows of one performance, as FIELDS says. Raises ValueError for one that cannot be used."""
    performance = on_the_grid(piece)
    style = STYLES.index(entry.style) if entry.style else NO_STYLE
    for bar, real, cells, numbers in windows(performance):
        yield {
            "velocity": cells.velocity,
            "offset": cells.offset,
            "features": numbers,
            "style": style,
            "performer": performer,
            "piece": number,
            "bar": bar,
            "bars": real,
            "tempo": entry.bpm or piece.bpm_at(bar * FOUR_FOUR.bar_ticks),
            "fill": entry.fill,
        }
