"""Sessions of the models that a patch names, made before the show: making one holds up every Python thread.

Each runs on one thread that never spins. A model that is not there, does not agree with our codecs or cannot be run
is told at once; its bars are then a rule's, each counted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Container
from pathlib import Path
from typing import Any

import numpy as np

from liveengine.engine.spec import Patch
from liveengine.generators import models, speaking
from liveengine.generators.codecs.frames import CONDITIONS, FRAMES, VIEW, Floats
from liveengine.generators.contract import Proposer
from liveengine.generators.drawing import Said, Say
from liveengine.generators.neural import Groove
from liveengine.generators.phrase import Phraser
from liveengine.generators.speaking import Asked, Heard

#: On stage what takes longer, for each bar that is asked for, is late: half of one at 240 BPM. The end waits by it too.
PATIENCE_S = 0.5


class LateError(Exception):
    """A bar took longer than the stage can wait."""


class Session:
    """One groove model, ready to be asked. Raises OSError or ValueError in words where it cannot be."""

    def __init__(self, folder: Path, patience_s: float | None = None) -> None:
        self.vocabulary = models.vocabulary(folder)
        self.latent = int(self.vocabulary["latent"])
        self.density = tuple(self.vocabulary["ranks"]["density"])
        self._patience_s = patience_s
        self._session = _session(folder / models.WEIGHTS)
        # The first run plans its memory; that too is done before the show.
        inputs = ((1, FRAMES, VIEW), (1, len(CONDITIONS)), (1, self.latent))
        self._say(*(np.zeros(shape, np.float32) for shape in inputs))

    def begin(self, bars: int = 1) -> Say:
        """Return what asks the model for so many bars; it raises LateError once patience is over."""
        if self._patience_s is None:
            return self._say
        ends_s = time.monotonic() + self._patience_s * bars

        def say(view: Floats, condition: Floats, latent: Floats) -> Said:
            if time.monotonic() > ends_s:
                raise LateError("it was late")
            return self._say(view, condition, latent)

        return say

    def _say(self, view: Floats, condition: Floats, latent: Floats) -> Said:
        return Said(*self._session.run(Said._fields, {"view": view, "condition": condition, "latent": latent}))


class LineSession:
    """One phrase model, ready to be asked. Raises OSError or ValueError in words where it cannot be."""

    def __init__(self, folder: Path, patience_s: float | None = None) -> None:
        self.vocabulary = models.vocabulary(folder)
        self.cache: tuple[int, ...] = tuple(self.vocabulary["cache"])
        self.ranks: dict[str, list[float]] = self.vocabulary["ranks"]
        self.known = models.known(folder)
        self._patience_s = patience_s
        self._session = _session(folder / models.WEIGHTS)
        # The first run plans its memory; that too is done before the show.
        self._say(speaking.nothing(self.cache))

    def begin(self, bars: int = 1) -> speaking.Say:
        """Return what asks the model for so many bars; it raises LateError once patience is over."""
        if self._patience_s is None:
            return self._say
        ends_s = time.monotonic() + self._patience_s * bars

        def say(asked: Asked) -> Heard:
            if time.monotonic() > ends_s:
                raise LateError("it was late")
            return self._say(asked)

        return say

    def _say(self, asked: Asked) -> Heard:
        return Heard(*self._session.run(Heard._fields, asked._asdict()))


def _session(place: Path) -> Any:
    """Open a model. Raises OSError where there is no onnxruntime, ValueError for what it cannot run."""
    try:
        import onnxruntime as runtime
    except ImportError as error:
        raise OSError("onnxruntime is not installed: pip install onnxruntime") from error
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = runtime.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_ENABLE_ALL
    # Spinning after each request would take a core from whoever plays.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return runtime.InferenceSession(str(place), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own kinds, which derive from nothing narrower
        raise ValueError(f"{place}: cannot be run: {error}") from error


def load_models(
    patch: Patch,
    say: Callable[[str], None],
    patience_s: float | None = None,
    home: Path = models.HOME,
    known: Container[str] = (),
) -> dict[str, Proposer]:
    """Return a Proposer for each model that a patch names; what is wrong with one is told to `say`.

    Those that are `known` are there already.
    """
    there = models.shipped(home)
    named = {pattern.generator for track in patch.tracks for pattern in track.patterns}
    return {
        name: _proposer(name, there[name], say, patience_s)
        for name in sorted(named & there.keys())
        if name not in known
    }


def _proposer(name: str, folder: Path, say: Callable[[str], None], patience_s: float | None) -> Proposer:
    try:
        if models.vocabulary(folder)["codec"] == "phrase lines":
            lines = LineSession(folder, patience_s)
            return Phraser(name, lines.begin, lines.cache, lines.ranks, lines.known)
        session = Session(folder, patience_s)
    except (OSError, ValueError) as error:
        say(f"{name} cannot play, and a rule plays instead: {error}")
        return models.Absent(str(error))
    return Groove(name, session.begin, session.latent, session.density)
