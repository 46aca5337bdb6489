"""An ear on JACK: a client that notes every MIDI message with its exact frame, and every period it was not called for.

Its callback is compiled and waits for nobody, so that it misses no period on its own account: Python in JACK's graph
would be what is measured.

Realtime-safe, but for `JackEar` itself.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numba import types
from numpy.typing import NDArray

from liveengine.compiled import callback, compiled
from liveengine.drivers.jack import quiet_binding
from liveengine.drivers.jack_memory import load_library
from liveengine.drivers.pointers import address_of, array_at, pointer_to
from liveengine.drivers.system import now_ns
from liveengine.memory import Memory, memory_at

EAR = "timing-ear"

#: So much is heard at most: some hours of what the benchmark plays.
EVENTS, SKIPS = 1 << 20, 1 << 16

# Places in `handles`.
CLIENT, PORT = 0, 1
# Places in `counts`: the frames are those of the period before.
HEARD, SKIPPED, NEXT, HIGH, LOW = 0, 1, 2, 3, 4

_EVENT = np.dtype([("frame", "i8"), ("ns", "i8"), ("size", "i4"), ("b0", "u1"), ("b1", "u1"), ("b2", "u1")])
_SKIP = np.dtype([("since", "i8"), ("until", "i8")])
_MIDI_EVENT = np.dtype([("time", "u4"), ("size", "u8"), ("buffer", "i8")], align=True)
_LAYOUT: tuple[tuple[str, int, np.dtype[Any]], ...] = (
    ("handles", 2, np.dtype(np.int64)),
    ("counts", 5, np.dtype(np.int64)),
    ("time", 2, np.dtype(np.int64)),
    ("found", 1, _MIDI_EVENT),
    ("events", EVENTS, _EVENT),
    ("skips", SKIPS, _SKIP),
)


class _Memory(Memory, layout=_LAYOUT):
    """What the callback works with."""

    handles: NDArray[np.int64]
    counts: NDArray[np.int64]
    time: NDArray[np.int64]
    found: NDArray[Any]
    events: NDArray[Any]
    skips: NDArray[Any]


_addresses_at, _bytes_at, _memory_at = array_at(np.int64), array_at(np.uint8), memory_at(_Memory)
_last_frame_time = types.ExternalFunction("jack_last_frame_time", types.uint32(types.voidptr))
_get_buffer = types.ExternalFunction("jack_port_get_buffer", types.voidptr(types.voidptr, types.uint32))
_count_in = types.ExternalFunction("jack_midi_get_event_count", types.uint32(types.voidptr))
_get_in = types.ExternalFunction("jack_midi_event_get", types.int32(types.voidptr, types.voidptr, types.uint32))


@compiled
def _begin_of_period(m: _Memory, frames: int) -> int:
    """Return the period's first frame, in 64 bits; note what was skipped before it."""
    low = int(_last_frame_time(pointer_to(m.handles[CLIENT])))
    if low < m.counts[LOW]:
        m.counts[HIGH] += 1 << 32
    m.counts[LOW] = low
    start = m.counts[HIGH] + low
    expected = m.counts[NEXT]
    if expected > 0 and start != expected and m.counts[SKIPPED] < SKIPS:
        skip = m.skips[m.counts[SKIPPED]]
        skip.since, skip.until = expected, start
        m.counts[SKIPPED] += 1
    m.counts[NEXT] = start + frames
    return int(start)


@compiled
def _hear(m: _Memory, frames: int) -> None:
    start = _begin_of_period(m, frames)
    now = now_ns(m.time)
    buffer = _get_buffer(pointer_to(m.handles[PORT]), np.uint32(frames))
    for index in range(_count_in(buffer)):
        if _get_in(m.found.ctypes, buffer, np.uint32(index)) != 0 or m.counts[HEARD] == EVENTS:
            continue
        size = min(int(m.found[0].size), 3)
        data = _bytes_at(m.found[0].buffer, size)
        event = m.events[m.counts[HEARD]]
        event.frame, event.ns, event.size = start + int(m.found[0].time), now, size
        event.b0 = data[0]
        event.b1 = data[1] if size > 1 else 0
        event.b2 = data[2] if size > 2 else 0
        m.counts[HEARD] += 1


def _on_period(frames: int, pointer: Any) -> int:
    _hear(_memory_at(_addresses_at(address_of(pointer), 1)[0]), int(frames))
    return 0


class JackEar:
    """The client; it hears once it is activated. `xruns_us`: when JACK told of an xrun, by the monotonic clock."""

    def __init__(self) -> None:
        load_library()
        jack = quiet_binding()
        self._callback: Any = callback(types.int32(types.uint32, types.voidptr))(_on_period)
        self._memory = _Memory.zeros()
        self._handed = np.array([self._memory.address], np.int64)
        self.client = jack.Client(EAR, no_start_server=True)
        port = self.client.midi_inports.register("in")
        for place, pointer in ((CLIENT, self.client._ptr), (PORT, port._ptr)):
            self._memory.handles[place] = int(jack._ffi.cast("intptr_t", pointer))
        jack._lib.jack_set_process_callback(
            self.client._ptr,
            jack._ffi.cast("JackProcessCallback", self._callback.address),
            jack._ffi.cast("void*", self._handed.ctypes.data),
        )
        self.xruns_us: list[float] = []
        self.client.set_xrun_callback(lambda _delayed_us: self.xruns_us.append(time.monotonic_ns() / 1e3))

    def heard(self) -> list[tuple[int, float, str]]:
        """Return frame, µs of the monotonic clock at which its period began here, and hexadecimal bytes of each."""
        events = self._memory.events[: self._memory.counts[HEARD]]
        bodies = np.stack([events["b0"], events["b1"], events["b2"]], axis=1)
        return [
            (int(event["frame"]), float(event["ns"]) / 1e3, bytes(body[: event["size"]]).hex())
            for event, body in zip(events, bodies, strict=True)
        ]

    def skipped(self) -> list[tuple[int, int]]:
        """Return from which frame to which it was not called."""
        skips = self._memory.skips[: self._memory.counts[SKIPPED]]
        return [(int(skip["since"]), int(skip["until"])) for skip in skips]
