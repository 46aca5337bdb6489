"""Look for a rhythm that measures as one wants it: so full, so syncopated, so even.

What is wanted is said as on a fader, 0 to 1: 0 is none, 1 the most that any
rhythm of as many steps has. Up to sixteen steps every rhythm there is gets
measured; beyond, a climb from many places finds a good one, not always the
best.

That listeners like a medium syncopation best (the inverted U of Witek et al.
2014) is no rule here: the target is the player's.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from liveengine.music.dice import Dice, roll
from liveengine.music.rhythm import BAR_TICKS, Rhythm
from liveengine.rhythms.measures.onsets import Hits, Values
from liveengine.rhythms.measures.table import MEASURES, Measure, find
from liveengine.rhythms.metre import Tree

#: Up to here every rhythm is measured: 2 to this power of them.
EXHAUSTIVE_STEPS = 16

#: The longest rhythm that is looked for.
SEARCH_STEPS_MAX = 64

#: Rhythms this near to the best, in fader travel, are as good: the seed chooses among them.
AS_GOOD = 0.01

#: From how many places a climb begins.
CLIMBS = 6

#: A fader travel that is farther than any.
_NOWHERE = 1e9


@dataclass(frozen=True, slots=True)
class Found:
    """A rhythm that was looked for, and how far it is from what was wanted: in fader travel, all faders together."""

    rhythm: Rhythm
    distance: float
    reached: Mapping[str, float]


def search(
    wanted: Mapping[str, float],
    tree: Tree,
    must: frozenset[int] = frozenset(),
    never: frozenset[int] = frozenset(),
    seed: int = 0,
    length: int = BAR_TICKS,
) -> Found:
    """Return a rhythm of the tree's steps whose measures come as near as can be to `wanted`.

    `wanted` holds a number in 0-1 for each measure by name; `must` are steps that are struck, `never` steps that
    are not, both from 0. The same again gives the same rhythm; another seed another that is as good, where there
    is one. Raises ValueError for what cannot be.
    """
    faders = [(_usable(name, tree), checked_share(name, share)) for name, share in wanted.items()]
    _check(faders, tree, must, never)
    dice = Dice(roll(seed, tree.steps))

    def distances(hits: Hits) -> Values:
        total = np.zeros(len(hits))
        for measure, share in faders:
            total += (measure.values(hits, tree) / _most(measure.name, tree) - share) ** 2
        return np.nan_to_num(np.sqrt(total), nan=_NOWHERE)

    if tree.steps <= EXHAUSTIVE_STEPS:
        hits = _every(tree.steps, must, never)
    else:
        hits = _climbs(distances, tree, must, never, dice)
    far = distances(hits)
    if far.min() >= _NOWHERE:
        raise ValueError("no rhythm with these steps struck and left out can be measured so")
    chosen = hits[dice.pick(np.flatnonzero(far <= far.min() + AS_GOOD).tolist())]
    reached = {
        measure.name: float(measure.values(chosen[None], tree)[0]) / _most(measure.name, tree) for measure, _ in faders
    }
    rhythm = Rhythm.on_steps([int(step) for step in np.flatnonzero(chosen)], tree.steps, length)
    return Found(rhythm, float(distances(chosen[None])[0]), reached)


def checked_share(name: str, share: float) -> float:
    """Return `share`. Raises ValueError outside 0-1."""
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"{name}={share:g}: what is searched for lies in 0-1, from none to the most there is")
    return share


def _usable(name: str, tree: Tree) -> Measure:
    measure = find(name)
    if np.isnan(measure.values(np.ones((1, tree.steps), bool), tree)[0]):
        raise ValueError(f"{name} cannot be measured on {tree.steps} steps: it needs {measure.needs}")
    return measure


def _check(faders: list[tuple[Measure, float]], tree: Tree, must: frozenset[int], never: frozenset[int]) -> None:
    if not faders:
        raise ValueError(f"nothing to search for: name a measure and how much of it ({', '.join(MEASURES)})")
    if tree.steps > SEARCH_STEPS_MAX:
        raise ValueError(f"rhythms are searched for up to {SEARCH_STEPS_MAX} steps, not {tree.steps}")
    if both := sorted(must & never):
        raise ValueError(f"step {both[0] + 1} cannot be both struck and left out")
    if outside := sorted(step for step in must | never if not 0 <= step < tree.steps):
        raise ValueError(f"there is no step {outside[0] + 1} among {tree.steps}")


def _every(steps: int, must: frozenset[int], never: frozenset[int]) -> Hits:
    """Return every rhythm of so many steps that strikes what it must and leaves out what it must."""
    free = [step for step in range(steps) if step not in must | never]
    hits = np.zeros((1 << len(free), steps), bool)
    hits[:, sorted(must)] = True
    hits[:, free] = np.arange(1 << len(free))[:, None] >> np.arange(len(free)) & 1
    return hits


@lru_cache(maxsize=256)
def _most(name: str, tree: Tree) -> float:
    """Return the most that a measure comes to on so many steps; 1 where that is 0."""
    measure = MEASURES[name]
    if tree.steps <= EXHAUSTIVE_STEPS:
        values = measure.values(_every(tree.steps, frozenset(), frozenset()), tree)
    elif measure.high is not None:
        return measure.high
    else:
        dice = Dice(roll(0, tree.steps))
        best = _climbs(lambda hits: -np.nan_to_num(measure.values(hits, tree)), tree, frozenset(), frozenset(), dice)
        values = measure.values(best, tree)
    return float(np.nanmax(values)) or 1.0


def _climbs(
    distances: Callable[[Hits], NDArray[np.float64]],
    tree: Tree,
    must: frozenset[int],
    never: frozenset[int],
    dice: Dice,
) -> Hits:
    """Return where climbs from chance beginnings end, (CLIMBS, steps): no single change comes nearer."""
    free = [step for step in range(tree.steps) if step not in must | never]
    ends = []
    for climb in range(CLIMBS):
        here = np.zeros(tree.steps, bool)
        here[sorted(must)] = True
        fill = (climb + 0.5) / CLIMBS  # From sparse to full.
        here[[step for step in free if dice.chance(fill)]] = True
        far = float(distances(here[None])[0])
        while True:
            beside = _neighbours(here, free)
            farther = distances(beside)
            nearest = int(np.argmin(farther))
            if farther[nearest] >= far - 1e-12:
                break
            here, far = beside[nearest], float(farther[nearest])
        ends.append(here)
    return np.array(ends)


def _neighbours(hits: NDArray[np.bool_], free: list[int]) -> Hits:
    """Return the rhythm itself, and every one that strikes one free step more or less, or moves one onset."""
    rows = [[], *([step] for step in free)]
    rows += [[off, on] for off in free if hits[off] for on in free if not hits[on]]
    beside = np.repeat(hits[None], len(rows), axis=0)
    for row, steps in enumerate(rows):
        beside[row, steps] ^= True
    return beside
