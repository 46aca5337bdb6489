"""Every collection by its name, what rows are made of it, and its pieces one after another.

Waits for the disk.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, Protocol

from liveengine.formats import disk
from liveengine.music.spelling import did_you_mean
from liveengine.training.data import grooves, phrases, progressions
from liveengine.training.data.cache import PieceCache
from liveengine.training.data.piece import Piece
from liveengine.training.data.shards import Field
from liveengine.training.data.source import Entry, Source
from liveengine.training.data.sources.billboard import Billboard
from liveengine.training.data.sources.freedoom import Freedoom
from liveengine.training.data.sources.gmd import GrooveMidi
from liveengine.training.data.sources.openewld import OpenEwld
from liveengine.training.data.sources.templates import Templates


class Rows(Protocol):
    """A file that makes rows of pieces: `grooves`, `phrases`, `progressions`."""

    FIELDS: tuple[Field, ...]

    def rows(self, piece: Piece, entry: Entry, number: int, performer: int) -> Iterator[dict[str, object]]:
        """Yield the rows of one piece. Raises ValueError for one that has none."""
        ...


class Collection(NamedTuple):
    """What is prepared under a name: where the pieces come from, and what rows are made of them."""

    source: Source
    rows: Rows


COLLECTIONS: dict[str, Collection] = {
    source.name: Collection(source, rows)
    for source, rows in (
        (GrooveMidi(), grooves),
        (Freedoom(), phrases),
        (OpenEwld(), phrases),
        (Billboard(), progressions),
        (Templates(), phrases),
    )
}

#: Collections whose pieces follow from more than their files, and are made anew each time.
UNKEPT = frozenset({Templates.name})

#: Where in a cache the parsed pieces are kept.
PIECES = "pieces"


def find(name: str) -> Collection:
    """Return a collection by its name. Raises ValueError, naming the nearest."""
    if name not in COLLECTIONS:
        raise ValueError(f'no collection called "{name}"{did_you_mean(name, COLLECTIONS)}')
    return COLLECTIONS[name]


def read(source: Source, folder: Path, entry: Entry, cache: PieceCache | None) -> Piece:
    """Return one piece, from the cache where it has it. Raises ValueError for what cannot be used, OSError."""
    if cache is None or source.name in UNKEPT:
        return source.read(folder, entry)
    place = folder / entry.path
    try:
        content = place.read_bytes()
    except OSError as error:
        raise disk.explained(error, place, "read") from error
    piece = cache.piece(source.name, content, lambda: source.read(folder, entry))
    return replace(piece, name=entry.path)  # kept, perhaps, under the name of a copy
