"""`log.jsonl`: a line of JSON each time, which every run has.

Waits for the disk.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class Jsonl:
    """Adds to a file, line by line."""

    def __init__(self, place: Path) -> None:
        self._file = place.open("a", encoding="utf-8")

    def learnt(self, step: int, numbers: Mapping[str, float]) -> None:
        """Write the numbers beside the step's."""
        self._line({"step": step, **numbers})

    def looked(self, step: int, numbers: Mapping[str, float]) -> None:
        """Write the numbers apart, as `looked`."""
        self._line({"step": step, "looked": dict(numbers)})

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _line(self, told: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(told) + "\n")
        self._file.flush()
