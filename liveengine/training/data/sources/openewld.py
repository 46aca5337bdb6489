"""OpenEWLD: lead sheets of songs in the public domain, a melody and its chord symbols. Lyrics are not read.

Nearly every sheet says that it is in major; the mode is heard from the notes instead. Split by author.

Waits for the disk. Source: Simonetta, "OpenEWLD", 2018, https://doi.org/10.5281/zenodo.4332855.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from liveengine.formats import disk
from liveengine.formats.musicxml import SIZE_LIMIT_BYTES, Sheet, read_musicxml
from liveengine.training.data.harmony import class_weights, key_of
from liveengine.training.data.piece import DEFAULT_BPM, Piece, Signature, Tempo, Text, notes_of
from liveengine.training.data.repair import Spans, Strike, mended
from liveengine.training.data.source import Entry, Licence, split_by_hash
from liveengine.training.data.sources.tables import read_json

#: A score has no velocities; every note is given this one.
VELOCITY = 80


#: The folder of songs whose authors are not known.
TRADITIONAL = "[Traditional]"


class OpenEwld:
    """The collection, from its folder with `index.json`."""

    name = "openewld_pd"
    licence = Licence(
        "MIT; compositions in the public domain", "OpenEWLD by Federico Simonetta (MIT), doi:10.5281/zenodo.4332855"
    )

    def entries(self, folder: Path) -> Iterator[Entry]:
        """Yield the sheets in the order of `index.json`. Raises OSError, ValueError."""
        table = read_json(folder / "index.json")
        for row in table if isinstance(table, list) else []:
            author, song, *_ = str(row["path"]).split("/")
            # What nobody wrote has no author to be told apart by.
            group = song if author == TRADITIONAL else author
            yield Entry(
                str(row["path"]),
                group=group,
                split=split_by_hash(group, self.name),
                performer=author,
                title=str(row["title"]),
            )

    def read(self, folder: Path, entry: Entry) -> Piece:
        """Return one sheet: the melody on track 0, chords in `chords`."""
        place = folder / entry.path
        try:
            with place.open("rb") as file:
                data = file.read(SIZE_LIMIT_BYTES + 1)
        except OSError as error:
            raise disk.explained(error, place, "read") from error
        return piece_of(read_musicxml(data, entry.path), entry.path)


def piece_of(sheet: Sheet, name: str) -> Piece:
    """Return a score as a piece. Raises ValueError for one without notes."""
    spans = (Spans(Strike(note.tick, (note.part, 0), note.pitch, VELOCITY), note.gate) for note in sheet.notes)
    notes, repairs = mended(spans)
    if not notes:
        raise ValueError(f"{name}: no notes")
    found = notes_of([(n.strike.tick, n.gate, n.strike.pitch, VELOCITY, 0, 0, n.strike.line[0]) for n in notes])
    tempos = {0: DEFAULT_BPM, **dict(sheet.tempos)}
    return Piece(
        name,
        found,
        max(sheet.length, int(found["tick"].max()) + 1),
        tuple(Tempo(tick, tempos[tick]) for tick in sorted(tempos)),
        tuple(Signature(change.tick, change.metre) for change in sheet.metres),
        (Text(0, str(key_of(class_weights(found["pitch"], found["gate"])))),),
        tuple(Text(symbol.tick, str(symbol.chord or "N")) for symbol in sheet.symbols),
        track_names=sheet.parts,
        faults=dict(+repairs),
    )
