"""Groove models as the stage asks them: of torch, and of the files that were written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from liveengine.generators import models
from liveengine.generators.codecs.frames import Floats
from liveengine.generators.drawing import Read, Written
from liveengine.generators.networks import Networks, as_on_stage
from liveengine.generators.voices import Voices
from liveengine.training.models.groove import GrooveModel
from liveengine.training.models.writer import Step


class Torch:
    """A model of torch as a `Drummer`, of any number of grooves at once."""

    def __init__(self, model: GrooveModel) -> None:
        self._reader, self._step = model.decoder.reader.eval(), Step(model.decoder.writer).eval()
        self.cache: tuple[int, ...] = model.cache
        self.voices = Voices(*(part.detach().contiguous().numpy() for part in model.decoder.writer.voices))

    def read(self, view: Floats, condition: Floats, latent: Floats) -> Read:
        """Read what is known."""
        return Read(*_said(self._reader, view, condition, latent))

    def write(self, heard: Floats, past: Floats, place: NDArray[np.int64], cache: Floats) -> Written:
        """Write one frame."""
        return Written(*_said(self._step, heard, past, place, cache))


@torch.no_grad()
def _said(module: torch.nn.Module, *arrays: NDArray[Any]) -> list[Floats]:
    return [said.numpy() for said in module(*map(torch.from_numpy, arrays))]


def onnx(folder: Path, cache: tuple[int, ...], latent: int, name: Callable[[str], str] = str) -> Networks:
    """Return what asks a folder's files, on one thread as on stage; `name` says what they are called, as in INT8."""
    reader, writer = (opened(folder / name(network)).run for network in (models.WEIGHTS, models.WRITER))
    return Networks(reader, writer, cache, latent)


def opened(place: Path) -> Any:
    """Open an ONNX file as on stage."""
    import onnxruntime as runtime

    return runtime.InferenceSession(
        str(place), as_on_stage(runtime.SessionOptions()), providers=["CPUExecutionProvider"]
    )
