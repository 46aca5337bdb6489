"""The reverb: eight lines that feed each other through a Householder matrix.

A feedback delay network (Jot & Chaigne 1991) behind two allpass diffusers a
side (Schroeder 1962). The taps drift by a fraction of a millisecond, so
that no line rings. Frames are worked line by line: no line is shorter than
the longest run.

Realtime-safe.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liveengine.compiled import compiled
from liveengine.instruments.rack import (
    DIFFUSER_ROOM,
    DRY_LEFT,
    DRY_RIGHT,
    GRID,
    HALL_LINES,
    HALL_ROOM,
    TO_HALL_LEFT,
    TO_HALL_RIGHT,
    Rack,
)
from liveengine.music.sound import CONTROL_ROOM, MASTER_CONTROL, STRIPS

SIZE = STRIPS * CONTROL_ROOM + MASTER_CONTROL["reverb_size"].number
DAMPING = STRIPS * CONTROL_ROOM + MASTER_CONTROL["reverb_damping"].number

GAIN = 0.34
SHORTEST_S, SIZE_OCTAVES = 0.35, 4.6
DAMP_HZ, DAMP_OCTAVES = 12_000.0, 3.2
DRIFT_S, DRIFT_HZ = 0.00012, 0.37
DIFFUSERS_S = (0.0047, 0.0073, 0.0053, 0.0081)
DIFFUSION = 0.62
TINY = 1e-12


@compiled
def tick_hall(rack: Rack) -> None:
    """Lead the reverb's decay, damping and drift on by one grid step."""
    rate = rack.master[0].rate
    seconds = SHORTEST_S * 2.0 ** (SIZE_OCTAVES * rack.controls[SIZE])
    hertz = min(DAMP_HZ * 2.0 ** (-DAMP_OCTAVES * rack.controls[DAMPING]), 0.4 * rate)
    damp = 1.0 - math.exp(-2.0 * math.pi * hertz / rate)
    for line in rack.halls:
        keep = 10.0 ** (-3.0 * line.length / (rate * seconds))
        line.phase += DRIFT_HZ * GRID / rate
        line.phase -= int(line.phase)
        drift = DRIFT_S * rate * (1.0 + math.sin(2.0 * math.pi * line.phase))
        line.keep_step = (keep - line.keep) / GRID
        line.damp_step = (damp - line.damp) / GRID
        line.drift_step = (drift - line.drift) / GRID


@compiled
def reverberate(rack: Rack, frames: int) -> None:
    """Add `frames` of reverb to the desk's dry rows. Spoils the rows of its sends."""
    desk, place = rack.desk, rack.master[0].clock
    for number in range(4):
        row = TO_HALL_LEFT if number < 2 else TO_HALL_RIGHT
        length = int(DIFFUSERS_S[number] * rack.master[0].rate)
        room = rack.diffusers[number * DIFFUSER_ROOM : (number + 1) * DIFFUSER_ROOM]
        _diffuse(room, desk[row * GRID : (row + 1) * GRID], place, length, frames)
    for number in range(HALL_LINES):
        room = rack.hall[number * HALL_ROOM : (number + 1) * HALL_ROOM]
        _tap(rack.halls[number], room, rack.hall_taps[number * GRID : (number + 1) * GRID], place, frames)
    _total(rack.hall_taps, rack.hall_totals, frames)
    for number in range(HALL_LINES):
        room = rack.hall[number * HALL_ROOM : (number + 1) * HALL_ROOM]
        row = TO_HALL_LEFT if number % 2 == 0 else TO_HALL_RIGHT
        taps = rack.hall_taps[number * GRID : (number + 1) * GRID]
        _feed(room, taps, rack.hall_totals, desk[row * GRID : (row + 1) * GRID], place, frames)
    for frame in range(frames):
        left = right = 0.0
        for pair in range(HALL_LINES // 2):
            sign = 1.0 if pair % 2 == 0 else -1.0
            left += sign * rack.hall_taps[2 * pair * GRID + frame]
            right += sign * rack.hall_taps[(2 * pair + 1) * GRID + frame]
        desk[DRY_LEFT * GRID + frame] += GAIN * left
        desk[DRY_RIGHT * GRID + frame] += GAIN * right


@compiled
def _diffuse(room: NDArray[np.float32], samples: NDArray[np.float64], place: int, length: int, frames: int) -> None:
    for frame in range(frames):
        before = room[(place + frame - length) & (DIFFUSER_ROOM - 1)]
        inside = samples[frame] + DIFFUSION * before
        if abs(inside) < TINY:
            inside = 0.0
        room[(place + frame) & (DIFFUSER_ROOM - 1)] = inside
        samples[frame] = before - DIFFUSION * inside


@compiled
def _tap(line: Any, room: NDArray[np.float32], taps: NDArray[np.float64], place: int, frames: int) -> None:
    """Read a line where it ends, a little adrift, dulled and weakened."""
    dull, keep, damp, drift = line.dull, line.keep, line.damp, line.drift
    for frame in range(frames):
        whole = int(drift)
        here = place + frame - line.length - whole
        near, far = room[here & (HALL_ROOM - 1)], room[(here - 1) & (HALL_ROOM - 1)]
        dull += damp * (near + (drift - whole) * (far - near) - dull)
        if abs(dull) < TINY:
            dull = 0.0
        taps[frame] = dull * keep
        keep += line.keep_step
        damp += line.damp_step
        drift += line.drift_step
    line.dull, line.keep, line.damp, line.drift = dull, keep, damp, drift


@compiled
def _total(taps: NDArray[np.float64], totals: NDArray[np.float64], frames: int) -> None:
    """Add up all taps: what the Householder matrix reflects."""
    for frame in range(frames):
        totals[frame] = 0.0
    for number in range(HALL_LINES):
        for frame in range(frames):
            totals[frame] += taps[number * GRID + frame]


@compiled
def _feed(
    room: NDArray[np.float32],
    taps: NDArray[np.float64],
    totals: NDArray[np.float64],
    samples: NDArray[np.float64],
    place: int,
    frames: int,
) -> None:
    """Write a line's beginning: its own tap, less a share of all taps, and what is sent."""
    for frame in range(frames):
        x = taps[frame] - totals[frame] * (2.0 / HALL_LINES) + samples[frame]
        room[(place + frame) & (HALL_ROOM - 1)] = x if abs(x) > TINY else 0.0
