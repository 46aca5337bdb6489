"""The last thing before the world: nothing leaves above the ceiling.

The gain that each sample needs is held at its least over the look-ahead,
let go slowly, and averaged over the look-ahead. The average can never be
above what the delayed sample needs, so the ceiling is a promise and not a
hope. Gains are summed as whole numbers: the sum never drifts.

Realtime-safe.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from liveengine.compiled import compiled
from liveengine.instruments.rack import AHEAD_ROOM, UNITY

#: One decibel below full scale.
CEILING = 10.0 ** (-1.0 / 20.0)
MASK = AHEAD_ROOM - 1

#: Louder than this nothing can honestly be; it would be a fault, and is taken as silence.
ABSURD = 1e6


@compiled
def least_gain(
    limit: Any, queue_gains: NDArray[np.int64], queue_places: NDArray[np.int64], gain: int, place: int
) -> int:
    """Take the gain needed at `place` and return the least of the last `ahead` + 1 of them."""
    while limit.last > limit.first and queue_gains[(limit.last - 1) & MASK] >= gain:
        limit.last -= 1
    queue_gains[limit.last & MASK] = gain
    queue_places[limit.last & MASK] = place
    limit.last += 1
    while queue_places[limit.first & MASK] < place - limit.ahead:
        limit.first += 1
    return int(queue_gains[limit.first & MASK])


@compiled
def limit_frame(
    limit: Any,
    ahead: NDArray[np.float64],
    gains: NDArray[np.int64],
    queue_gains: NDArray[np.int64],
    queue_places: NDArray[np.int64],
    left: float,
    right: float,
    place: int,
) -> tuple[float, float]:
    """Take a frame and return the one that was taken `ahead` frames before, limited."""
    peak = max(abs(left), abs(right))
    if not peak < ABSURD:
        left = right = peak = 0.0
    needed = UNITY if peak <= CEILING else int(UNITY * CEILING / peak)
    held = least_gain(limit, queue_gains, queue_places, needed, place) / UNITY
    gain = limit.gain + (1.0 - limit.gain) * limit.recover
    if gain > 1.0 - 1e-6:
        gain = 1.0
    limit.gain = min(gain, held)
    whole = int(limit.gain * UNITY)
    limit.sum += whole - gains[(place - limit.ahead) & MASK]
    gains[place & MASK] = whole
    now, then = place & MASK, (place - limit.ahead) & MASK
    mean = limit.sum / (limit.ahead * UNITY)
    out = (ahead[then] * mean, ahead[AHEAD_ROOM + then] * mean)
    ahead[now], ahead[AHEAD_ROOM + now] = left, right
    return out
