"""What a groove model's latent holds and how well it can be played: which of its numbers are in use, what each turns,
whether one thing is turned by one number, and what lies between one groove and another (`between`).

Needs the encoder, which a run has and an exported model has not.

Sources: Burda et al., "Importance Weighted Autoencoders", ICLR 2016 (numbers in use); Chen et al., "Isolating Sources
of Disentanglement", NeurIPS 2018 (mutual information gap); Kumar et al., "Variational Inference of Disentangled
Latent Concepts", ICLR 2018 (separated attribute predictability).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray

from liveengine.generators.codecs.frames import RANKED, Floats, condition, framed, view
from liveengine.generators.drawing import drawn
from liveengine.training import tasks
from liveengine.training.asking import Torch
from liveengine.training.evaluation import battery, between
from liveengine.training.evaluation.battery import Rows, Table
from liveengine.training.evaluation.obedience import spearman
from liveengine.training.evaluation.rolls import rolls
from liveengine.training.losses import divergence
from liveengine.training.models.groove import GrooveModel

#: A number is in use where its mean varies by so much from groove to groove.
IN_USE = 0.01

#: Values are compared in so many bins, each with as many of them.
BINS = 10

#: How many numbers are drawn, and at which of their values.
DRAWN, VALUES = 4, (-2, -1, 0, 1, 2)

#: A number is said to hold something from so many nats on; so many are told one by one.
HOLDS, TOLD = 0.1, 10

#: How many numbers are walked, the fullest first, from how far to how far, and how many grooves each place is heard by.
WALKED, FAR, HEARD = 8, 2.0, 24

Array = NDArray[np.floating]


def tables(model: GrooveModel, rows: Rows, train: Rows) -> dict[str, Table]:
    """Return all that is measured of a latent on rows that the model never saw, beside those that it learnt from."""
    mean, nats = encoded(model, rows)
    features = dict(tasks.asked(rows))
    order = fullest(mean, nats)
    return {
        f"The latent: numbers whose mean varies from groove to groove, those above {HOLDS:g} nats, and nats of all":
            {"all numbers": in_use(mean, nats)},
        f"Nats of the {TOLD} fullest numbers":
            {f"number {number}": {"nats": float(nats[:, number].mean())} for number in order[:TOLD]},
        "Disentanglement: by how much one number tells more of a thing than the next (1: one tells all)":
            disentanglement(mean, features),
        f"Traversal: what each of the fullest numbers turns from -{FAR:g} to {FAR:g}, in spreads of held-out grooves":
            traversal(model, order[:WALKED], features),
        f"Interpolation: {between.STEPS} steps between held-out grooves (even: 1 where all are as long; "
        "straight: no detour)":
            {"all pairs": between.interpolation(model, mean)},
        f"Between two held-out grooves: share of bars with as many hits as {between.WITHIN:.0%} of real ones, "
        "and as near to one of training":
            between.validity(model, mean, rows, train),
    }  # fmt: skip


@torch.no_grad()
def encoded(model: GrooveModel, rows: Rows) -> tuple[Floats, Floats]:
    """Return mean and nats of each groove's latent, (n, latent) each."""
    frames = framed(rows["velocity"], rows["offset"])
    every = np.ones(frames.pattern.shape, np.bool_)
    mean, log_variance = model.encoder(torch.from_numpy(view(frames, every, every)))
    return mean.numpy(), divergence(mean, log_variance).numpy()


def in_use(mean: Array, nats: Array) -> dict[str, float]:
    """Return how many numbers there are, are in use and hold something, and all nats, of latents (n, latent)."""
    used, holding = int(_used(mean).sum()), int((nats.mean(axis=0) > HOLDS).sum())
    return {"numbers": mean.shape[1], "in_use": used, "holding": holding, "nats": float(nats.sum(axis=1).mean())}


def fullest(mean: Array, nats: Array) -> NDArray[np.intp]:
    """Return the places of all numbers, (latent,): those in use first, then by their nats, the most first."""
    return np.lexsort((-nats.mean(axis=0), ~_used(mean)))


def _used(mean: Array) -> NDArray[np.bool_]:
    used: NDArray[np.bool_] = mean.var(axis=0) > IN_USE
    return used


def pictures(model: GrooveModel, rows: Rows) -> dict[str, str]:
    """Return what is drawn of a latent, SVG by name."""
    order = fullest(*encoded(model, rows))[:DRAWN]
    names = [f"number {number}" for number in order]
    return {"traversal": rolls("What the fullest numbers of the latent turn, from 0 in all others", names,
                               [f"{value:+d}".replace("-", "−") if value else "0" for value in VALUES],
                               walked(model, order))}  # fmt: skip


def walked(model: GrooveModel, numbers: NDArray[np.integer]) -> Floats:
    """Return a groove for each of VALUES of each number, all others at 0: velocity, (numbers, values, 96, 9).

    Each is drawn with the same chance: what differs is the number.
    """
    asked, told = Torch(model), condition({}, latent=True)[None]
    found = []
    for number in numbers:
        for value in VALUES:
            latent = np.zeros((1, model.latent), np.float32)
            latent[0, number] = value
            groove = drawn(asked, told, latent, np.random.default_rng(41))
            found.append(battery.as_rows(groove)["velocity"][0])
    return np.stack(found).reshape(len(numbers), len(VALUES), *found[0].shape)


def disentanglement(mean: Array, features: Mapping[str, Array]) -> Table:
    """Return, for each thing measured of grooves, (n,), by how much one number tells more of it than the next.

    `mig` is the gap of mutual information as a share of all there is to know, `sap` that of the variance explained by
    a straight line; `rho` is the best number's rank correlation.
    """
    table: Table = {}
    for name, values in features.items():
        told = np.sort([mutual_information(number, values) for number in mean.T])[::-1]
        straight = np.sort([_explained(number, values) for number in mean.T])[::-1]
        table[name] = {
            "mig": float((told[0] - told[1]) / max(mutual_information(values, values), 1e-9)),
            "sap": float(straight[0] - straight[1]),
            "rho": max((spearman(number, values) for number in mean.T), key=abs),
        }
    return table


def mutual_information(one: Array, other: Array) -> float:
    """Return how many nats one thing, (n,), tells of another, by counting in bins of equal share."""
    shared = np.zeros((BINS, BINS))
    np.add.at(shared, (_bins(one), _bins(other)), 1 / len(one))
    apart = shared.sum(axis=1, keepdims=True) * shared.sum(axis=0, keepdims=True)
    there = shared > 0
    return float((shared[there] * np.log(shared[there] / apart[there])).sum())


def _bins(values: Array) -> NDArray[np.intp]:
    edges = np.quantile(values, np.linspace(0, 1, BINS + 1)[1:-1])
    return np.asarray(np.searchsorted(edges, values, "right"))


def _explained(number: Array, values: Array) -> float:
    spread = number.std() * values.std()
    return float(np.cov(number, values, bias=True)[0, 1] / spread) ** 2 if spread > 0 else 0.0


def traversal(model: GrooveModel, numbers: NDArray[np.integer], features: Mapping[str, Array]) -> Table:
    """Return how far what may be asked of a groove moves as each number goes from -FAR to FAR, all else left open."""
    asked = Torch(model)
    table: Table = {}
    told = np.repeat(condition({}, latent=True)[None], HEARD, axis=0)
    for number in numbers:
        found = []
        for place in (-FAR, FAR):
            chance = np.random.default_rng(41)  # the same for both ends: what differs is the number
            latents = chance.standard_normal((HEARD, model.latent)).astype(np.float32)
            latents[:, number] = place
            found.append(tasks.asked(battery.as_rows(drawn(asked, told, latents, chance))))
        table[f"number {number}"] = {
            name: float((found[1][name] - found[0][name]).mean() / max(features[name].std(), 1e-9)) for name in RANKED
        }
    return table
