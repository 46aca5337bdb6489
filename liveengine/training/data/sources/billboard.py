"""McGill Billboard: the chords and sections of songs from the charts of 1958 to 1991, bar by bar. No notes.

Split by artist. Waits for the disk.

Source: Burgoyne, Wild & Fujinaga, "An expert ground truth set for audio chord recognition and music analysis",
ISMIR 2011.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from liveengine.formats import disk
from liveengine.formats.harte import Song, read_song, starts
from liveengine.music.pitch import CLASS_NAMES
from liveengine.music.time import TEMPO_MAX_BPM, TEMPO_MIN_BPM
from liveengine.training.data.piece import DEFAULT_BPM, Piece, Signature, Tempo, Text, notes_of
from liveengine.training.data.source import Entry, Licence, split_by_hash


class Billboard:
    """The collection, from its folder of text files."""

    name = "billboard_chords"
    licence = Licence(
        "CC0",
        "McGill Billboard Project (CC0): John Ashley Burgoyne, Jonathan Wild and Ichiro Fujinaga, ISMIR 2011",
    )

    def entries(self, folder: Path) -> Iterator[Entry]:
        """Yield the songs by number. Raises OSError, ValueError."""
        for path in sorted(folder.glob("[0-9]*.txt")):
            head = dict(_header(path))
            artist = head.get("artist", path.stem)
            split = split_by_hash(artist, self.name)
            yield Entry(path.name, artist, split, "pop", artist, title=head.get("title", path.stem))

    def read(self, folder: Path, entry: Entry) -> Piece:
        """Return one song: chords, sections and keys, without notes."""
        return piece_of(read_song(_text(folder / entry.path), entry.path), entry.path)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise disk.explained(error, path, "read") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: not text in UTF-8") from error


def _header(path: Path) -> Iterator[tuple[str, str]]:
    for line in _text(path).splitlines():
        if line.startswith("# ") and ":" in line:
            word, _, value = line[2:].partition(":")
            yield word.strip(), value.strip()


def piece_of(song: Song, name: str) -> Piece:
    """Return a song as a piece."""
    placed = list(starts(song))
    last, bar = placed[-1]
    bpm = min(max(song.bpm or DEFAULT_BPM, TEMPO_MIN_BPM), TEMPO_MAX_BPM)
    sections = [Text(tick, bar.section) for tick, bar in placed]
    keys = [Text(tick, CLASS_NAMES[bar.tonic]) for tick, bar in placed if bar.tonic is not None]
    return Piece(
        name,
        notes_of([]),
        last + bar.metre.bar_ticks,
        (Tempo(0, bpm),),
        tuple(next(group) for _, group in groupby((Signature(t, b.metre) for t, b in placed), lambda s: s.metre)),
        _changes(keys),
        tuple(Text(tick + at.tick, str(at.chord or "N")) for tick, bar in placed for at in bar.chords),
        _changes(sections),
    )


def _changes(texts: list[Text]) -> tuple[Text, ...]:
    """Keep the first of every run of the same words."""
    return tuple(next(group) for _, group in groupby(texts, lambda text: text.text))
