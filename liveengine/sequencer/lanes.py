"""Lanes: what goes to one port waits until its time, and until the port's wire is free.

Each port has three. Its notes and its clock wait apart, so that a slow device
can be sent to earlier than a quick one, and a clock be set ahead of the notes.
In the third nothing waits but for the wire: what is played through from a
keyboard. A lane only delays; what is to come early is had by rendering
everything early (`transport.lead`) and delaying the rest.

Realtime-safe.
"""

from __future__ import annotations

from typing import Any

from liveengine.compiled import compiled
from liveengine.music.event import CLOCK, SONG_POSITION
from liveengine.sequencer.longs import message_size
from liveengine.sequencer.precedence import gives_way, goes_before, is_newer, is_note_off, leans_on
from liveengine.sequencer.records.ports import EXPRESS, LANE_SIZE, LANES, OUT_SIZE, PORTS
from liveengine.sequencer.records.transport import NEVER
from liveengine.sequencer.state import State
from liveengine.sequencer.wire import carry, free_at, is_behind


@compiled
def _lane_of(event: Any) -> int:
    if event.size > 0 and event.value == 1.0:
        return EXPRESS + event.port
    return event.port + (PORTS if event.b0 >= CLOCK or event.b0 == SONG_POSITION else 0)


@compiled
def _event(s: State, number: int, place: int) -> Any:
    """Return the event at a place of a lane, counted from the one that came first."""
    return s.lane_events[number * LANE_SIZE + (s.lanes[number].first + place) % LANE_SIZE]


@compiled
def deliver(s: State, until: int) -> int:
    """Empty `out`; put into `due` what leaves before `until`, sorted; return how many."""
    count = s.transport[0].out_count
    s.transport[0].out_count = 0
    gone = 0
    for i in range(count):
        # Whatever leaves earlier leaves first, but for room that is kept for what full lanes push out.
        gone = _let_go(s, gone, OUT_SIZE - count + i, min(s.out[i].when, until))
        gone = _wait(s, i, gone)
    return _let_go(s, gone, OUT_SIZE, until)


@compiled
def _place(s: State, event: Any, gone: int) -> None:
    """Put an event into `due`, which holds `gone` already, behind those that do not leave later."""
    place = gone
    while place > 0 and s.due[place - 1].when > event.when:
        s.due[place] = s.due[place - 1]
        place -= 1
    s.due[place] = event
    s.traffic[event.port] += 1


@compiled
def _wait(s: State, i: int, gone: int) -> int:
    """Let an event wait in its lane; where the lane is full the oldest leaves at once."""
    number = _lane_of(s.out[i])
    lane = s.lanes[number]
    when = s.out[i].when
    if lane.count == LANE_SIZE:
        oldest = _event(s, number, 0)
        oldest.when = min(oldest.when, when)
        _place(s, oldest, gone)
        _drop_first(s, number)
        gone += 1
    # A shorter delay is slid to, so that order stays and no two pulses come closer than half their distance (T6).
    lane.present = max(lane.delay, lane.present - max(when - lane.last, 0) // 2)
    lane.last = max(when, lane.last)
    s.out[i].when = lane.last + lane.present
    place = lane.count
    while place > 0:
        before = _event(s, number, place - 1)
        if before.when != s.out[i].when or not goes_before(s.out[i], before):
            break
        s.lane_events[number * LANE_SIZE + (lane.first + place) % LANE_SIZE] = before
        place -= 1
    s.lane_events[number * LANE_SIZE + (lane.first + place) % LANE_SIZE] = s.out[i]
    lane.count += 1
    return gone


@compiled
def _drop_first(s: State, number: int) -> None:
    lane = s.lanes[number]
    lane.first = (lane.first + 1) % LANE_SIZE
    lane.count -= 1


@compiled
def _leaves(s: State, number: int) -> int:
    """Return the instant at which the first event of a lane can leave; NEVER where none waits."""
    if s.lanes[number].count == 0:
        return NEVER
    return max(_event(s, number, 0).when, free_at(s, number % PORTS))


@compiled
def _first_lane(s: State, port: int) -> int:
    """Return the lane of a port whose event leaves first: the clock's before all that it finds waiting (O4)."""
    first = port
    if s.lanes[EXPRESS + port].count > 0:
        express, notes = _event(s, EXPRESS + port, 0), _event(s, port, 0)
        if (
            s.lanes[port].count == 0
            or express.when < notes.when
            # What a key played through began, it ends; its off is in nobody else's way, but the next note-on's.
            or (express.when == notes.when and (is_note_off(express) or goes_before(express, notes)))
        ):
            first = EXPRESS + port
    return PORTS + port if _leaves(s, PORTS + port) <= _leaves(s, first) else first


@compiled
def _let_go(s: State, gone: int, most: int, until: int) -> int:
    """Merge what leaves all lanes before `until`, the earliest first, until `due` holds `most`."""
    while gone < most:
        best = -1
        best_when = until
        for port in range(PORTS):
            number = _first_lane(s, port)
            when = _leaves(s, number)
            if when < best_when:
                best, best_when = number, when
        if best < 0:
            break
        event = _event(s, best, 0)
        _drop_first(s, best)
        if is_behind(s, event.port, event.when, best_when) and _is_superseded(s, best, event, best_when):
            s.wires[event.port].thinned += 1
            continue
        event.when = best_when
        carry(s, event.port, message_size(s, event), best_when)
        _place(s, event, gone)
        gone += 1
    return gone


@compiled
def _is_superseded(s: State, number: int, event: Any, when: int) -> bool:
    """Say whether a newer value of the same controller waits by instant `when` behind one that has left its lane."""
    if not gives_way(event):
        return False
    for place in range(s.lanes[number].count):
        later = _event(s, number, place)
        if later.when > when or leans_on(later, event):
            return False
        if is_newer(later, event):
            return True
    return False


@compiled
def next_delivery(s: State) -> int:
    """Return the instant at which the next waiting event leaves; NEVER where none waits."""
    first = NEVER
    for number in range(LANES):
        first = min(first, _leaves(s, number))
    return first
