"""Reopening: a port whose process dies in mid-set is told at once, and started again.

It takes a while to start a process, so that is done on a thread of its own;
meanwhile the set plays on without the port. What sounded there is ended when
it is back (`drivers/backlog.py`), what an input held as soon as it is gone.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from liveengine.ports.rtmidi import MidiPortError

#: A process that dies as soon as it has started is not started over and over.
PAUSE_S = 2.0


class Door(Protocol):
    """A port, and the descriptor through which it is reached."""

    name: str
    fd: int

    @property
    def ended(self) -> str:
        """How it has ended, in words; empty while it is open."""

    def again(self) -> Any:
        """Open it again, as another of its kind. Raises MidiPortError."""

    def close(self) -> None:
        """Let go of it."""


class Reopening:
    """Watches the ports of one kind: `doors`, which it keeps true.

    `connect` hands the driver a port's number and its new descriptor, -1 where there is none.
    """

    def __init__(
        self, kind: str, doors: dict[int, Door], connect: Callable[[int, int], None], say: Callable[[str], None]
    ) -> None:
        self._kind = kind
        self._doors = doors
        self._connect = connect
        self._say = say
        self._threads: dict[int, threading.Thread] = {}
        self._gone: list[Door] = []
        self._told: dict[int, Door] = {}
        self._opened_s: dict[int, float] = {}

    def look(self) -> None:
        """Tell of every port whose process has died, and begin to open it again. One thread calls this."""
        for number, door in list(self._doors.items()):
            thread = self._threads.get(number)
            if not door.ended or (thread is not None and thread.is_alive()):
                continue
            if self._told.get(number) is not door:
                self._told[number] = door
                self._connect(number, -1)
                self._say(f"MIDI {self._kind}: {door.name} is gone ({door.ended}); it is opened again")
            elif door in self._gone:
                continue  # It could not be opened again.
            if time.monotonic() - self._opened_s.get(number, 0.0) >= PAUSE_S:
                self._opened_s[number] = time.monotonic()
                self._threads[number] = threading.Thread(target=self._reopen, args=(number, door), daemon=True)
                self._threads[number].start()

    def _reopen(self, number: int, door: Door) -> None:
        self._gone.append(door)  # The driver may still hold its descriptor: it is closed at the end.
        try:
            opened = door.again()
        except MidiPortError as error:
            self._say(f"MIDI {self._kind}: {error}; the set plays on without")
            return
        self._doors[number] = opened
        self._connect(number, opened.fd)
        self._say(f"MIDI {self._kind}: {opened.name} is back")

    def close(self) -> None:
        """Close every port, those that were replaced too. The driver has stopped by now."""
        for thread in self._threads.values():
            thread.join()
        for door in {id(door): door for door in (*self._gone, *self._doors.values())}.values():
            door.close()
