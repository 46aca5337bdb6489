"""The same doors in memory: MIDI in and out without any MIDI system.

A virtual output has a file descriptor like a real one, so that the real timer
driver writes to it; a virtual input calls the same function as a real one.
"""

from __future__ import annotations

import os
import select
from collections.abc import Callable

import mido

_READ_SIZE = 65_536


class VirtualOutput:
    """A MIDI output that remembers what was sent to it. It holds 64 KiB that nobody has read yet; more is lost."""

    def __init__(self, name: str = "virtual") -> None:
        self.name = name
        self._read_fd, self.fd = os.pipe()
        os.set_blocking(self._read_fd, False)
        os.set_blocking(self.fd, False)
        self._parser = mido.Parser()
        self._unread: list[bytes] = []

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
    """A MIDI input that a program plays: `send` calls `hear(port name, bytes, monotonic ns)` on the caller's thread."""

    def __init__(self, hear: Callable[[str, bytes, int], None], name: str = "virtual") -> None:
        self.name = name
        self._hear: Callable[[str, bytes, int], None] | None = hear

    def send(self, data: bytes, when_ns: int) -> None:
        """Let a message come in at an instant. Once closed, nothing is heard."""
        if self._hear:
            self._hear(self.name, data, when_ns)

    def close(self) -> None:
        """Close it."""
        self._hear = None
