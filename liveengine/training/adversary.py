"""A critic beside the model (mode "vae_gan"): when it comes in, what it costs, and how it learns.

First the model learns alone. At `begins` the critic comes in and learns for `alone` steps while the model hears
nothing of it; then its weight rises over `ramp` steps to `most`. It judges grooves that have their latent, which
says what groove is meant: without, any would do, and a critic would teach the model to draw one groove only.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor

from liveengine.generators.codecs.frames import FRAMES, MEDIAN, PATTERNS, SUBSTEPS, VOICE_COUNT
from liveengine.training import checkpoints
from liveengine.training.config import Adversary
from liveengine.training.models.critic import Critic, Heard, real_is_known, sheet, steepness
from liveengine.training.models.groove import Said
from liveengine.training.objectives import LOSSES
from liveengine.training.team import Team

#: Which steps each pattern strikes, (8, 3).
STRUCK = (torch.arange(PATTERNS)[:, None] >> torch.arange(SUBSTEPS) & 1).float()


def weight(step: int, plan: Adversary) -> float:
    """Return what the critic's word weighs for the model at a step."""
    return plan.most * max(0.0, min(1.0, (step - plan.begins - plan.alone) / max(1, plan.ramp)))


def gumbel(count: int) -> Tensor:
    """Return chance for `drawn`, (count, 32, 9, 8)."""
    return -torch.empty(count, FRAMES, VOICE_COUNT, PATTERNS).exponential_().log()


def drawn(logits: Tensor, chance: Tensor, temperature: float) -> Tensor:
    """Draw a pattern for each cell and return its hits, (…, 3): 0 or 1, with the gradient of their softmax.

    Source: Bengio et al. 2013 (straight-through); Jang et al., "Categorical Reparameterization", ICLR 2017.
    """
    soft = torch.softmax((logits + chance) / temperature, dim=-1)
    hard = F.one_hot(soft.argmax(dim=-1), PATTERNS).float()
    return (hard + (soft - soft.detach())) @ STRUCK


def made(said: Said, truth: Mapping[str, Tensor], chance: Tensor, temperature: float) -> Tensor:
    """Return the sheet of what the model plays where it may not know, (n, HEARD, 32), and the truth elsewhere."""
    unknown, unfelt = truth["hits_hidden"][..., None], truth["feel_hidden"][..., None]
    hits = torch.lerp(truth["hits"], drawn(said.logits.float(), chance, temperature), unknown)
    return sheet(
        hits,
        torch.lerp(truth["velocity"], said.velocity[..., MEDIAN].float(), unfelt),
        torch.lerp(truth["offset"], said.offset[..., MEDIAN].float(), unfelt),
    )


class Opponent:
    """A critic with its optimiser; `weights` are those of the losses that it makes of what it hears."""

    def __init__(self, plan: Adversary, weights: Mapping[str, float], team: Team) -> None:
        self.plan, self.weights, self.team = plan, weights, team
        self.critic = Critic(plan.width)
        # While no hinge is at rest, real and made pull a score's bias equally: rounding alone must not move it, as it
        # would with Adam's usual 1e-8.
        self.optimiser = torch.optim.Adam(self.critic.parameters(), lr=plan.rate, betas=(0.5, 0.99), eps=1e-5)
        self._heard: list[tuple[Tensor, Tensor, Tensor]] = []

    def judged(
        self, said: Said, truth: Mapping[str, Tensor], chance: Tensor, step: int, told: dict[str, float]
    ) -> Tensor | float:
        """Return what the critic adds to the model's loss, and keep what it is to learn of."""
        if step < self.plan.begins:
            return 0.0
        real = sheet(truth["hits"], truth["velocity"], truth["offset"])
        there = truth["latent"]
        false = made(said, truth, chance, self.plan.temperature)
        self._heard.append((real, false.detach(), there))
        share = weight(step, self.plan)
        if share == 0.0:
            return 0.0
        # Its singular vectors are estimated anew while it learns, and stay while it judges.
        self.critic.eval().requires_grad_(False)
        heard, heard_of_real = self.critic(false), self.critic(real)
        self.critic.train().requires_grad_(True)
        total = torch.zeros(())
        for name, by in self.weights.items():
            part = LOSSES[name].cost(heard_of_real, heard)
            told[name] = told.get(name, 0.0) + (part * there).mean().item()
            total = total + by * part
        return share * (total * there).mean()

    def learn(self) -> dict[str, float]:
        """Take one step with what was heard since the last one; return the losses."""
        heard, self._heard = self._heard, []
        if not heard:
            return {}
        self.optimiser.zero_grad(set_to_none=True)
        told = {"critic": 0.0, "steepness": 0.0}
        for real, false, there in heard:
            both = self.critic(torch.cat([real.requires_grad_(), false]))
            known, steep = real_is_known(*_halves(both)), steepness(_halves(both)[0].scores, real)
            loss = ((known + 0.5 * self.plan.r1 * steep) * there).mean() / len(heard)
            loss.backward()
            told["critic"] += (known * there).mean().item() / len(heard)
            told["steepness"] += (steep * there).mean().item() / len(heard)
        self.team.average(self.critic.parameters())
        self.optimiser.step()
        return self.team.told(told)

    def held(self) -> dict[str, Tensor]:
        """Return its whole state by name, for a checkpoint."""
        weights = {f"critic.{name}": value for name, value in self.critic.state_dict().items()}
        return weights | checkpoints.of_optimiser("critic_adam", self.optimiser)

    def restore(self, held: Mapping[str, Tensor]) -> None:
        """Take the state of a checkpoint."""
        self._heard = []
        self.critic.load_state_dict({n[7:]: value for n, value in held.items() if n.startswith("critic.")})
        checkpoints.to_optimiser("critic_adam", self.optimiser, held)


def _halves(both: Heard) -> tuple[Heard, Heard]:
    """Take apart what was heard in one pass: the real, then the made."""
    parts = [[each.chunk(2) for each in kind] for kind in both]
    first, second = ([tuple(pair[side] for pair in kind) for kind in parts] for side in (0, 1))
    return Heard(*first), Heard(*second)
