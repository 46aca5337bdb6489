"""Turning what a track's targets are: controllers, bend, pressure, controls of its sound.

A lock holds until the track's next step that does not say so; then the target
returns to where the player left it, if anybody ever said where.

Realtime-safe.
"""

from __future__ import annotations

import math
from typing import Any

from liveengine.compiled import compiled
from liveengine.music.event import BEND_MIDDLE, CHANNEL_PRESSURE, CONTROL_CHANGE, INSTRUMENTS, PITCH_BEND
from liveengine.music.note import LOCKS_MAX
from liveengine.music.sound import STRIPS
from liveengine.music.target import BEND, CONTROLLER, SOUND, TARGETS
from liveengine.sequencer.outlet import emit
from liveengine.sequencer.state import SLOT_LOCKS, State


@compiled
def _place(track: int, kind: int, number: int) -> int:
    """Return where a target's base stands; `music.target` counts the same way."""
    return track * TARGETS + kind * (TARGETS // 4) * (kind != CONTROLLER) + number


@compiled
def send_target(s: State, tick: int, track: int, kind: int, number: int, value: float) -> None:
    """Send a target's value to wherever the track plays."""
    if kind == SOUND:
        if track < STRIPS:
            emit(s, tick, INSTRUMENTS, track, 0, 0, number, 0, value)
        return
    port, channel = s.tracks[track].port, s.tracks[track].channel
    if port <= 0:
        return
    if kind == BEND:
        bend = min(max(math.floor(BEND_MIDDLE + value * BEND_MIDDLE + 0.5), 0), 2 * BEND_MIDDLE - 1)
        emit(s, tick, port, track, 3, PITCH_BEND | channel, bend & 127, bend >> 7, 0.0)
        return
    amount = min(max(math.floor(value + 0.5), 0), 127)
    if kind == CONTROLLER:
        emit(s, tick, port, track, 3, CONTROL_CHANGE | channel, number, amount, 0.0)
    else:
        emit(s, tick, port, track, 2, CHANNEL_PRESSURE | channel, amount, 0, 0.0)


@compiled
def turn(s: State, tick: int, track: int, kind: int, number: int, value: float) -> None:
    """Turn a target for good: it is sent, and what it returns to after locks."""
    s.bases[_place(track, kind, number)] = value
    send_target(s, tick, track, kind, number, value)


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
        base = s.bases[_place(track, lock.kind, lock.number)]
        if not _locks(s, first, count, lock) and not math.isnan(base):
            send_target(s, tick, track, lock.kind, lock.number, base)
    for i in range(count):
        lock = s.locks[first + i]
        held = s.held[track * LOCKS_MAX + i]
        held.kind, held.number = lock.kind, lock.number
        send_target(s, tick, track, lock.kind, lock.number, lock.value)
    s.tracks[track].locked = count


@compiled
def release_locks(s: State, tick: int, track: int) -> None:
    """Let go of everything that a track's last step locked."""
    apply_locks(s, tick, track, 0, 0, 0)
