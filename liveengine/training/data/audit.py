"""What a collection holds, and whether it can be trusted: `liveengine data audit NAME --from DIR`.

Lengths, metres, tempos, roles and performers; what had to be repaired or refused; pieces that are there twice; and
what would let a model be tested with what it has learnt: groups in more than one split, and two-bar windows of the
smaller splits, a part at a time and on sixteenths, that stand in the training data to the hit. Some repetition is
music (a rock beat is a rock beat), so the share is told beside the same share between halves of the training data's
groups.

One piece is in memory at a time; of each window only a hash is kept. Pure, but for reading the pieces.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from liveengine.generators.codecs.grid import STEP_TICKS, VOICE_TABLE
from liveengine.music.time import TICKS_PER_SIXTEENTH
from liveengine.training.data.cache import PieceCache
from liveengine.training.data.collections import Collection, read
from liveengine.training.data.piece import DRUM_CHANNEL, Notes, Piece
from liveengine.training.data.roles import Part, parts
from liveengine.training.data.source import SPLITS, Entry, Licence

#: A window of fewer onsets says nothing.
ONSETS_LEAST = 6


@dataclass(slots=True)
class Audit:
    """What was found. Lengths are in minutes and bars; windows are two bars long."""

    name: str
    licence: Licence
    pieces: int = 0
    notes: int = 0
    minutes: Counter[str] = field(default_factory=Counter)
    performers: Counter[str] = field(default_factory=Counter)
    bars: Counter[str] = field(default_factory=Counter)
    lengths: Counter[str] = field(default_factory=Counter)
    tempos: Counter[str] = field(default_factory=Counter)
    styles: Counter[str] = field(default_factory=Counter)
    roles: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    quarantine: dict[str, str] = field(default_factory=dict)
    duplicates: list[tuple[str, str]] = field(default_factory=list)
    split_duplicates: list[tuple[str, str]] = field(default_factory=list)
    leaking_groups: list[str] = field(default_factory=list)
    #: Of each split's windows, the share that stands in the training data; of train, half of its groups in the other.
    seen: dict[str, float] = field(default_factory=dict)


def audit(collection: Collection, folder: Path, cache: PieceCache | None = None) -> Audit:
    """Go through a collection. Raises OSError, and ValueError for a folder not its own."""
    source = collection.source
    found = Audit(source.name, source.licence)
    windows = _Windows()
    first: dict[bytes, Entry] = {}
    split_of: defaultdict[str, set[str]] = defaultdict(set)
    for entry in source.entries(folder):
        split_of[entry.group].add(entry.split)
        try:
            piece = read(source, folder, entry, cache)
        except ValueError as error:
            found.quarantine[entry.path] = str(error)
            continue
        playing = parts(piece) if len(piece.notes) else []
        found.roles.update(part.role for part in playing)
        _count(found, piece, entry)
        windows.take(piece, playing, entry)
        content = _content(piece)
        if (before := first.setdefault(content, entry)) is not entry:
            found.duplicates.append((before.path, entry.path))
            if before.split != entry.split:
                found.split_duplicates.append((before.path, entry.path))
    found.leaking_groups = sorted(group for group, splits in split_of.items() if len(splits) > 1)
    found.seen = windows.seen()
    return found


def _count(found: Audit, piece: Piece, entry: Entry) -> None:
    minutes = float(piece.seconds(np.array([piece.length]))[0]) / 60
    found.pieces += 1
    found.notes += len(piece.notes)
    found.minutes[entry.split] += minutes  # type: ignore[assignment]  # a Counter adds up numbers of any kind
    found.performers[entry.performer or "–"] += minutes  # type: ignore[assignment]
    found.styles[entry.style or "–"] += 1
    found.faults.update(piece.faults)
    lines = list(piece.bars())
    found.bars.update(str(bar.metre) for bar in lines)
    found.lengths[_range(len(lines), (1, 2, 4, 8, 16, 32, 64, 128, 256), "bars")] += 1
    bpm = entry.bpm or piece.bpm_at(0)
    found.tempos[_range(int(bpm), (20, 60, 80, 100, 120, 140, 160, 180, 200), "BPM")] += 1


def _range(value: int, edges: tuple[int, ...], unit: str) -> str:
    """Return the range between two edges that a value falls in: '16-31 bars'."""
    above = [edge for edge in edges if edge <= value] or [0]
    following = next((edge for edge in edges if edge > value), None)
    if following is None:
        return f"{above[-1]}- {unit}"
    return f"{above[-1]}-{following - 1} {unit}" if following - 1 > above[-1] else f"{above[-1]} {unit}"


def _content(piece: Piece) -> bytes:
    """Return a hash of what a piece plays, whatever its name, its key, its loudness and its tempo."""
    notes = piece.notes
    if not len(notes):
        return hashlib.sha256(repr([text.text for text in piece.chords]).encode()).digest()
    drums = notes["channel"] == DRUM_CHANNEL
    pitch = notes["pitch"].astype(np.int64)
    base = int(pitch[~drums].min()) if (~drums).any() else 0
    step = notes["tick"] // (STEP_TICKS // 4)
    rows = np.stack([step - step[0], np.where(drums, pitch + 1000, pitch - base)], axis=1)
    return hashlib.sha256(np.unique(rows, axis=0).tobytes()).digest()


class _Windows:
    """Hashes of two-bar windows by split, and those of train by which half its group falls into."""

    def __init__(self) -> None:
        self.by_split: dict[str, Counter[int]] = {split: Counter() for split in SPLITS}
        self.halves: tuple[Counter[int], Counter[int]] = (Counter(), Counter())

    def take(self, piece: Piece, playing: list[Part], entry: Entry) -> None:
        lines = [line.tick for line in piece.bars()]
        hashes = [each for part in playing for each in _hashes(part.notes, lines, piece.length)]
        self.by_split[entry.split].update(hashes)
        if entry.split == "train":
            half = hashlib.sha256(entry.group.encode()).digest()[0] & 1
            self.halves[half].update(hashes)

    def seen(self) -> dict[str, float]:
        train = self.by_split["train"]
        found = {split: _share(self.by_split[split], train) for split in SPLITS if split != "train"}
        return {"train": _share(*self.halves), **found}


def _share(of: Counter[int], known: Counter[int]) -> float:
    return sum(count for each, count in of.items() if each in known) / max(of.total(), 1)


def _hashes(notes: Notes, lines: list[int], end: int) -> Iterator[int]:
    """Yield a hash of every two bars that say something: what drums, or what intervals, strike on which sixteenths."""
    edges = np.searchsorted(notes["tick"], [*lines, end])
    for number in range(len(lines) - 1):
        window = notes[edges[number] : edges[number + 2]]
        if len(window) >= ONSETS_LEAST:
            yield _hash(window, lines[number])


def _hash(notes: Notes, begin: int) -> int:
    drums = notes["channel"] == DRUM_CHANNEL
    step = (notes["tick"] - begin + TICKS_PER_SIXTEENTH // 2) // TICKS_PER_SIXTEENTH
    pitch = notes["pitch"].astype(np.int64)
    what = np.where(drums, VOICE_TABLE[pitch].astype(np.int64) + 128, pitch - pitch[0])
    rows = np.unique(np.stack([step, what], axis=1), axis=0)
    return int.from_bytes(hashlib.sha256(rows.tobytes()).digest()[:8], "little")
