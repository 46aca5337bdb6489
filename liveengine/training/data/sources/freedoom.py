"""Freedoom: original game tunes, on the grid, with bass, guitars, leads and drums.

Split by tune. Waits for the disk. Source: the Freedoom project, BSD 3-clause, with CREDITS-MUSIC.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from liveengine.training.data.parser import parse_file
from liveengine.training.data.piece import Piece
from liveengine.training.data.source import Entry, Licence, split_by_hash
from liveengine.training.data.sources.tables import read_json


class Freedoom:
    """The collection, from its folder with `titles.json`."""

    name = "freedoom"
    licence = Licence(
        "BSD-3-Clause", "Freedoom (https://freedoom.github.io), BSD 3-clause, music by those in CREDITS-MUSIC"
    )

    def entries(self, folder: Path) -> Iterator[Entry]:
        """Yield the tunes by file name. Raises OSError, ValueError."""
        titles = read_json(folder / "titles.json")
        for path in sorted(folder.glob("*.mid")):
            title = str(titles.get(path.name, path.stem)) if isinstance(titles, dict) else path.stem
            composer = re.search(r'" by ([^,]+)', title)
            yield Entry(
                path.name,
                group=path.name,
                split=split_by_hash(path.name, self.name),
                style="rock",
                performer=composer[1].strip() if composer else "",
                title=title,
            )

    def read(self, folder: Path, entry: Entry) -> Piece:
        """Return one tune."""
        return parse_file(folder / entry.path, entry.path)
