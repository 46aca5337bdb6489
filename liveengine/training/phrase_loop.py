"""The loop of `training.loop` for phrase models: lines in, the surprise at each next token to become small.

Waits for the disk, and takes its time.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from liveengine.training import phrase_losses
from liveengine.training.data.phrase_rows import GIVEN, Batch, PhraseRows
from liveengine.training.loop import Trainer
from liveengine.training.models.phrase import PhraseModel
from liveengine.training.objectives import LOSSES
from liveengine.training.schedules import context

#: Rows of like length are learnt from together: of so many batches' rows, drawn and sorted, one batch is taken.
SORTED = 4


def say(model: PhraseModel, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
    """Return what the model says of a batch, logits (n, t, 774), and the batch as tensors by name."""
    truth = {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in batch._asdict().items()}
    with torch.autocast("cpu", torch.bfloat16):
        said = model(truth["token"], truth["hints"], truth["root"], truth["told"])
    return said, truth


def surprise(model: PhraseModel, batch: Batch) -> Tensor:
    """Return the nats of each target, (n, t); 0 where it was given."""
    return phrase_losses.each(*say(model, batch))


class PhraseTrainer(Trainer[PhraseModel, PhraseRows]):
    """One run of training of a phrase model."""

    def new_model(self) -> PhraseModel:
        """Return a model of the config's size."""
        return PhraseModel(self.config.phrase)

    @property
    def context(self) -> int:
        """How many tokens a line of the present step may have."""
        return context(self.step, self.config.schedule, self.config.phrase.context)

    def chosen(self, chance: np.random.Generator) -> NDArray[np.integer]:
        """Draw some batches' rows and return those of one, of like length."""
        batch = self.config.schedule.batch
        drawn = chance.choice(len(self.rows), batch * SORTED, p=self.share)
        lengths = np.array([len(self.rows.lines[number].tokens) for number in drawn])
        by_length = drawn[np.minimum(lengths, self.context).argsort(kind="stable")]
        begin = batch * int(chance.integers(SORTED))
        return by_length[begin : begin + batch]

    def loss(self, numbers: NDArray[np.integer], chance: np.random.Generator, told: dict[str, float]) -> Tensor:
        """Return the losses a token, and add what is worth telling of them to `told`."""
        batch = self.rows.lines_of(numbers, chance, self.context)
        tokens = (batch.target != GIVEN).sum() / self.team.size
        own = Batch._make(array[self.own] for array in batch)
        with self.team.own_chance():
            said, truth = say(self.model, own)
        total = torch.zeros(())
        for name, weight in self.config.weighed("said").items():
            part = LOSSES[name].cost(said, truth).sum() / tokens
            told[name] = told.get(name, 0.0) + part.item()
            total = total + weight * part
        told["loss"] = told.get("loss", 0.0) + total.item()
        return total
