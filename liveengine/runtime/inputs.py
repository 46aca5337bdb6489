"""Which MIDI inputs a set listens to: one of its own for others to connect to, and every one that is wanted.

Each is a process that hears python-rtmidi and stamps what comes; the data
plane reads them. The engine's own input is the first.
"""

from __future__ import annotations

from collections.abc import Callable

from liveengine.ports import rtmidi
from liveengine.ports.receiver import Receiver
from liveengine.runtime.reopening import Door
from liveengine.sequencer.records.ports import IN_PORTS

#: A place that MIDI comes from, as RECEIVED records.
Input = Door


def open_inputs(wanted: Callable[[str], bool], say: Callable[[str], None]) -> list[Input]:
    """Open our own input and all whose name is wanted. What does not open is told, and played on without."""
    inputs: list[Input] = []
    try:
        names = [name for name in rtmidi.input_names() if "liveengine" not in name.lower() and wanted(name)]
    except rtmidi.MidiPortError as error:
        say(f"MIDI in: {error}")
        return inputs
    for name in ["", *names][:IN_PORTS]:
        try:
            inputs.append(Receiver(name))
        except rtmidi.MidiPortError as error:
            say(f"MIDI in: {error}")
    return inputs
