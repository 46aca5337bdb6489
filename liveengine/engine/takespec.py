"""What a patch, or a command, asks of a MIDI file: which notes of it, how quantised, how loud.

Pure. The file itself is read by whoever may wait for the disk.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from liveengine.music.groove import Groove
from liveengine.music.note import Bar
from liveengine.music.quantise import AS_PLAYED, Quantise


@dataclass(frozen=True, slots=True)
class TakeSpec:
    """A stretch of a MIDI file.

    `track` is a name or a number from 1, "" for any; `channel` 1-16, 0 for any. It begins with bar `first`, from 1,
    and has `bars`, 0 for all up to the last note. The loudest note gets velocity `loudest`, 0 for as played.
    """

    file: str
    track: str | int = ""
    channel: int = 0
    first: int = 1
    bars: int = 0
    quantise: Quantise = AS_PLAYED
    loudest: int = 0


class Library(Protocol):
    """Whoever reads MIDI files for a patch. Raises ValueError or OSError with what is wrong, in words."""

    def take(self, path: Path, asked: TakeSpec, drums: bool) -> Bar:
        """Return the bars that are asked for; of a file that has General MIDI's drums those, if `drums`."""
        ...

    def groove(self, path: Path) -> Groove:
        """Return the groove of a file."""
        ...


class NoLibrary:
    """Reads no MIDI file."""

    def take(self, path: Path, asked: TakeSpec, drums: bool) -> Bar:
        """Raise ValueError."""
        raise ValueError("MIDI files are not read here")

    def groove(self, path: Path) -> Groove:
        """Raise ValueError."""
        raise ValueError("MIDI files are not read here")
