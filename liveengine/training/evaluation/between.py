"""The way from one groove to another through the latent: how even and straight it is, and whether what lies on it is
still a groove.

A bar counts as valid where it has as many hits as drummers' bars have, and is as near to one of them: of the bars of
held-out drummers, 95 % have a number of hits within the same bounds, and 95 % overlap their nearest bar of training
at least as far (Jaccard, as `structure`). So of real bars nine in ten are valid, and a model cannot do much better.

Source: Roberts et al., "A Hierarchical Latent Vector Model", ICML 2018 (the way through the data beside the way
through the latent).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liveengine.generators.codecs.frames import FRAMES, SUBSTEPS, Floats, condition
from liveengine.generators.drawing import drawn
from liveengine.training.asking import Torch
from liveengine.training.evaluation import battery
from liveengine.training.evaluation.battery import Rows, Table
from liveengine.training.evaluation.groove_structure import struck
from liveengine.training.evaluation.structure import Struck, similarity
from liveengine.training.models.groove import GrooveModel

#: How many pairs of grooves are walked between, and in how many steps.
PAIRS, STEPS = 64, 8

#: By how many draws it is heard what is to be expected.
THROWS = 8

#: So much of what is real lies within bounds.
WITHIN = 0.95

#: How many bars are compared with all of training at once.
_AT_ONCE = 256

Array = NDArray[np.floating]


# -- what is expected on the way ---------------------------------------------


def interpolation(model: GrooveModel, mean: Floats) -> dict[str, float]:
    """Return how even and straight the way between pairs of latents is, in the hits that are to be expected.

    Every place is drawn some times, by the same throws: what differs is the latent.
    """
    told, asked = np.repeat(condition({}, latent=True)[None], PAIRS, axis=0), Torch(model)
    places = []
    for latents in _way(mean[_pairs(len(mean))], np.linspace(0, 1, STEPS + 1)):
        struck = [drawn(asked, told, latents, np.random.default_rng(seed)).pattern > 0 for seed in range(THROWS)]
        places.append(np.mean(struck, axis=0).reshape(PAIRS, -1))
    return evenness(np.stack(places, axis=1))


def evenness(ways: Array) -> dict[str, float]:
    """Return how even and how straight ways are, the mean over all that move, or 0; (ways, places, numbers).

    >>> evenness(np.array([[[0.0], [1.0], [2.0]]]))
    {'even': 1.0, 'straight': 1.0}
    """
    steps = np.linalg.norm(np.diff(ways, axis=1), axis=2)
    direct = np.linalg.norm(ways[:, -1] - ways[:, 0], axis=1)
    moves = steps.max(axis=1) > 0
    if not moves.any():
        return {"even": 0.0, "straight": 0.0}
    even = steps[moves].mean(axis=1) / steps[moves].max(axis=1)
    straight = direct[moves] / steps[moves].sum(axis=1)
    return {"even": float(even.mean()), "straight": float(straight.mean())}


# -- what is drawn on the way ------------------------------------------------


def validity(model: GrooveModel, mean: Floats, rows: Rows, train: Rows) -> Table:
    """Return the share of valid bars among those drawn between pairs of held-out grooves, and beside it of mixes.

    `mean` are the latents of `rows`, (n, latent). `hits` and `overlap` are the shares that keep to one bound alone.
    """
    pairs, shares = _pairs(len(mean)), np.linspace(0, 1, STEPS + 1)[1:-1]
    way = _way(mean[pairs], shares).reshape(-1, mean.shape[1])
    chance = np.random.default_rng(47)
    told = np.repeat(condition({}, latent=True)[None], len(way), axis=0)
    through = battery.as_rows(drawn(Torch(model), told, way, chance))["velocity"]
    real = _bars(rows["velocity"])
    bounds = Bounds.of(real, _bars(train["velocity"]))
    return {
        "through the latent": bounds.keeps(_bars(through)),
        "both at once": bounds.keeps(_bars(faded(rows["velocity"][pairs], shares))),
        "each sixteenth of one or the other": bounds.keeps(_bars(crossed(rows["velocity"][pairs], shares, chance))),
        "real grooves": bounds.keeps(real),
    }


def faded(ends: Floats, shares: Array) -> Floats:
    """Return grooves that play both of their ends, each as loud as its share: (2, pairs, 96, 9) to (ways, 96, 9)."""
    return _way(ends, shares).reshape(-1, *ends.shape[2:])


def crossed(ends: Floats, shares: Array, chance: np.random.Generator) -> Floats:
    """Return grooves each sixteenth of which, all voices, is of one end or the other: of the second by its share."""
    count = ends.shape[1]
    second = chance.random((len(shares), count, FRAMES)) < shares[:, None, None]
    # A sixteenth begins a step early: see `frames`.
    steps = np.roll(second.repeat(SUBSTEPS, axis=2), -1, axis=2)[..., None]
    mixed: Floats = np.where(steps, ends[1], ends[0])
    return mixed.reshape(-1, *ends.shape[2:])


@dataclass(frozen=True, slots=True)
class Bounds:
    """What bars of drummers keep to: how many hits, at least and at most, and how much of their nearest `known` bar."""

    least: float
    most: float
    overlap: float
    known: Struck

    @classmethod
    def of(cls, real: Struck, known: Struck) -> Bounds:
        """Return the bounds of real bars (n, places), which are none of the known ones (m, places)."""
        least, most = np.quantile(real.sum(axis=1), [(1 - WITHIN) / 2, (1 + WITHIN) / 2])
        return cls(float(least), float(most), float(np.quantile(nearest(real, known), 1 - WITHIN)), known)

    def keeps(self, bars: Struck) -> dict[str, float]:
        """Return the share of bars (n, places) that keep to both bounds, and to either."""
        hits = bars.sum(axis=1)
        within = (hits >= self.least) & (hits <= self.most)
        near = nearest(bars, self.known) >= self.overlap
        return {name: float(each.mean()) for name, each in
                {"valid": within & near, "hits": within, "overlap": near}.items()}  # fmt: skip


def nearest(bars: Struck, known: Struck) -> NDArray[np.float64]:
    """Return how much each bar, (n, places), overlaps the nearest of those that are known, (m, places): (n,), 0-1."""
    some = (bars[begin : begin + _AT_ONCE] for begin in range(0, len(bars), _AT_ONCE))
    return np.concatenate([similarity(each, known).max(axis=1) for each in some])


def _pairs(count: int) -> NDArray[np.int64]:
    """Return which grooves are walked between, (2, PAIRS)."""
    return np.random.default_rng(43).integers(count, size=(2, PAIRS))


def _way(ends: Floats, shares: Array) -> Floats:
    """Return what lies straight between pairs of ends, (2, pairs, ...): (shares, pairs, ...)."""
    share = shares.astype(np.float32).reshape(-1, *(1 for _ in ends.shape[1:]))
    return (1 - share) * ends[0] + share * ends[1]


def _bars(velocity: Floats) -> Struck:
    """Return which places of each bar are struck: (n, 96, 9) to (2 n, 144)."""
    return np.concatenate([struck(groove) for groove in velocity])
