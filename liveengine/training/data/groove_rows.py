"""What a groove model trains on: rows of `grooves` as the numbers it reads, and how often each is to be drawn.

Waits for the disk.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liveengine.generators.codecs.grid import STEP_TICKS, VELOCITY_MAX
from liveengine.training.data.grooves import FIELDS
from liveengine.training.data.shards import Shards

#: How much of the imbalance between performers is undone. At 1 all would be drawn alike, and four minutes of one
#: drummer would be learnt by heart; at 0 three of seven would be most of it.
BALANCE = 0.5


class GrooveRows:
    """One split of a prepared collection: `GrooveRows(cache / "gmd" / "train")`.

    Each item is a dict of numpy arrays: `hits` (96, 9) bool, `velocity` (96, 9) float32 0-1, `offset` (96, 9)
    float32 in [-0.5, 0.5) steps, `features` (40,) float32, `style` and `performer` int (-1: no style told),
    `tempo` float32 BPM, `fill` bool, `piece` and `bar` int (where it comes from), and `bars` (2, or 1 where one bar
    is played twice).
    """

    def __init__(self, folder: Path) -> None:
        self.shards = Shards(folder)
        if self.shards.fields != FIELDS:
            raise ValueError(f"{folder}: no grooves, or of another time; prepare the data again")

    def __len__(self) -> int:
        return len(self.shards)

    def __getitem__(self, number: int) -> dict[str, NDArray[Any]]:
        return _decoded(self.shards.row(number))

    def batch(self, numbers: Sequence[int] | NDArray[np.integer]) -> dict[str, NDArray[Any]]:
        """Return many items, each array with one more dimension in front."""
        return _decoded(self.shards.rows(numbers))

    @property
    def performers(self) -> tuple[str, ...]:
        """Names of the performers, by number."""
        return tuple(self.shards.index["performers"])

    @property
    def pieces(self) -> tuple[str, ...]:
        """Paths of the pieces, by number."""
        return tuple(self.shards.index["pieces"])

    @property
    def files(self) -> int:
        """How many files they are from."""
        return len(np.unique(self.shards.column("piece")))

    def weights(self, balance: float = BALANCE) -> NDArray[np.float64]:
        """Return how often each row is to be drawn, (rows,), summing to 1: performers who played more, less often."""
        performer = self.shards.column("performer")
        count = np.bincount(performer, minlength=1)
        weight = count[performer].astype(np.float64) ** -balance
        share: NDArray[np.float64] = weight / weight.sum()
        return share


def _decoded(stored: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    velocity, offset = stored.pop("velocity"), stored.pop("offset")
    return {
        "hits": velocity > 0,
        "velocity": (velocity / np.float32(VELOCITY_MAX)).astype(np.float32),
        "offset": (offset / np.float32(STEP_TICKS)).astype(np.float32),
        **stored,
    }
