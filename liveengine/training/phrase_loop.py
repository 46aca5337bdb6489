"""The loop of `training.loop` for phrase models: lines in, the surprise at each next token to become small.

Waits for the disk, and takes its time.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from liveengine.training.data.phrase_rows import GIVEN, Batch, PhraseRows
from liveengine.training.loop import Trainer
from liveengine.training.models.phrase import PhraseModel

#: Rows of like length are learnt from together: of so many batches' rows, drawn and sorted, one batch is taken.
SORTED = 4


def surprise(model: PhraseModel, batch: Batch) -> Tensor:
    """Return the nats of each target, (n, t); 0 where it was given."""
    token, hints, root, told, target = (torch.from_numpy(np.ascontiguousarray(array)) for array in batch)
    with torch.autocast("cpu", torch.bfloat16):
        said = model(token, hints, root, told)
    flat = F.cross_entropy(said.float().flatten(0, 1), target.flatten(), ignore_index=GIVEN, reduction="none")
    return flat.view_as(target)


class PhraseTrainer(Trainer[PhraseModel, PhraseRows]):
    """One run of training of a phrase model."""

    def new_model(self) -> PhraseModel:
        """Return a model of the config's size."""
        return PhraseModel(self.config.phrase)

    def chosen(self, chance: np.random.Generator) -> NDArray[np.integer]:
        """Draw some batches' rows and return those of one, of like length."""
        batch = self.config.schedule.batch
        drawn = chance.choice(len(self.rows), batch * SORTED, p=self.share)
        lengths = np.array([len(self.rows.lines[number].tokens) for number in drawn])
        by_length = drawn[np.minimum(lengths, self.config.phrase.context).argsort(kind="stable")]
        begin = batch * int(chance.integers(SORTED))
        return by_length[begin : begin + batch]

    def loss(self, numbers: NDArray[np.integer], chance: np.random.Generator, told: dict[str, float]) -> Tensor:
        """Return the mean surprise a token, in nats, and tell it."""
        batch = self.rows.lines_of(numbers, chance)
        tokens = (batch.target != GIVEN).sum() / self.team.size
        own = Batch._make(array[self.own] for array in batch)
        with self.team.own_chance():
            total = surprise(self.model, own).sum() / tokens
        told["loss"] = told.get("loss", 0.0) + total.item()
        return total
