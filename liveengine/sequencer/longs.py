"""Messages of more than three bytes: they go out between what is on the beat, one at a time.

A DIN cable is busy with a byte for 320 µs. While the transport runs, a long
message leaves only where nothing but an LFO is due for as long as its port's
wire needs for it; whoever makes them keeps them short. While it stands they leave
one after the other, and a start waits until the last is through.

Realtime-safe, but for `push_long`, which belongs to the control thread alone.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liveengine.compiled import compiled
from liveengine.music.event import LONG, LONG_BYTES_MAX
from liveengine.sequencer.agenda import LFO_POINT, LONG_DUE, is_current, order_of, schedule, what_of
from liveengine.sequencer.modulation import GRID, TOLD
from liveengine.sequencer.outlet import emit, keep_busy
from liveengine.sequencer.records.rings import LONGS, READ, WRITTEN
from liveengine.sequencer.records.transport import NEVER
from liveengine.sequencer.ring import publish, release, room, waiting
from liveengine.sequencer.state import State

#: What an LFO sends at a look.
CONTROLLER_BYTES = 3


def push_long(s: State, port: int, data: bytes) -> bool:
    """Put a message where the data plane finds it, when DO_LONG tells of it; False where there is no room.

    Half the ring is left alone: what was sent last may still wait in a lane. Raises ValueError for a message that
    is too long.
    """
    if len(data) > LONG_BYTES_MAX:
        raise ValueError(f"a message has {LONG_BYTES_MAX} bytes at most, not {len(data)}")
    if room(s.long_ends, LONGS // 2) == 0:
        return False
    message = s.longs[s.long_ends[WRITTEN] % LONGS]
    message["port"], message["size"] = port, len(data)
    message["bytes"][: len(data)] = np.frombuffer(data, np.uint8)
    publish(s.long_ends, 1)
    return True


@compiled
def _length(s: State, number: int) -> int:
    """Return for how many ticks a message keeps its port's wire busy."""
    message = s.longs[number % LONGS]
    return math.ceil(message.size * s.wires[message.port].byte_units / s.transport[0].unit_ticks)


@compiled
def expect_longs(s: State, tick: int) -> None:
    """Put the first waiting message on the agenda, if none stands there."""
    transport = s.transport[0]
    if transport.long_due == 0 and waiting(s.long_ends) > 0:
        transport.long_due = int(schedule(s, max(tick, transport.long_free), LONG_DUE, 0, 0, 0))


@compiled
def _first_held_up(s: State, through: int, controller: float) -> int:
    """Return the tick of the first entry that a message under way until `through` would hold up; NEVER for none.

    An LFO's look is passed over: what it sends waits, and has to be through as well, each taking `controller` ticks.
    """
    agenda, count = s.agenda, s.transport[0].agenda_count
    following, looks = NEVER, 0
    for place in range(count):
        entry = agenda[place]
        order, what = order_of(entry.rank), what_of(entry.rank)
        if not is_current(s, order, what, entry.stamp):
            continue
        if order != LFO_POINT:
            following = min(following, entry.tick)
        elif s.lfos[what].kind != TOLD and entry.tick < through:
            looks += 1 + (through - entry.tick) // GRID
    return following if following < through + looks * controller else NEVER


@compiled
def send_long(s: State, tick: int) -> None:
    """Send the first waiting message if there is time for it; else try again after whatever comes next."""
    transport = s.transport[0]
    transport.long_due = 0
    if waiting(s.long_ends) == 0:
        return
    place = s.long_ends[READ] % LONGS
    message = s.longs[place]
    through = math.ceil(max(s.wires[message.port].busy, float(tick)) + _length(s, s.long_ends[READ]))
    controller = CONTROLLER_BYTES * s.wires[message.port].byte_units / transport.unit_ticks
    following = _first_held_up(s, through, controller)
    if transport.playing and following < NEVER:
        transport.long_due = int(schedule(s, following, LONG_DUE, 0, 0, 0))
        return
    keep_busy(s, tick, message.port, message.size)
    emit(s, tick, message.port, -1, LONG, 0xF0, place & 0xFF, place >> 8, 0.0)
    release(s.long_ends, 1)
    transport.long_free = through
    expect_longs(s, tick)


@compiled
def longs_through(s: State, tick: int) -> int:
    """Return the tick from which no long message is under way, if nothing keeps them."""
    through = max(tick, s.transport[0].long_free)
    for number in range(s.long_ends[READ], s.long_ends[READ] + waiting(s.long_ends)):
        through += _length(s, number)
    return through


@compiled
def message_size(s: State, event: Any) -> int:
    """Return how many bytes an event sends."""
    return int(s.longs[event.b1 + 256 * event.b2].size) if event.size == LONG else int(event.size)


@compiled
def copy_message(s: State, event: Any, into: NDArray[np.uint8]) -> None:
    """Copy the bytes that an event sends, `message_size` of them."""
    if event.size == LONG:
        data = s.longs[event.b1 + 256 * event.b2].bytes
        for i in range(into.size):
            into[i] = data[i]
        return
    into[0] = event.b0
    if event.size > 1:
        into[1] = event.b1
    if event.size > 2:
        into[2] = event.b2
