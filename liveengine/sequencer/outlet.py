"""Where rendered events leave: into `out` for the driver, and into the log for Python.

Realtime-safe.
"""

from __future__ import annotations

from typing import Any

from liveengine.compiled import compiled
from liveengine.music.event import CLOCK, LONG
from liveengine.sequencer.records.rings import LOG_SIZE, WRITTEN
from liveengine.sequencer.ring import publish, room
from liveengine.sequencer.state import State
from liveengine.sequencer.timeline import when_at

# Kinds of log records.
SENT = 0  # a MIDI message went out: port, size, b0 b1 b2
BAR = 1  # a bar line: a = number of the bar that begins, from 0; x = its ticks
LAUNCHED = 2  # a pattern takes over a track at song tick `tick`: a = slot, -1 for silence
ENDED = 3  # a slot is free again: a = slot
TRANSPORTED = 4  # a = 1 playing, 0 stopped; tick = position
TEMPO = 5  # x = BPM
REALIGNED = 6  # a stall was collapsed: a = units of the driver's clock
MUTED = 7  # a = 1 muted, 0 heard
CANCELLED = 8  # a launch was taken back: a = slot, -1 for silence; on track -1: a = metres that were
FOLLOWED = 9  # the follower changed its state: a = state, x = fault (1: twice the pulses, -1: half)
LED = 10  # another source leads the beat: a = OWN, PULSES, LINK or JACK
METRE = 11  # a new cycle of metres begins at song tick `tick`: a = number of the bar there
MODULATED = 12  # an LFO whose value is told: track = its group, a = its number there, x = value
SKIPPED = 13  # JACK called for no period since `when` - a: a = frames that nobody played


@compiled
def song_tick(s: State, tick: int) -> int:
    """Return the place in the song of a run tick; while stopped, the place where it stopped."""
    transport = s.transport[0]
    return tick - transport.song_origin if transport.playing else transport.position


@compiled
def tell(s: State, kind: int, track: int, tick: int, a: int, x: float) -> None:
    """Put a record of what happens at a run tick into the log."""
    tell_at(s, kind, track, tick, song_tick(s, tick), a, x)


@compiled
def tell_at(s: State, kind: int, track: int, tick: int, song: int, a: int, x: float) -> None:
    """Put a record into the log; count it as lost where the log is full, for the beat waits for nobody."""
    transport = s.transport[0]
    if room(s.log_ends, LOG_SIZE) == 0:
        transport.log_lost += 1
        return
    record = s.log[s.log_ends[WRITTEN] % LOG_SIZE]
    record.kind = kind
    record.track = track
    record.when = max(when_at(transport, tick), transport.floor)
    record.tick = song
    record.run = tick
    record.a = a
    record.x = x
    record.size = 0
    publish(s.log_ends, 1)


@compiled
def _log_sent(s: State, event: Any) -> None:
    transport = s.transport[0]
    if room(s.log_ends, LOG_SIZE) == 0:
        transport.log_lost += 1
        return
    record = s.log[s.log_ends[WRITTEN] % LOG_SIZE]
    record.kind = SENT
    record.track = event.track
    record.when = event.when
    record.tick = event.tick
    record.run = transport.tick
    record.port = event.port
    record.size = event.size
    record.b0, record.b1, record.b2 = event.b0, event.b1, event.b2
    publish(s.log_ends, 1)


@compiled
def keep_busy(s: State, tick: int, port: int, size: int) -> float:
    """Return the run tick from which a port's wire can carry `size` bytes that come at `tick`; it is busy with them."""
    wire = s.wires[port]
    begin = max(wire.busy, float(tick))
    wire.busy = begin + size * wire.byte_units / s.transport[0].unit_ticks
    return begin


@compiled
def emit(s: State, tick: int, port: int, track: int, size: int, b0: int, b1: int, b2: int, value: float) -> None:
    """Append an event at a run tick. The lanes see to the order of what shares an instant (O4)."""
    transport = s.transport[0]
    event = s.out[transport.out_count]
    event.when = max(when_at(transport, tick), transport.floor)
    event.tick = song_tick(s, tick)
    event.value = value
    event.port = port
    event.track = track
    event.size = size
    event.b0, event.b1, event.b2 = b0, b1, b2
    transport.out_count += 1
    if 0 < size < LONG:
        keep_busy(s, tick, port, size)
    if 0 < size < LONG and b0 != CLOCK:
        _log_sent(s, event)
