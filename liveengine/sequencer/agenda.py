"""What comes next: a binary heap of (tick, order, what), the data plane's only queue.

An idle track has no entry and costs nothing; neither does the number of
windows. An entry is taken back by forgetting its stamp: whoever pops a stamp
that is no longer current drops it.

Realtime-safe.
"""

from __future__ import annotations

from typing import Any

from liveengine.compiled import compiled
from liveengine.sequencer.state import AGENDA_SIZE, SLOT_STEPS, State

# What happens first at one tick. O4: clock, note-off, note-on; commands decide before anything sounds.
COMMAND_DUE = 0
TEMPO_STEP = 1
BAR_LINE = 2
PULSE = 3
NOTE_END = 4
PLAYER_END = 5
PLAYER_CELL = 6
PLAYER_STEP = 7
PLAYER_RATCHET = 8
ARP_STEP = 9
LFO_POINT = 10  # O4: controllers come last


@compiled
def _before(one: Any, other: Any) -> bool:
    if one.tick != other.tick:
        return one.tick < other.tick
    if one.order != other.order:
        return one.order < other.order
    return one.what < other.what


@compiled
def _swap(one: Any, other: Any) -> None:
    tick, order, what, stamp, mark = one.tick, one.order, one.what, one.stamp, one.mark
    one.tick, one.order, one.what, one.stamp, one.mark = other.tick, other.order, other.what, other.stamp, other.mark
    other.tick, other.order, other.what, other.stamp, other.mark = tick, order, what, stamp, mark


@compiled
def _rise(agenda: Any, place: int) -> None:
    while place > 0:
        parent = (place - 1) // 2
        if not _before(agenda[place], agenda[parent]):
            return
        _swap(agenda[place], agenda[parent])
        place = parent


@compiled
def _sink(agenda: Any, place: int, count: int) -> None:
    while True:
        child = 2 * place + 1
        if child >= count:
            return
        if child + 1 < count and _before(agenda[child + 1], agenda[child]):
            child += 1
        if not _before(agenda[child], agenda[place]):
            return
        _swap(agenda[place], agenda[child])
        place = child


@compiled
def is_current(s: State, order: int, what: int, stamp: int) -> bool:  # noqa: PLR0911 - one answer an order
    """Say whether an entry still means anything."""
    transport = s.transport[0]
    if order == NOTE_END:
        return s.ledger[what].stamp == stamp
    if order == PULSE:
        return transport.clock_stamp == stamp
    if order == TEMPO_STEP:
        return transport.ramp_stamp == stamp
    if order == BAR_LINE:
        return transport.bar_stamp == stamp
    if order == LFO_POINT:
        return s.lfos[what].stamp == stamp
    if order == ARP_STEP:
        return s.arps[what].stamp == stamp
    if order >= PLAYER_STEP:
        return s.players[what // SLOT_STEPS].stamp == stamp
    if order >= PLAYER_END:
        return s.players[what].stamp == stamp
    return True


@compiled
def _compact(s: State) -> None:
    """Drop every entry that has been taken back, and make a heap of the rest."""
    transport = s.transport[0]
    kept = 0
    for i in range(transport.agenda_count):
        entry = s.agenda[i]
        if is_current(s, entry.order, entry.what, entry.stamp):
            if kept != i:
                _swap(s.agenda[kept], entry)
            kept += 1
    transport.agenda_count = kept
    for place in range(kept // 2 - 1, -1, -1):
        _sink(s.agenda, place, kept)


@compiled
def schedule(s: State, tick: int, order: int, what: int, stamp: int, mark: int) -> bool:
    """Put an entry on the agenda; False when it is full of entries that still matter."""
    transport = s.transport[0]
    if transport.agenda_count == AGENDA_SIZE:
        _compact(s)
        if transport.agenda_count == AGENDA_SIZE:
            return False
    entry = s.agenda[transport.agenda_count]
    entry.tick = tick
    entry.order = order
    entry.what = what
    entry.stamp = stamp
    entry.mark = mark
    _rise(s.agenda, transport.agenda_count)
    transport.agenda_count += 1
    return True


@compiled
def drop_first(s: State) -> None:
    """Take the first entry off the agenda."""
    transport = s.transport[0]
    last = transport.agenda_count - 1
    _swap(s.agenda[0], s.agenda[last])
    transport.agenda_count = last
    _sink(s.agenda, 0, last)


@compiled
def new_stamp(s: State) -> int:
    """Return a stamp nobody has had."""
    transport = s.transport[0]
    transport.stamp += 1
    return transport.stamp
