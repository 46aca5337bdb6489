"""What the tests of the drivers turn: a data plane with music in it, and twins of it."""

from __future__ import annotations

from typing import Any

from liveengine.music.note import Bar, Note
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_SIXTEENTH
from liveengine.sequencer import commands as do
from liveengine.sequencer.lanes import deliver
from liveengine.sequencer.render import begin, render
from liveengine.sequencer.slots import write_slot
from liveengine.sequencer.state import State, make_state

Sent = tuple[int, int, tuple[int, ...]]  # when, port, bytes

#: A tempo at which nothing falls on a whole frame.
TEMPO = 137.3

#: Places that are on no grid, so that nothing comes out right by being round.
BAR = Bar.of(
    [
        Note(0, 36, 100, gate=TICKS_PER_SIXTEENTH),
        Note(123_457, 38, 90, gate=50_021, offset=-7_919),
        Note(TICKS_PER_BEAT, 42, 80, gate=31_337),
        Note(TICKS_PER_BEAT + 104_729, 46, 70, gate=2 * TICKS_PER_BEAT, offset=15_485),
        Note(3 * TICKS_PER_BEAT + 611_953, 49, 60, gate=TICKS_PER_BEAT // 7),
    ],
    4 * TICKS_PER_BEAT,
)


def set_playing(state: State, ports: int = 2, clock: bool = True) -> State:
    """Give each of the first tracks the bar, on MIDI port 1, 2, …, clock on port 1, and press start."""
    for track in range(ports):
        write_slot(state, track, BAR)
        do.push(state, do.DO_ROUTE, track, a=track + 1, b=track)
        do.push(state, do.DO_LAUNCH, track, a=track)
    if clock:
        do.push(state, do.DO_CLOCK, 1, a=1)
    do.push(state, do.DO_START)
    return state


def playing(rate: float, tempo: float = TEMPO, **wanted: Any) -> State:
    """Return a data plane that is about to play."""
    return set_playing(make_state(rate, tempo), **wanted)


def sent(events: Any) -> list[Sent]:
    """Return the MIDI of these EVENTs, without what is for the instruments alone."""
    return [
        (int(e["when"]), int(e["port"]), (int(e["b0"]), int(e["b1"]), int(e["b2"]))[: e["size"]])
        for e in events
        if e["size"] > 0 and e["port"] > 0
    ]


def offline(rate: float, until: int, start: int = 0, **wanted: Any) -> list[Sent]:
    """Return what the same data plane sends before an instant when nobody hurries it, rendered in one go.

    `start` is where its start is pressed.
    """
    state = make_state(rate, TEMPO)
    begin(state, 0)
    render(state, 0, start)
    set_playing(state, **wanted)
    events = []
    while state.transport[0]["until"] < until:
        render(state, state.transport[0]["until"], until)
        count = deliver(state, state.transport[0]["until"])
        events += sent(state.due[:count])
    return events
