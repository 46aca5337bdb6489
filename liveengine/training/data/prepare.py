"""From a collection's folder to shards: `liveengine data prepare NAME --from DIR --to CACHE`.

One piece is in memory at a time, and one shard of each split. What cannot be used is written to `quarantine.json`
beside the shards, with its reason.

Waits for the disk.
"""

from __future__ import annotations

import json
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from liveengine.formats import disk
from liveengine.generators import features
from liveengine.generators.codecs.frames import STYLES
from liveengine.music.spelling import did_you_mean
from liveengine.training.data import grooves
from liveengine.training.data.shards import ShardWriter
from liveengine.training.data.source import SPLITS, Source
from liveengine.training.data.sources.gmd import GrooveMidi

SOURCES: dict[str, type[Source]] = {GrooveMidi.name: GrooveMidi}

QUARANTINE = "quarantine.json"


@dataclass(slots=True)
class Prepared:
    """What came of it: rows by split, pieces read, faults by name, and whatever was refused with its reason."""

    rows: Counter[str] = field(default_factory=Counter)
    pieces: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    quarantine: dict[str, str] = field(default_factory=dict)


def find_source(name: str) -> Source:
    """Return a collection by its name. Raises ValueError, naming the nearest."""
    if name not in SOURCES:
        raise ValueError(f'no collection called "{name}"{did_you_mean(name, SOURCES)}')
    return SOURCES[name]()


def prepare(source: Source, folder: Path, cache: Path) -> Prepared:
    """Write a collection's shards to `cache`/NAME/SPLIT. Raises OSError, and ValueError for a folder not its own."""
    entries = list(source.entries(folder))
    performers = sorted({entry.performer for entry in entries})
    about = {
        "source": source.name,
        "licence": source.licence.name,
        "attribution": source.licence.attribution,
        "styles": STYLES,
        "features": features.NAMES,
        "performers": performers,
        "pieces": [entry.path for entry in entries],
    }
    done = Prepared()
    with ExitStack() as stack:
        writers = {
            split: stack.enter_context(
                ShardWriter(cache / source.name / split, grooves.FIELDS, {"split": split, **about})
            )
            for split in SPLITS
        }
        for number, entry in enumerate(entries):
            try:
                piece = source.read(folder, entry)
                for row in grooves.rows(piece, entry, number, performers.index(entry.performer)):
                    writers[entry.split].add(row)
            except ValueError as error:
                done.quarantine[entry.path] = str(error)
                continue
            done.pieces += 1
            done.faults.update(piece.faults)
    done.rows.update({split: writer.rows for split, writer in writers.items()})
    listed = json.dumps(done.quarantine, indent=1, ensure_ascii=False)
    disk.write_whole(cache / source.name / QUARANTINE, listed.encode())
    return done
