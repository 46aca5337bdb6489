"""Polymetres: a figure of its own length over the bar's grid, each time round somewhere else.

Pure.
"""

from __future__ import annotations

import math

from liveengine.music.rhythm import Rhythm, checked_steps


def polymetre(rhythm: Rhythm, steps: int = 16, bar: int = 0) -> Rhythm:
    """Go round a rhythm step by step on a bar of `steps`, whatever its own number; give bar number `bar`.

    >>> str(polymetre(Rhythm.from_text("x.x.."))), str(polymetre(Rhythm.from_text("x.x.."), bar=1))
    ('x.x..x.x..x.x..x', '.x..x.x..x.x..x.')
    """
    checked_steps(steps)
    strengths = dict(zip(rhythm.hits, rhythm.accents, strict=True))
    places = [(bar * steps + step) % rhythm.steps for step in range(steps)]
    hits = [step for step, place in enumerate(places) if place in strengths]
    return Rhythm.on_steps(hits, steps, rhythm.length, [strengths[places[hit]] for hit in hits])


def bars_until_together(cycle: int, steps: int) -> int:
    """Return after how many bars of `steps` a cycle of `cycle` steps begins on one again.

    >>> bars_until_together(5, 16)
    5
    """
    return cycle // math.gcd(cycle, steps)
