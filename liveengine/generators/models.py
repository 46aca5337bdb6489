"""Models that come along: a folder each under `models/`, called by its name, with what its numbers mean.

Reads the disk: before the show.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from liveengine.generators.codecs import frames, lines
from liveengine.generators.codecs.windows import NOTHING, Known
from liveengine.generators.contract import Controls
from liveengine.music.note import Bar

HOME = Path(__file__).resolve().parents[2] / "models"

#: A model's network; and the second that groove models have, which writes what the first has read.
WEIGHTS = "model.onnx"
WRITER = "writer.onnx"

#: What a network of weights in one byte each says the hash of the one by that it was made of.
MADE_OF = "made_of"
VOCABULARY = "vocabulary.json"
KNOWN = "known.npy"

#: The codecs that models are made for, each with what says in which thing a model's vocabulary is not ours.
CODECS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "groove frames": frames.disagreement,
    "phrase lines": lines.disagreement,
}


def in_int8(network: str) -> str:
    """Return the file of the same weights in one byte each, where they came along.

    >>> in_int8(WEIGHTS)
    'model.int8.onnx'
    """
    return f"{Path(network).stem}.int8.onnx"


def shipped(home: Path = HOME) -> dict[str, Path]:
    """Return the folders of models by name."""
    return {place.parent.name: place.parent for place in sorted(home.glob(f"*/{VOCABULARY}"))}


def vocabulary(folder: Path) -> dict[str, Any]:
    """Return what a model says that its numbers mean.

    Raises ValueError, naming what does not agree, for a model that was made for other codecs than ours; OSError.
    """
    place = folder / VOCABULARY
    try:
        told: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{place}: is no JSON: {error}") from error
    disagreement = CODECS.get(str(told.get("codec", "")), frames.disagreement)
    if wrong := disagreement(told):
        raise ValueError(f'{place}: "{wrong}" is not as this version has it; export the model again')
    return told


def known(folder: Path) -> Known:
    """Return the numbers of the two-bar windows that a phrase model learnt from; none where it keeps none.

    Raises ValueError for a file that is not the one the model was exported with; OSError.
    """
    if not (sha256 := vocabulary(folder)["known"]):
        return NOTHING
    place = folder / KNOWN
    data = place.read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ValueError(f"{place}: is not the one that the model was exported with; export the model again")
    found: Known = np.load(BytesIO(data), allow_pickle=False)
    return found


@dataclass(frozen=True, slots=True)
class Absent:
    """A Proposer for a model that cannot be asked: raises ValueError with the reason."""

    reason: str

    def __call__(
        self, source: Bar | None, locks: frozenset[int], controls: Controls, seed: int, model: str = ""
    ) -> Bar:
        """Say why."""
        raise ValueError(self.reason)
