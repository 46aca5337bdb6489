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

from liveengine.formats import disk
from liveengine.generators import models
from liveengine.generators.drawing import Drummer
from liveengine.training import export
from liveengine.training.asking import onnx
from liveengine.training.benchmark import cost
from liveengine.training.cards import Card, as_markdown
from liveengine.training.evaluation.battery import Table

CARD = "card.json"


@dataclass(frozen=True, slots=True)
class Exported:
    """A model's folder, opened: what is asked, what its numbers mean and what its card says."""

    asked: Drummer
    vocabulary: dict[str, Any]
    card: Card

    @property
    def latent(self) -> int:
        """How many numbers its latent has."""
        return int(self.vocabulary["latent"])


def opened(folder: Path) -> Exported:
    """Open a model. Raises ValueError for one that is no groove model, OSError where there is none."""
    vocabulary = models.vocabulary(folder)
    card = Card(**json.loads((folder / CARD).read_text(encoding="utf-8")))
    if (family := card.config.get("family", "groove")) != "groove":
        raise ValueError(f"{folder}: only groove models are measured from their folder, and this is a {family} model")
    return Exported(onnx(folder, tuple(vocabulary["cache"]), int(vocabulary["latent"])), vocabulary, card)


def costs(folder: Path) -> dict[str, Table]:
    """Return what a model costs on one core of this machine, as the export measures it, and what else runs."""
    model = opened(folder)
    return {
        "Cost, milliseconds to make a bar by the clock and in the core's own time (cpu)":
            {"one bar": export.speed(model.asked, model.latent)},
        "Loading: opening the model and asking it once":
            {"one model": cost(folder)},
    }  # fmt: skip


def renewed(folder: Path, card: Card, notes: Sequence[str], measures: Mapping[str, Table]) -> None:
    """Write a card anew with these measures and notes; what was measured of its files and speed stays."""
    new = Card(**{**card.told(), "about": {**card.about, "notes": list(notes), "measures": dict(measures)}})
    disk.write_whole(folder / CARD, export.as_json(new.told()))
    disk.write_whole(folder / "card.md", as_markdown(new).encode())
