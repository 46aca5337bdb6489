"""The same doors in memory: MIDI in and out without any MIDI system.

A virtual output has a file descriptor like a real one, so that the real timer
driver writes to it; a virtual input has one that it reads.
"""

from __future__ import annotations

import os
import select

import mido

from liveengine.ports.receiver import record

_READ_SIZE = 65_536


class VirtualOutput:
    """A MIDI output that remembers what was sent to it. It holds 64 KiB that nobody has read yet; more is lost."""

    ended = ""

    def __init__(self, name: str = "virtual") -> None:
        self.name = name
        self._read_fd, self.fd = os.pipe()
        os.set_blocking(self._read_fd, False)
        os.set_blocking(self.fd, False)
        self._parser = mido.Parser()
        self._unread: list[bytes] = []

    def again(self) -> VirtualOutput:
        """Return another of its name."""
        return VirtualOutput(self.name)

    def received(self) -> list[bytes]:
        """Return the messages that came since the last call, each whole and with its status byte."""
        if self._read_fd >= 0:
            self._drain()
        messages, self._unread = self._unread, []
        return messages

    def wait(self, timeout_s: float) -> bool:
        """Wait until there is something to read; False where nothing has come in time."""
        return bool(self._unread or select.select([self._read_fd], [], [], timeout_s)[0])

    def _drain(self) -> None:
        while True:
            try:
                data = os.read(self._read_fd, _READ_SIZE)
            except BlockingIOError:
                return
            if not data:
                return
            self._parser.feed(data)
            self._unread += [bytes(message.bytes()) for message in self._parser]

    def close(self) -> None:
        """Close it; what was sent by then can still be `received`. Closing twice does no harm."""
        if self.fd < 0:
            return
        os.close(self.fd)
        self._drain()
        os.close(self._read_fd)
        self.fd = self._read_fd = -1


class VirtualInput:
    """A MIDI input that a program plays."""

    ended = ""

    def __init__(self, name: str = "virtual") -> None:
        self.name = name
        self.fd, self._write_fd = os.pipe()
        os.set_blocking(self.fd, False)
        os.set_blocking(self._write_fd, False)

    def again(self) -> VirtualInput:
        """Return another of its name."""
        return VirtualInput(self.name)

    def send(self, data: bytes, when_ns: int) -> None:
        """Let a message come in, stamped with an instant of the monotonic clock. Once closed, nothing is heard."""
        if self._write_fd >= 0:
            os.write(self._write_fd, record(data, when_ns))

    def close(self) -> None:
        """Close it. Closing twice does no harm."""
        if self._write_fd >= 0:
            os.close(self._write_fd)
            os.close(self.fd)
            self.fd = self._write_fd = -1
