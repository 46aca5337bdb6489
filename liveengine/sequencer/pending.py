"""Commands that wait for their tick, on the agenda.

Realtime-safe.
"""

from __future__ import annotations

from liveengine.compiled import compiled
from liveengine.sequencer.agenda import COMMAND_DUE, schedule
from liveengine.sequencer.commands import DO_CONTINUE, DO_LOCATE, DO_METRE, DO_START
from liveengine.sequencer.metre import next_bar_line
from liveengine.sequencer.records.rings import COMMANDS_SIZE
from liveengine.sequencer.state import State

#: In `pending`: the place is free; what stood there was taken back, and its entry on the agenda means nothing.
FREE = -1
TAKEN_BACK = -2


@compiled
def keep(s: State, due: int, kind: int, track: int, a: int, b: int, x: float) -> None:
    """Put a command on the agenda for a later tick."""
    transport = s.transport[0]
    kept = s.pending[transport.sequence % COMMANDS_SIZE]
    if kept.kind != FREE or not schedule(s, due, COMMAND_DUE, transport.sequence, 0, 0):
        transport.refused += 1
        return
    kept.kind, kept.track, kept.a, kept.b, kept.x = kind, track, a, b, x
    kept.at, kept.quantum = due, 0
    transport.sequence += 1


@compiled
def locate_at_bar(s: State, song: int) -> None:
    """Jump to a place in the song at the next bar line."""
    transport = s.transport[0]
    here = transport.tick - transport.song_origin
    keep(s, transport.song_origin + next_bar_line(s, here, 1), DO_LOCATE, -1, song, 0, 0.0)


@compiled
def take_metres_back(s: State) -> int:
    """Forget every change of metre that still waits for its line; return how many metres that were."""
    count = 0
    for place in range(COMMANDS_SIZE):
        if s.pending[place].kind == DO_METRE:
            s.pending[place].kind = TAKEN_BACK
            count += 1
    return count


@compiled
def take_starts_back(s: State) -> None:
    """Forget every start that still waits for its line: who says Stop means that, too."""
    for place in range(COMMANDS_SIZE):
        if s.pending[place].kind in (DO_START, DO_CONTINUE):
            s.pending[place].kind = TAKEN_BACK
