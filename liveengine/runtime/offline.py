"""The engine on a virtual clock: a set rendered to notes and sound, as fast as the machine can.

It is the same engine, data plane and rack as on stage; only the crank is
turned by a loop, and a generator answers before the clock moves on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liveengine.drivers.offline import OfflineDriver
from liveengine.engine.engine import Engine
from liveengine.engine.events import BarFailed, BarReady, Event
from liveengine.engine.orders import Say, TakesOver, Told
from liveengine.engine.spec import Patch
from liveengine.runtime.generation import answer
from liveengine.runtime.inference import load_models
from liveengine.runtime.precision import FP32, Precisions
from liveengine.runtime.recorder import Recorder
from liveengine.runtime.session import Session
from liveengine.sequencer.commands import DO_STOP, push
from liveengine.sequencer.state import make_state

RATE_HZ = 48_000

#: How much is rendered between two looks at the log: far less than a bar, as on stage.
BLOCK_FRAMES = 2048


class Rendering:
    """A set on a virtual clock. Turn it with `turn`; feed it events between turns. Models are asked in `precision`."""

    def __init__(
        self,
        patch: Patch,
        with_sound: bool = True,
        tell: Callable[[Told], None] = lambda told: None,
        precision: str = FP32,
    ) -> None:
        self.patch = patch
        self.recorder = Recorder(patch)
        self._tell = tell
        state = make_state(RATE_HZ, patch.tempo_bpm, patch.metre, patch.seed)
        self.driver = OfflineDriver(state, with_sound)
        self._answers: deque[BarReady | BarFailed] = deque()
        models = load_models(patch, lambda text: tell(Say(text)), precisions=Precisions(precision))
        self.session = Session(
            Engine(patch), state, lambda request: self._answers.append(answer(request, models)), self._hear
        )
        self.session.begin()
        self._settle()

    def _hear(self, told: Told) -> None:
        if isinstance(told, TakesOver):
            self.patch = told.patch
            self.recorder.expect(told.patch)
        self._tell(told)

    def feed(self, event: Event) -> None:
        """Let the engine respond to an event, now."""
        self.session.feed(event)
        self._settle()

    def _settle(self) -> None:
        while self._answers:
            self.session.feed(self._answers.popleft())

    def turn(self, frames: int) -> tuple[NDArray[Any], NDArray[np.float32]]:
        """Let the clock run `frames` on; return the events of that time and its sound, (frames, 2)."""
        events, sound = self.driver.turn(frames)
        self.recorder.take(self.session.read_log())
        self._settle()
        return events, sound

    def stop(self) -> None:
        """End every note where the clock stands."""
        push(self.session.state, DO_STOP)
        self.turn(1)

    @property
    def song_tick(self) -> int:
        """Where in the song the clock stands, in ticks."""
        transport = self.session.state.transport[0]
        return int(transport["tick"] - transport["song_origin"]) if transport["playing"] else 0


def blocks_until(rendering: Rendering, bars: int) -> Iterator[NDArray[np.float32]]:
    """Turn a rendering until `bars` bars have passed, to the frame, and yield the sound."""
    # Asked anew each time: a scene may change the metre on the way.
    while (left := rendering.driver.frames_until(rendering.session.engine.metre.bars.line_of(bars))) > 0:
        yield rendering.turn(min(left, BLOCK_FRAMES))[1]
