"""`liveengine train`, `evaluate` and `export` of a phrase model.

Waits for the disk, and takes its time.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from liveengine.generators import features
from liveengine.generators.codecs import lines
from liveengine.training import checkpoints, phrase_export, samples
from liveengine.training.config import Config, from_told
from liveengine.training.data.phrase_rows import Line, PhraseRows
from liveengine.training.evaluation import phrase_battery as battery
from liveengine.training.evaluation import phrase_latent, phrase_structure
from liveengine.training.evaluation.battery import Table
from liveengine.training.evaluation.phrase_held_out import measured
from liveengine.training.models.phrase import PhraseModel
from liveengine.training.phrase_loop import PhraseTrainer
from liveengine.training.showing import carry_out
from liveengine.training.team import gathered

#: How many lines of validation each look measures.
LOOKED_AT = 160

NOTES = (
    "",
    "Whole tunes are held back. Basses, chords and pads are Freedoom's, leads of both; what plays less is drawn",
    "oftener, and every line in any key that its register allows. Freedoom's chords are heard from the notes, the",
    "line's own among them: the model is told a little of what it guesses, and so is every baseline that counts from",
    "the chord's root. Bits are of bars, shifts, families, velocities and notes; metre, tempo, key, chords and style",
    "are told, latents of bars and what else plays are not. Style templates are learnt from alone: a tenth of what is",
    "drawn, measured nowhere, and their windows are not among those that are known. All styles but rock stand in them",
    "alone, and so do sections. On stage two bars that stand in training are said again (`generators/speaking.py`):",
    '"said once" is what they would be without.',
)


def rows_of(config: Config, data: Path, split: str) -> PhraseRows:
    """Open one split of all the collections that a config is measured by."""
    return _opened(config.data, config, data, split)


def learnt_rows(config: Config, data: Path) -> PhraseRows:
    """Open all that a config learns from: what it is measured by, and what it learns from also."""
    rows = rows_of(config, data, "train")
    return rows.also(_opened(config.also, config, data, "train"), config.also_share) if config.also else rows


def _opened(names: str, config: Config, data: Path, split: str) -> PhraseRows:
    return PhraseRows([data / name / split for name in names.split("+")], config.phrase.context)


def ranks_of(rows: PhraseRows, points: int = 21) -> dict[str, list[float]]:
    """Return, for each role, the shares of a bar's sixteenths struck that lie evenly spaced in the data."""
    place = features.NAMES.index("density")
    values: dict[str, list[float]] = {role: [] for role in lines.ROLES}
    for shards in rows.shards:
        bars, role, measures = (shards.column(name) for name in ("bars", "role", "features"))
        for count, number, row in zip(bars, role, measures, strict=True):
            values[lines.ROLES[number - 1]] += [float(v) for v in row[:count, place] if v > 0]
    spaced = np.linspace(0, 1, points)
    return {role: [round(float(v), 6) for v in np.quantile(held, spaced)] for role, held in values.items() if held}


def train(config: Config, arguments: argparse.Namespace, best: str) -> int:
    """Train a config, or go on with it. Raises ValueError and OSError in words."""
    ranks = ranks_of(rows_of(config, arguments.data, "train"))
    trainer = PhraseTrainer(config, learnt_rows(config, arguments.data), arguments.run, ranks, gathered())
    if arguments.begin_from:
        trainer.begin_from(arguments.begin_from / best)
    look = looking(config, arguments.data)
    return carry_out(trainer, look, arguments.run / best, arguments.log, _sampling(config, trainer.ranks))


def _sampling(config: Config, ranks: Mapping[str, list[float]]) -> Callable[[PhraseModel, Path], None]:
    """Return what writes what a model plays each time a run looks."""

    def sample(model: PhraseModel, place: Path) -> None:
        play = phrase_export.player(phrase_export.asked_of(model), model.size.memory, ranks)
        roles = {role: 0.5 for role in ("bass", "chords", "lead") if role in ranks}
        samples.write(config.name, play, roles, place)

    return sample


def looking(config: Config, data: Path) -> Callable[[PhraseModel], dict[str, float]]:
    """Return what measures a model each time a run looks."""
    looked_at = spaced(rows_of(config, data, "validation").lines, LOOKED_AT)
    return lambda model: measured(model, looked_at)


def spaced(held: Sequence[Line], count: int) -> list[Line]:
    """Return so many lines, evenly spaced over all."""
    return [held[number] for number in np.linspace(0, len(held) - 1, min(count, len(held))).astype(int)]


def is_phrase(weights: Path) -> bool:
    """Say whether weights are a phrase model's. Raises ValueError, OSError."""
    _, told = checkpoints.read(weights)
    return bool(told["config"].get("family") == "phrase")


def measures_of(weights: Path, data: Path) -> tuple[str, dict[str, Table]]:
    """Return a run's name and the measures of its best weights beside their baselines."""
    _, told = phrase_export.load_model(weights)
    config = from_told(told["config"], str(weights))
    held = {split: rows_of(config, data, split) for split in ("train", "test")}
    return config.name, _measures(weights, held)


def export_model(weights: Path, data: Path, to: Path) -> int:
    """Measure a run's best weights and write the folder that plays."""
    _, told = phrase_export.load_model(weights)
    config = from_told(told["config"], str(weights))
    rows = {split: rows_of(config, data, split) for split in ("train", "validation", "test")}
    learnt = learnt_rows(config, data)
    indices = [shards.index for shards in learnt.shards]
    about = {
        "licence": "; ".join(f"{index['licence']} ({index['source']})" for index in indices),
        "attribution": "; ".join(index["attribution"].rstrip(".") for index in indices),
        "rows": {split: len(held) for split, held in rows.items()}
        | ({config.also: len(learnt) - len(rows["train"])} if config.also else {}),
        "began_from": told.get("began_from", ""),
        "notes": NOTES,
        "measures": _measures(weights, rows),
    }
    folder = phrase_export.export(weights, to, about, battery.known_of(rows["train"].lines))
    print(f"{folder}: written")
    return 0


def _measures(weights: Path, rows: Mapping[str, PhraseRows]) -> dict[str, Table]:
    model, told = phrase_export.load_model(weights)
    learnt, unseen = rows["train"].lines, rows["test"]
    counts = battery.guessed(model, learnt, unseen)
    with tempfile.TemporaryDirectory() as beside:
        # Asked as the stage asks: torch would take several times as long for one token.
        phrase_export.write_onnx(model, Path(beside) / "model.onnx")
        say = phrase_export.session(Path(beside) / "model.onnx")
    play = phrase_export.player(say, model.size.memory, told["ranks"])
    latents = phrase_latent.table(model, unseen.lines)
    return {
        "Held-out tunes: bits to guess them, and 95 % of draws of tunes for bits a note (low, high)":
            battery.held_out(counts, unseen),
        "The same by role, bits a note": battery.by_role(counts, unseen),
        "Obedience, Spearman's ρ of what is asked and what is measured": battery.obedience(play),
        "Two-bar windows that stand in training, in any key, and notes a bar":
            battery.originality(play, battery.known_of(learnt), unseen.lines),
        "Structure: how alike two bars are (1: the same), any two of a line, and so many bars later":
            phrase_structure.table(play, unseen),
        **({"What latents of bars hold, of held-out tunes": latents} if latents else {}),
    }  # fmt: skip
