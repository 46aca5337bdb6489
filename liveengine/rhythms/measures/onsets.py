"""Where onsets stand among each other: what every measure counts with.

Pure.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from liveengine.music.rhythm import Rhythm

#: Which steps are struck: (rhythms, steps).
Hits: TypeAlias = NDArray[np.bool_]

#: A number for each rhythm, NaN where there is nothing to measure: (rhythms,).
Values: TypeAlias = NDArray[np.float64]

#: Whole numbers for each step of each rhythm: (rhythms, steps).
Steps: TypeAlias = NDArray[np.int64]


def hits_of(rhythm: Rhythm) -> Hits:
    """Return a rhythm as hits, (1, steps)."""
    hits = np.zeros((1, rhythm.steps), bool)
    hits[0, list(rhythm.hits)] = True
    return hits


def count(hits: Hits) -> Steps:
    """Return how many onsets each rhythm has, (rhythms,)."""
    onsets: Steps = hits.sum(axis=1, dtype=np.int64)
    return onsets


def gaps(hits: Hits) -> Steps:
    """Return for every onset how many steps it is to the next, round the end; 0 on steps that are not struck."""
    steps = hits.shape[1]
    never = 2 * steps
    places = np.where(hits, np.arange(steps), never)
    soonest = np.minimum.accumulate(places[:, ::-1], axis=1)[:, ::-1]
    again = soonest[:, :1] + steps
    following = np.minimum(np.concatenate([soonest[:, 1:], again], axis=1), again)
    return np.where(hits, following - np.arange(steps), 0)


def previous(hits: Hits) -> Steps:
    """Return for every step the latest struck one before it, below 0 where that was in the turn before.

    Of a silent rhythm the numbers mean nothing.
    """
    steps = hits.shape[1]
    places = np.where(hits, np.arange(steps), -2 * steps)
    latest = np.maximum.accumulate(places, axis=1)
    before = latest[:, -1:] - steps
    found: Steps = np.maximum(np.concatenate([before, latest[:, :-1]], axis=1), before)
    return found


def where_struck(values: NDArray[np.float64], hits: Hits, onsets: int = 1) -> Values:
    """Return the values of rhythms with so many onsets or more, NaN for the others."""
    return np.where(count(hits) >= onsets, values, np.nan)
