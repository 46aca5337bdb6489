"""Canons: one rhythm, entering again and again.

In a tiling canon every step is struck by one voice and by no two. Source:
Vuza, "Supplementary sets and regular complementary unending canons",
Perspectives of New Music, 1991.

Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from liveengine.music.rhythm import Rhythm


def entering(rhythm: Rhythm, entries: Sequence[int]) -> tuple[Rhythm, ...]:
    """Return a rhythm for each voice: the same one, entering at each of these steps."""
    return tuple(rhythm.rotated(entry) for entry in entries)


def canon(rhythm: Rhythm, voices: int = 2, lag: int = 4) -> Rhythm:
    """Play a rhythm in so many voices at once, each `lag` steps after the one before.

    >>> str(canon(Rhythm.from_text("x.......x.......")))
    'x...x...x...x...'
    """
    if voices < 1:
        raise ValueError(f"a canon has one voice or more, not {voices}")
    # Voices that enter together are one; no more can differ than there are steps.
    entries = dict.fromkeys(number * lag % rhythm.steps for number in range(min(voices, rhythm.steps)))
    if not rhythm.on_grid:
        return reduce(Rhythm.merged, entering(rhythm, list(entries)))
    hits = [hit + entry for entry in entries for hit in rhythm.hits]
    return Rhythm.on_steps(hits, rhythm.steps, rhythm.length, rhythm.accents * len(entries))


def tiles(rhythm: Rhythm, entries: Sequence[int]) -> bool:
    """Tell whether the voices entering at these steps strike every step once, and none twice.

    >>> tiles(Rhythm.from_text("xx..xx.."), [0, 2]), tiles(Rhythm.from_text("x..x..x."), [0, 1])
    (True, False)
    """
    struck = [(hit + entry) % rhythm.steps for hit in rhythm.hits for entry in entries]
    return sorted(struck) == list(range(rhythm.steps))
