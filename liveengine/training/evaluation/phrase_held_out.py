"""What a phrase model makes of lines it never saw: how surprised it is, in bits a note and a bar.

Role, metre, key, chords, tempo and style are told; how full a bar is only where it is said so. A line longer than the
model's context is cut there.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from liveengine.generators.codecs import lines
from liveengine.generators.codecs.vocabulary import BAR
from liveengine.training.data.phrase_rows import GIVEN, Batch, Line, posed, stacked
from liveengine.training.models.phrase import PhraseModel
from liveengine.training.phrase_loop import surprise

#: So many lines are asked at once.
AT_ONCE = 16

#: What is not told, and what tells how full a bar is.
UNTOLD, FULLNESS = ("syncopation", "section", "others"), "density"


def asked(line: Line, context: int, full: bool = False) -> Batch:
    """Return the question of one line; `full` tells how full each bar is."""
    batch = posed(line, context)
    for name in UNTOLD if full else (*UNTOLD, FULLNESS):
        lines.part(batch.told, name)[:] = 0.0
    return batch


@torch.no_grad()
def surprises(
    model: PhraseModel, held: Sequence[Line], full: bool = False
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """Yield the targets of each line, and the bits of each, 0 where it was given."""
    model.eval()
    for first in range(0, len(held), AT_ONCE):
        each = [asked(line, model.size.context, full) for line in held[first : first + AT_ONCE]]
        nats = surprise(model, stacked(each)).double().numpy()
        for batch, row in zip(each, nats, strict=True):
            yield batch.target[0], row[: batch.target.shape[1]] / np.log(2)


def measured(model: PhraseModel, held: Sequence[Line], full: bool = False) -> dict[str, float]:
    """Return `bits_per_note`, `bits_per_bar` and `bits_per_token` of lines; `full` tells how full each bar is."""
    counts = np.zeros(4)
    for targets, bits in surprises(model, held, full):
        counts += counted(targets, bits)
    return as_measures(counts)


def counted(targets: NDArray[np.int64], bits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return bits, tokens, notes and bars of a line; a bar counts where its end is a target."""
    real = targets[targets != GIVEN]
    return np.array([bits.sum(), len(real), lines.STRIKES[real].sum(), (real == BAR).sum()], np.float64)


def as_measures(counts: NDArray[np.float64]) -> dict[str, float]:
    """Return measures of sums of what `counted` returns."""
    bits, tokens, notes, bars = counts
    return {
        "bits_per_note": float(bits / max(notes, 1)),
        "bits_per_bar": float(bits / max(bars, 1)),
        "bits_per_token": float(bits / max(tokens, 1)),
    }
