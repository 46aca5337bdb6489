"""`liveengine data …`: prepare a collection for training."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from liveengine.training.data.prepare import QUARANTINE, find, prepare


def main(arguments: argparse.Namespace) -> int:
    """Do what was asked. Raises ValueError and OSError in words."""
    return _prepare(arguments.source, arguments.folder, arguments.cache)


def _prepare(name: str, folder: Path, cache: Path) -> int:
    began = time.monotonic()
    done = prepare(find(name), folder, cache)
    rows = ", ".join(f"{split} {count:,}" for split, count in done.rows.items())
    print(f"{name}: {done.pieces} pieces in {time.monotonic() - began:.1f} s; rows: {rows}")
    for fault, count in done.faults.most_common():
        print(f"  {count:6,} × {fault}")
    if done.quarantine:
        print(f"  {len(done.quarantine)} not used; why: {cache / name / QUARANTINE}")
    return 0
