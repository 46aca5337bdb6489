"""The structure of grooves: of held-out pieces, of what a model makes bar after bar, and of baselines.

A model is asked as `liveengine generate` asks it, four bars at a time, each time with the next seed: nobody tells it
what it played before. On stage a pattern is drawn once and goes round, which is a form of its own.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liveengine.generators.codecs.frames import SUBSTEPS
from liveengine.generators.codecs.grid import BAR_STEPS, VOICES, encode
from liveengine.generators.contract import Controls
from liveengine.generators.drawing import Drummer
from liveengine.generators.neural import Groove
from liveengine.training.evaluation.battery import OTHERS, Rows, Table
from liveengine.training.evaluation.structure import Struck, form, together

#: So many pieces of so many bars are made, and so many bars at a time.
PIECES, BARS, AT_ONCE = 16, 40, 4


def table(
    model: Drummer, latent: int, ranks: Mapping[str, Sequence[float]], grooves: Mapping[str, Rows], test: Rows
) -> Table:
    """Return the form of held-out pieces, of a model's, and of `battery.compared`'s two bars after two bars."""
    real = held_out(test)
    rows: dict[str, Sequence[Struck]] = {
        "real": real,
        "real, any bars in any order": together(real, np.random.default_rng(41)),
        "model, four bars at a time": made(model, latent, ranks),
    }
    for name, two_bars in grooves.items():
        if name != OTHERS:
            rows[f"{name}, two bars at a time"] = one_after_another(two_bars)
    return {name: form(pieces) for name, pieces in rows.items()}


def held_out(rows: Rows) -> list[Struck]:
    """Return the pieces that rows of two bars are cut from."""
    pieces = []
    for number in np.unique(rows["piece"]):
        own = np.flatnonzero(rows["piece"] == number)
        whole = np.zeros((int(rows["bar"][own].max()) + 2, BAR_STEPS, len(VOICES)), np.float32)
        for row in own:
            first = int(rows["bar"][row])
            whole[first : first + 2] = rows["velocity"][row].reshape(2, BAR_STEPS, -1)
        if int(rows["bars"][own].max()) > 1:  # one bar that is played twice is no piece
            pieces.append(struck(whole.reshape(-1, len(VOICES))))
    return pieces


def made(model: Drummer, latent: int, ranks: Mapping[str, Sequence[float]]) -> list[Struck]:
    """Return pieces that a model makes, a few bars at a time."""
    play = Groove("measured", lambda bars: model, latent, tuple(ranks["density"]))
    asked = Controls(bars=AT_ONCE)

    def piece(number: int) -> NDArray[Any]:
        parts = (play(None, frozenset(), asked, 1000 * number + begins) for begins in range(0, BARS, AT_ONCE))
        return np.concatenate([encode(part).grid.velocity for part in parts])

    return [struck(piece(number)) for number in range(PIECES)]


def one_after_another(rows: Rows) -> list[Struck]:
    """Return pieces of grooves of two bars, as they come."""
    each = min(BARS // 2, len(rows["velocity"]))
    count = len(rows["velocity"]) // each
    whole = rows["velocity"][: count * each].reshape(count, -1, len(VOICES))
    return [struck(piece) for piece in whole]


def struck(velocity: NDArray[Any]) -> Struck:
    """Return which voice is struck on which sixteenth, or a twelfth beside it: (bars * 48, 9) to (bars, 144)."""
    sixteenths = np.roll(velocity > 0, 1, axis=0).reshape(-1, SUBSTEPS, len(VOICES)).any(axis=1)
    bars: Struck = sixteenths.reshape(len(velocity) // BAR_STEPS, -1)
    return bars
