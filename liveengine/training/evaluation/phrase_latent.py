"""What the latents of bars hold: how much less surprising a held-out line is that is told them, and what they cost.

An encoder makes them of the bars themselves, so that they cost their nats; those of chance cost none.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from liveengine.generators.codecs import lines
from liveengine.training.data.phrase_rows import Batch, Line, stacked
from liveengine.training.data.phrases import WINDOW_BARS
from liveengine.training.evaluation.battery import Table
from liveengine.training.evaluation.phrase_held_out import AT_ONCE, asked
from liveengine.training.models.phrase import PhraseModel
from liveengine.training.phrase_loop import Noise, say, surprise

#: A number of a latent that holds more nats a bar than this is in use.
IN_USE = 0.01


@torch.no_grad()
def table(model: PhraseModel, held: Sequence[Line]) -> Table:
    """Return bits a note of lines told no latents, those of their bars, and chance's; nothing for a model without."""
    if model.encoder is None:
        return {}
    model.eval()
    chance = np.random.default_rng(29)
    bits, notes, nats = np.zeros(3), 0, []
    for first in range(0, len(held), AT_ONCE):
        batch = stacked([asked(line, model.size.context) for line in held[first : first + AT_ONCE]])
        rows = len(batch.token)
        own = Noise(torch.zeros(rows, WINDOW_BARS, lines.LATENT), torch.ones(rows, dtype=torch.bool))
        costs = surprise(model, batch), surprise(model, batch, own), surprise(model, of_chance(batch, chance))
        bits += [float(each.sum()) / np.log(2) for each in costs]
        notes += int(lines.STRIKES[np.maximum(batch.target, 0)].sum())
        nats.append(say(model, batch, own)[2])
    held_in = torch.cat(nats)
    by_number = held_in.mean(dim=0)
    cost = float(held_in.sum()) / np.log(2) / max(notes, 1)
    untold, told, drawn = bits / max(notes, 1)
    return {
        "told none": {"bits_per_note": untold},
        "told those of its bars": {
            "bits_per_note": told,
            "bits_of_them": cost,
            "nats_a_bar": float(by_number.sum()),
            "numbers_in_use": int((by_number > IN_USE).sum()),
        },
        "told chance's": {"bits_per_note": drawn},
    }


def of_chance(batch: Batch, chance: np.random.Generator) -> Batch:
    """Tell each bar a latent that was drawn."""
    drawn = chance.standard_normal((len(batch.token), WINDOW_BARS, lines.LATENT)).astype(np.float32)
    told = batch.told.copy()
    each = np.take_along_axis(drawn, np.maximum(batch.bar, 0)[..., None], axis=1)
    lines.part(told, "latent")[:] = np.append(each, np.ones((*batch.bar.shape, 1), np.float32), axis=-1)
    return batch._replace(told=told)
