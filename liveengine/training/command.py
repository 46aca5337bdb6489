"""`liveengine train`, `evaluate` and `export`: from a prepared collection to a folder that plays.

Waits for the disk, and takes its time.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from liveengine.training import config as configs
from liveengine.training import export, phrase_command, tasks
from liveengine.training.data.groove_rows import GrooveRows
from liveengine.training.evaluation import battery, intervals, report
from liveengine.training.evaluation.baselines import ByPlace
from liveengine.training.evaluation.held_out import measured
from liveengine.training.loop import Trainer, carry_out
from liveengine.training.team import gathered

#: How many rows of validation each look measures: enough to tell looks apart, few enough to be quick.
LOOKED_AT = 256

BEST = "best.safetensors"

NOTES = (
    "",
    "Drummers 3 and 6 are held back for the test, three sessions of others for validation; drummers who played more",
    "are drawn less often. Loudness is that of an electronic kit.",
    "Of what may be asked, a set that plays asks for density alone. What is asked is pulled further than the model",
    "goes by itself (`generators/drawing.py`); 0.8 was aimed at for density, 0.6 for syncopation and velocity.",
)


def train(arguments: argparse.Namespace) -> int:
    """Train a config, or go on with it. Raises ValueError and OSError in words."""
    torch.set_num_threads(arguments.threads)
    config = configs.load(configs.find(arguments.config))
    if config.family == "phrase":
        return phrase_command.train(config, arguments, BEST)
    rows = GrooveRows(arguments.data / config.data / "train")
    looked_at = _spaced(GrooveRows(arguments.data / config.data / "validation"), LOOKED_AT)
    ranks = tasks.quantiles(_all(rows))
    trainer = Trainer(config, rows, arguments.run, ranks, gathered())
    return carry_out(trainer, lambda model: measured(model, looked_at, ranks), arguments.run / BEST)


def evaluate(arguments: argparse.Namespace) -> int:
    """Print the measures of a run's best weights beside their baselines, and write a report where one is wanted."""
    from liveengine.training.cards import table

    if phrase_command.is_phrase(arguments.run / BEST):
        return phrase_command.evaluate(arguments.run / BEST, arguments.data)
    model, told = export.load_model(arguments.run / BEST)
    measures = _measures(model, told, arguments.data)
    for title, rows in measures.items():
        print("\n".join([title, "", *table(rows), ""]))
    if arguments.report:
        for place in report.write(arguments.report, told["config"]["name"], measures):
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
        "notes": NOTES,
        "measures": _measures(model, told, arguments.data),
    }
    folder = export.export(arguments.run / BEST, arguments.to, about)
    print(f"{folder}: written")
    return 0


def _measures(model: Any, told: Mapping[str, Any], data: Path) -> dict[str, battery.Table]:
    collection = data / told["config"]["data"]
    learnt, unseen = (_all(GrooveRows(collection / split)) for split in ("train", "test"))
    say, latent, ranks = export.asked_of(model), told["config"]["size"]["latent"], told["ranks"]
    usual = ByPlace(learnt)
    sums = battery.held_out_sums(model, usual, learnt, unseen, ranks)
    grooves = battery.compared(say, latent, usual, learnt, unseen, ranks)
    counted = intervals.draws(unseen)
    return {
        "Held-out drummers (drawing their hits; then velocity, 0-1, and timing with all hits known, mean error)":
            battery.means(sums),
        "Between what these lie for 95 % of other choices of held-out pieces":
            intervals.held_out(sums, counted),
        "Obedience, Spearman's ρ of what is asked and what is measured":
            battery.obedience(say, latent, ranks),
        "Likeness to held-out drummers (overlapping area of 31 features; 1: the same) and share of two-bar copies":
            battery.likenesses(grooves, learnt, unseen),
        "Between what the overlap lies for 95 % of other choices of held-out pieces":
            intervals.overlaps(grooves, unseen, counted),
    }  # fmt: skip


def _all(rows: GrooveRows) -> dict[str, NDArray[Any]]:
    return rows.batch(np.arange(len(rows)))


def _spaced(rows: GrooveRows, count: int) -> dict[str, NDArray[Any]]:
    return rows.batch(np.linspace(0, len(rows) - 1, min(count, len(rows))).astype(int))
