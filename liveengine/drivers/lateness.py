"""How late events left, counted as they leave.

Realtime-safe, but for the reading functions.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liveengine.compiled import compiled
from liveengine.sequencer.records.ports import LATENESS_BINS


@compiled
def count_late(bins: NDArray[np.int64], late_us: float) -> None:
    """Count one event; bins are eighths of an octave of microseconds."""
    place = int(8.0 * math.log2(late_us)) if late_us > 1.0 else 0
    bins[min(place, LATENESS_BINS - 1)] += 1


def percentile_us(bins: NDArray[Any], share: float) -> float:
    """Return the lateness in µs that `share` (0-1) of the events did not exceed; 0 where there are none."""
    total = int(bins.sum())
    if total == 0:
        return 0.0
    place = int(np.searchsorted(np.cumsum(bins), math.ceil(share * total)))
    return 0.0 if place == 0 else float(2.0 ** ((place + 1) / 8))


def by_octaves(bins: NDArray[Any]) -> list[int]:
    """Return the events by octaves of lateness: under 2 µs, 2–4 µs and so on; the last holds all from 2^15 µs on."""
    whole = bins[: 15 * 8].reshape(15, 8).sum(axis=1)
    return [*whole.tolist(), int(bins[15 * 8 :].sum())]
