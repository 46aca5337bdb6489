"""A groove model that has been exported, measured as the stage asks it: through onnxruntime, a groove at a time.

So a card can be renewed when the battery or the drawing has changed, though nobody has the run any more.

Reads and writes the model's folder.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from liveengine.formats import disk
from liveengine.generators import models
from liveengine.generators.codecs.frames import Floats
from liveengine.generators.drawing import Said, Say
from liveengine.training import export
from liveengine.training.benchmark import cost
from liveengine.training.cards import Card, as_markdown
from liveengine.training.evaluation.battery import Table
from liveengine.training.models import groove

CARD = "card.json"


@dataclass(frozen=True, slots=True)
class Exported:
    """A model's folder, opened: what asks it, what its numbers mean and what its card says."""

    say: Say
    vocabulary: dict[str, Any]
    card: Card

    @property
    def latent(self) -> int:
        """How many numbers its latent has."""
        return int(self.vocabulary["latent"])

    def decode(self, view: Tensor, condition: Tensor, latent: Tensor) -> groove.Said:
        """Say what a decoder of torch says."""
        return groove.Said(*map(torch.from_numpy, self.say(view.numpy(), condition.numpy(), latent.numpy())))


def opened(folder: Path) -> Exported:
    """Open a model. Raises ValueError for one that is no groove model, OSError where there is none."""
    vocabulary = models.vocabulary(folder)
    card = Card(**json.loads((folder / CARD).read_text(encoding="utf-8")))
    if (family := card.config.get("family", "groove")) != "groove":
        raise ValueError(f"{folder}: only groove models are measured from their folder, and this is a {family} model")
    return Exported(_one_by_one(export.session(folder / models.WEIGHTS)), vocabulary, card)


def costs(folder: Path) -> dict[str, Table]:
    """Return what a model costs on one core of this machine, as the export measures it, and what else runs."""
    say, latent = export.session(folder / models.WEIGHTS), int(models.vocabulary(folder)["latent"])
    return {
        "Cost, milliseconds to make a bar by the clock and in the core's own time (cpu)":
            {"one bar": export.speed(say, latent)},
        "Loading: opening the model and asking it once":
            {"one model": cost(folder)},
    }  # fmt: skip


def renewed(folder: Path, card: Card, notes: Sequence[str], measures: Mapping[str, Table]) -> None:
    """Write a card anew with these measures and notes; what was measured of its files and speed stays."""
    new = Card(**{**card.told(), "about": {**card.about, "notes": list(notes), "measures": dict(measures)}})
    disk.write_whole(folder / CARD, export.as_json(new.told()))
    disk.write_whole(folder / "card.md", as_markdown(new).encode())


def _one_by_one(say: Say) -> Say:
    """Ask of many grooves one after another: an exported model takes one."""

    def many(view: Floats, condition: Floats, latent: Floats) -> Said:
        said = [say(view[n : n + 1], condition[n : n + 1], latent[n : n + 1]) for n in range(len(view))]
        return Said(*(np.concatenate(arrays) for arrays in zip(*said, strict=True)))

    return many
