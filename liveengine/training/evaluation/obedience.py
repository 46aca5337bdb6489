"""Whether a knob does what it says: Spearman's ρ of what is asked and what is measured, and how sure that is.

The interval is of other questions: grooves are drawn again from those that were made, with what each was asked.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from liveengine.generators.codecs.frames import FRAMES, RANKED, condition
from liveengine.generators.drawing import Drummer
from liveengine.training import tasks
from liveengine.training.evaluation import battery
from liveengine.training.evaluation.battery import Table
from liveengine.training.evaluation.intervals import RESAMPLED, interval


def obedience(model: Drummer, latent: int, ranks: Mapping[str, list[float]]) -> Table:
    """Return Spearman's ρ between what each knob asks and what the groove measures."""
    table: Table = {}
    for place, name in enumerate(RANKED):
        chance = np.random.default_rng((17, place))
        asked = chance.random(battery.DRAWN)
        rows = np.stack([condition({name: value}) for value in asked])
        wanted = FRAMES * np.interp(asked, np.linspace(0, 1, len(ranks[name])), ranks[name])
        grooves = battery.drawn_each(model, rows, latent, chance, wanted if name == "density" else None)
        table[name] = agreement(asked, tasks.asked(battery.as_rows(grooves))[name])
    return table


def agreement(asked: NDArray[np.floating], got: NDArray[np.floating]) -> dict[str, float]:
    """Return ρ of what was asked and what came of it, and between what it lies for 95 % of other draws of them."""
    chance = np.random.default_rng(37)
    others = (chance.integers(len(asked), size=len(asked)) for _ in range(RESAMPLED))
    low, high = interval(np.array([spearman(asked[each], got[each]) for each in others]))
    return {"rho": spearman(asked, got), "rho low": low, "rho high": high}


def spearman(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    """Return the correlation of ranks; equals share theirs; 0 where either never varies.

    >>> spearman(np.array([1.0, 2.0, 3.0]), np.array([10.0, 20.0, 90.0]))
    1.0
    """
    a, b = (ranks - ranks.mean() for ranks in (_ranks(one), _ranks(other)))
    spread = np.sqrt((a @ a) * (b @ b))
    return round(float(a @ b / spread), 12) if spread else 0.0


def _ranks(values: NDArray[np.floating]) -> NDArray[np.float64]:
    rising = np.sort(values)
    return (np.searchsorted(rising, values, "left") + np.searchsorted(rising, values, "right")) / 2.0
