"""Structure: how alike the bars of a piece are to each other, and whether it comes back to what it played bars ago.

A bar is which of its places are struck; two are as alike as the share of what either strikes that both do (Jaccard).
A loop of two bars is wholly alike two bars later, and so after 8, 16 and 32; a piece with a form comes back to some
bars more than to any. Two silent bars are alike.

Pure. Source: Foote, "Visualizing Music and Audio using Self-Similarity", ACM Multimedia 1999.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

#: The bars of one piece, (bars, places), True where something is struck.
Struck: TypeAlias = NDArray[np.bool_]

#: After so many bars a piece is looked at again.
LAGS = (1, 2, 4, 8, 16, 32)


def similarity(bars: Struck, others: Struck) -> NDArray[np.float64]:
    """Return how alike each of some bars and each of others are, (bars, others), 0-1."""
    one, other = bars.astype(np.float64), others.astype(np.float64)
    both = one @ other.T
    either = one.sum(axis=1)[:, None] + other.sum(axis=1) - both
    alike: NDArray[np.float64] = np.where(either > 0, both / np.maximum(either, 1), 1.0)
    return alike


def form(pieces: Iterable[Struck]) -> dict[str, float]:
    """Return how alike any two bars of a piece are, and two that lie so many bars apart: the mean over pieces.

    A lag is told of those pieces alone that last longer, and not at all where none does.
    """
    found: dict[str, list[float]] = {}
    for piece in pieces:
        alike, bars = similarity(piece, piece), len(piece)
        if bars < 2:
            continue
        found.setdefault("any two bars", []).append(float((alike.sum() - bars) / (bars * (bars - 1))))
        for lag in LAGS:
            if lag < bars:
                found.setdefault(f"after {lag}", []).append(float(alike.diagonal(lag).mean()))
    return {name: float(np.mean(values)) for name, values in found.items()}


def together(pieces: Sequence[Struck], chance: np.random.Generator) -> list[Struck]:
    """Return pieces as long as these, of any of their bars in any order: what is alike by chance."""
    order = chance.permutation(np.concatenate(pieces))
    ends = np.cumsum([len(piece) for piece in pieces])
    return np.split(order, ends[:-1])
