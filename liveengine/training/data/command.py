"""`liveengine data …`: prepare a collection for training, look into it, and mind the cache."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from liveengine.training.data import report
from liveengine.training.data.audit import audit
from liveengine.training.data.cache import PieceCache
from liveengine.training.data.collections import PIECES, find
from liveengine.training.data.prepare import QUARANTINE, prepare
from liveengine.training.data.preprocessing import Preprocessing


def main(arguments: argparse.Namespace) -> int:
    """Do what was asked. Raises ValueError and OSError in words."""
    match arguments.deed:
        case "prepare":
            before = Preprocessing(arguments.quantise, arguments.voices, arguments.even)
            return _prepare(arguments.source, arguments.folder, arguments.cache, before)
        case "audit":
            return _audit(arguments.source, arguments.folder, arguments.to, arguments.cache)
        case _:
            return _cache(arguments.cache, arguments.prune)


def _prepare(name: str, folder: Path, to: Path, before: Preprocessing) -> int:
    collection, cache = find(name), PieceCache(to / PIECES)
    began = time.monotonic()
    done = prepare(collection, folder, to, cache, before)
    rows = ", ".join(f"{split} {count:,}" for split, count in done.rows.items())
    kept = f", {cache.found} of them from the cache" if cache.found else ""
    print(f"{name}: {done.pieces} pieces in {time.monotonic() - began:.1f} s{kept}; rows: {rows}")
    for fault, count in done.faults.most_common():
        print(f"  {count:6,} × {fault}")
    if done.quarantine:
        print(f"  {len(done.quarantine)} not used; why: {to / name / QUARANTINE}")
    return 0


def _audit(name: str, folder: Path, to: Path | None, cache: Path | None) -> int:
    found = audit(find(name), folder, PieceCache(cache / PIECES) if cache else None)
    if to:
        report.write(found, to)
        print(f"{name}: {to / 'audit.md'}, with charts")
    else:
        print(report.page(found), end="")
    return 0


def _cache(folder: Path, megabytes: float | None) -> int:
    cache = PieceCache(folder / PIECES)
    if megabytes is not None:
        print(f"{cache.prune(int(megabytes * 1e6))} pieces thrown away")
    stats = cache.stats()
    print(f"{stats.pieces:,} pieces, {stats.bytes / 1e6:.1f} MB, in {cache.folder}")
    return 0
