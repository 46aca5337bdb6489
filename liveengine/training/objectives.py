"""Every loss by name: what a config's `losses` may weigh. What each costs, and its source, is said where it stands.

A config weighs each by its name alone; what it does not name weighs what `unnamed` says. The latent's divergence is
weighed by its schedule too (`[divergence]`), and the critic's word by its ramp (`[adversary]`).

Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import Tensor

from liveengine.music.spelling import did_you_mean
from liveengine.training import losses, phrase_losses
from liveengine.training.models import critic


@dataclass(frozen=True, slots=True)
class Loss:
    """What is to become small. `reads` says what `cost` is counted from.

    `said`: what a model says, and the truth, to a number a row. `latent`: nats of its dimensions, and how many are
    free, to one number. `critic`: what the critic heard, to a number a row.
    """

    families: tuple[str, ...]
    reads: str
    cost: Callable[..., Tensor]
    unnamed: float = 0.0

    @property
    def meaning(self) -> str:
        """What it costs, in a sentence."""
        return (self.cost.__doc__ or "").split("\n")[0].removeprefix("Return ").rstrip(".")


LOSSES: dict[str, Loss] = {
    "hits": Loss(("groove",), "said", losses.hits),
    "velocity": Loss(("groove",), "said", losses.velocity),
    "offset": Loss(("groove",), "said", losses.offset),
    "regularity": Loss(("groove",), "said", losses.regularity),
    "divergence": Loss(("groove", "phrase"), "latent", losses.beyond_free, unnamed=1.0),
    "fooled": Loss(("groove",), "critic", critic.fooled, unnamed=1.0),
    "matched": Loss(("groove",), "critic", critic.matched, unnamed=1.0),
    "surprise": Loss(("phrase",), "said", phrase_losses.surprise),
    "chord_fit": Loss(("phrase",), "said", phrase_losses.chord_fit),
    "voice_leading": Loss(("phrase",), "said", phrase_losses.voice_leading),
}

#: What a config of each family weighs that says nothing of losses.
USUAL = {"groove": {"hits": 1.0, "velocity": 10.0, "offset": 10.0}, "phrase": {"surprise": 1.0}}


def of_family(family: str) -> dict[str, Loss]:
    """Return the losses that a family has."""
    return {name: loss for name, loss in LOSSES.items() if family in loss.families}


def check(family: str, weights: Mapping[str, float]) -> None:
    """Raise ValueError for a name that the family has not, with the nearest that it has."""
    known = of_family(family)
    for name in weights:
        if name not in known:
            raise ValueError(f'no loss "{name}" of {family} models{did_you_mean(name, known)}')


def weighed(family: str, weights: Mapping[str, float], reads: str) -> dict[str, float]:
    """Return what each loss weighs that reads this, as a config's table says or as unnamed; in the table's order."""
    known = {name: loss for name, loss in of_family(family).items() if loss.reads == reads}
    named = {name: weight for name, weight in weights.items() if name in known}
    return named | {name: loss.unnamed for name, loss in known.items() if name not in named and loss.unnamed}
