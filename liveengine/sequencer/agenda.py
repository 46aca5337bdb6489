"""What comes next: a binary heap by (tick, order, what), the data plane's only queue.

An idle track has no entry and costs nothing; neither does the number of
windows. An entry is taken back by forgetting its stamp: whoever pops a stamp
that is no longer current drops it.

Realtime-safe.
"""

from __future__ import annotations

from typing import Any

from liveengine.compiled import compiled
from liveengine.sequencer.records.patterns import SLOT_STEPS
from liveengine.sequencer.records.transport import AGENDA_SIZE
from liveengine.sequencer.state import State

# What happens first at one tick; commands decide before anything sounds.
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
LONG_DUE = 11  # After all else, so that it sees what comes next.

#: An entry's rank holds its order above so many bits of what it is about.
_WHAT_BITS = 40


@compiled
def order_of(rank: int) -> int:
    """Return the order of an entry from its rank."""
    return rank >> _WHAT_BITS


@compiled
def what_of(rank: int) -> int:
    """Return what an entry is about from its rank."""
    return rank & ((1 << _WHAT_BITS) - 1)


@compiled
def _put(entry: Any, tick: int, rank: int, stamp: int, mark: int) -> None:
    entry.tick = tick
    entry.rank = rank
    entry.stamp = stamp
    entry.mark = mark


@compiled
def _move(agenda: Any, place: int, source: int) -> None:
    moved = agenda[source]
    _put(agenda[place], moved.tick, moved.rank, moved.stamp, moved.mark)


@compiled
def _rise(agenda: Any, place: int, tick: int, rank: int, stamp: int, mark: int) -> None:
    """Put an entry where it belongs between the free `place` and the top."""
    while place > 0:
        parent = (place - 1) // 2
        above = agenda[parent]
        if above.tick < tick or (above.tick == tick and above.rank <= rank):
            break
        _move(agenda, place, parent)
        place = parent
    _put(agenda[place], tick, rank, stamp, mark)


@compiled
def _sink(agenda: Any, place: int, count: int, tick: int, rank: int, stamp: int, mark: int) -> None:
    """Put an entry where it belongs below the free `place`, in a heap of `count`."""
    while True:
        child = 2 * place + 1
        if child >= count:
            break
        if child + 1 < count:
            left, right = agenda[child], agenda[child + 1]
            if right.tick < left.tick or (right.tick == left.tick and right.rank < left.rank):
                child += 1
        below = agenda[child]
        if tick < below.tick or (tick == below.tick and rank <= below.rank):
            break
        _move(agenda, place, child)
        place = child
    _put(agenda[place], tick, rank, stamp, mark)


@compiled
def is_current(s: State, order: int, what: int, stamp: int) -> bool:  # noqa: PLR0911 - one answer a kind
    """Say whether an entry still means anything."""
    transport = s.transport[0]
    if order == NOTE_END:
        return s.chains[what].stamp == stamp
    if order == PULSE:
        return transport.clock_stamp == stamp
    if order == TEMPO_STEP:
        return transport.ramp_stamp == stamp
    if order == BAR_LINE:
        return transport.bar_stamp == stamp
    if order == LONG_DUE:
        return transport.long_due != 0
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
        if is_current(s, order_of(entry.rank), what_of(entry.rank), entry.stamp):
            _move(s.agenda, kept, i)
            kept += 1
    transport.agenda_count = kept
    for place in range(kept // 2 - 1, -1, -1):
        entry = s.agenda[place]
        _sink(s.agenda, place, kept, entry.tick, entry.rank, entry.stamp, entry.mark)


@compiled
def schedule(s: State, tick: int, order: int, what: int, stamp: int, mark: int) -> bool:
    """Put an entry on the agenda; False when it is full of entries that still matter."""
    transport = s.transport[0]
    if transport.agenda_count == AGENDA_SIZE:
        _compact(s)
        if transport.agenda_count == AGENDA_SIZE:
            return False
    _rise(s.agenda, transport.agenda_count, tick, (order << _WHAT_BITS) | what, stamp, mark)
    transport.agenda_count += 1
    return True


@compiled
def drop_first(s: State) -> None:
    """Take the first entry off the agenda."""
    transport = s.transport[0]
    count = transport.agenda_count - 1
    transport.agenda_count = count
    last = s.agenda[count]
    _sink(s.agenda, 0, count, last.tick, last.rank, last.stamp, last.mark)


@compiled
def new_stamp(s: State) -> int:
    """Return a stamp nobody has had."""
    transport = s.transport[0]
    transport.stamp += 1
    return transport.stamp
