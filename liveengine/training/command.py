"""`liveengine train`, `evaluate` and `export`: from a prepared collection to a folder that plays.

Waits for the disk, and takes its time.
"""

from __future__ import annotations

import argparse
import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from liveengine.generators.drawing import Drummer
from liveengine.generators.neural import Groove
from liveengine.training import ablation, averaging, checkpoints, export, phrase_command, phrase_export, samples, tasks
from liveengine.training import config as configs
from liveengine.training.asking import Torch
from liveengine.training.config import Config
from liveengine.training.data.groove_rows import GrooveRows
from liveengine.training.evaluation import battery, exported, groove_structure, intervals, report, styles
from liveengine.training.evaluation.baselines import ByPlace
from liveengine.training.evaluation.held_out import measured
from liveengine.training.evaluation.latent import pictures as latent_pictures
from liveengine.training.evaluation.latent import tables as latent_tables
from liveengine.training.evaluation.learnt import learnt
from liveengine.training.evaluation.obedience import obedience
from liveengine.training.groove_loop import GrooveTrainer
from liveengine.training.models.groove import GrooveModel
from liveengine.training.showing import carry_out
from liveengine.training.team import gathered

#: How many rows of validation each look measures: enough to tell looks apart, few enough to be quick.
LOOKED_AT = 256

BEST = "best.safetensors"

#: Where below a run the mean of several looks stands: a run of its own, for `evaluate` and `export`.
AVERAGED = "averaged"

#: Where a run keeps what the baselines have learnt that it is measured beside.
BASELINES = "baselines"

NOTES = (
    "",
    "Drummers 3 and 6 are held back for the test, three sessions of others for validation; drummers who played more",
    "are drawn less often. Loudness is that of an electronic kit.",
    "Of what may be asked, a set that plays asks for density, style and tempo. What is asked is pulled further than",
    "the model goes by itself (`generators/drawing.py`); 0.8 was aimed at for density, 0.6 for syncopation and",
    "velocity. How hits are played is thrown from quantiles; errors are those of the median.",
    "Obedience is measured without a latent, which would ask for something else.",
    "",
    "`gru` and `transformer` say the cells of a groove one after another, as the model does; bits of all are of the",
    "same hits, told style, tempo and whether it is a fill. They cannot fill in, answer, or say how a hit is played.",
)


def train(arguments: argparse.Namespace) -> int:
    """Train a config, or go on with it. Raises ValueError and OSError in words."""
    torch.set_num_threads(arguments.threads)
    config = configs.load(configs.find(arguments.config))
    if config.family == "phrase":
        return phrase_command.train(config, arguments, BEST)
    rows = GrooveRows(arguments.data / config.data / "train")
    ranks = tasks.quantiles(_all(rows))
    trainer = GrooveTrainer(config, rows, arguments.run, ranks, gathered())
    if arguments.begin_from:
        trainer.begin_from(arguments.begin_from / BEST)
    look = _looking(config, arguments.data, ranks)
    return carry_out(trainer, look, arguments.run / BEST, arguments.log, _sampling(config.name, ranks))


def _looking(config: Config, data: Path, ranks: Mapping[str, list[float]]) -> Callable[[GrooveModel], dict[str, float]]:
    """Return what measures a model each time a run looks."""
    looked_at = _spaced(GrooveRows(data / config.data / "validation"), LOOKED_AT)
    return lambda model: measured(Torch(model), model.latent, looked_at, ranks)


def _sampling(name: str, ranks: Mapping[str, list[float]]) -> Callable[[GrooveModel, Path], None]:
    """Return what writes what a model plays each time a run looks."""

    def sample(model: GrooveModel, place: Path) -> None:
        play = Groove(name, lambda bars: Torch(model), model.latent, tuple(ranks["density"]))
        samples.write(name, play, {"drums": 0.5}, place)

    return sample


def average(arguments: argparse.Namespace) -> int:
    """Write the mean of the weights of several looks as a run of its own; tell whether that is better than the best."""
    place, single = arguments.run / AVERAGED / BEST, arguments.run / BEST
    config = configs.from_told(checkpoints.read(single)[1]["config"], str(single))
    measure = config.watch.measures[0]
    if arguments.last:
        weights, told = averaging.of_last(arguments.run, arguments.last)
    else:
        weights, told = averaging.of_best(arguments.run, arguments.best, measure)
    place.parent.mkdir(exist_ok=True)
    checkpoints.write_weights(place, weights, told)
    if config.family == "phrase":
        phrase_look = phrase_command.looking(config, arguments.data)
        found = [phrase_look(phrase_export.load_model(each)[0])[measure] for each in (place, single)]
    else:
        look = _looking(config, arguments.data, told["ranks"])
        found = [look(export.load_model(each)[0])[measure] for each in (place, single)]
    verdict = "better" if found[0] < found[1] else "no better"
    steps = ", ".join(f"{step:,}" for step in told["averaged"])
    print(f"{measure} {found[0]:.4f} for the mean of steps {steps}; {found[1]:.4f} for the best look: {verdict}")
    print(f"{place}: written; evaluate and export take --run {place.parent}")
    return 0


def ablate(arguments: argparse.Namespace) -> int:
    """Train a config again and again, one thing changed each time; print what that does, and write it into the run."""
    torch.set_num_threads(arguments.threads)
    config = configs.load(configs.find(arguments.config))
    tell = functools.partial(print, flush=True)
    measures = ablation.ablated(config, arguments.data, arguments.run, arguments.steps, tell)
    title = f"{config.name}, {arguments.steps:,} steps each"
    print("\n" + report.as_markdown(title, measures))
    for place in (*report.write(arguments.run, title, measures), ablation.write(arguments.run, measures)):
        print(f"{place}: written")
    return 0


def evaluate(arguments: argparse.Namespace) -> int:
    """Print the measures of a run's best weights, or an exported model, beside baselines; write a report if wanted."""
    from liveengine.training.cards import table

    if arguments.renew and not arguments.model:
        raise ValueError("--renew writes into the card of an exported model: name its folder with --model")
    pictures: dict[str, str] = {}
    if arguments.model:
        model = exported.opened(arguments.model)
        name, measures = model.card.name, _measures(_exported(model), arguments.data, None)
    elif phrase_command.is_phrase(arguments.run / BEST):
        name, measures = phrase_command.measures_of(arguments.run / BEST, arguments.data)
    else:
        whole, told = export.load_model(arguments.run / BEST)
        trained = _trained(whole, told)
        name, measures = trained.config["name"], _measures(trained, arguments.data, arguments.run / BASELINES)
        if trained.config.get("mode", "vae") != "transformer":
            unseen, seen = _splits(arguments.data / trained.config["data"], "test", "train")
            measures |= latent_tables(whole, unseen, seen)
            pictures = latent_pictures(whole, unseen)
    if arguments.model and arguments.renew:
        exported.renewed(arguments.model, model.card, model.card.about["notes"], measures)
        print(f"{arguments.model}: its card is renewed")
    # What a model costs is told where a report is wanted: it is another each time, and other work is part of it.
    if arguments.model and arguments.report:
        measures |= exported.costs(arguments.model)
    for title, rows in measures.items():
        print("\n".join([title, "", *table(rows), ""]))
    if arguments.report:
        for place in report.write(arguments.report, name, measures, pictures):
            print(f"{place}: written")
    return 0


def export_model(arguments: argparse.Namespace) -> int:
    """Measure a run's best weights and write the folder that plays."""
    if phrase_command.is_phrase(arguments.run / BEST):
        return phrase_command.export_model(arguments.run / BEST, arguments.data, arguments.to)
    model, told = export.load_model(arguments.run / BEST)
    collection = arguments.data / told["config"]["data"]
    parts = {split: GrooveRows(collection / split) for split in ("train", "validation", "test")}
    index = parts["train"].shards.index
    about = {
        "licence": index["licence"],
        "attribution": index["attribution"],
        "rows": {split: len(rows) for split, rows in parts.items()},
        "began_from": told.get("began_from", ""),
        "notes": NOTES,
        "measures": _measures(_trained(model, told), arguments.data, arguments.run / BASELINES),
    }
    folder = export.export(arguments.run / BEST, arguments.to, about)
    print(f"{folder}: written")
    return 0


class Measured(NamedTuple):
    """A model as it is measured: what is asked as the stage asks it, and what is told of it."""

    asked: Drummer
    latent: int
    ranks: dict[str, list[float]]
    config: Mapping[str, Any]


def _exported(model: exported.Exported) -> Measured:
    return Measured(model.asked, model.latent, model.vocabulary["ranks"], model.card.config)


def _trained(model: GrooveModel, told: Mapping[str, Any]) -> Measured:
    return Measured(Torch(model), model.latent, told["ranks"], told["config"])


def _measures(model: Measured, data: Path, kept: Path | None) -> dict[str, battery.Table]:
    """Measure a model beside its baselines; what these learn is `kept` in a folder, if there is one."""
    seen, unseen = _splits(data / model.config["data"], "train", "test")
    asked, latent, ranks = model.asked, model.latent, model.ranks
    beside = battery.Baselines(ByPlace(seen), learnt(seen, ranks, kept))
    sums = battery.held_out_sums(asked, latent, beside, seen, unseen, ranks)
    grooves = battery.compared(asked, latent, beside, seen, unseen, ranks)
    counted = intervals.draws(unseen)
    return {
        "Held-out drummers (drawing their hits; then velocity, 0-1, and timing with all hits known, mean error)":
            battery.means(sums),
        "Between what these lie for 95 % of other choices of held-out pieces":
            intervals.held_out(sums, counted),
        "Beyond the model on the same pieces (above 0: more surprised, further off), with 95 % intervals":
            intervals.beyond(sums, counted),
        "Obedience, Spearman's ρ of what is asked and what is measured":
            obedience(asked, latent, ranks),
        "Styles: how far grooves told one, or told none, lie from real ones of it, and those told it from real ones of "
        "another, the nearest (Jensen-Shannon divergence of what is struck where, bits; 0: the same)":
            styles.table(asked, latent, seen),
        "Likeness to half of what held-out drummers played (real: the other half; overlapping area of 31 features, 1: "
        "the same; divergence in nats, 0: the same) and share of two-bar copies":
            battery.likenesses(grooves, seen, unseen),
        "Between what the overlap with all of it lies for 95 % of other choices of held-out pieces":
            intervals.overlaps(grooves, unseen, counted),
        "Structure: how alike two bars are (1: the same), any two of a piece, and so many bars later":
            groove_structure.table(asked, latent, ranks, grooves, unseen),
    }  # fmt: skip


def _splits(collection: Path, *splits: str) -> list[dict[str, NDArray[Any]]]:
    return [_all(GrooveRows(collection / split)) for split in splits]


def _all(rows: GrooveRows) -> dict[str, NDArray[Any]]:
    return rows.batch(np.arange(len(rows)))


def _spaced(rows: GrooveRows, count: int) -> dict[str, NDArray[Any]]:
    return rows.batch(np.linspace(0, len(rows) - 1, min(count, len(rows))).astype(int))
