"""What a track's targets are turned by: messages to its port, controls of its sound, words to the control plane.

Realtime-safe.
"""

from __future__ import annotations

import math

from liveengine.compiled import compiled
from liveengine.music.event import BEND_MIDDLE, CHANNEL_PRESSURE, CONTROL_CHANGE, INSTRUMENTS, PITCH_BEND
from liveengine.music.sound import STRIPS
from liveengine.music.target import BEND, CONTROLLER, CONTROLLERS, PRESSURE, SOUND, TARGETS
from liveengine.sequencer.outlet import emit
from liveengine.sequencer.state import State


@compiled
def is_sound_target(kind: int, number: int) -> bool:
    """Say whether a track has such a target."""
    if kind == CONTROLLER:
        return 0 <= number < CONTROLLERS
    return (kind in (BEND, PRESSURE) and number == 0) or (kind == SOUND and 0 <= number < TARGETS // 4)


@compiled
def place_of(track: int, kind: int, number: int) -> int:
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
