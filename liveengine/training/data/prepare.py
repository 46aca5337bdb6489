"""From a collection's folder to shards: `liveengine data prepare NAME --from DIR --to CACHE`.

One piece is in memory at a time, and one shard of each split. What cannot be used is written to `quarantine.json`
beside the shards, with its reason.

Waits for the disk.
"""

from __future__ import annotations

import json
from collections import Counter
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path

from liveengine.formats import disk
from liveengine.generators import features
from liveengine.generators.codecs import vocabulary
from liveengine.music.chord import KINDS
from liveengine.training.data.cache import PieceCache
from liveengine.training.data.collections import Collection, read
from liveengine.training.data.preprocessing import AS_IT_IS, Preprocessing
from liveengine.training.data.roles import ROLES
from liveengine.training.data.shards import ShardWriter
from liveengine.training.data.source import SPLITS, Entry, Source

QUARANTINE = "quarantine.json"


@dataclass(slots=True)
class Prepared:
    """What came of it: rows by split, pieces read, faults by name, and whatever was refused with its reason."""

    rows: Counter[str] = field(default_factory=Counter)
    pieces: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    quarantine: dict[str, str] = field(default_factory=dict)


def prepare(
    collection: Collection,
    folder: Path,
    to: Path,
    cache: PieceCache | None = None,
    before: Preprocessing = AS_IT_IS,
) -> Prepared:
    """Write a collection's shards to `to`/NAME/SPLIT. Raises OSError, and ValueError for a folder not its own.

    Pieces are taken from the cache, where one is given, and kept there as they were read; `before` is what is done to
    each before rows are made of it.
    """
    source, maker = collection
    entries = list(source.entries(folder))
    performers = sorted({entry.performer for entry in entries})
    about = {**_about(source, entries, performers), "preprocessing": asdict(before)}
    done = Prepared()
    with ExitStack() as stack:
        writers = {
            split: stack.enter_context(ShardWriter(to / source.name / split, maker.FIELDS, {"split": split, **about}))
            for split in SPLITS
        }
        for number, entry in enumerate(entries):
            try:
                piece = before.of(read(source, folder, entry, cache))
                for row in maker.rows(piece, entry, number, performers.index(entry.performer)):
                    writers[entry.split].add(row)
            except ValueError as error:
                done.quarantine[entry.path] = str(error)
                continue
            done.pieces += 1
            done.faults.update(piece.faults)
    done.rows.update({split: writer.rows for split, writer in writers.items()})
    listed = json.dumps(done.quarantine, indent=1, ensure_ascii=False)
    disk.write_whole(to / source.name / QUARANTINE, listed.encode())
    return done


def _about(source: Source, entries: list[Entry], performers: list[str]) -> dict[str, object]:
    """Return what an index tells of its rows: whose they are, and what their numbers mean."""
    return {
        "source": source.name,
        "licence": source.licence.name,
        "attribution": source.licence.attribution,
        "styles": vocabulary.STYLES,
        "features": features.NAMES,
        "vocabulary": vocabulary.HASH,
        "chord_kinds": tuple(KINDS),
        "roles": ROLES,
        "performers": performers,
        "pieces": [entry.path for entry in entries],
    }
