"""How far a measure would move if other pieces had been held out: 95 % bootstrap intervals over pieces.

Pieces are drawn, not bars: bars of one piece are alike, and drawn one by one they would promise too much.

Pure. Source: Efron & Tibshirani, "An Introduction to the Bootstrap", 1993 (percentile intervals).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liveengine.training.evaluation import battery
from liveengine.training.evaluation.battery import BINS, Rows, Sums, Table

#: How often pieces are drawn anew, and what share of the results an interval holds.
RESAMPLED = 1000
SHARE = 0.95


def draws(rows: Rows, seed: int = 31) -> NDArray[np.float64]:
    """Return how often each row counts in each redrawing of its pieces, (RESAMPLED, n). Rows name their `piece`."""
    chance = np.random.default_rng(seed)
    _, of = np.unique(rows["piece"], return_inverse=True)
    pieces = int(of.max()) + 1
    times = chance.multinomial(pieces, np.full(pieces, 1 / pieces), size=RESAMPLED)
    counted: NDArray[np.float64] = times[:, of].astype(np.float64)
    return counted


def interval(values: NDArray[np.floating]) -> tuple[float, float]:
    """Return what SHARE of all values lie between."""
    low, high = np.quantile(values, [(1 - SHARE) / 2, (1 + SHARE) / 2])
    return float(low), float(high)


def held_out(sums: Mapping[str, Sums], counted: NDArray[np.float64]) -> Table:
    """Return intervals of bits per hit, velocity and timing for each row of the held-out table."""
    table: Table = {}
    for name, of in sums.items():
        hits = counted @ of["hits"]
        row: dict[str, float] = {}
        for what, title in (("bits", "bits_per_hit"), ("velocity", "velocity"), ("timing_ms", "timing_ms")):
            if what in of:
                row[f"{title} low"], row[f"{title} high"] = interval((counted @ of[what]) / hits)
        table[name] = row
    return table


def beyond(sums: Mapping[str, Sums], counted: NDArray[np.float64], model: str = "model") -> Table:
    """Return by how much each row of the held-out table is beyond the model's, on the same pieces: above 0 is worse.

    The pieces are redrawn for both at once: what is hard in a piece is hard for both, and says nothing.
    """
    table: Table = {}
    for name, of in sums.items():
        row: dict[str, float] = {}
        for what, title in (("bits", "bits_per_hit"), ("velocity", "velocity"), ("timing_ms", "timing_ms")):
            if what in of and name != model:
                more = of[what] - sums[model][what]
                row[title] = float(more.sum() / of["hits"].sum())
                row[f"{title} low"], row[f"{title} high"] = interval((counted @ more) / (counted @ of["hits"]))
        if row:
            table[name] = row
    return table


def overlaps(grooves: Mapping[str, Rows], test: Rows, counted: NDArray[np.float64]) -> Table:
    """Return intervals of the overlap of each kind of groove with the held-out ones; the grooves stay the same."""
    reference = battery.features_of(test)
    twice = counted.repeat(len(reference) // counted.shape[1], axis=1)  # both bars of a row
    return {name: _overlap(battery.features_of(rows), reference, twice) for name, rows in grooves.items()}


def _overlap(one: NDArray[Any], reference: NDArray[Any], counted: NDArray[np.float64]) -> dict[str, float]:
    shared = np.zeros(len(counted))
    whole = counted.sum(axis=1, keepdims=True)
    for a, b in zip(one.T, reference.T, strict=True):
        edges = battery.edges(a, b)
        bins = np.clip(np.searchsorted(edges, b, "right") - 1, 0, BINS - 1)
        shares = counted @ (bins[:, None] == np.arange(BINS)) / whole
        shared += np.minimum(np.histogram(a, edges)[0] / len(a), shares).sum(axis=1)
    low, high = interval(shared / one.shape[1])
    return {"overlap low": low, "overlap high": high}
