"""Ablation: the same run again and again, each time with one thing changed, to see what helps.

All runs have as many steps and, but for one, the same seed, and are measured on the whole of validation. What a change
does is told as a difference from the config as it is, with an interval over redrawn pieces that are the same for both:
it tells luck of the pieces from effect. What luck of the seed does is told by a run that has another: less is nothing.

Takes as long as all its runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from liveengine.formats import disk
from liveengine.generators.codecs.frames import framed, view
from liveengine.training import export, objectives, tasks
from liveengine.training.asking import Torch
from liveengine.training.config import Changes, Config
from liveengine.training.data.groove_rows import GrooveRows
from liveengine.training.evaluation import held_out, intervals
from liveengine.training.evaluation.battery import Rows, Sums, Table
from liveengine.training.groove_loop import GrooveTrainer
from liveengine.training.losses import divergence
from liveengine.training.models.groove import GrooveModel

AS_IS = "as it is"

#: What is told, by its name in tables: a sum over grooves, and what it is divided by.
MEASURES = {
    "bits_per_hit": ("bits", "hits"),
    "velocity": ("velocity", "hits"),
    "timing_ms": ("timing_ms", "hits"),
    "latent_nats": ("latent_nats", "grooves"),
}

#: What a loss weighs that is off by default, beside the nats of all hits.
WEIGHT = 1.0


def changes(config: Config) -> dict[str, Config]:
    """Return a groove model's config as it is, and with each change, by name. Raises ValueError for other models."""
    if config.family != "groove":
        raise ValueError(f"{config.name}: only groove models have losses to leave out; this is a {config.family} model")
    losses, latent = config.losses, config.divergence
    told = {AS_IS: config, "another seed": replace(config, seed=config.seed + 1)}
    # Without its hits there is no groove to measure.
    for name in [name for name in config.weighed("said") if name != "hits"]:
        rest = {other: weight for other, weight in losses.items() if other != name}
        told[f"without {name}"] = replace(config, losses=rest)
    for name, loss in objectives.of_family("groove").items():
        if loss.reads == "said" and name not in losses:
            told[f"with {name}"] = replace(config, losses={**losses, name: WEIGHT})
    unsaid = (config.mode != "transformer", "latent"), (config.mode == "vae_gan", "critic")
    for name in [name for is_read, reads in unsaid if is_read for name in config.weighed(reads)]:
        told[f"without {name}"] = replace(config, losses={**losses, name: 0.0})
    if config.mode != "transformer":
        if latent.free_nats:
            told["without free nats"] = replace(
                config, divergence=replace(latent, free_nats=0.0, bar_free_nats=0.0, beat_free_nats=0.0)
            )
        told["without a latent (transformer)"] = replace(config, mode="transformer")
    if config.changes.share:
        told["without changed rows"] = replace(config, changes=Changes())
    if config.balance == "fixed":
        told["with learnt weights of losses (uncertainty)"] = replace(config, balance="uncertainty")
    return told


def shortened(config: Config, steps: int) -> Config:
    """Return a run of so many steps that looks once, at its end; its schedules, and its mean, are as much shorter."""
    plan, share = config.schedule, steps / config.schedule.steps
    latent, critic = config.divergence, config.adversary

    def shorter(count: int) -> int:
        return max(1, round(count * share))

    return replace(
        config,
        schedule=replace(
            plan, steps=steps, warm_up=shorter(plan.warm_up), average=plan.average ** (1 / share), minutes=0.0
        ),
        divergence=replace(latent, steps=shorter(latent.steps)),
        adversary=replace(
            critic, begins=shorter(critic.begins), alone=shorter(critic.alone), ramp=shorter(critic.ramp)
        ),
        watch=replace(config.watch, every=steps),
    )


def ablated(config: Config, data: Path, folder: Path, steps: int, tell: Callable[[str], None]) -> dict[str, Table]:
    """Train every change below `folder`, or go on with them, and return what they measure and how that differs.

    Raises ValueError for what is no groove model, OSError.
    """
    rows = GrooveRows(data / config.data / "train")
    seen, unseen = (part.batch(np.arange(len(part))) for part in (rows, GrooveRows(data / config.data / "validation")))
    ranks = tasks.quantiles(seen)
    sums: dict[str, Sums] = {}
    todo = changes(config)
    for number, (name, changed) in enumerate(todo.items(), 1):
        own = folder / "".join(letter if letter.isalnum() else "-" for letter in name)
        trainer = GrooveTrainer(shortened(changed, steps), rows, own, ranks)
        # The only look is at the end, and measured below for each groove.
        trainer.run(lambda model: dict.fromkeys(config.watch.measures, 0.0), lambda text: None)
        sums[name] = of_grooves(trainer.averaged(), unseen, ranks, has_latent=changed.mode != "transformer")
        told = " ".join(f"{what} {value:.4f}" for what, value in measured(sums[name]).items())
        tell(f"{number}/{len(todo)} {name}: {told}")
    return tables(sums, intervals.draws(unseen))


def of_grooves(model: GrooveModel, rows: Rows, ranks: Mapping[str, list[float]], has_latent: bool) -> Sums:
    """Return what is measured of each groove, summed over its hits, without the latent; and the latent's own nats."""
    said = held_out.each(Torch(model), model.latent, rows, ranks)
    every = framed(rows["velocity"], rows["offset"])
    whole = np.ones(every.pattern.shape, np.bool_)
    with torch.no_grad():
        nats = divergence(*model.encoder(torch.from_numpy(view(every, whole, whole)))).sum(dim=1)
    return {**said, "latent_nats": nats.double().numpy() * has_latent, "grooves": np.ones(len(nats))}


def measured(of: Sums, counted: NDArray[np.float64] | None = None) -> dict[str, Any]:
    """Return each measure of grooves, or of each redrawing of them (draws, n)."""
    times = np.ones(len(of["hits"])) if counted is None else counted
    return {to: (times @ of[what]) / (times @ of[each]) for to, (what, each) in MEASURES.items()}


def tables(sums: Mapping[str, Sums], counted: NDArray[np.float64]) -> dict[str, Table]:
    """Return what every change measures, and its differences from the config as it is, with their intervals."""
    means = {name: measured(of) for name, of in sums.items()}
    drawn = {name: measured(of, counted) for name, of in sums.items()}
    apart: Table = {}
    for name in [name for name in sums if name != AS_IS]:
        row: dict[str, float] = {}
        for what in MEASURES:
            low, high = intervals.interval(drawn[name][what] - drawn[AS_IS][what])
            row |= {what: means[name][what] - means[AS_IS][what], f"{what} low": low, f"{what} high": high}
        apart[name] = row
    return {
        "Validation, told nothing of the latent; and what the latent holds": means,
        "Beside the config as it is, with 95 % intervals (below 0: less surprised, nearer)": apart,
    }


def write(folder: Path, measures: Mapping[str, Table]) -> Path:
    """Write the tables as JSON and return where. Raises OSError."""
    place = folder / "ablation.json"
    disk.write_whole(place, export.as_json(measures))
    return place
