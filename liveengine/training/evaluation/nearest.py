"""The nearest grooves of training by what is known: how they are played, and copies of them.

A model that cannot beat the feel of a groove's nearest neighbours, or whose grooves are theirs, has learnt little.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liveengine.generators.codecs.frames import Frames, framed
from liveengine.training.evaluation.baselines import ByPlace

#: How many neighbours are asked.
NEIGHBOURS = 8

#: How many grooves are compared with all of training at once.
_AT_ONCE = 256


class Nearest:
    """Grooves of training, found by their hits, or by what is told of style, tempo and fill."""

    def __init__(self, rows: Mapping[str, NDArray[Any]], usual: ByPlace) -> None:
        self.rows = rows
        self._frames = framed(rows["velocity"], rows["offset"])
        self._flat = self._frames.hits.reshape(len(self._frames.pattern), -1)
        self._usual = usual

    def neighbours(self, frames: Frames, count: int = NEIGHBOURS) -> NDArray[np.intp]:
        """Return the numbers of the grooves with the fewest hits otherwise, (n, count), the nearest first."""
        flat = frames.hits.reshape(len(frames.pattern), -1)
        struck = self._flat.sum(axis=1)
        found = []
        for begin in range(0, len(flat), _AT_ONCE):
            some = flat[begin : begin + _AT_ONCE]
            apart = some.sum(axis=1)[:, None] + struck - 2 * some @ self._flat.T
            found.append(apart.argsort(axis=1, kind="stable")[:, :count])
        return np.concatenate(found)

    def feel(self, frames: Frames) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return velocity and offset for every step, (n, 32, 9, 3): the mean of those neighbours that strike it.

        Where none does it is what is usual at its place.
        """
        chosen = self.neighbours(frames)
        velocity, offset = self._usual.played(len(chosen))
        hits = self._frames.hits[chosen]
        count = hits.sum(axis=1)
        there = count > 0
        for into, values in ((velocity, self._frames.velocity), (offset, self._frames.offset)):
            mean = (values[chosen] * hits).sum(axis=1) / np.maximum(count, 1)
            into[there] = mean[there]
        return velocity, offset

    def copies(self, told: Mapping[str, NDArray[Any]], chance: np.random.Generator) -> dict[str, NDArray[Any]]:
        """Return for each row told of (`style`, `fill`, `tempo`) the groove of training that is nearest in these.

        Of some as near chance takes one.
        """
        chosen = []
        for style, fill, tempo in zip(told["style"], told["fill"], told["tempo"], strict=True):
            otherwise = (self.rows["style"] != style) * 1e6 + (self.rows["fill"] != fill) * 1e3
            apart = otherwise + np.abs(self.rows["tempo"] - tempo)
            chosen.append(chance.choice(np.flatnonzero(apart == apart.min())))
        return {name: self.rows[name][chosen] for name in ("velocity", "offset")}


def shuffled(
    rows: Mapping[str, NDArray[Any]], chance: np.random.Generator, drums_stay: bool = False
) -> dict[str, NDArray[Any]]:
    """Return grooves with their hits, played as they were, on any step of any drum; or on any step of their own."""
    velocity, offset = rows["velocity"], rows["offset"]
    shape = velocity.shape if drums_stay else (len(velocity), velocity[0].size, 1)
    order = chance.random(shape).argsort(axis=1)

    def moved(values: NDArray[Any]) -> NDArray[Any]:
        return np.take_along_axis(values.reshape(shape), order, 1).reshape(velocity.shape)

    return {"velocity": moved(velocity), "offset": moved(offset)}
