"""How a player names a port: a part of its name, or a pattern with `*`; capitals do not matter.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase


def matches(pattern: str, name: str) -> bool:
    """Say whether a port of this name is meant."""
    pattern, name = pattern.lower(), name.lower()
    return pattern in name or fnmatchcase(name, pattern)


def first_match(pattern: str, names: Iterable[str]) -> str | None:
    """Return the first name that is meant, or None."""
    return next((name for name in names if matches(pattern, name)), None)


def plain(name: str) -> str:
    """Return a port's name without the client and port numbers that ALSA and RtMidi append.

    >>> plain("Launchpad Mini:Launchpad Mini MIDI 1 20:0")
    'Launchpad Mini:Launchpad Mini MIDI 1'
    """
    return re.sub(r"\s+\d+:\d+$", "", name)
