"""The receiver: a process of its own that hears a python-rtmidi input.

python-rtmidi hands every message over under the GIL. In a process that does
nothing else it is stamped as it comes, however busy or stalled the engine is,
and goes through a pipe to the timer driver, which reads it without the GIL.

    python -m liveengine.ports.receiver PATTERN VIRTUAL_NAME > pipe
"""

from __future__ import annotations

import contextlib
import os
import signal
import struct
import sys
import threading

from liveengine.music.event import RECEIVED
from liveengine.ports.child import Child
from liveengine.ports.rtmidi import Input, MidiPortError
from liveengine.priority import run_first

_RECORD = struct.Struct("<qBBBB4x")
assert _RECORD.size == RECEIVED.itemsize


class Receiver(Child):
    """The engine's side: starts the process, and has the pipe's end that RECEIVED records come from.

    Raises MidiPortError when the port cannot be opened.
    """

    def __init__(self, pattern: str = "", virtual_name: str = "midi_in") -> None:
        super().__init__("liveengine.ports.receiver", pattern, virtual_name)
        self.fd = self.output.fileno()
        os.set_blocking(self.fd, False)

    def again(self) -> Receiver:
        """Return another process for the same port. Raises MidiPortError."""
        return Receiver(*self._words)


def record(data: bytes, when_ns: int) -> bytes:
    """Return a message of up to three bytes as a RECEIVED record; nothing for a longer one."""
    if not 1 <= len(data) <= 3:
        return b""
    b0, b1, b2 = (*data, 0, 0)[:3]
    return _RECORD.pack(when_ns, len(data), b0, b1, b2)


def main() -> int:
    """Run the process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pattern, virtual_name = sys.argv[1:3]
    out = sys.stdout.fileno()
    told = threading.Event()
    first_in_thread = threading.local()

    def hear(_port: str, data: bytes, when_ns: int) -> None:
        if not hasattr(first_in_thread, "ready"):
            first_in_thread.ready = run_first()
        told.wait()
        with contextlib.suppress(OSError):  # The engine has gone, or does not read: it hears the next one.
            os.write(out, record(data, when_ns))

    try:
        heard = Input(hear, pattern, virtual_name)
    except MidiPortError as error:
        print("refused", error, flush=True)
        return 1
    print("open", heard.name, flush=True)
    told.set()
    while os.read(sys.stdin.fileno(), 64):
        pass
    heard.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
