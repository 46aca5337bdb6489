"""The loop that trains a groove model: rows in, weights out, every step told, and resumable to the bit.

A run lives in one folder: `log.jsonl` (a line every ten steps and every look), `checkpoints/` and `best.safetensors`,
the running mean of the weights at the best look. What a step does follows from the config's seed and its number alone.

Waits for the disk, and takes its time.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from liveengine.generators.codecs.frames import FRAMES, VOICE_COUNT
from liveengine.training import checkpoints, tasks
from liveengine.training.adversary import Opponent, gumbel
from liveengine.training.balance import Uncertainty
from liveengine.training.config import Config, from_told
from liveengine.training.losses import LOSSES, beyond_free, divergence
from liveengine.training.models.groove import GrooveModel, Said
from liveengine.training.prior import Mixture
from liveengine.training.schedules import SHAPES, rate
from liveengine.training.team import Team

#: A loss so many times the running one, or none at all, sends the run back to its last checkpoint.
DIVERGED = 3.0
ROLLBACKS_MAX = 3

#: Losses are counted a cell, so that the gradient's norm is of the order of 1.
CELL_COUNT = FRAMES * VOICE_COUNT


class RowSource(Protocol):
    """What is trained on: `GrooveRows`, or rows made for a test."""

    def __len__(self) -> int: ...

    def batch(self, numbers: NDArray[np.integer]) -> dict[str, NDArray[Any]]:
        """Return many rows."""
        ...

    def weights(self) -> NDArray[np.float64]:
        """Return how often each is to be drawn."""
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
        none = torch.zeros(len(truth["latent"]), model.encoder.say.out_features // 2)
        return model.decoder(truth["view"], truth["condition"], none), none
    mean, log_variance = model.encoder(truth["full"])
    mean, log_variance = mean.float(), log_variance.float()
    there = truth["latent"][:, None]
    latent = (mean + noise * (0.5 * log_variance).exp()) * there
    said = model.decoder(truth["view"], truth["condition"], latent)
    if prior is None:
        return said, divergence(mean, log_variance) * there
    with torch.autocast("cpu", enabled=False):
        return said, prior[0].divergence(mean, log_variance, prior[1])[:, None] * there


class Trainer:
    """One run of training, from its newest checkpoint if it has one."""

    def __init__(
        self, config: Config, rows: RowSource, folder: Path, ranks: Mapping[str, list[float]], team: Team | None = None
    ) -> None:
        self.config, self.rows, self.folder, self.team = config, rows, folder, team or Team()
        self.own = self.team.rows(config.schedule.batch)
        self.ranks = dict(ranks)
        torch.manual_seed(config.seed)
        torch.use_deterministic_algorithms(True)
        self.model = self.new_model()
        self.mean = {name: weight.detach().clone() for name, weight in self.model.state_dict().items()}
        plan = config.schedule
        self.optimiser = torch.optim.AdamW(self.model.parameters(), lr=plan.rate, weight_decay=plan.weight_decay)
        self.opponent = Opponent(config.adversary, self.team) if config.mode == "vae_gan" else None
        #: What is learnt beside the model, and thrown away with the run.
        self.beside = nn.ModuleDict()
        self.prior: Mixture | None = None
        if config.balance == "uncertainty":
            self.beside["balance"] = Uncertainty(config.losses, CELL_COUNT)
        if config.divergence.components and config.mode != "transformer":
            self.prior = self.beside["prior"] = Mixture(config.divergence.components, config.size.latent)
        if len(self.beside):
            self.optimiser.add_param_group({"params": list(self.beside.parameters()), "weight_decay": 0.0})
        self.step, self.beta, self.nats, self.running = 0, 0.0, 0.0, 0.0
        self.best: dict[str, float] = {}
        self.idle, self.rollbacks = 0, 0
        self.share = rows.weights()
        if (place := checkpoints.newest(folder / "checkpoints")) is not None:
            self.restore(place)
        self.team.agreed(None)  # nobody writes while others still read

    # -- state -------------------------------------------------------------

    def save(self) -> Path:
        """Write the whole state; in a team the first alone does."""
        place = self.folder / "checkpoints"
        if not self.team.leads:
            return self.team.agreed(place)
        held = {f"model.{name}": weight for name, weight in self.model.state_dict().items()}
        held |= {f"mean.{name}": weight for name, weight in self.mean.items()}
        held |= {f"beside.{name}": weight for name, weight in self.beside.state_dict().items()}
        held |= checkpoints.of_optimiser("adam", self.optimiser)
        held |= self.opponent.held() if self.opponent else {}
        held["chance"] = torch.get_rng_state()
        told = {name: getattr(self, name) for name in _COUNTERS}
        told["config"] = self.config.told()
        return self.team.agreed(checkpoints.write(place, self.step, held, told, self.config.watch.keep))

    def restore(self, place: Path) -> None:
        """Go on from a checkpoint. Raises ValueError for one of another config."""
        held, told = checkpoints.read(place)
        # What a config of before did not name is as it was.
        if from_told(told["config"], str(place)) != from_told(self.config.told(), self.config.name):
            raise ValueError(f"{place}: of a run with another config; give this run a folder of its own")
        self.model.load_state_dict({n[6:]: value for n, value in held.items() if n.startswith("model.")})
        self.mean = {n[5:]: value for n, value in held.items() if n.startswith("mean.")}
        self.beside.load_state_dict({n[7:]: value for n, value in held.items() if n.startswith("beside.")})
        checkpoints.to_optimiser("adam", self.optimiser, held)
        if self.opponent:
            self.opponent.restore(held)
        torch.set_rng_state(held["chance"])
        for name in _COUNTERS:
            setattr(self, name, told[name])

    def averaged(self) -> Any:
        """Return a model with the running mean of the weights, ready to be asked."""
        model = self.new_model()
        model.load_state_dict(self.mean)
        return model.eval()

    # -- learning ----------------------------------------------------------

    def update(self) -> dict[str, float]:
        """Take one step and return what is worth telling of it."""
        plan, chance = self.config.schedule, np.random.default_rng((self.config.seed, self.step))
        self.model.train()
        self.optimiser.zero_grad(set_to_none=True)
        self.beta = SHAPES[self.config.divergence.shape](self.step, self.config.divergence, self.beta, self.nats)
        told: dict[str, float] = {}
        for _ in range(plan.accumulate):
            part = self.loss(self.chosen(chance), chance, told)
            (part / plan.accumulate).backward()
        self.team.average([*self.model.parameters(), *self.beside.parameters()])
        norm = float(torch.nn.utils.clip_grad_norm_(self.model.parameters(), plan.clip))
        heard = self.opponent.learn() if self.opponent else {}
        for group in self.optimiser.param_groups:
            group["lr"] = rate(self.step, plan)
        self.optimiser.step()
        with torch.no_grad():
            keep = min(plan.average, (1 + self.step) / (10 + self.step))
            for name, weight in self.model.state_dict().items():
                self.mean[name].lerp_(weight, 1.0 - keep)
        self.step += 1
        told = self.team.told({name: value / plan.accumulate for name, value in told.items()})
        return {**told, **heard, "norm": norm, "beta": self.beta, "rate": rate(self.step - 1, plan)}

    def new_model(self) -> Any:
        """Return a model of the config's size."""
        return GrooveModel(self.config.size)

    def chosen(self, chance: np.random.Generator) -> NDArray[np.integer]:
        """Return the numbers of the rows that are learnt from next."""
        return chance.choice(len(self.rows), self.config.schedule.batch, p=self.share)

    def loss(self, numbers: NDArray[np.integer], chance: np.random.Generator, told: dict[str, float]) -> Tensor:
        """Return the loss of rows, and add what is worth telling of it to `told`."""
        batch = tasks.batch(self.rows.batch(numbers), self.ranks, chance)
        if self.config.mode == "transformer":
            batch, noise = tasks.without_latent(batch), None
        else:
            noise = torch.randn(len(batch.latent), self.config.size.latent)[self.own]
        throws = gumbel(len(batch.latent))[self.own] if self.opponent else None
        prior, free = None, self.config.divergence.free_nats
        if self.prior is not None:
            shape = (self.config.divergence.draws, len(batch.latent), self.config.size.latent)
            prior, free = (self.prior, torch.randn(shape)[:, self.own]), free * self.config.size.latent
        batch = tasks.Batch._make(array[self.own] for array in batch)
        truth = tensors(batch)
        low = self.config.schedule.precision == "bfloat16"
        with self.team.own_chance(), torch.autocast("cpu", torch.bfloat16, enabled=low):
            said, nats = say(self.model, truth, noise, prior)
        usual = self.team.mean(nats.mean(dim=0, keepdim=True))
        total = self.beta * beyond_free(usual, free)
        balanced = total
        for name, weight in self.config.losses.items():
            part = LOSSES[name](said, truth).mean()
            told[name] = told.get(name, 0.0) + part.item()
            total = total + weight * part
            if "balance" in self.beside:
                balanced = balanced + self.beside["balance"](name, weight * part)
        summed, there = self.team.totals(nats.sum().item(), float(batch.latent.sum()))
        self.nats = summed / max(1.0, there)
        told["nats"] = told.get("nats", 0.0) + self.nats
        total = total / CELL_COUNT
        told["loss"] = told.get("loss", 0.0) + total.item()
        if "balance" in self.beside:
            total = balanced / CELL_COUNT
        if self.opponent and throws is not None:
            total = total + self.opponent.judged(said, truth, throws, self.step, told)
        return total

    def run(self, look: Callable[[Any], dict[str, float]], tell: Callable[[str], None]) -> str:
        """Train to the end and return why it ended; `look` measures a model, the lower the better.

        In a team the first alone looks, tells and writes.
        """
        plan, watch = self.config.schedule, self.config.watch
        began_s, first = time.monotonic(), self.step
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "log.jsonl" if self.team.leads else Path(os.devnull)).open("a", encoding="utf-8") as log:
            while self.step < plan.steps:
                told = self.update()
                # A gradient that is no number has spoilt the weights already, whatever the loss before it was.
                loss = told["loss"] if all(map(math.isfinite, told.values())) else math.nan
                if self._has_diverged(loss):
                    tell(f"step {self.step}: the loss is {loss:.1f}; back to the last checkpoint")
                    continue
                if self.step % 10 == 0:
                    log.write(json.dumps({"step": self.step, **told}) + "\n")
                    log.flush()
                if self.step % watch.every and self.step < plan.steps:
                    continue
                model = self.averaged()
                seen = look(model) if self.team.leads else {}
                over = plan.minutes > 0 and time.monotonic() - began_s > 60 * plan.minutes
                seen, over, chance = self.team.agreed((seen, over, torch.get_rng_state()))
                torch.set_rng_state(chance)
                self._judge(seen)
                self.save()
                log.write(json.dumps({"step": self.step, "looked": seen}) + "\n")
                log.flush()
                left_s = (time.monotonic() - began_s) / (self.step - first) * (plan.steps - self.step)
                numbers = " ".join(f"{name} {value:.4f}" for name, value in {"loss": told["loss"], **seen}.items())
                tell(f"step {self.step}/{plan.steps} · {numbers} · {left_s / 60:.1f} min left")
                if self.idle >= watch.patience:
                    return f"no measure has become better for {self.idle} looks"
                if over:
                    return f"{plan.minutes:g} minutes are over"
        return "all steps are done"

    def _has_diverged(self, loss: float) -> bool:
        """Note a loss; go back to the last checkpoint where it is no number, or far above the others."""
        if math.isfinite(loss) and not (self.step > 200 and loss > DIVERGED * self.running):
            self.running = loss if not self.running else 0.98 * self.running + 0.02 * loss
            return False
        place = checkpoints.newest(self.folder / "checkpoints")
        self.rollbacks += 1
        if place is None or self.rollbacks > ROLLBACKS_MAX:
            raise ValueError(f"step {self.step}: the loss is {loss}; lower the rate of learning")
        step, rollbacks = self.step, self.rollbacks
        self.restore(place)
        # Other rows than those that led astray: the steps between are skipped.
        self.step, self.rollbacks = step, rollbacks
        return True

    def _judge(self, seen: dict[str, float]) -> None:
        """Note a look: whether any measure got better, and keep the weights if the first did."""
        better = [name for name in self.config.watch.measures if seen[name] < self.best.get(name, math.inf)]
        self.idle = 0 if better else self.idle + 1
        self.best |= {name: seen[name] for name in better}
        if self.config.watch.measures[0] in better and self.team.leads:
            told = {"config": self.config.told(), "ranks": self.ranks, "step": self.step, "looked": seen}
            if self.prior is not None:
                told["prior"] = self.prior.told()
            checkpoints.write_weights(self.folder / "best.safetensors", self.mean, told)


_COUNTERS = ("step", "beta", "nats", "running", "best", "idle", "rollbacks", "ranks")


def carry_out(trainer: Trainer, look: Callable[[Any], dict[str, float]], best: Path) -> int:
    """Train to the end, telling how it goes; return the exit code."""

    def tell(text: str) -> None:
        if trainer.team.leads:
            print(text, flush=True)

    name, count = trainer.config.name, trainer.model.parameters_count
    tell(f"{name}: {count:,} numbers, {len(trainer.rows):,} rows, from step {trainer.step}")
    why = trainer.run(look, tell)
    tell(f"ended: {why}; the best weights: {best}")
    trainer.team.leave()
    return 0
