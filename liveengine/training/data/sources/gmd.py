"""Groove MIDI: drummers on an electronic kit, with every microsecond and velocity of their playing.

Its own split leaks: most sessions stand in more than one part of it. Ours holds two drummers back for the test and
three whole sessions of others for validation.

Waits for the disk.

Source: Gillick, Roberts, Engel, Eck & Bamman, "Learning to Groove with Inverse Sequence Transformations", ICML 2019.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from liveengine.formats import disk
from liveengine.generators.codecs.vocabulary import STYLES
from liveengine.music.time import TEMPO_MAX_BPM, TEMPO_MIN_BPM
from liveengine.training.data.parser import parse_file
from liveengine.training.data.piece import Piece
from liveengine.training.data.source import Entry, Licence

#: Never trained on, nor chosen by: 57 minutes of two drummers, one of rock and one of rock and jazz.
TEST_DRUMMERS = frozenset({"drummer3", "drummer6"})

#: Whole sessions for choosing between models: 31 minutes of two drummers whose other sessions are trained on.
VALIDATION_SESSIONS = frozenset({"drummer7/session1", "drummer2/session2", "drummer2/session3"})

#: Styles of the collection that go by another name with us.
_STYLE_OF = {"highlife": "afrobeat"}

_COLUMNS = {"drummer", "session", "style", "bpm", "beat_type", "time_signature", "midi_filename"}


class GrooveMidi:
    """The collection, from its folder with `info.csv`."""

    name = "gmd"
    licence = Licence(
        "CC BY 4.0",
        "Groove MIDI Dataset by Google LLC (CC BY 4.0), https://magenta.tensorflow.org/datasets/groove; Jon Gillick, "
        'Adam Roberts, Jesse Engel, Douglas Eck and David Bamman, "Learning to Groove with Inverse Sequence '
        'Transformations", ICML 2019',
    )

    def entries(self, folder: Path) -> Iterator[Entry]:
        """Yield the performances in the order of `info.csv`. Raises OSError, and ValueError for a table not its own."""
        place = folder / "info.csv"
        try:
            with place.open(newline="", encoding="utf-8") as file:
                table = csv.DictReader(file)
                if missing := _COLUMNS - set(table.fieldnames or ()):
                    raise ValueError(f"{place}: no column {', '.join(sorted(missing))}; is this Groove MIDI?")
                rows = list(table)
        except OSError as error:
            raise disk.explained(error, place, "read") from error
        for number, row in enumerate(rows, 2):
            try:
                yield _entry(row)
            except ValueError as error:
                raise ValueError(f"{place}, line {number}: {error}") from error

    def read(self, folder: Path, entry: Entry) -> Piece:
        """Return one performance."""
        return parse_file(folder / entry.path, entry.path)


def split_of(drummer: str, session: str) -> str:
    """Return the split of a session."""
    if drummer in TEST_DRUMMERS:
        return "test"
    return "validation" if session in VALIDATION_SESSIONS else "train"


def _entry(row: dict[str, str]) -> Entry:
    primary, *tags = row["style"].split("/")
    style = _STYLE_OF.get(primary, primary)
    bpm = float(row["bpm"])
    if not TEMPO_MIN_BPM <= bpm <= TEMPO_MAX_BPM:
        raise ValueError(f"{row['bpm']} is no tempo")
    return Entry(
        path=row["midi_filename"],
        group=row["session"],
        split=split_of(row["drummer"], row["session"]),
        style=style if style in STYLES else "",
        performer=row["drummer"],
        fill=row["beat_type"] == "fill",
        bpm=bpm,
        title=Path(row["midi_filename"]).stem,
        tags=tuple(tags),
    )
