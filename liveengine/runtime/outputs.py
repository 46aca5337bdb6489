"""Which MIDI outputs a set needs, and how the timer driver reaches them.

Port 1 is the engine's own virtual output; every port pattern of the patch
has the next number. A pattern that begins with `/dev/` is a raw MIDI device,
which the data plane writes to itself; every other is a process that feeds
python-rtmidi. A native ALSA sequencer output would be a third kind here.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable

from liveengine.engine.spec import Patch
from liveengine.ports.rtmidi import MidiPortError
from liveengine.ports.sender import Sender
from liveengine.runtime.reopening import Door

DEFAULT_OUTPUT = "midi_out"


#: A place for raw MIDI bytes.
Output = Door


class RawDevice:
    """A raw MIDI device (or a FIFO, or a serial line): bytes go to it without any process between."""

    ended = ""

    def __init__(self, path: str) -> None:
        try:
            # Read and write: a FIFO opened so does not wait for its reader.
            self.fd = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
        except OSError as error:
            raise MidiPortError(f"cannot open {path}: {error.strerror}") from None
        if stat.S_ISREG(os.fstat(self.fd).st_mode):
            os.close(self.fd)
            raise MidiPortError(f"{path} is a file, not a MIDI device")
        self.name = path

    def again(self) -> RawDevice:
        """Open it another time. Raises MidiPortError."""
        return RawDevice(self.name)

    def close(self) -> None:
        """Close the device."""
        os.close(self.fd)


def port_patterns(patch: Patch) -> list[str]:
    """Return the pattern of each MIDI port from 1 on; the first is empty, the engine's own output."""
    wanted = [*(track.port for track in patch.tracks), *(output.port for output in patch.outputs)]
    return list(dict.fromkeys(["", *wanted]))


def track_ports(patch: Patch, patterns: list[str]) -> list[int]:
    """Return the MIDI port number of each track."""
    return [1 + patterns.index(track.port) for track in patch.tracks]


def open_outputs(patterns: list[str], say: Callable[[str], None]) -> dict[int, Output]:
    """Open what there is, by port number. What is missing is told, and played on without."""
    outputs: dict[int, Output] = {}
    for number, pattern in enumerate(patterns, 1):
        try:
            if pattern.startswith("/"):
                outputs[number] = RawDevice(pattern)
            else:
                outputs[number] = Sender(pattern, DEFAULT_OUTPUT)
        except MidiPortError as error:
            say(f"MIDI out: {error}")
    return outputs
