"""Nearest words: what a message suggests to the musician who mistyped.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return the end of a message: the nearest known word, or all of them when none is near.

    >>> did_you_mean("eucild", ["euclid", "phi"])
    ' (did you mean "euclid"?)'
    >>> did_you_mean("zzz", ["euclid", "phi"])
    ' (known: euclid, phi)'
    """
    by_lower = {name.lower(): name for name in known}
    near = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.5)
    if near:
        return f' (did you mean "{by_lower[near[0]]}"?)'
    return f" (known: {', '.join(by_lower.values())})"
