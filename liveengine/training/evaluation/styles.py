"""Whether a style that is told is heard: how far grooves lie from those of the style, and from those of others.

Grooves are compared by what is struck where: the shares of all hits that each voice has on each sixteenth of a bar.
Source of the distance: Lin, "Divergence measures based on the Shannon entropy", IEEE Trans. Information Theory, 1991.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from liveengine.generators.codecs.frames import BARS, FRAMES, TEMPO_FULL_BPM, condition, framed
from liveengine.generators.codecs.vocabulary import STYLES
from liveengine.generators.drawing import Drummer
from liveengine.training.evaluation import battery
from liveengine.training.evaluation.battery import Rows, Table

#: A style is known where so many grooves of training have it that are no fills; so many are drawn of each.
LEAST, DRAWN = 150, 96


def table(model: Drummer, latent: int, train: Rows) -> Table:
    """Return, for each style known, how far grooves lie from real ones of it: told it, told nothing of style; and how
    far those told it lie from real ones of the other style that is nearest. All are told the style's usual tempo, and
    have a latent, as on stage.
    """
    real = known(train)
    found: Table = {}
    for name, (places, tempo_bpm) in real.items():
        told, untold = (_drawn(model, latent, style, name, tempo_bpm) for style in (name, ""))
        others = (apart(told, of) for other, (of, _) in real.items() if other != name)
        found[name] = {
            "told": apart(told, places),
            "untold": apart(untold, places),
            "from another": min(others, default=1.0),
        }
    return found


def _drawn(model: Drummer, latent: int, style: str, of: str, tempo_bpm: float) -> NDArray[np.float64]:
    row = condition({"tempo": tempo_bpm / TEMPO_FULL_BPM}, style, latent=True)
    chance = np.random.default_rng((41, STYLES.index(of)))
    return struck(battery.drawn_each(model, np.repeat(row[None], DRAWN, axis=0), latent, chance).pattern)


def known(train: Rows) -> dict[str, tuple[NDArray[np.float64], float]]:
    """Return what is struck where in each style that is known, and its usual tempo in BPM."""
    pattern = framed(train["velocity"], train["offset"]).pattern
    found: dict[str, tuple[NDArray[np.float64], float]] = {}
    for number, name in enumerate(STYLES):
        own = (train["style"] == number) & (train["fill"] == 0)
        if own.sum() >= LEAST:
            found[name] = struck(pattern[own]), float(np.median(train["tempo"][own]))
    return found


def struck(pattern: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the share of all hits of grooves (n, 32, 9) that each voice has on each sixteenth of a bar, (16, 9)."""
    hits: NDArray[Any] = (pattern > 0).reshape(-1, FRAMES // BARS, pattern.shape[-1]).sum(axis=0)
    return hits / max(1, hits.sum())


def apart(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    """Return the Jensen-Shannon divergence of shares in bits: 0 for the same, 1 where nothing is shared.

    >>> apart(np.array([1.0, 0.0]), np.array([0.0, 1.0]))
    1.0
    """
    mean = 0.5 * (one + other)
    return float(0.5 * sum((a[a > 0] * np.log2(a[a > 0] / mean[a > 0])).sum() for a in (one, other)))
