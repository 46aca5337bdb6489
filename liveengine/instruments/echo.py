"""The delay: repeats that cross from side to side, each a little duller and thinner.

A new time is faded over to, not slid to, so that no pitch is heard to bend.

Realtime-safe.
"""

from __future__ import annotations

import math

from liveengine.compiled import compiled
from liveengine.instruments.rack import (
    DRY_LEFT,
    DRY_RIGHT,
    ECHO_ROOM,
    GRID,
    TO_ECHO_LEFT,
    TO_ECHO_RIGHT,
    Rack,
)
from liveengine.music.sound import CONTROL_ROOM, MASTER_CONTROL, STRIPS

TIME = STRIPS * CONTROL_ROOM + MASTER_CONTROL["delay_time"].number
FEEDBACK = STRIPS * CONTROL_ROOM + MASTER_CONTROL["delay_feedback"].number
MOST_FEEDBACK = MASTER_CONTROL["delay_feedback"].high

CROSS_S = 0.04
DULL_HZ, THIN_HZ = 4_800.0, 130.0
TINY = 1e-12
MASK = ECHO_ROOM - 1


@compiled
def tick_echo(rack: Rack) -> None:
    """Lead the delay's feedback on by one grid step, and begin or end the change to another time."""
    echo, rate = rack.echoes[0], rack.master[0].rate
    feedback = min(max(rack.controls[FEEDBACK], 0.0), MOST_FEEDBACK)
    echo.feedback_step = (feedback - echo.feedback) / GRID
    if echo.cross >= 1.0:
        echo.length, echo.cross, echo.cross_step = echo.next_length, 0.0, 0.0
    length = min(max(round(rack.goals[TIME] * rate), GRID), ECHO_ROOM - 1)
    if echo.cross_step == 0.0 and length != echo.length:
        echo.next_length, echo.cross_step = length, 1.0 / (CROSS_S * rate)


@compiled
def repeat(rack: Rack, frames: int) -> None:
    """Add `frames` of the delay to the desk's dry rows."""
    echo, desk, memory, place = rack.echoes[0], rack.desk, rack.echo, rack.master[0].clock
    rate = rack.master[0].rate
    dull_part = 1.0 - math.exp(-2.0 * math.pi * DULL_HZ / rate)
    thin_part = 1.0 - math.exp(-2.0 * math.pi * THIN_HZ / rate)
    cross, feedback, dull, thin = echo.cross, echo.feedback, echo.dull, echo.thin
    for frame in range(frames):
        for side in range(2):
            first = side * ECHO_ROOM
            tap = memory[first + ((place + frame - echo.length) & MASK)]
            if cross > 0.0:
                tap += cross * (memory[first + ((place + frame - echo.next_length) & MASK)] - tap)
            dull[side] += dull_part * (tap - dull[side])
            thin[side] += thin_part * (dull[side] - thin[side])
            if abs(dull[side]) < TINY:
                dull[side] = 0.0
            if abs(thin[side]) < TINY:
                thin[side] = 0.0
        left, right = dull[0] - thin[0], dull[1] - thin[1]
        sent = 0.5 * (desk[TO_ECHO_LEFT * GRID + frame] + desk[TO_ECHO_RIGHT * GRID + frame])
        # What was heard on one side is fed to the other.
        to_left, to_right = sent + feedback * right, feedback * left
        memory[(place + frame) & MASK] = to_left if abs(to_left) > TINY else 0.0
        memory[ECHO_ROOM + ((place + frame) & MASK)] = to_right if abs(to_right) > TINY else 0.0
        desk[DRY_LEFT * GRID + frame] += left
        desk[DRY_RIGHT * GRID + frame] += right
        feedback += echo.feedback_step
        cross = min(cross + echo.cross_step, 1.0)
    echo.cross, echo.feedback = cross, feedback
