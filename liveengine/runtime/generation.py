"""The generator thread: answers bar requests in the background, the newest of each track first.

A generator that raises is told and survived; the engine plays on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from liveengine.engine.events import BarFailed, BarReady
from liveengine.engine.orders import RequestBar
from liveengine.generators.catalogue import find
from liveengine.sequencer.state import SLOT_NOTES


def answer(request: RequestBar) -> BarReady | BarFailed:
    """Ask the generator and return what it proposes; whatever goes wrong becomes a BarFailed."""
    try:
        propose = find(request.generator)
        bar = propose(request.source, request.locks, request.controls, request.seed, "")
        if bar.length != request.controls.length:
            raise ValueError(f"it returned {bar.length} ticks instead of {request.controls.length}")
        if len(bar.notes) > SLOT_NOTES:
            raise ValueError(f"it returned {len(bar.notes)} notes; a pattern holds {SLOT_NOTES}")
    except Exception as error:  # a generator may be a stranger's code: whatever it raises, the beat goes on
        return BarFailed(request.ticket, f"{request.generator} could not make a bar: {error}")
    return BarReady(request.ticket, bar)


class GeneratorThread:
    """One thread that makes bars; `hear` gets each BarReady or BarFailed on that thread."""

    def __init__(self, hear: Callable[[BarReady | BarFailed], None]) -> None:
        self._hear = hear
        self._wanted: dict[int, RequestBar] = {}  # by track: an older request for it is void
        self._changed = threading.Condition()
        self._running = True
        self._thread = threading.Thread(target=self._run, name="generator", daemon=True)
        self._thread.start()

    def request(self, request: RequestBar) -> None:
        """Ask for a bar; returns at once."""
        with self._changed:
            self._wanted.pop(request.track, None)
            self._wanted[request.track] = request
            self._changed.notify()

    def close(self) -> None:
        """Stop after the bar that is being made."""
        with self._changed:
            self._running = False
            self._changed.notify()
        self._thread.join(2.0)

    def _run(self) -> None:
        while True:
            with self._changed:
                while self._running and not self._wanted:
                    self._changed.wait()
                if not self._running:
                    return
                _, request = self._wanted.popitem()
            self._hear(answer(request))
