"""A real engine in this process behind a real OSC server, and a dashboard in Textual's pilot attached to it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from liveengine.dashboard.app import Dashboard
from liveengine.engine.spec import Patch, PatternSpec, SceneSpec, TrackSpec
from liveengine.music.chord import Chord
from liveengine.ports.virtual import VirtualOutput
from liveengine.runtime.options import Options
from liveengine.runtime.stage import Stage

PATIENCE_S = 15.0
NAMES = ("drums", "bass", "chords", "lead", "two", "three", "four", "five")


def patch(tracks: int = 4, quantum: str = "beat") -> Patch:
    """Return a set of drums in two scenes."""
    patterns = (PatternSpec("one", "euclid"), PatternSpec("other", "fibonacci", bars=2))
    specs = tuple(TrackSpec(name, "drums", "drums", channel=10, patterns=patterns) for name in NAMES[:tracks])
    scenes = tuple(
        SceneSpec(scene, dict.fromkeys(NAMES[:tracks], pattern))
        for scene, pattern in (("dawn", "one"), ("noon", "other"), ("dusk", "one"))
    )
    return Patch(
        Path("small.toml"), "Small", tempo_bpm=240, quantum=quantum, tracks=specs, scenes=scenes, chords=(Chord(),)
    )


class LiveSet:
    """A stage on the timer driver with a MIDI output in memory."""

    def __init__(self, given: Patch, port: int = 0) -> None:
        self.output = VirtualOutput()
        self.said: list[str] = []
        self.stage = Stage(
            given,
            Options(
                driver="timer",
                audio=False,
                osc=("127.0.0.1", port),
                osc_needed=True,
                open_outputs=lambda patterns, say: {1: self.output},
                open_inputs=lambda wanted, say: [],
            ),
            self.said.append,
        )
        self.stage.start()

    @property
    def port(self) -> int:
        """Where it listens for OSC."""
        assert self.stage.osc is not None
        return self.stage.osc.address[1]

    def value(self, address: str) -> Any:
        """Return what the engine's panel stands at."""
        return self.stage.engine.panel.values[address]


@contextmanager
def live(given: Patch | None = None, port: int = 0) -> Iterator[LiveSet]:
    """Play a set until the block ends; nothing may have stumbled."""
    set_ = LiveSet(given or patch(), port)
    try:
        yield set_
    finally:
        set_.stage.stop()
    assert set_.stage.errors == 0, set_.said


@asynccontextmanager
async def window(
    port: int, size: tuple[int, int] = (80, 24), **more: Any
) -> AsyncIterator[tuple[Dashboard, Pilot[int]]]:
    """Open a dashboard."""
    app = Dashboard("127.0.0.1", port, **more)
    async with app.run_test(size=size) as pilot:
        yield app, pilot


async def until(what: Callable[[], Any]) -> None:
    """Let time pass until it is so."""
    deadline = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < deadline, "it did not come about"
        await asyncio.sleep(0.01)


async def ready(app: Dashboard, tracks: int = 4) -> None:
    """Wait until the dashboard is attached, knows every track, and the music plays."""
    await until(lambda: app.link.attached and len(app.query("Track")) == tracks and app.mirror.playing)


def story(told: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Let a story happen in an event loop of its own."""
    asyncio.run(told())


def screen_text(app: Dashboard) -> str:
    """Return what stands on the screen, without colours."""
    lines = app.screen_stack[0]._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in lines)
