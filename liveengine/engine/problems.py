"""Everything that is wrong with a file, gathered and told at once.

A musician mends a file faster from one complete list than from one complaint a try.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from liveengine.engine.wording import printable

#: Problems told of one file: beyond these the file is not a slip but a different thing.
PROBLEM_LIMIT = 40


class FileError(ValueError):
    """A file that cannot be used, with every problem found in it: `str` gives one line for each."""

    def __init__(self, path: Path, problems: Iterable[str]) -> None:
        self.path = path
        self.problems = tuple(problems)
        super().__init__(path, self.problems)

    def __str__(self) -> str:
        return "\n".join(self.problems)


class Report:
    """The problems found in one file so far."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[str] = []
        self.untold = 0

    @property
    def full(self) -> bool:
        """Whether further problems are only counted."""
        return len(self.problems) >= PROBLEM_LIMIT

    def add(self, place: str, message: str) -> None:
        """Note a problem at a place of the file; the place may be empty."""
        if self.full:
            self.untold += 1
            return
        parts = (printable(str(self.path)), printable(place), printable(message, 400))
        self.problems.append(": ".join(part for part in parts if part))

    def check(self) -> None:
        """Raise FileError if there is any problem."""
        if self.untold:
            self.problems.append(f"{printable(str(self.path))}: and {self.untold} more problems")
        if self.problems:
            raise FileError(self.path, self.problems)
