"""Euclidean rhythms: as even as the grid allows.

Source: Bjorklund 2003; Toussaint, "The Euclidean algorithm generates
traditional musical rhythms", 2005.

Pure.
"""

from __future__ import annotations

from liveengine.music.rhythm import BAR_TICKS, LOUD, PLAIN, Rhythm, checked_steps


def euclid(onsets: int, steps: int = 16, rotation: int = 0, accents: int = 0, *, length: int = BAR_TICKS) -> Rhythm:
    """Spread `onsets` over `steps` as evenly as the grid allows, later by `rotation` steps.

    `accents` of the onsets are accented, spread evenly too. Raises ValueError for more onsets than steps.

    >>> str(euclid(3, 8)), str(euclid(5, 8)), str(euclid(3, 8, accents=1))
    ('x..x..x.', 'x.xx.xx.', 'X..x..x.')
    """
    checked_steps(steps)
    if not 0 <= onsets <= steps:
        raise ValueError(f"{onsets} onsets do not fit in {steps} steps")
    if not 0 <= accents <= onsets:
        raise ValueError(f"{accents} accents do not fit on {onsets} onsets")
    hits = [step for step, struck in enumerate(_spread(onsets, steps)) if struck]
    strengths = [LOUD if strong else PLAIN for strong in _spread(accents, onsets)]
    return Rhythm.on_steps([hit + rotation for hit in hits], steps, length, strengths)


def _spread(ones: int, places: int) -> list[bool]:
    """Deal `places - ones` rests out to the ones, then what is left over to the groups, as Euclid divides."""
    groups, rest = [[True]] * ones, [[False]] * (places - ones)
    while groups and len(rest) > 1:
        pairs = min(len(groups), len(rest))
        left_over = groups[pairs:] or rest[pairs:]
        groups, rest = [a + b for a, b in zip(groups, rest, strict=False)], left_over
    return [place for group in groups + rest for place in group]
