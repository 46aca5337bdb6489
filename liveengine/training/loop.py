"""The loop that trains a model of any family: rows in, weights out, every step told, and resumable to the bit.

What is learnt, of which rows and how it is counted is a family's own (`groove_loop`, `phrase_loop`).

A run lives in one folder: `log.jsonl` (a line every ten steps and every look), `checkpoints/` and `best.safetensors`,
the running mean of the weights at the best look. What a step does follows from the config's seed and its number alone.

Waits for the disk, and takes its time.
"""

from __future__ import annotations

import math
import resource
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from liveengine.music.spelling import did_you_mean
from liveengine.training import averaging, checkpoints, samples
from liveengine.training.config import Config, from_told
from liveengine.training.data.augmentation import Augmentation, Schedule
from liveengine.training.logs.jsonl import Jsonl
from liveengine.training.logs.log import LEARNT, LOOKED, Log, Logs
from liveengine.training.schedules import SHAPES, rate
from liveengine.training.team import Team

#: A loss so many times the running one, or none at all, sends the run back to its last checkpoint.
DIVERGED = 3.0
ROLLBACKS_MAX = 3


class Rows(Protocol):
    """What the loop asks of whatever is trained on."""

    def __len__(self) -> int: ...

    @property
    def files(self) -> int:
        """How many files they are from."""
        ...

    def weights(self) -> NDArray[np.float64]:
        """Return how often each is to be drawn."""
        ...


_Rows = TypeVar("_Rows", bound=Rows)
_Model = TypeVar("_Model", bound=nn.Module)


class Trainer(ABC, Generic[_Model, _Rows]):
    """One run of training, from its newest checkpoint if it has one."""

    def __init__(
        self, config: Config, rows: _Rows, folder: Path, ranks: Mapping[str, list[float]], team: Team | None = None
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
        #: What is learnt beside the model, and thrown away with the run.
        self.beside = nn.ModuleDict()
        self.add_beside()
        if len(self.beside):
            self.optimiser.add_param_group({"params": list(self.beside.parameters()), "weight_decay": 0.0})
        #: The weight of the latent's divergence, and the nats last seen, where a family has a latent.
        self.beta, self.nats = 0.0, 0.0
        self.step, self.running = 0, 0.0
        self.best: dict[str, float] = {}
        self.idle, self.rollbacks = 0, 0
        #: The run whose weights it began with, and their step, if it did; and the names of these weights.
        self.began_from, self.begun = "", list[str]()
        self.share, self.files = rows.weights(), rows.files
        self.augmentation = Augmentation(Schedule(0.0, config.changes.share, config.changes.steps))
        if (place := checkpoints.newest(folder / "checkpoints")) is not None:
            self.restore(place)
        self.team.agreed(None)  # nobody writes while others still read

    # -- state -------------------------------------------------------------

    def save(self) -> Path:
        """Write the whole state; in a team the first alone does."""
        place = self.folder / "checkpoints"
        if not self.team.leads:
            return self.team.agreed(place)
        told = {**self.about(), **{name: getattr(self, name) for name in _COUNTERS}}
        return self.team.agreed(checkpoints.write(place, self.step, self.state(), told, self.config.watch.keep))

    def restore(self, place: Path) -> None:
        """Go on from a checkpoint. Raises ValueError for one of another config."""
        held, told = checkpoints.read(place)
        # What a config of before did not name is as it was.
        if from_told(told["config"], str(place)) != from_told(self.config.told(), self.config.name):
            raise ValueError(f"{place}: of a run with another config; give this run a folder of its own")
        self.take(held)
        for name in _COUNTERS:
            setattr(self, name, told.get(name, getattr(self, name)))

    def state(self) -> dict[str, Tensor]:
        """Return every tensor that a checkpoint holds, chance too, by name."""
        held = {f"model.{name}": weight for name, weight in self.model.state_dict().items()}
        held |= {f"mean.{name}": weight for name, weight in self.mean.items()}
        held |= {f"beside.{name}": weight for name, weight in self.beside.state_dict().items()}
        held |= checkpoints.of_optimiser("adam", self.optimiser)
        held["chance"] = torch.get_rng_state()
        return held

    def take(self, held: Mapping[str, Tensor]) -> None:
        """Take what `state` returned."""
        self.model.load_state_dict({n[6:]: value for n, value in held.items() if n.startswith("model.")})
        self.mean = {n[5:]: value for n, value in held.items() if n.startswith("mean.")}
        self.beside.load_state_dict({n[7:]: value for n, value in held.items() if n.startswith("beside.")})
        checkpoints.to_optimiser("adam", self.optimiser, held)
        torch.set_rng_state(held["chance"])

    def begin_from(self, place: Path) -> None:
        """Begin with the best weights of another run; what they do not name begins as ever. A run under way goes on.

        They stay in the running mean from the first step on: with a long one, what they knew is not lost. Raises
        ValueError for weights that this model has not, or in another shape, and OSError. Source: Wortsman et al.,
        "Robust fine-tuning of zero-shot models", CVPR 2022 (the mean of before and after).
        """
        if self.step:
            return
        held, told = checkpoints.read(place)
        own = self.model.state_dict()
        for name, weight in held.items():
            if name not in own:
                raise ValueError(f"{place}: a model of this config has no {name}{did_you_mean(name, own)}")
            if weight.shape != own[name].shape:
                shapes = tuple(weight.shape), tuple(own[name].shape)
                raise ValueError(f"{place}: {name} is {shapes[0]}, and here {shapes[1]}; the sizes must be the same")
        self.model.load_state_dict(held, strict=False)
        self.mean = {name: weight.detach().clone() for name, weight in self.model.state_dict().items()}
        self.begun = sorted(held)
        self.began_from = f"{told['config']['name']}, step {told['step']:,}"

    def about(self) -> dict[str, Any]:
        """Return what the best weights tell of where they come from."""
        told = {"config": self.config.told(), "ranks": self.ranks, "step": self.step}
        return told | ({"began_from": self.began_from} if self.began_from else {})

    def averaged(self) -> _Model:
        """Return a model with the running mean of the weights, ready to be asked."""
        model = self.new_model()
        model.load_state_dict(self.mean)
        return model.eval()

    # -- a family's own ----------------------------------------------------

    @abstractmethod
    def new_model(self) -> _Model:
        """Return a model of the config's size."""

    @abstractmethod
    def loss(self, numbers: NDArray[np.integer], chance: np.random.Generator, told: dict[str, float]) -> Tensor:
        """Return the loss of rows, and add what is worth telling of it to `told`: its own number as "loss"."""

    def add_beside(self) -> None:
        """Put into `beside` what is learnt beside the model; nothing, if a family does not say otherwise."""

    def chosen(self, chance: np.random.Generator) -> NDArray[np.integer]:
        """Return the numbers of the rows that are learnt from next."""
        return chance.choice(len(self.rows), self.config.schedule.batch, p=self.share)

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
        for group in self.optimiser.param_groups:
            group["lr"] = rate(self.step, plan)
        self.optimiser.step()
        with torch.no_grad():
            usual = min(plan.average, (1 + self.step) / (10 + self.step))
            for name, weight in self.model.state_dict().items():
                self.mean[name].lerp_(weight, 1.0 - (plan.average if name in self.begun else usual))
        self.step += 1
        told = self.team.told({name: value / plan.accumulate for name, value in told.items()})
        return {**told, "norm": norm, "beta": self.beta, "rate": rate(self.step - 1, plan)}

    def run(
        self,
        look: Callable[[_Model], dict[str, float]],
        tell: Callable[[str], None],
        also: Sequence[Log] = (),
        sample: Callable[[_Model, Path], None] | None = None,
        stepped: Callable[[Mapping[str, float]], None] = lambda numbers: None,
    ) -> str:
        """Train to the end and return why it ended; `look` measures a model, the lower the better.

        Numbers go into `log.jsonl`, and `also` elsewhere. At each look `sample` writes what the model plays; `stepped`
        hears the numbers of each step. In a team the first alone looks, tells and writes.
        """
        plan, watch = self.config.schedule, self.config.watch
        began_s, first = time.monotonic(), self.step
        self.folder.mkdir(parents=True, exist_ok=True)
        with Logs([Jsonl(self.folder / "log.jsonl"), *also] if self.team.leads else []) as log:
            while self.step < plan.steps:
                told = self.update()
                # A gradient that is no number has spoilt the weights already, whatever the loss before it was.
                loss = told["loss"] if all(map(math.isfinite, told.values())) else math.nan
                if self._has_diverged(loss):
                    tell(f"step {self.step}: the loss is {loss:.1f}; back to the last checkpoint")
                    continue
                stepped(told)
                if self.step % 10 == 0:
                    log.tell(LEARNT, self.step, {**told, **self.passed()})
                if self.step % watch.every and self.step < plan.steps:
                    continue
                model = self.averaged()
                seen = look(model) if self.team.leads else {}
                over = plan.minutes > 0 and time.monotonic() - began_s > 60 * plan.minutes
                seen, over, chance = self.team.agreed((seen, over, torch.get_rng_state()))
                torch.set_rng_state(chance)
                self._judge(seen)
                self.save()
                heard: dict[str, str] = {}
                if sample and self.team.leads:
                    place = self.folder / samples.FOLDER / f"step-{self.step:08d}.mid"
                    sample(model, place)
                    heard = {"sample": str(place)}
                log.tell(LOOKED, self.step, {**seen, **heard})
                left_s = (time.monotonic() - began_s) / (self.step - first) * (plan.steps - self.step)
                numbers = " ".join(f"{name} {value:.4f}" for name, value in {"loss": told["loss"], **seen}.items())
                tell(f"step {self.step}/{plan.steps} · {numbers} · {left_s / 60:.1f} min left")
                if self.idle >= watch.patience:
                    return f"no measure has become better for {self.idle} looks"
                if over:
                    return f"{plan.minutes:g} minutes are over"
        return "all steps are done"

    def passed(self) -> dict[str, float]:
        """Return how far the run has come: epochs, batches, files that rows are from, the most memory held in MB."""
        batches = self.step * self.config.schedule.accumulate
        epochs = batches * self.config.schedule.batch / len(self.rows)
        return {"epoch": epochs, "batch": batches, "files": self.files, "memory_mb": held_mb()}

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
        if self.team.leads:
            told = {**self.about(), "looked": seen}
            if self.config.watch.measures[0] in better:
                checkpoints.write_weights(self.folder / "best.safetensors", self.mean, told)
            averaging.keep(self.folder, self.step, self.mean, told, self.config.watch)


def held_mb() -> float:
    """Return the most memory that this process has held, in MB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1e6 if sys.platform == "darwin" else 1e3)


#: What of a run is counted, and goes on with it.
_COUNTERS = ("step", "beta", "nats", "running", "best", "idle", "rollbacks", "ranks", "began_from", "begun")
