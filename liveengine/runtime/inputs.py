"""Which MIDI inputs a set listens to: every one that a mapping wants, and one of its own for others to connect to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from liveengine.engine.mapping import Mapping
from liveengine.ports import rtmidi

#: Gets a port's name, the bytes of one message, and when it came, in ns of the monotonic clock.
Hear = Callable[[str, bytes, int], None]


class Input(Protocol):
    """A place that MIDI bytes come from."""

    name: str

    def close(self) -> None:
        """Let go of it."""


def open_inputs(mappings: Sequence[Mapping], hear: Hear, say: Callable[[str], None]) -> list[Input]:
    """Open what there is. What does not open is told, and played on without."""
    inputs: list[Input] = []
    try:
        names = rtmidi.input_names()
    except rtmidi.MidiPortError as error:
        say(f"MIDI in: {error}")
        return inputs
    wanted = [name for name in names if "liveengine" not in name and any(m.hears(name) for m in mappings)]
    for name in [*wanted, ""]:
        try:
            inputs.append(rtmidi.Input(hear, name))
        except rtmidi.MidiPortError as error:
            say(f"MIDI in: {error}")
    return inputs
