"""What a collection of music tells of itself: its files, who made them, under which licence, and their split.

A split is decided for a *group*, whatever must not stand on both sides: a session, a composer, a piece. So no bar of
a performance is learnt from while another of it is tested with.

Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from liveengine.training.data.piece import Piece

SPLITS = ("train", "validation", "test")

#: Of a thousand groups so many go to validation, and so many to test, where a source has no reason for others.
VALIDATION_PER_MILLE, TEST_PER_MILLE = 100, 100


@dataclass(frozen=True, slots=True)
class Licence:
    """Under which licence a collection stands, and whom to name where weights trained on it go."""

    name: str
    attribution: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a collection. `path` is relative to its folder; `group` decides the split.

    `style` is one of the vocabulary's STYLES, or empty where none is told; `performer` whoever played or wrote it;
    `fill` whether it is one; `bpm` what the collection says of its tempo, 0 where it says nothing.
    """

    path: str
    group: str
    split: str
    style: str = ""
    performer: str = ""
    fill: bool = False
    bpm: float = 0.0
    title: str = ""
    tags: tuple[str, ...] = field(default=())


class Source(Protocol):
    """One collection."""

    name: str
    licence: Licence

    def entries(self, folder: Path) -> Iterator[Entry]:
        """Yield what the folder holds, in an order that is always the same. Raises ValueError, OSError."""
        ...

    def read(self, folder: Path, entry: Entry) -> Piece:
        """Return one piece. Raises ValueError for what cannot be used, OSError."""
        ...


def split_by_hash(group: str, collection: str) -> str:
    """Return the split of a group: the same for ever, whatever other groups there are.

    >>> {split_by_hash(str(number), "x") for number in range(100)} == set(SPLITS)
    True
    """
    draw = int.from_bytes(hashlib.sha256(f"{collection}\0{group}".encode()).digest()[:8], "big") % 1000
    if draw < VALIDATION_PER_MILLE:
        return "validation"
    return "test" if draw < VALIDATION_PER_MILLE + TEST_PER_MILLE else "train"
