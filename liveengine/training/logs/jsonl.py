"""`log.jsonl`: a line of JSON each time, which every run has.

Waits for the disk.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from liveengine.training.logs.log import LEARNT


class Jsonl:
    """Adds to a file, line by line."""

    def __init__(self, place: Path) -> None:
        self._file = place.open("a", encoding="utf-8")

    def tell(self, kind: str, step: int, numbers: Mapping[str, float | str]) -> None:
        """Write the numbers of a step beside its own, those of a look apart, as `looked`."""
        told = dict(numbers) if kind == LEARNT else {kind: dict(numbers)}
        self._file.write(json.dumps({"step": step, **told}) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()
