"""Sessions of the models that a patch names, made before the show: making one holds up every Python thread.

Each runs on one thread that never spins. A model that is not there, does not agree with our codecs or cannot be run
is told at once; its bars are then a rule's, each counted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from liveengine.engine.spec import Patch
from liveengine.generators import models, speaking
from liveengine.generators.codecs.frames import Floats, condition
from liveengine.generators.contract import Proposer
from liveengine.generators.drawing import Drummer, Read, Written, drawn
from liveengine.generators.hearing import Memory
from liveengine.generators.networks import Networks
from liveengine.generators.neural import Groove
from liveengine.generators.phrase import Phraser
from liveengine.generators.speaking import Asked, Heard
from liveengine.generators.voices import Voices
from liveengine.runtime.precision import BENCHMARK_S, Ask, Opened, Precisions, opened

#: On stage what takes longer, for each bar that is asked for, is late: half of one at 240 BPM. The end waits by it too.
PATIENCE_S = 0.5

#: Opens a model's folder, given its networks and how they are asked.
Open: TypeAlias = Callable[[Path, Sequence[str], Ask], Opened]


class LateError(Exception):
    """A bar took longer than the stage can wait."""


class Session:
    """One groove model, ready to be asked. Raises OSError or ValueError in words where it cannot be."""

    def __init__(self, folder: Path, patience_s: float | None = None, open_model: Open = opened) -> None:
        self.vocabulary = models.vocabulary(folder)
        self.latent = int(self.vocabulary["latent"])
        self.density = tuple(self.vocabulary["ranks"]["density"])
        self._patience_s = patience_s
        self.opened = open_model(folder, (models.WEIGHTS, models.WRITER), self._ask)
        self._model = self._networks(self.opened.sessions)

    def begin(self, bars: int = 1) -> Drummer:
        """Return what is asked for so many bars; it raises LateError once patience is over."""
        if self._patience_s is None:
            return self._model
        return _Hurried(self._model, time.monotonic() + self._patience_s * bars)

    def _networks(self, sessions: Mapping[str, Any]) -> Networks:
        reader, writer = (sessions[name].run for name in (models.WEIGHTS, models.WRITER))
        return Networks(reader, writer, tuple(self.vocabulary["cache"]), self.latent)

    def _ask(self, sessions: Mapping[str, Any]) -> None:
        latent = np.zeros((1, self.latent), np.float32)
        drawn(self._networks(sessions), condition({})[None], latent, np.random.default_rng(0))


@dataclass(frozen=True, slots=True)
class _Hurried:
    """A model that raises LateError from some moment on."""

    model: Networks
    ends_s: float

    @property
    def voices(self) -> Voices:
        return self.model.voices

    @property
    def cache(self) -> tuple[int, ...]:
        return self.model.cache

    def read(self, view: Floats, condition: Floats, latent: Floats) -> Read:
        self._in_time()
        return self.model.read(view, condition, latent)

    def write(self, heard: Floats, past: Floats, place: NDArray[np.int64], cache: Floats) -> Written:
        self._in_time()
        return self.model.write(heard, past, place, cache)

    def _in_time(self) -> None:
        if time.monotonic() > self.ends_s:
            raise LateError("it was late")


class LineSession:
    """One phrase model, ready to be asked. Raises OSError or ValueError in words where it cannot be."""

    def __init__(self, folder: Path, patience_s: float | None = None, open_model: Open = opened) -> None:
        self.vocabulary = models.vocabulary(folder)
        self.memory = Memory(tuple(self.vocabulary["cache"]), self.vocabulary["attention"])
        self.ranks: dict[str, list[float]] = self.vocabulary["ranks"]
        self.known = models.known(folder)
        self._patience_s = patience_s
        first = speaking.nothing(self.memory)._asdict()
        self.opened = open_model(folder, (models.WEIGHTS,), lambda sessions: sessions[models.WEIGHTS].run(None, first))

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
        return Heard(*self.opened.sessions[models.WEIGHTS].run(Heard._fields, asked._asdict()))


def load_models(
    patch: Patch,
    say: Callable[[str], None],
    patience_s: float | None = None,
    home: Path = models.HOME,
    known: Container[str] = (),
    precisions: Precisions | None = None,
) -> dict[str, Proposer]:
    """Return a Proposer for each model that a patch names; what is wrong with one is told to `say`.

    Those that are `known` are there already. `precisions` says which is wanted, and learns which each has got; FP32
    without it.
    """
    there = models.shipped(home)
    named = {pattern.generator for track in patch.tracks for pattern in track.patterns}
    wanted = [name for name in sorted(named & there.keys()) if name not in known]
    precisions = precisions or Precisions()
    seconds = BENCHMARK_S / max(1, len(wanted))
    return {name: loaded(name, there[name], say, patience_s, precisions, seconds) for name in wanted}


def loaded(
    name: str,
    folder: Path,
    say: Callable[[str], None],
    patience_s: float | None,
    precisions: Precisions,
    seconds: float,
) -> Proposer:
    """Open one model and return its Proposer; what is wrong with it is told, and it then says that when it is asked.

    `precisions` learns which it has got; it may be looked for so many `seconds`.
    """
    open_model = partial(opened, wanted=precisions.wanted, seconds=seconds)
    session: Session | LineSession
    proposer: Proposer
    try:
        if models.vocabulary(folder)["codec"] == "phrase lines":
            session = lines = LineSession(folder, patience_s, open_model)
            proposer = Phraser(name, lines.begin, lines.memory, lines.ranks, lines.known)
        else:
            session = groove = Session(folder, patience_s, open_model)
            proposer = Groove(name, groove.begin, groove.latent, groove.density)
    except (OSError, ValueError) as error:
        say(f"{name} cannot play, and a rule plays instead: {error}")
        return models.Absent(str(error))
    precisions.taken[name] = session.opened.precision
    if session.opened.told:
        say(f"{name} {session.opened.told}")
    return proposer
