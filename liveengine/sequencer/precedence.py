"""What goes first where messages for one port share an instant: note-off, note-on, controllers (O4).

Nothing passes a message that it may lean on: a note-off not the note-on of
its own key, and no note a controller of its own channel, for a bend, a pedal
or a bank that was sent before a note is meant for it. The clock needs no rule
here: it has a lane of its own.

Pure. Realtime-safe.
"""

from __future__ import annotations

from typing import Any

from liveengine.compiled import compiled
from liveengine.music.event import (
    ALL_SOUND_OFF,
    CHANNEL_PRESSURE,
    CONTROL_CHANGE,
    KEY_PRESSURE,
    NOTE_OFF,
    NOTE_ON,
    PITCH_BEND,
)

_OFF, _ON, _CONTROLLER, _STAYS = range(4)

#: Controllers of which each message counts, not the last alone: bank select, data entry, the pedals and other
#: switches, increments and parameter numbers, and the channel mode messages (MIDI 1.0, table of controllers).
_EACH_COUNTS = (0, 32, 6, 38, *range(64, 70), *range(96, 102))


@compiled
def _rank(event: Any) -> int:
    if event.size == 0:
        return _STAYS
    kind = event.b0 & 0xF0
    if kind == NOTE_OFF:
        return _OFF
    if kind == NOTE_ON:
        return _ON if event.b2 > 0 else _OFF
    if kind == CONTROL_CHANGE:
        return _CONTROLLER if event.b1 < ALL_SOUND_OFF else _STAYS
    return _CONTROLLER if kind in (KEY_PRESSURE, CHANNEL_PRESSURE, PITCH_BEND) else _STAYS


@compiled
def is_note_off(event: Any) -> bool:
    """Say whether an event ends a note."""
    return _rank(event) == _OFF


@compiled
def goes_before(event: Any, other: Any) -> bool:
    """Say whether an event goes before another that was there first, at the same instant of the same port."""
    mine, theirs = _rank(event), _rank(other)
    if theirs == _STAYS or mine >= theirs:
        return False
    shares_channel = (event.b0 ^ other.b0) & 15 == 0
    return not shares_channel or (theirs == _ON and event.b1 != other.b1)


@compiled
def gives_way(event: Any) -> bool:
    """Say whether an event is a value that means nothing any more once a newer one is known."""
    kind = event.b0 & 0xF0
    if event.size == 0 or kind != CONTROL_CHANGE:
        return event.size > 0 and kind in (KEY_PRESSURE, CHANNEL_PRESSURE, PITCH_BEND)
    return event.b1 < ALL_SOUND_OFF and event.b1 not in _EACH_COUNTS


@compiled
def is_newer(later: Any, event: Any) -> bool:
    """Say whether a later event is a new value of the controller whose value `event` is."""
    kind = event.b0 & 0xF0
    same = later.size > 0 and later.b0 == event.b0
    return same and (kind in (CHANNEL_PRESSURE, PITCH_BEND) or later.b1 == event.b1)


@compiled
def leans_on(later: Any, event: Any) -> bool:
    """Say whether a later event is a note that is heard where the bend that `event` is puts it."""
    bends = event.size > 0 and event.b0 & 0xF0 == PITCH_BEND
    return bends and later.size > 0 and later.b0 == (NOTE_ON | (event.b0 & 15)) and later.b2 > 0
