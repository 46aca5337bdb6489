"""Bytes that wait to be written to a port's file descriptor, and the note-offs that the port is owed.

A port that takes nothing holds up nobody: what finds no room is lost, and
counted. But a note-off is only late: it is owed, and goes out as soon as there
is room (N1). A port that is opened anew is owed the end of every note that was
ever struck on it, for nobody knows which of them it heard.

Realtime-safe, but for `make_backlog` and `connect`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from liveengine.compiled import compiled
from liveengine.music.event import NOTE_OFF, NOTE_ON
from liveengine.sequencer.longs import copy_message, message_size
from liveengine.sequencer.records.ports import PORTS
from liveengine.sequencer.ring import load_acquire, raise_flag
from liveengine.sequencer.state import State

#: Bytes that may wait for a port.
BACKLOG = 2048

_KEYS = 16 * 128
_ENDED = 1
_SOUNDS = 2
_OWED = 3


class Backlog(NamedTuple):
    """What waits for each port."""

    fds: NDArray[np.int64]  # the descriptor that each port is to have, -1 for none
    open: NDArray[np.int64]  # the one that is written to
    fill: NDArray[np.int64]  # bytes that wait
    bytes: NDArray[np.uint8]
    keys: NDArray[np.uint8]  # by port, channel and pitch: 0 where never struck, _ENDED, _SOUNDS or _OWED
    owed: NDArray[np.int64]  # how many keys of a port are _OWED
    lost: NDArray[np.int64]  # messages that found no room


def make_backlog(fds: Mapping[int, int]) -> Backlog:
    """Allocate the memory; `fds` names a file descriptor for each connected port."""
    backlog = Backlog(
        fds=np.full(PORTS, -1, np.int64),
        open=np.full(PORTS, -1, np.int64),
        fill=np.zeros(PORTS, np.int64),
        bytes=np.zeros(PORTS * BACKLOG, np.uint8),
        keys=np.zeros(PORTS * _KEYS, np.uint8),
        owed=np.zeros(PORTS, np.int64),
        lost=np.zeros(PORTS, np.int64),
    )
    for port, fd in fds.items():
        backlog.fds[port] = backlog.open[port] = fd
    return backlog


def connect(b: Backlog, port: int, fd: int) -> None:
    """Let a port be written to another descriptor from the next round on, or to none (-1). Any thread may."""
    raise_flag(b.fds, port, fd)


@compiled
def queue(s: State, b: Backlog, event: Any) -> None:
    """Let an event wait for its port."""
    port = event.port
    if b.open[port] < 0:
        return
    kind = event.b0 & 0xF0
    key = port * _KEYS + (((event.b0 & 15) << 7) | (event.b1 & 127))
    ends = kind == NOTE_OFF or (kind == NOTE_ON and event.b2 == 0)
    begins = kind == NOTE_ON and not ends
    size = message_size(s, event)
    room = BACKLOG - b.fill[port] - size
    if ends:
        if b.keys[key] == _SOUNDS and room < 0:
            _owe(b, port, key)
        if b.keys[key] != _SOUNDS:
            return  # It is owed, or has been ended, or its note-on was lost.
        b.keys[key] = _ENDED
    elif room < 0 or (begins and b.keys[key] == _OWED and room < 3):
        b.lost[port] += 1
        return
    elif begins:
        if b.keys[key] == _OWED:
            _pay(b, port, key)
        b.keys[key] = _SOUNDS
    place = port * BACKLOG + b.fill[port]
    copy_message(s, event, b.bytes[place : place + size])
    b.fill[port] += size


@compiled
def _owe(b: Backlog, port: int, key: int) -> None:
    if b.keys[key] != _OWED:
        b.keys[key] = _OWED
        b.owed[port] += 1


@compiled
def _pay(b: Backlog, port: int, key: int) -> None:
    place = port * BACKLOG + b.fill[port]
    b.bytes[place] = NOTE_OFF | ((key >> 7) & 15)
    b.bytes[place + 1] = key & 127
    b.bytes[place + 2] = 0
    b.fill[port] += 3
    b.keys[key] = _ENDED
    b.owed[port] -= 1


@compiled
def ready(b: Backlog, port: int) -> int:
    """Return how many bytes are to be written to `open[port]` now."""
    fd = load_acquire(b.fds, port)
    if fd != b.open[port]:
        b.open[port] = fd
        b.fill[port] = 0
        for key in range(port * _KEYS, (port + 1) * _KEYS):
            if b.keys[key] != 0:
                _owe(b, port, key)
    if b.open[port] < 0:
        return 0
    if b.owed[port] > 0:
        for key in range(port * _KEYS, (port + 1) * _KEYS):
            if b.keys[key] == _OWED and b.fill[port] + 3 <= BACKLOG:
                _pay(b, port, key)
    return b.fill[port]


@compiled
def went(b: Backlog, port: int, count: int) -> None:
    """Forget the first `count` bytes of a port: they have been written."""
    begin = port * BACKLOG
    for i in range(begin, begin + b.fill[port] - count):
        b.bytes[i] = b.bytes[i + count]
    b.fill[port] -= count
