"""How the rate of learning, the weight of the latent's divergence and the length of lines go with the steps.

Pure.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from liveengine.training.config import Divergence, Schedule

#: Of each cycle so much rises; the rest stays at the top.
RISE = 0.5

#: How fast an adaptive weight follows, a step.
ADAPT = 0.01


def rate(step: int, plan: Schedule) -> float:
    """Return the learning rate: up evenly while it warms, then down half a cosine to a twentieth."""
    if step < plan.warm_up:
        return plan.rate * (step + 1) / plan.warm_up
    way = min(1.0, (step - plan.warm_up) / max(1, plan.steps - plan.warm_up))
    return plan.rate * (0.05 + 0.95 * 0.5 * (1.0 + math.cos(math.pi * way)))


def context(step: int, plan: Schedule, whole: int) -> int:
    """Return how many tokens a line may have at a step: from few, evenly, to the whole context.

    Source: Bengio et al., "Curriculum Learning", ICML 2009; by length, Li et al., "The Stability-Efficiency Dilemma",
    NeurIPS 2022.
    """
    if not plan.context_from or step >= plan.context_steps:
        return whole
    return plan.context_from + (whole - plan.context_from) * step // plan.context_steps


def _linear(step: int, plan: Divergence, weight: float, nats: float) -> float:
    return plan.most * min(1.0, step / plan.steps)


def _cosine(step: int, plan: Divergence, weight: float, nats: float) -> float:
    return plan.most * 0.5 * (1.0 - math.cos(math.pi * min(1.0, step / plan.steps)))


def _cyclical(step: int, plan: Divergence, weight: float, nats: float) -> float:
    return plan.most * min(1.0, step % plan.steps / plan.steps / RISE)


def _adaptive(step: int, plan: Divergence, weight: float, nats: float) -> float:
    """Go up while the latent says more than wanted, down while it says less."""
    away = max(-1.0, min(1.0, (nats - plan.target_nats) / plan.target_nats))
    return min(plan.most, max(1e-4, weight) * math.exp(ADAPT * away))


#: From step, plan, the weight before and the nats last seen to the weight. Sources: Fu et al., "Cyclical Annealing
#: Schedule", NAACL 2019; Rezende & Viola, "Taming VAEs", 2018 (adaptive).
SHAPES: dict[str, Callable[[int, Divergence, float, float], float]] = {
    "linear": _linear,
    "cosine": _cosine,
    "cyclical": _cyclical,
    "adaptive": _adaptive,
}
