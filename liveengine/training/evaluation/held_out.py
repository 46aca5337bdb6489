"""What a groove model makes of rows it never saw: how surprised it is by hits, how far off in velocity and timing.

Everything is asked without the latent, which has read the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liveengine.generators.codecs.frames import framed
from liveengine.generators.codecs.grid import STEPS_PER_BEAT
from liveengine.generators.drawing import Drummer, felt, surprise
from liveengine.training import tasks


def measured(
    model: Drummer, latent: int, rows: Mapping[str, NDArray[Any]], ranks: Mapping[str, list[float]]
) -> dict[str, float]:
    """Return `bits_per_hit`, `bits_per_bar`, `velocity` (mean error, 0-1), `offset` (steps) and `timing_ms`.

    Bits are those of all hits, drawn one after another; only style, tempo and whether it is a fill are told. Velocity
    and offset: all hits known, nothing of the feel.
    """
    sums = {name: float(values.sum()) for name, values in each(model, latent, rows, ranks).items()}
    return {
        "bits_per_hit": sums["bits"] / sums["hits"],
        "bits_per_bar": sums["bits"] / len(rows["tempo"]) / 2,
        **{name: sums[name] / sums["hits"] for name in ("velocity", "offset", "timing_ms")},
    }


def each(
    model: Drummer, latent: int, rows: Mapping[str, NDArray[Any]], ranks: Mapping[str, list[float]]
) -> dict[str, NDArray[np.float64]]:
    """Return for each groove, summed over its hits, (n,): `bits`, `velocity`, `offset`, `timing_ms`, and `hits`."""
    frames = framed(rows["velocity"], rows["offset"])
    told, none = tasks.plain(rows, ranks), np.zeros((len(frames.pattern), latent), np.float32)
    played = felt(model, frames.pattern, told, none)
    late = (np.abs(played.offset - frames.offset) * frames.hits).sum(axis=(1, 2, 3), dtype=np.float64)
    return {
        "bits": surprise(model, frames.pattern, told, none) / np.log(2),
        "velocity": (np.abs(played.velocity - frames.velocity) * frames.hits).sum(axis=(1, 2, 3), dtype=np.float64),
        "offset": late,
        "timing_ms": late * 60_000 / rows["tempo"] / STEPS_PER_BEAT,
        "hits": frames.hits.sum(axis=(1, 2, 3), dtype=np.float64),
    }
