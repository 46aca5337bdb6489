"""Lanes: what goes to one port waits until its time.

Each port has two, for its notes and for its clock, so that a slow device can
be sent to earlier than a quick one, and a clock be set ahead of the notes.
One more lane never waits: for what is played through from a keyboard.
A lane only delays; what is to come early is had by rendering everything
early (`transport.lead`) and delaying the rest.

Realtime-safe.
"""

from __future__ import annotations

from typing import Any

from liveengine.compiled import compiled
from liveengine.music.event import CLOCK, SONG_POSITION
from liveengine.sequencer.state import EXPRESS, LANE_SIZE, LANES, NEVER, OUT_SIZE, PORTS, State


@compiled
def _lane_of(event: Any) -> int:
    if event.size > 0 and event.value == 1.0:
        return EXPRESS
    return event.port + (PORTS if event.b0 >= CLOCK or event.b0 == SONG_POSITION else 0)


@compiled
def deliver(s: State, until: int) -> int:
    """Empty `out`; put into `due` what leaves before `until`, sorted; return how many."""
    count = s.transport[0].out_count
    s.transport[0].out_count = 0
    gone = 0
    if _goes_straight(s, count, until):
        for i in range(count):
            _place(s, s.out[i], i)
        return count
    for i in range(count):
        gone = _wait(s, i, gone)
    return _let_go(s, gone, until)


@compiled
def _goes_straight(s: State, count: int, until: int) -> bool:
    """Say whether nothing waits and nothing has to."""
    for number in range(LANES):
        lane = s.lanes[number]
        if lane.count > 0 or lane.delay > 0 or lane.present > 0:
            return False
    before = -NEVER
    for i in range(count):
        when = s.out[i].when
        if not before <= when < until:
            return False
        before = when
    return True


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
        oldest = s.lane_events[number * LANE_SIZE + lane.first]
        oldest.when = min(oldest.when, when)
        _place(s, oldest, gone)
        lane.first = (lane.first + 1) % LANE_SIZE
        lane.count -= 1
        gone += 1
    # A shorter delay is slid to, so that order stays and no two pulses come closer than half their distance (T6).
    lane.present = max(lane.delay, lane.present - max(when - lane.last, 0) // 2)
    lane.last = max(when, lane.last)
    place = number * LANE_SIZE + (lane.first + lane.count) % LANE_SIZE
    s.lane_events[place] = s.out[i]
    s.lane_events[place].when = lane.last + lane.present
    lane.count += 1
    return gone


@compiled
def _let_go(s: State, gone: int, until: int) -> int:
    """Merge what is due from all lanes, the earliest first; a clock goes before what shares its instant (O4)."""
    while gone < OUT_SIZE:
        best = -1
        best_when = NEVER
        for i in range(LANES):
            number = (EXPRESS - 1 - i) % LANES  # The clocks', then the notes', then what must not wait.
            lane = s.lanes[number]
            if lane.count > 0:
                when = s.lane_events[number * LANE_SIZE + lane.first].when
                if when < best_when:
                    best, best_when = number, when
        if best < 0 or best_when >= until:
            break
        lane = s.lanes[best]
        _place(s, s.lane_events[best * LANE_SIZE + lane.first], gone)
        lane.first = (lane.first + 1) % LANE_SIZE
        lane.count -= 1
        gone += 1
    return gone


@compiled
def next_delivery(s: State) -> int:
    """Return the instant at which the next waiting event leaves; NEVER where none waits."""
    first = NEVER
    for number in range(LANES):
        if s.lanes[number].count > 0:
            first = min(first, s.lane_events[number * LANE_SIZE + s.lanes[number].first].when)
    return first
