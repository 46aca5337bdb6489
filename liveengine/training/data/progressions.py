"""Chords of songs as rows: each stretch of whole bars in one metre, with sections and the tonic.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from liveengine.training.data import origin
from liveengine.training.data.harmony_rows import CHORDS_A_BAR, chords_of, key_at, sections_of, stretches
from liveengine.training.data.piece import Piece
from liveengine.training.data.shards import VARIES, Field
from liveengine.training.data.source import Entry

#: A row of a shard of progressions: whole songs, or stretches of them in one metre.
FIELDS = (
    Field("chords", "int8", (VARIES, CHORDS_A_BAR, 3)),
    Field("section", "int8", (VARIES,)),
    *origin.FIELDS,
)


def rows(piece: Piece, entry: Entry, number: int, performer: int) -> Iterator[dict[str, object]]:
    """Yield the rows of one piece, as FIELDS says. Raises ValueError for one without chords."""
    if not piece.chords:
        raise ValueError(f"{piece.name}: no chords")
    for first, metre, run in stretches(list(piece.bars())):
        key = key_at(piece, run[0].tick)
        yield {
            "chords": chords_of(piece, run),
            "section": sections_of(piece, run),
            **origin.told(key, metre, entry, performer, number, first, piece.bpm_at(run[0].tick)),
        }
