"""Turning what a track's targets are: controllers, bend, pressure, controls of its sound.

A lock holds until the track's next step that does not say so; then the target
returns to where the player left it, if anybody ever said where. An LFO swings about
where its target stands, locks and all.

Realtime-safe.
"""

from __future__ import annotations

import math
from typing import Any

from liveengine.compiled import compiled
from liveengine.music.note import LOCKS_MAX
from liveengine.sequencer.modulation import swing_of, swung
from liveengine.sequencer.records.patterns import SLOT_LOCKS
from liveengine.sequencer.state import State
from liveengine.sequencer.targets import place_of, send_target


@compiled
def _stand(s: State, tick: int, track: int, kind: int, number: int, value: float) -> None:
    """Let a target stand at a value (NaN: nobody has said where); an LFO that turns it swings about that."""
    s.standing[place_of(track, kind, number)] = value
    lfo = swung(s, track, kind, number)
    if lfo >= 0:
        swing_of(s, tick, lfo)
    elif not math.isnan(value):
        send_target(s, tick, track, kind, number, value)


@compiled
def turn(s: State, tick: int, track: int, kind: int, number: int, value: float) -> None:
    """Turn a target for good: it is sent, and what it returns to after locks."""
    s.bases[place_of(track, kind, number)] = value
    _stand(s, tick, track, kind, number, value)


@compiled
def _locks(s: State, first: int, count: int, lock: Any) -> bool:
    """Say whether one of these locks turns what `lock` turns."""
    for i in range(first, first + count):  # noqa: SIM110 - compiled code has no generators
        if s.locks[i].kind == lock.kind and s.locks[i].number == lock.number:
            return True
    return False


@compiled
def apply_locks(s: State, tick: int, track: int, slot: int, first: int, count: int) -> None:
    """Turn what a step locks, and let go of what the step before locked and this one does not."""
    if count == 0 and s.tracks[track].locked == 0:
        return
    first += slot * SLOT_LOCKS
    for i in range(s.tracks[track].locked):
        lock = s.held[track * LOCKS_MAX + i]
        if not _locks(s, first, count, lock):
            _stand(s, tick, track, lock.kind, lock.number, s.bases[place_of(track, lock.kind, lock.number)])
    for i in range(count):
        lock = s.locks[first + i]
        held = s.held[track * LOCKS_MAX + i]
        held.kind, held.number = lock.kind, lock.number
        _stand(s, tick, track, lock.kind, lock.number, lock.value)
    s.tracks[track].locked = count


@compiled
def release_locks(s: State, tick: int, track: int) -> None:
    """Let go of everything that a track's last step locked."""
    apply_locks(s, tick, track, 0, 0, 0)
