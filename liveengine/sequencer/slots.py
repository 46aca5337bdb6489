"""Patterns go into free slots here; only then does a command switch to one.

The control thread alone calls these, on slots that nobody plays.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from liveengine.compiled import compiled
from liveengine.music.event import EVENT
from liveengine.music.note import OFFSET_LIMIT, Bar
from liveengine.sequencer.ring import release, waiting
from liveengine.sequencer.state import INBOX_SIZE, LOG, LOG_SIZE, READ, SLOT_NOTES, State


def write_slot(state: State, slot: int, bar: Bar) -> None:
    """Write a bar into a slot, in the order in which its notes sound.

    Raises ValueError when it has more than SLOT_NOTES notes or is shorter than a beat.
    """
    if len(bar.notes) > SLOT_NOTES:
        raise ValueError(f"a pattern holds {SLOT_NOTES} notes, this one has {len(bar.notes)}")
    if bar.length < 2 * OFFSET_LIMIT:
        raise ValueError(f"a pattern is a beat long at least, this one has {bar.length} ticks")
    placed = sorted(
        ((note.tick + note.offset) % bar.length, -((note.tick + note.offset) // bar.length), note) for note in bar.notes
    )
    for index, (place, turn, note) in enumerate(placed):
        state.notes[slot * SLOT_NOTES + index] = (
            place, turn, note.tick, note.gate, note.probability, note.pitch, note.velocity,
        )  # fmt: skip
    state.slots[slot] = (bar.length, len(placed))


@compiled
def _drain(s: State, into: NDArray[Any]) -> int:
    count = min(waiting(s.log_ends), into.size)
    for i in range(count):
        into[i] = s.log[(s.log_ends[READ] + i) % LOG_SIZE]
    release(s.log_ends, count)
    return count


def drain_log(state: State) -> NDArray[Any]:
    """Return the log records (dtype LOG) that came since the last call. One thread alone may call this."""
    into = np.empty(LOG_SIZE, LOG)
    return into[: _drain(state, into)]


@compiled
def _drain_inbox(s: State, into: NDArray[Any]) -> int:
    count = min(waiting(s.inbox_ends), into.size)
    for i in range(count):
        into[i] = s.inbox[(s.inbox_ends[READ] + i) % INBOX_SIZE]
    release(s.inbox_ends, count)
    return count


def drain_inbox(state: State) -> NDArray[Any]:
    """Return the messages (dtype EVENT) that came in since the last call. One thread alone may call this."""
    into = np.empty(INBOX_SIZE, EVENT)
    return into[: _drain_inbox(state, into)]
