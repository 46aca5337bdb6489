"""The sender: a process of its own that feeds a python-rtmidi output.

python-rtmidi needs the GIL for every message. In a process that does nothing
else nobody competes for it, so that a busy or stalled engine makes no note
late. Raw MIDI bytes come in through a pipe, written by the timer driver
without the GIL. When the pipe closes, however the engine ended, every note
that still sounds is ended.

    python -m liveengine.ports.sender PATTERN VIRTUAL_NAME < pipe
"""

from __future__ import annotations

import os
import signal
import sys

import mido

from liveengine.music.event import ALL_SOUND_OFF, CONTROL_CHANGE, SUSTAIN
from liveengine.ports.child import Child
from liveengine.ports.rtmidi import MidiPortError, Output
from liveengine.priority import run_first

_READ_SIZE = 4096


class Sender(Child):
    """The engine's side: starts the process, and has the pipe's end to write to.

    Raises MidiPortError when the port cannot be opened.
    """

    def __init__(self, pattern: str = "", virtual_name: str = "midi_out") -> None:
        super().__init__("liveengine.ports.sender", pattern, virtual_name)
        self.fd = self.input.fileno()
        os.set_blocking(self.fd, False)

    def again(self) -> Sender:
        """Return another process for the same port. Raises MidiPortError."""
        return Sender(*self._words)


def forward(fd: int, output: Output) -> None:
    """Send every message that comes down `fd` until it closes; then end what still sounds."""
    parser = mido.Parser()
    sounding: set[tuple[int, int]] = set()
    while data := os.read(fd, _READ_SIZE):
        parser.feed(data)
        for message in parser:
            output.send(bytes(message.bytes()))
            if message.type == "note_on" and message.velocity > 0:
                sounding.add((message.channel, message.note))
            elif message.type in ("note_on", "note_off"):
                sounding.discard((message.channel, message.note))
    for channel, note in sounding:
        output.send(bytes((0x80 | channel, note, 0)))
    for channel in {channel for channel, _ in sounding}:
        output.send(bytes((CONTROL_CHANGE | channel, SUSTAIN, 0)))
        output.send(bytes((CONTROL_CHANGE | channel, ALL_SOUND_OFF, 0)))


def main() -> int:
    """Run the process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pattern, virtual_name = sys.argv[1:3]
    try:
        output = Output(pattern, virtual_name)
    except MidiPortError as error:
        print("refused", error, flush=True)
        return 1
    print("open", output.name, flush=True)
    run_first()
    forward(sys.stdin.fileno(), output)
    output.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
