"""The loop of `training.loop` for phrase models: lines in, the surprise at each next token to become small.

Where bars have a latent, it is told of some rows: so much as it says beyond what is free, it costs.

Waits for the disk, and takes its time.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from liveengine.generators.codecs import lines
from liveengine.training import phrase_losses
from liveengine.training.data.phrase_rows import GIVEN, Batch, PhraseRows
from liveengine.training.data.phrases import WINDOW_BARS
from liveengine.training.loop import Trainer
from liveengine.training.losses import divergence
from liveengine.training.models.phrase import BarEncoder, PhraseModel
from liveengine.training.objectives import LOSSES
from liveengine.training.schedules import context

#: Rows of like length are learnt from together: of so many batches' rows, drawn and sorted, one batch is taken.
SORTED = 4

#: How many of the rows are told the latents of their bars. On stage there are none to tell.
WITH_LATENT = 0.3


class Noise(NamedTuple):
    """What chance has to do with latents: standard noise (n, bars, LATENT), and which rows are told theirs, (n,)."""

    normal: Tensor
    there: Tensor

    @classmethod
    def drawn(cls, rows: int, share: float = WITH_LATENT) -> Noise:
        """Draw it for so many rows."""
        return cls(torch.randn(rows, WINDOW_BARS, lines.LATENT), torch.rand(rows) < share)


def say(model: PhraseModel, batch: Batch, noise: Noise | None = None) -> tuple[Tensor, dict[str, Tensor], Tensor]:
    """Return what the model says of a batch, logits (n, t, 774), and the batch as tensors by name.

    The third are the nats of the latents of those bars that are told theirs, (bars, LATENT): none without noise.
    """
    truth = {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in batch._asdict().items()}
    read = tuple(truth[name] for name in ("token", "hints", "root", "told"))
    nats = torch.zeros(0, lines.LATENT)
    with torch.autocast("cpu", torch.bfloat16):
        if noise is not None and model.encoder is not None:
            # What is learnt by telling a bar to itself must not turn what a bar is read as.
            beside, nats = latents(model.encoder, model.read(*read).detach(), truth["bar"], noise)
            read = *read[:3], torch.cat([beside, read[3][..., beside.shape[-1] :]], dim=-1)
        said = model(*read, truth["bar"])
    return said, truth, nats


def latents(encoder: BarEncoder, x: Tensor, bar: Tensor, noise: Noise) -> tuple[Tensor, Tensor]:
    """Return what is told of bars' latents beside each token, (n, t, LATENT + 1), and the nats of those told.

    `x` (n, t, width) is what is read, `bar` (n, t) of which bar it is.
    """
    of = (bar[..., None] == torch.arange(noise.normal.shape[1])).float()
    mean, log_variance = encoder(x, of)
    drawn = F.pad(mean + noise.normal * (0.5 * log_variance).exp(), (0, 1), value=1.0)
    told = of @ (drawn * noise.there[:, None, None])
    counts = of.any(dim=1) & noise.there[:, None]
    return told.float(), divergence(mean, log_variance)[counts]


def surprise(model: PhraseModel, batch: Batch, noise: Noise | None = None) -> Tensor:
    """Return the nats of each target, (n, t); 0 where it was given. Without noise no bar is told its latent."""
    said, truth, _ = say(model, batch, noise)
    return phrase_losses.each(said, truth)


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
        change = partial(self.augmentation.phrase, step=self.step) if self.config.changes.share else None
        batch = self.rows.lines_of(numbers, chance, self.context, change)
        tokens = (batch.target != GIVEN).sum() / self.team.size
        own = Batch._make(array[self.own] for array in batch)
        noise = Noise._make(each[self.own] for each in Noise.drawn(len(batch.token))) if self.model.encoder else None
        with self.team.own_chance():
            said, truth, nats = say(self.model, own, noise)
        total = torch.zeros(())
        for name, weight in self.config.weighed("said").items():
            part = LOSSES[name].cost(said, truth).sum() / tokens
            told[name] = told.get(name, 0.0) + part.item()
            total = total + weight * part
        told["loss"] = told.get("loss", 0.0) + total.item()
        return total + self._of_latents(nats, told) / tokens

    def _of_latents(self, nats: Tensor, told: dict[str, float]) -> Tensor:
        """Return what the latents of bars cost, of their nats (bars, LATENT); tell how many a bar has."""
        if self.model.encoder is None:
            return torch.zeros(())
        summed, count = self.team.totals(nats.sum().item(), len(nats))
        self.nats = summed / max(1.0, count)
        told["nats"] = told.get("nats", 0.0) + self.nats
        if not len(nats):
            return torch.zeros(())
        free = self.config.divergence.bar_free_nats
        weighed = self.config.weighed("latent").items()
        costs = [weight * self.beta * LOSSES[name].cost(nats, free) for name, weight in weighed]
        return len(nats) * torch.stack(costs).sum() if costs else torch.zeros(())
