"""Parsed pieces, kept on disk: read once, found again by what the file says, not by what it is called.

A piece is kept under the hash of its file's bytes, its collection and the pipeline's number, packed, with a hash of
its own. What is damaged is thrown away and read anew. Any number of processes may share a folder: files come whole
or not at all, and only one at a time tidies up. Beyond `limit_bytes` the pieces that were not asked for the longest
go first.

Waits for the disk.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from liveengine.formats import disk
from liveengine.music.time import Metre
from liveengine.training.data import PIPELINE
from liveengine.training.data.piece import NOTE, Piece, Signature, Tempo, Text

LIMIT_BYTES = 2 << 30

#: Tidying goes on until so much of the limit is left in use, so that it is not needed again at once.
TIDIED_TO = 0.9

#: After so many new pieces the size is looked at.
LOOK_EVERY = 256

_MAGIC = b"LEPC"
_DIGEST_BYTES = 32
_LENGTH_BYTES = 4

#: Beyond any file that the parser takes: a piece that unpacks to more is damaged.
_UNPACKED_MAX_BYTES = 1 << 28


@dataclass(frozen=True, slots=True)
class Stats:
    """How many pieces are kept, how many bytes they take, and how often one was found, and not, by this process."""

    pieces: int
    bytes: int
    found: int
    missed: int


class PieceCache:
    """A folder of parsed pieces. Raises OSError where the disk refuses."""

    def __init__(self, folder: Path, limit_bytes: int = LIMIT_BYTES) -> None:
        self.folder = folder
        self.limit_bytes = limit_bytes
        self.found = self.missed = 0

    def piece(self, collection: str, content: bytes, read: Callable[[], Piece]) -> Piece:
        """Return the piece of a file's bytes: the one that is kept, or what `read` returns, which is then kept."""
        place = self._place(collection, content)
        kept = self._kept(place)
        if kept is not None:
            self.found += 1
            return kept
        self.missed += 1
        piece = read()
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise disk.explained(error, place.parent) from error
        disk.write_whole(place, packed(piece))
        if self.missed % LOOK_EVERY == 0:
            self.prune()
        return piece

    def _place(self, collection: str, content: bytes) -> Path:
        key = hashlib.sha256(f"{PIPELINE}\0{collection}\0".encode() + content).hexdigest()
        return self.folder / key[:2] / f"{key}.piece"

    def _kept(self, place: Path) -> Piece | None:
        try:
            data = place.read_bytes()
        except OSError:
            return None  # never kept, or tidied away by another process just now
        try:
            piece = unpacked(data)
        except ValueError:
            place.unlink(missing_ok=True)
            return None
        with contextlib.suppress(OSError):
            os.utime(place)  # asked for: it goes last
        return piece

    def _all(self) -> Iterator[tuple[float, int, Path]]:
        """Yield when each was last asked for, its bytes and its place."""
        for place in self.folder.glob("??/*.piece"):
            with contextlib.suppress(OSError):
                about = place.stat()
                yield about.st_mtime_ns, about.st_size, place

    def stats(self) -> Stats:
        """Count what is kept."""
        sizes = [size for _, size, _ in self._all()]
        return Stats(len(sizes), sum(sizes), self.found, self.missed)

    def prune(self, limit_bytes: int | None = None) -> int:
        """Throw away what was not asked for the longest until the rest is well below the limit; return how many.

        Does nothing while another process is at it.
        """
        limit = self.limit_bytes if limit_bytes is None else limit_bytes
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return 0
            kept = sorted(self._all())
            size = sum(each for _, each, _ in kept)
            if size <= limit:
                return 0
            gone = 0
            for _, each, place in kept:
                if size <= limit * TIDIED_TO:
                    break
                place.unlink(missing_ok=True)
                size -= each
                gone += 1
            return gone


def packed(piece: Piece) -> bytes:
    """Return a piece as bytes: a mark, a hash, and what it hashes."""
    head = json.dumps(
        {
            "name": piece.name,
            "length": piece.length,
            "tempos": piece.tempos,
            "signatures": [(each.tick, str(each.metre)) for each in piece.signatures],
            "keys": piece.keys,
            "chords": piece.chords,
            "sections": piece.sections,
            "track_names": piece.track_names,
            "faults": piece.faults,
        }
    ).encode()
    body = zlib.compress(len(head).to_bytes(_LENGTH_BYTES, "little") + head + piece.notes.tobytes(), 6)
    return _MAGIC + hashlib.sha256(body).digest() + body


def unpacked(data: bytes) -> Piece:
    """Return the piece of `packed` bytes. Raises ValueError for any others."""
    start = len(_MAGIC) + _DIGEST_BYTES
    if data[: len(_MAGIC)] != _MAGIC or hashlib.sha256(data[start:]).digest() != data[len(_MAGIC) : start]:
        raise ValueError("a damaged piece")
    unpacking = zlib.decompressobj()
    body = unpacking.decompress(data[start:], _UNPACKED_MAX_BYTES)
    size = int.from_bytes(body[:_LENGTH_BYTES], "little")
    head: dict[str, Any] = json.loads(body[_LENGTH_BYTES : _LENGTH_BYTES + size])
    keys, chords, sections = (tuple(Text(*each) for each in head[name]) for name in ("keys", "chords", "sections"))
    return Piece(
        head["name"],
        np.frombuffer(body[_LENGTH_BYTES + size :], NOTE),
        head["length"],
        tuple(Tempo(*each) for each in head["tempos"]),
        tuple(Signature(tick, Metre.parse(metre)) for tick, metre in head["signatures"]),
        keys,
        chords,
        sections,
        tuple(head["track_names"]),
        head["faults"],
    )
