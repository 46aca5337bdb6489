"""The loop of `training.loop` for groove models: what is said of each batch, what it costs, and who else learns.

Beside the model there may be a critic (mode "vae_gan"), a mixture that is the latent's prior, and learnt weights of
the losses.

Waits for the disk, and takes its time.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from liveengine.generators.codecs.frames import FRAMES, VOICE_COUNT
from liveengine.training import tasks
from liveengine.training.adversary import Opponent, gumbel
from liveengine.training.balance import Uncertainty
from liveengine.training.config import Config
from liveengine.training.loop import Rows, Trainer
from liveengine.training.losses import divergence
from liveengine.training.models.groove import GrooveModel, Said
from liveengine.training.objectives import LOSSES
from liveengine.training.prior import Mixture
from liveengine.training.team import Team

#: Losses are counted a cell, so that the gradient's norm is of the order of 1.
CELL_COUNT = FRAMES * VOICE_COUNT


class Grooves(Rows, Protocol):
    """What is trained on: `GrooveRows`, or rows made for a test."""

    def batch(self, numbers: NDArray[np.integer]) -> dict[str, NDArray[Any]]:
        """Return many rows."""
        ...


def tensors(batch: tasks.Batch) -> dict[str, Tensor]:
    """Return a batch's arrays as tensors, by name."""
    return {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in batch._asdict().items()}


def say(
    model: GrooveModel,
    truth: Mapping[str, Tensor],
    noise: Tensor | None,
    prior: tuple[Mixture, Tensor] | None = None,
) -> tuple[Said, Tensor]:
    """Return what the model says of a batch, and the nats of each dimension of its latent, (n, latent).

    With a prior, and noise to draw from it (draws, n, latent), they are of all dimensions at once, (n, 1).
    Without noise there is no latent: the encoder reads nothing, and learns nothing.
    """
    if noise is None:
        none = torch.zeros(len(truth["latent"]), model.latent)
        return model.decoder(truth["view"], truth["condition"], none, truth["pattern"]), none
    mean, log_variance = model.encoder(truth["full"])
    mean, log_variance = mean.float(), log_variance.float()
    there = truth["latent"][:, None]
    latent = (mean + noise * (0.5 * log_variance).exp()) * there
    said = model.decoder(truth["view"], truth["condition"], latent, truth["pattern"])
    if prior is None:
        return said, divergence(mean, log_variance) * there
    with torch.autocast("cpu", enabled=False):
        return said, prior[0].divergence(mean, log_variance, prior[1])[:, None] * there


class GrooveTrainer(Trainer[GrooveModel, Grooves]):
    """One run of training of a groove model."""

    def __init__(
        self, config: Config, rows: Grooves, folder: Path, ranks: Mapping[str, list[float]], team: Team | None = None
    ) -> None:
        self.opponent: Opponent | None = None
        self.prior: Mixture | None = None
        super().__init__(config, rows, folder, ranks, team)

    def new_model(self) -> GrooveModel:
        """Return a model of the config's size."""
        return GrooveModel(self.config.size)

    def add_beside(self) -> None:
        """Make the critic, which learns for itself, and put the losses' weights and the prior into `beside`."""
        config = self.config
        if config.mode == "vae_gan":
            self.opponent = Opponent(config.adversary, config.weighed("critic"), self.team)
        if config.balance == "uncertainty":
            self.beside["balance"] = Uncertainty(config.weighed("said"), CELL_COUNT)
        if config.divergence.components and config.mode != "transformer":
            self.prior = self.beside["prior"] = Mixture(config.divergence.components, config.size.latent)

    def state(self) -> dict[str, Tensor]:
        """Return every tensor that a checkpoint holds, the critic's too."""
        return super().state() | (self.opponent.held() if self.opponent else {})

    def take(self, held: Mapping[str, Tensor]) -> None:
        """Take what `state` returned."""
        super().take(held)
        if self.opponent:
            self.opponent.restore(held)

    def about(self) -> dict[str, Any]:
        """Return what the best weights tell of where they come from, and of their prior."""
        return super().about() | ({"prior": self.prior.told()} if self.prior else {})

    def update(self) -> dict[str, float]:
        """Take one step, the critic after the model, and return what is worth telling of it."""
        told = super().update()
        return {**told, **(self.opponent.learn() if self.opponent else {})}

    def loss(self, numbers: NDArray[np.integer], chance: np.random.Generator, told: dict[str, float]) -> Tensor:
        """Return the loss of rows, and add what is worth telling of it to `told`."""
        rows = self.augmentation.grooves_of(self.rows.batch(numbers), self.step, chance)
        batch = tasks.batch(rows, self.ranks, chance)
        if self.config.mode == "transformer":
            batch, noise = tasks.without_latent(batch), None
        else:
            noise = torch.randn(len(batch.latent), self.model.latent)[self.own]
        throws = gumbel(len(batch.latent))[self.own] if self.opponent else None
        prior = None
        if self.prior is not None:
            shape = (self.config.divergence.draws, len(batch.latent), self.model.latent)
            prior = self.prior, torch.randn(shape)[:, self.own]
        batch = tasks.Batch._make(array[self.own] for array in batch)
        truth = tensors(batch)
        low = self.config.schedule.precision == "bfloat16"
        with self.team.own_chance(), torch.autocast("cpu", torch.bfloat16, enabled=low):
            said, nats = say(self.model, truth, noise, prior)
        total = self._diverged(nats, float(batch.latent.sum()), told)
        balanced = total
        for name, weight in self.config.weighed("said").items():
            part = LOSSES[name].cost(said, truth).mean()
            told[name] = told.get(name, 0.0) + part.item()
            total = total + weight * part
            if "balance" in self.beside:
                balanced = balanced + self.beside["balance"](name, weight * part)
        total = total / CELL_COUNT
        told["loss"] = told.get("loss", 0.0) + total.item()
        if "balance" in self.beside:
            total = balanced / CELL_COUNT
        if self.opponent and throws is not None:
            total = total + self.opponent.judged(said, truth, throws, self.step, told)
        return total

    def _diverged(self, nats: Tensor, there: float, told: dict[str, float]) -> Tensor:
        """Return what the latent's nats, (n, latents), cost; tell them, by level where there are several.

        A mixture has its nats of all dimensions at once, (n, 1). `there` is how many rows have their latent.
        """
        levels = self.config.size.levels
        each = [1] if self.prior else [level.parts * level.size for level in levels]
        parts = nats.split(each, dim=1)
        *sums, there = self.team.totals(*(part.sum().item() for part in parts), there)
        by_level = {level.name: summed / max(1.0, there) for level, summed in zip(levels, sums, strict=True)}
        self.nats = sum(by_level.values())
        told["nats"] = told.get("nats", 0.0) + self.nats
        if len(levels) > 1:
            for name, value in by_level.items():
                told[f"nats of {name}"] = told.get(f"nats of {name}", 0.0) + value
        usual = self.team.mean(nats.mean(dim=0, keepdim=True)).split(each, dim=1)
        total = torch.zeros(())
        for name, weight in self.config.weighed("latent").items():
            for level, part in zip(levels, usual, strict=True):
                free = self.config.divergence.free(level.name) * (self.model.latent if self.prior else 1)
                total = total + weight * self.beta * LOSSES[name].cost(part, free)
        return total
