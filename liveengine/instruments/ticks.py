"""The grid: what is worked out once in GRID frames, for voices and strips.

Realtime-safe.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liveengine.compiled import compiled
from liveengine.instruments.bass import tick_bass
from liveengine.instruments.drum import drum_ended, tick_drum
from liveengine.instruments.keys import tick_keys
from liveengine.instruments.pad import tick_pad
from liveengine.instruments.rack import GRID, Rack
from liveengine.instruments.voice import (
    DELAY,
    DRIVE,
    FREE,
    LEVEL,
    PAN,
    REVERB,
    WOBBLE_HZ,
    approach,
    ended,
    fade,
    tuned,
)
from liveengine.music.sound import CONTROL_ROOM, MASTER_CONTROL, SILENCE_DB, SOUND_NUMBER, STRIPS

DRUMS, BASS, KEYS = SOUND_NUMBER["drums"], SOUND_NUMBER["bass"], SOUND_NUMBER["keys"]
MASTER_LEVEL = STRIPS * CONTROL_ROOM + MASTER_CONTROL["level"].number

#: How quickly a control that is turned gets where it is turned to.
SMOOTH_S = 0.012

#: How wet each sound is by nature, against the same send: drums, bass, keys, pad.
WETNESS = (0.5, 0.15, 1.0, 1.6)

#: Small enough to be nothing: kept from lingering, as such numbers are slow to work with.
NOTHING = 1e-15

#: Rows of a strip's `gains`.
LEFT, RIGHT, TO_HALL, TO_ECHO, WET, PUSH, PULL = range(7)


@compiled
def tick_voice(rack: Rack, voice: Any, frames: int, fresh: bool) -> None:
    """Work out where a voice is to be in `frames`; free it if nothing more will be heard of it."""
    rate, strip = rack.master[0].rate, rack.strips[voice.strip]
    if voice.sound == DRUMS:
        drum = rack.kit[voice.drum]
        if not fresh and drum_ended(voice, drum):
            voice.state = FREE
            return
        fade(voice, rate, frames)
        tick_drum(voice, drum, rack.controls, rate, frames, fresh)
        return
    if not fresh and ended(voice):
        voice.state = FREE
        return
    fade(voice, rate, frames)
    voice.goal = tuned(rack, voice.pitch)
    if voice.sound == BASS:
        tick_bass(voice, strip, rack.controls, rate, frames, fresh)
    elif voice.sound == KEYS:
        tick_keys(voice, strip, rack.controls, rate, frames, fresh)
    else:
        tick_pad(voice, strip, rack.controls, rate, frames, fresh)


@compiled
def gain_of(level_db: float) -> float:
    """Return the factor of a level; nothing at SILENCE_DB and below, and no step on the way there."""
    near_silence = min(max((level_db - SILENCE_DB) / 6.0, 0.0), 1.0)
    return float(10.0 ** (level_db / 20.0) * near_silence)


@compiled
def tick_strip(rack: Rack, number: int) -> None:
    """Move a strip's controls on by one grid step, or all the way if nothing sounds on it."""
    strip, base, rate = rack.strips[number], number * CONTROL_ROOM, rack.master[0].rate
    part = approach(SMOOTH_S, rate, GRID) if strip.busy else 1.0
    _smooth(rack.goals[base : base + CONTROL_ROOM], rack.controls[base : base + CONTROL_ROOM], part)
    strip.bend += (strip.bend_goal - strip.bend) * part
    strip.mod += (strip.mod_goal - strip.mod) * part
    strip.wobble += WOBBLE_HZ * GRID / rate
    strip.wobble -= int(strip.wobble)
    _aim_gains(strip, rack.controls[base : base + CONTROL_ROOM])


@compiled
def still_busy(rack: Rack, number: int) -> int:
    """Return 1 while a strip has a voice left, or its saturator still remembers one; else 0."""
    strip = rack.strips[number]
    for side in range(2):
        if abs(strip.last[side]) < NOTHING:
            strip.last[side] = 0.0
    for voice in rack.voices:
        if voice.state != FREE and voice.strip == number:
            return 1
    return 0 if strip.last[0] == 0.0 and strip.last[1] == 0.0 else 1


@compiled
def _smooth(goals: NDArray[np.float64], controls: NDArray[np.float64], part: float) -> None:
    for index in range(goals.size):
        away = goals[index] - controls[index]
        controls[index] = goals[index] if abs(away) < 1e-6 else controls[index] + part * away


@compiled
def _aim_gains(strip: Any, controls: NDArray[np.float64]) -> None:
    level = gain_of(controls[LEVEL])
    angle = (min(max(controls[PAN], -1.0), 1.0) + 1.0) * math.pi / 4.0
    wetness = WETNESS[strip.sound]
    drive = controls[DRIVE]
    push = 1.0 + 24.0 * drive * drive
    for index in range(7):
        if index == LEFT:
            goal = level * math.sqrt(2.0) * math.cos(angle)
        elif index == RIGHT:
            goal = level * math.sqrt(2.0) * math.sin(angle)
        elif index == TO_HALL:
            goal = controls[REVERB] * wetness
        elif index == TO_ECHO:
            goal = controls[DELAY]
        elif index == WET:
            goal = min(1.0, 3.0 * drive)
        elif index == PUSH:
            goal = push
        else:
            # The harder it is pushed, the less is let through: drive changes the colour more than the level.
            goal = push**-0.65
        if not strip.busy:
            strip.gains[index] = goal
        strip.steps[index] = (goal - strip.gains[index]) / GRID


@compiled
def tick_master(rack: Rack) -> None:
    """Move the master's controls, and the tuning, on by one grid step."""
    master, base = rack.master[0], STRIPS * CONTROL_ROOM
    part = approach(SMOOTH_S, master.rate, GRID)
    _smooth(rack.goals[base : base + CONTROL_ROOM], rack.controls[base : base + CONTROL_ROOM], part)
    _smooth(rack.tuning_goals, rack.tuning, part)
    master.gain_step = (gain_of(rack.controls[MASTER_LEVEL]) - master.gain) / GRID
