"""A real stage with the real timer driver, on virtual doors: no MIDI system, no sound card, no network."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from liveengine.engine.mapping import Binding, Mapping
from liveengine.engine.spec import Patch
from liveengine.ports.virtual import VirtualInput, VirtualOutput
from liveengine.runtime.options import Options
from liveengine.runtime.stage import Stage

PATIENCE_S = 20.0

#: A pad that starts and stops, and one that mutes the first track.
PADS = Mapping(
    Path("pads.toml"), "pads", ("pads",), (Binding("note", 36, "/transport/play"), Binding("note", 37, "/track/1/mute"))
)
START_STOP, MUTE = bytes((0x90, 36, 100)), bytes((0x90, 37, 100))


class LiveSet:
    """A stage in memory: what it sent, what it said, and its pads."""

    def __init__(self, patch: Patch, **options: Any) -> None:
        self.output = VirtualOutput()
        self.pads = VirtualInput("pads")
        self.heard: list[bytes] = []
        self.said: list[str] = []
        given = {"driver": "timer", "audio": False, "mappings": [PADS], **options}
        doors = {"open_outputs": lambda patterns, say: {1: self.output}, "open_inputs": self._open_inputs}
        self.stage = Stage(patch, Options(**given, **doors), self.said.append)

    def _open_inputs(self, wanted: Any, say: Any) -> list[Any]:
        return [self.pads]

    def strike(self, pad: bytes) -> None:
        """Strike a pad."""
        self.pads.send(pad, time.monotonic_ns())

    def listen_until(self, enough: Callable[[], bool]) -> None:
        """Collect what is sent until it is enough."""
        deadline = time.monotonic() + PATIENCE_S
        while not enough():
            waits = time.monotonic() < deadline and not self.stage.errors
            assert waits, f"heard {len(self.heard)} messages, said {self.said}"
            self.output.wait(0.02)
            self.heard += self.output.received()

    @property
    def strikes(self) -> int:
        """How many notes were struck."""
        return sum(data[0] & 0xF0 == 0x90 and data[2] > 0 for data in self.heard)

    @property
    def sounding(self) -> set[tuple[int, int]]:
        """Which notes sound: (channel, pitch). Holds what was heard to one note-off a note-on (N1)."""
        keys: set[tuple[int, int]] = set()
        for data in self.heard:
            key = data[0] & 15, data[1] if len(data) > 1 else 0
            if data[0] & 0xF0 == 0x90 and data[2]:
                assert key not in keys
                keys.add(key)
            elif data[0] & 0xF0 in (0x80, 0x90):
                keys.remove(key)
        return keys


@contextmanager
def live(patch: Patch, **options: Any) -> Iterator[LiveSet]:
    """Play a set from its first bar until the block ends; then nothing may sound (N1) or have stumbled."""
    set_ = LiveSet(patch, **options)
    set_.stage.start()
    try:
        set_.listen_until(lambda: set_.stage.engine.bar >= 0)
        yield set_
    finally:
        set_.stage.stop()
    set_.heard += set_.output.received()
    assert set_.sounding == set()
    assert set_.stage.errors == 0
