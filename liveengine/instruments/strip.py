"""A strip of the mixing desk: saturation, level, pan and two sends.

The saturator is x / sqrt(1 + x²). It is taken as a mean between neighbouring
samples (antiderivative antialiasing: Parker, Zavalishin & Le Bivic 2016),
which for this curve is a plain quotient and needs no special case.

Realtime-safe.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liveengine.compiled import compiled
from liveengine.instruments.rack import (
    DRY_LEFT,
    DRY_RIGHT,
    GRID,
    TO_ECHO_LEFT,
    TO_ECHO_RIGHT,
    TO_HALL_LEFT,
    TO_HALL_RIGHT,
)
from liveengine.instruments.ticks import LEFT, PULL, PUSH, RIGHT, TO_ECHO, TO_HALL, WET
from liveengine.instruments.voice import move_on


@compiled
def mix_strip(
    strip: Any, left: NDArray[np.float64], right: NDArray[np.float64], desk: NDArray[np.float64], frames: int
) -> None:
    """Send `frames` of a strip's bus through the strip and onto the desk."""
    gains, steps = strip.gains, strip.steps
    _saturate(strip, 0, left, frames)
    _saturate(strip, 1, right, frames)
    gains[WET] = move_on(gains[WET], steps[WET], frames)
    gains[PUSH] = move_on(gains[PUSH], steps[PUSH], frames)
    gains[PULL] = move_on(gains[PULL], steps[PULL], frames)
    left_gain, right_gain, to_hall, to_echo = gains[LEFT], gains[RIGHT], gains[TO_HALL], gains[TO_ECHO]
    for frame in range(frames):
        dry_left, dry_right = left[frame] * left_gain, right[frame] * right_gain
        desk[DRY_LEFT * GRID + frame] += dry_left
        desk[DRY_RIGHT * GRID + frame] += dry_right
        desk[TO_HALL_LEFT * GRID + frame] += dry_left * to_hall
        desk[TO_HALL_RIGHT * GRID + frame] += dry_right * to_hall
        desk[TO_ECHO_LEFT * GRID + frame] += dry_left * to_echo
        desk[TO_ECHO_RIGHT * GRID + frame] += dry_right * to_echo
        left_gain += steps[LEFT]
        right_gain += steps[RIGHT]
        to_hall += steps[TO_HALL]
        to_echo += steps[TO_ECHO]
    gains[LEFT], gains[RIGHT], gains[TO_HALL], gains[TO_ECHO] = left_gain, right_gain, to_hall, to_echo


@compiled
def _saturate(strip: Any, side: int, samples: NDArray[np.float64], frames: int) -> None:
    wet, push, pull, last = strip.gains[WET], strip.gains[PUSH], strip.gains[PULL], strip.last[side]
    wet_step, push_step, pull_step = strip.steps[WET], strip.steps[PUSH], strip.steps[PULL]
    if wet == 0.0 and wet_step == 0.0:
        strip.last[side] = samples[frames - 1]
        return
    for frame in range(frames):
        now = samples[frame]
        x, before = now * push, last * push
        bent = (x + before) / (math.sqrt(1.0 + x * x) + math.sqrt(1.0 + before * before))
        samples[frame] = now + wet * (bent * pull - now)
        last = now
        wet += wet_step
        push += push_step
        pull += pull_step
    strip.last[side] = last
