"""The wire behind a port: it carries one byte after the other, and what comes too fast has to wait (O4).

A DIN cable takes 320 µs a byte, so that a chord of six notes is spread over
six milliseconds. Where more comes than a wire can carry, the values of
controllers give way to newer ones until it has caught up. Notes wait, clock
and transport go before everything that waits. Nothing else is ever dropped:
a note that comes late is heard, one that is missing leaves a hole, and its
note-off would be owed all the same.

Realtime-safe.
"""

from __future__ import annotations

import math

from liveengine.compiled import compiled
from liveengine.sequencer.state import State

#: A wire that is further behind than this is overloaded. Players rate a steady 10 ms like none (Jack et al. 2018).
LAG_S = 0.010

#: A wire slower than this is a slip of the pen.
WIRE_MIN_BYTES_S = 100.0


@compiled
def set_wire(s: State, port: int, bytes_per_second: float) -> None:
    """Let a port's wire carry so many bytes a second from now on; 0: any number."""
    wire = s.wires[port]
    wire.byte_units = s.transport[0].rate / bytes_per_second if bytes_per_second > 0.0 else 0.0
    wire.free = 0.0
    wire.lags = 0


@compiled
def free_at(s: State, port: int) -> int:
    """Return the instant from which a port's wire can carry the next byte."""
    return math.ceil(s.wires[port].free)


@compiled
def is_behind(s: State, port: int, meant: int, when: int) -> bool:
    """Say whether a wire is overloaded, now that at `when` it can carry what was meant for instant `meant`."""
    wire = s.wires[port]
    if when == meant:
        wire.lags = 0  # It waited for this one, so it has caught up.
    elif wire.lags == 0 and when - meant > LAG_S * s.transport[0].rate:
        wire.lags = 1
        wire.overloads += 1
    return wire.lags == 1


@compiled
def carry(s: State, port: int, size: int, when: int) -> None:
    """Let a wire carry `size` bytes from instant `when` on."""
    wire = s.wires[port]
    if wire.byte_units > 0.0:
        wire.free = when + size * wire.byte_units
