"""What JACK calls for each period: the sequencer and the instruments over its very frames, compiled.

Each event is written at its own sample, and each that comes in is taken at
its own. Python has no part in it.

Realtime-safe.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numba import types
from numpy.typing import NDArray

from liveengine.compiled import callback, compiled
from liveengine.drivers.jack_memory import (
    CAME_LOST,
    CAME_SIZE,
    CLIENT,
    CYCLES,
    FOLLOWS,
    FRAMES_HIGH,
    HANDED,
    IN,
    LAST_FRAME,
    LEADS,
    LEFT,
    LONG,
    MISSED,
    OUT,
    OUT_FULL,
    RIGHT,
    RUNNING,
    Jack,
    addresses_at,
    jack_at,
    load_library,
    rack_at,
    state_at,
)
from liveengine.drivers.jack_transport import follow_transport, lead_transport
from liveengine.drivers.pointers import address_of, array_at, pointer_to
from liveengine.instruments.play import play
from liveengine.instruments.rack import Rack
from liveengine.music.event import INSTRUMENTS
from liveengine.sequencer.inlet import receive
from liveengine.sequencer.lanes import deliver
from liveengine.sequencer.longs import copy_message, message_size
from liveengine.sequencer.outlet import SKIPPED, tell
from liveengine.sequencer.records.ports import IN_PORTS, PORTS
from liveengine.sequencer.render import begin, render
from liveengine.sequencer.ring import load_acquire
from liveengine.sequencer.state import State

_bytes_at = array_at(np.uint8)
_samples_at = array_at(np.float32)

_last_frame_time = types.ExternalFunction("jack_last_frame_time", types.uint32(types.voidptr))
_get_buffer = types.ExternalFunction("jack_port_get_buffer", types.voidptr(types.voidptr, types.uint32))
_clear = types.ExternalFunction("jack_midi_clear_buffer", types.void(types.voidptr))
_reserve = types.ExternalFunction("jack_midi_event_reserve", types.voidptr(types.voidptr, types.uint32, types.uint64))
_count_in = types.ExternalFunction("jack_midi_get_event_count", types.uint32(types.voidptr))
_get_in = types.ExternalFunction("jack_midi_event_get", types.int32(types.voidptr, types.voidptr, types.uint32))


@compiled
def _begin_of_period(j: Jack) -> int:
    """Return the frame at which this period begins, in 64 bits where JACK counts in 32."""
    low = int(_last_frame_time(pointer_to(j.handles[CLIENT])))
    if low < j.counts[LAST_FRAME]:
        j.counts[FRAMES_HIGH] += 1 << 32
    j.counts[LAST_FRAME] = low
    return j.counts[FRAMES_HIGH] + low


@compiled
def _gather(j: Jack, start: int, frames: int) -> int:
    """Copy what came in on all ports into `came`, the earliest first; return how many.

    Before any output is cleared: a port of ours that is connected to another of ours shares its buffer.
    """
    count = 0
    for port in range(IN_PORTS):
        if j.handles[IN + port] == 0:
            continue
        buffer = _get_buffer(pointer_to(j.handles[IN + port]), np.uint32(frames))
        for index in range(_count_in(buffer)):
            if _get_in(j.found.ctypes, buffer, np.uint32(index)) != 0:
                continue
            size = int(j.found[0].size)
            if not 1 <= size <= 3:
                j.counts[LONG] += 1
            elif count < CAME_SIZE:
                _insert(j, count, port, start + int(j.found[0].time), size)
                count += 1
            else:
                j.counts[CAME_LOST] += 1
    return count


@compiled
def _insert(j: Jack, count: int, port: int, when: int, size: int) -> None:
    """Put the message in `found` among the first `count` that came, by its time."""
    place = count
    while place > 0 and j.came[place - 1].when > when:
        j.came[place] = j.came[place - 1]
        place -= 1
    data = _bytes_at(j.found[0].buffer, 3)
    event = j.came[place]
    event.when = when
    event.port = port
    event.size = size
    event.b0 = data[0]
    event.b1 = data[1] if size > 1 else 0
    event.b2 = data[2] if size > 2 else 0


@compiled
def _send(s: State, j: Jack, count: int, start: int, done: int, frames: int) -> None:
    """Write what is due into the MIDI ports, each event at its sample."""
    for i in range(count):
        event = s.due[i]
        handle = j.handles[OUT + event.port]
        if event.port == INSTRUMENTS or handle == 0:
            continue
        buffer = _get_buffer(pointer_to(handle), np.uint32(frames))
        offset = min(max(event.when - start, done), frames - 1)
        size = message_size(s, event)
        place = address_of(_reserve(buffer, np.uint32(offset), np.uint64(size)))
        if place == 0:
            j.counts[OUT_FULL] += 1
            continue
        copy_message(s, event, _bytes_at(place, size))


@compiled
def _advance(
    s: State, rack: Rack, j: Jack, left: NDArray[Any], right: NDArray[Any], start: int, upto: int, frames: int
) -> None:
    """Render up to frame `upto` of the period: MIDI into the ports, the rack into `left` and `right`."""
    done = min(s.transport[0].until - start, upto)
    while done < upto:
        render(s, start + done, start + upto)
        end = min(s.transport[0].until - start, upto)
        count = deliver(s, start + end)
        _send(s, j, count, start, done, frames)
        play(rack, s.due, count, start + done, left[done:end], right[done:end], end - done)
        done = end


@compiled
def _period(s: State, rack: Rack, j: Jack, frames: int) -> None:
    start = _begin_of_period(j)
    left = _samples_at(address_of(_get_buffer(pointer_to(j.handles[LEFT]), np.uint32(frames))), frames)
    right = _samples_at(address_of(_get_buffer(pointer_to(j.handles[RIGHT]), np.uint32(frames))), frames)
    count = _gather(j, start, frames)
    for port in range(1, PORTS):
        if j.handles[OUT + port] != 0:
            _clear(_get_buffer(pointer_to(j.handles[OUT + port]), np.uint32(frames)))
    if load_acquire(j.handles, RUNNING) == 0:
        left[:] = 0.0
        right[:] = 0.0
        return
    if s.transport[0].until < 0:
        begin(s, start)
    _skip(s, j, start)
    if j.handles[FOLLOWS] == 1:
        follow_transport(s, j, start)
    # Up to each message's sample, then to the period's end.
    for i in range(count + 1):
        _advance(s, rack, j, left, right, start, j.came[i].when - start if i < count else frames, frames)
        if i < count:
            m = j.came[i]
            receive(s, int(m.port), m.when, int(m.size), int(m.b0), int(m.b1), int(m.b2))
    if j.handles[LEADS] == 1:
        lead_transport(s, j, start, frames)
    for i in range(frames):
        j.peak[0] = max(j.peak[0], abs(left[i]), abs(right[i]))
    j.counts[CYCLES] += 1


@compiled
def _skip(s: State, j: Jack, start: int) -> None:
    """Account for frames that the server skipped: an empty window tells `render` of the stall."""
    missed = start - s.transport[0].until
    if missed > 0:
        j.counts[MISSED] += missed
        render(s, start, start)
        tell(s, SKIPPED, -1, s.transport[0].tick, missed, 0.0)


def _on_period(frames: int, pointer: Any) -> int:
    handed = addresses_at(address_of(pointer), HANDED)
    _period(state_at(handed[0]), rack_at(handed[1]), jack_at(handed[2]), int(frames))
    return 0


@functools.cache
def process_callback() -> Any:
    """Compile the JackProcessCallback. Raises OSError where there is no libjack."""
    load_library()
    return callback(types.int32(types.uint32, types.voidptr))(_on_period)
