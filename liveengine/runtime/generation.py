"""The generator thread: answers bar requests in the background, the newest of each track first.

A generator that raises is told and survived; the engine plays on. Where a model was asked, a rule makes the bar.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from liveengine.engine.events import BarFailed, BarReady
from liveengine.engine.orders import RequestBar
from liveengine.engine.patch import BARS_MAX
from liveengine.generators.across import across
from liveengine.generators.catalogue import find
from liveengine.generators.contract import Controls, Proposer
from liveengine.generators.neural import RULE
from liveengine.generators.phrase import Phraser
from liveengine.music.note import Bar, Note
from liveengine.runtime.inference import PATIENCE_S
from liveengine.sequencer.slots import check_fits

#: How long the end waits for what is being made: a model's time for the longest pattern, then a rule's.
LAST_BARS_S = (BARS_MAX + 1) * PATIENCE_S

#: No model at all.
NO_MODELS: Mapping[str, Proposer] = {}


def answer(request: RequestBar, models: Mapping[str, Proposer] = NO_MODELS) -> BarReady | BarFailed:
    """Ask the generator and return what it proposes; whatever goes wrong becomes a BarFailed.

    `models` are those that are loaded, by name; a bar that one of them cannot make is made by a rule.
    """
    model = models.get(request.generator)
    if model is None:
        return _attempt(request, lambda: find(request.generator))
    before = _said_again(model)
    made = _attempt(request, lambda: model)
    said_again = _said_again(model) - before
    if isinstance(made, BarReady):
        return replace(made, by_model=True, said_again=said_again)
    stand_in = _attempt(request, lambda: RULE)
    if isinstance(stand_in, BarReady):
        return replace(stand_in, by_model=True, gave_way=f"{made.reason}; a rule made it", said_again=said_again)
    return made


def _said_again(model: Proposer) -> int:
    return model.tally.said_again if isinstance(model, Phraser) else 0


def _attempt(request: RequestBar, find_proposer: Callable[[], Proposer]) -> BarReady | BarFailed:
    try:
        propose = _Checked(find_proposer())
        metres = request.metres or (request.controls.metre,)
        bar = across(propose, request.source, request.locks, request.controls, metres, request.seed)
        check_fits(bar)
    except (Exception, SystemExit) as error:  # a stranger's code: whatever it raises, the beat goes on
        return BarFailed(request.ticket, f"{request.generator} could not make a bar: {str(error) or repr(error)}")
    return BarReady(request.ticket, bar)


class _Checked:
    """A proposer that raises ValueError for what the data plane could not play."""

    def __init__(self, propose: Proposer) -> None:
        self._propose = propose

    def __call__(self, source: Bar | None, locks: frozenset[int], controls: Controls, seed: int, model: str) -> Bar:
        bar = self._propose(source, locks, controls, seed, model)
        _check(bar, controls)
        return bar


def _check(bar: Bar, controls: Controls) -> None:
    if not isinstance(bar, Bar) or not all(isinstance(note, Note) for note in bar.notes):
        raise ValueError("what it returned is no bar of notes")
    if bar.length != controls.length:
        raise ValueError(f"it returned {bar.length} ticks instead of {controls.length}")


class GeneratorThread:
    """One thread that makes bars; `hear` gets each BarReady or BarFailed on that thread."""

    def __init__(
        self, hear: Callable[[BarReady | BarFailed], None], models: Mapping[str, Proposer] = NO_MODELS
    ) -> None:
        self._hear = hear
        self._models = models
        self._wanted: dict[int, RequestBar] = {}  # by track: an older request for it is void
        self._changed = threading.Condition()
        self._running = True
        self._thread = threading.Thread(target=self._run, name="generator", daemon=True)
        self._thread.start()
        # A model that is still running when the interpreter goes would abort the process.
        atexit.register(self.close)

    def request(self, request: RequestBar) -> None:
        """Ask for a bar; returns at once."""
        with self._changed:
            self._wanted.pop(request.track, None)
            self._wanted[request.track] = request
            self._changed.notify()

    @property
    def models(self) -> Collection[str]:
        """The names of the models that are loaded."""
        return self._models.keys()

    def add(self, models: Mapping[str, Proposer]) -> None:
        """Know more models from the next bar on. Any thread may."""
        self._models = {**self._models, **models}

    def close(self) -> None:
        """Stop after the bar that is being made; wait for it, but not for a model that hangs."""
        atexit.unregister(self.close)
        with self._changed:
            self._running = False
            self._changed.notify()
        self._thread.join(LAST_BARS_S)

    def _run(self) -> None:
        while True:
            with self._changed:
                while self._running and not self._wanted:
                    self._changed.wait()
                if not self._running:
                    return
                _, request = self._wanted.popitem()
            self._hear(answer(request, self._models))
