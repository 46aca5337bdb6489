"""A groove model's two networks, opened by whoever may wait for a disk, as one that can be asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from liveengine.generators.codecs.frames import CONDITIONS, FRAMES, VIEW, Floats
from liveengine.generators.drawing import Read, Written
from liveengine.generators.voices import Voices

#: Names of what is wanted and arrays by name to what is wanted: `run` of onnxruntime.
Run: TypeAlias = Callable[[Sequence[str], Mapping[str, NDArray[Any]]], Sequence[NDArray[Any]]]


class Networks:
    """A `Drummer`: `reader` and `writer` are asked for one groove at a time, and many one after another."""

    def __init__(self, reader: Run, writer: Run, cache: tuple[int, ...], latent: int) -> None:
        self._reader, self._writer, self.cache = reader, writer, cache
        shapes = {"view": (1, FRAMES, VIEW), "condition": (1, len(CONDITIONS)), "latent": (1, latent)}
        nothing = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
        self.voices = Voices(*reader(Voices._fields, nothing))

    def read(self, view: Floats, condition: Floats, latent: Floats) -> Read:
        """Read what is known."""
        told = {"view": view, "condition": condition, "latent": latent}
        return Read(*_together([self._reader(Read._fields, one) for one in _each(told)]))

    def write(self, heard: Floats, past: Floats, place: NDArray[np.int64], cache: Floats) -> Written:
        """Write one frame."""
        told = {"heard": heard, "past": past, "cache": cache}
        return Written(*_together([self._writer(Written._fields, one | {"place": place}) for one in _each(told)]))


def as_on_stage(options: Any) -> Any:
    """Return onnxruntime's `SessionOptions` as all sessions have them: on one thread that never spins.

    Spinning after each request would take a core from whoever plays.
    """
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def _each(told: Mapping[str, Floats]) -> list[dict[str, Floats]]:
    count = len(next(iter(told.values())))
    if count == 1:
        return [dict(told)]
    return [{name: array[number : number + 1] for name, array in told.items()} for number in range(count)]


def _together(said: Sequence[Sequence[NDArray[Any]]]) -> Sequence[Floats]:
    return said[0] if len(said) == 1 else [np.concatenate(arrays) for arrays in zip(*said, strict=True)]
