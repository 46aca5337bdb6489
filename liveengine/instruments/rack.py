"""The rack: all that the instruments remember, in arrays of fixed size.

Sixteen strips, a pool of voices, a reverb, a delay and a limiter. Nothing
in it depends on the sample rate for its size, so that compiled code finds
all of it by one address. `make_rack` is the
only place that allocates; `play.play` turns it into sound.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from liveengine.instruments.kit import DRUM, DRUMS, make_kit
from liveengine.instruments.waves import WAVE_SAMPLES, make_waves
from liveengine.memory import Memory
from liveengine.music.sound import (
    CONTROL_ROOM,
    DEFAULT_SOUND,
    MASTER_CONTROL,
    MASTER_CONTROLS,
    SOUND_CONTROLS,
    SOUND_NUMBER,
    STRIPS,
)
from liveengine.music.tuning import KEYS

HIGHEST_RATE = 192_000.0
LOWEST_RATE = 22_050.0

#: Everything slower than audio (envelopes, glides, faders) is worked out once in this many frames, counted
#: from the rack's first frame, and drawn as straight lines between. No delay line is shorter than this.
GRID = 32

#: Voices that may sound at once, and room besides for stolen ones to fade.
POLYPHONY = 64
VOICES = POLYPHONY + 16

#: How far the limiter looks ahead: everything sounds this much later.
LOOK_AHEAD_S = 0.0015
AHEAD_ROOM = 512

#: Keys that a mono sound remembers.
HELD_KEYS = 16

#: A gain of one in the limiter's whole numbers, which sum without error.
UNITY = 1 << 30

#: How fast the limiter lets go, and below what the output carries nothing.
RECOVER_S = 0.12
BLOCK_HZ = 8.0

#: The reverb's lines: no two share a period, so none rings by itself.
HALL_LENGTHS_S = (0.0297, 0.0343, 0.0391, 0.0437, 0.0499, 0.0571, 0.0647, 0.0739)

ECHO_ROOM = 1 << 19  # 2.7 s at the highest rate
HALL_LINES = 8
HALL_ROOM = 1 << 14  # 85 ms at the highest rate
DIFFUSERS = 4
DIFFUSER_ROOM = 1 << 11  # 10 ms at the highest rate

#: Rows of the mixing desk's scratch space, GRID samples each: the dry sum and the two sends, left and right.
DRY_LEFT, DRY_RIGHT, TO_HALL_LEFT, TO_HALL_RIGHT, TO_ECHO_LEFT, TO_ECHO_RIGHT = range(6)
DESK_ROWS = 6

MASTER = np.dtype(
    [
        ("rate", "f8"),          # frames a second
        ("clock", "i8"),         # frames rendered so far
        ("strikes", "i8"),       # notes begun so far: the age of a voice and the seed of its noise
        ("gain", "f8"),          # of the whole, on a straight line to the next grid point
        ("gain_step", "f8"),
        ("block_x", "f8", (2,)),  # what keeps the mean at zero: last input and output, left and right
        ("block_y", "f8", (2,)),
        ("block_keep", "f8"),
    ],
    align=True,
)  # fmt: skip

STRIP = np.dtype(
    [
        ("sound", "i8"),
        ("pedal", "i8"),         # 1 while the sustain pedal is down
        ("bend", "f8"),          # semitones
        ("bend_goal", "f8"),
        ("mod", "f8"),           # 0 to 1
        ("mod_goal", "f8"),
        ("wobble", "f8"),        # phase of the vibrato, turns
        ("held", "i8"),          # keys down, of a mono sound
        ("busy", "i8"),          # 1 while anything is heard of the strip
        ("gains", "f8", (7,)),   # dry left and right, to hall, to echo; the saturator's wet, push and pull
        ("steps", "f8", (7,)),
        ("last", "f8", (2,)),    # the saturator's last input, left and right
    ],
    align=True,
)  # fmt: skip

VOICE = np.dtype(
    [
        ("state", "i8"),         # FREE, HELD, PEDAL, RELEASED or FADING
        ("strip", "i8"),
        ("sound", "i8"),
        ("pitch", "i8"),         # the key that was struck
        ("drum", "i8"),          # row of the kit
        ("age", "i8"),           # the strike that began it
        ("stage", "i8"),         # ATTACK or DECAY
        ("noise", "u8"),
        ("velocity", "f8"),      # 0 to 1
        ("curve", "f8"),         # velocity as loudness, 0 to 1
        ("weight", "f8"),        # the same with the sound's own floor, smoothed
        ("note", "f8"),          # where it sounds now, semitones
        ("goal", "f8"),          # where it glides to: as its key is tuned
        ("fade", "f8"),          # 1 to 0 once stolen or silenced
        ("fade_s", "f8"),
        ("envelope", "f8"),      # 0 to 1
        ("contour", "f8"),       # a second envelope, for the filter or the index
        ("spark", "f8"),         # a third
        ("amp", "f8"),           # loudness, on a straight line to the next grid point
        ("amp_step", "f8"),
        ("left", "f8"),          # a drum's place in the kit
        ("right", "f8"),
        ("phase", "f8", (6,)),   # turns
        ("rise", "f8", (3,)),    # increments, turns a sample
        ("rise_step", "f8", (3,)),
        ("colour", "f8", (3,)),  # what the sound's filter or index is at, and on its way to
        ("colour_step", "f8", (3,)),
        ("filter", "f8", (4,)),  # memory of the filters
        ("decays", "f8", (4,)),  # a drum's running envelopes: fall, body, air, burst
        ("keeps", "f8", (4,)),   # what each keeps of itself a sample
        ("metal", "u4", (6,)),   # phases of a drum's squares, in parts of 2**32
        ("metal_rise", "u4", (6,)),
        ("count", "i8"),         # frames since the air was last struck
        ("burst_frames", "i8"),
        ("bursts", "i8"),        # strikes of the air still to come
    ],
    align=True,
)  # fmt: skip

HALL = np.dtype(
    [
        ("length", "i8"),        # frames
        ("keep", "f8"),          # of each turn, so that the whole dies in the time asked for
        ("keep_step", "f8"),
        ("dull", "f8"),          # memory of the damping filter
        ("damp", "f8"),
        ("damp_step", "f8"),
        ("drift", "f8"),         # frames that the tap is away from the end of the line
        ("drift_step", "f8"),
        ("phase", "f8"),         # of that drift, turns
    ],
    align=True,
)  # fmt: skip

ECHO = np.dtype(
    [
        ("length", "i8"),        # frames between repeats
        ("next_length", "i8"),   # what it fades over to
        ("cross", "f8"),         # 0: the old length, 1: the next
        ("cross_step", "f8"),
        ("feedback", "f8"),
        ("feedback_step", "f8"),
        ("dull", "f8", (2,)),    # the repeats lose their top …
        ("thin", "f8", (2,)),    # … and their bottom
    ],
    align=True,
)  # fmt: skip

LIMIT = np.dtype(
    [
        ("ahead", "i8"),         # frames
        ("first", "i8"),         # the queue of ever larger gains, whose first is the least of the window
        ("last", "i8"),
        ("sum", "i8"),           # of the gains in the window
        ("gain", "f8"),
        ("recover", "f8"),
    ],
    align=True,
)  # fmt: skip


RACK_LAYOUT: tuple[tuple[str, int, np.dtype[Any]], ...] = tuple(
    (name, size, np.dtype(kind))
    for name, size, kind in (
        ("master", 1, MASTER),
        ("strips", STRIPS, STRIP),
        ("voices", VOICES, VOICE),
        ("kit", len(DRUMS), DRUM),
        ("goals", (STRIPS + 1) * CONTROL_ROOM, "f8"),
        ("controls", (STRIPS + 1) * CONTROL_ROOM, "f8"),
        ("tuning_goals", KEYS + 1, "f8"),
        ("tuning", KEYS + 1, "f8"),
        ("keys", STRIPS * HELD_KEYS, "u1"),
        ("waves", WAVE_SAMPLES, "f4"),
        ("bus", STRIPS * 2 * GRID, "f8"),
        ("desk", DESK_ROWS * GRID, "f8"),
        ("halls", HALL_LINES, HALL),
        ("hall", HALL_LINES * HALL_ROOM, "f4"),
        ("hall_taps", HALL_LINES * GRID, "f8"),
        ("hall_totals", GRID, "f8"),
        ("diffusers", DIFFUSERS * DIFFUSER_ROOM, "f4"),
        ("echoes", 1, ECHO),
        ("echo", 2 * ECHO_ROOM, "f4"),
        ("limits", 1, LIMIT),
        ("ahead", 2 * AHEAD_ROOM, "f8"),
        ("ahead_gains", AHEAD_ROOM, "i8"),
        ("queue_gains", AHEAD_ROOM, "i8"),
        ("queue_places", AHEAD_ROOM, "i8"),
    )
)


class Rack(Memory, layout=RACK_LAYOUT):
    """The instruments' whole memory: arrays only, one-dimensional, of fixed size."""

    master: NDArray[np.void]
    strips: NDArray[np.void]
    voices: NDArray[np.void]
    kit: NDArray[np.void]
    goals: NDArray[np.float64]  # controls as set: 16 strips, then the master, CONTROL_ROOM each
    controls: NDArray[np.float64]  # the same, smoothed
    tuning_goals: NDArray[np.float64]  # how high each key sounds, semitones; at ALL_KEYS by how much all are moved
    tuning: NDArray[np.float64]  # the same, smoothed
    keys: NDArray[np.uint8]  # keys down on each strip, oldest first
    waves: NDArray[np.float32]
    bus: NDArray[np.float64]  # every strip's left and right
    desk: NDArray[np.float64]
    halls: NDArray[np.void]
    hall: NDArray[np.float32]
    hall_taps: NDArray[np.float64]
    hall_totals: NDArray[np.float64]
    diffusers: NDArray[np.float32]
    echoes: NDArray[np.void]
    echo: NDArray[np.float32]
    limits: NDArray[np.void]
    ahead: NDArray[np.float64]  # the limiter's left and right
    ahead_gains: NDArray[np.int64]
    queue_gains: NDArray[np.int64]
    queue_places: NDArray[np.int64]


def look_ahead_frames(rate: float) -> int:
    """Return by how many frames everything sounds later than it was asked for: the limiter looks ahead."""
    return round(rate * LOOK_AHEAD_S)


def make_rack(rate: float) -> Rack:
    """Allocate and set up a rack for `rate` frames a second: every strip a `DEFAULT_SOUND` at its defaults.

    Raises ValueError for a rate outside LOWEST_RATE to HIGHEST_RATE.
    """
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise ValueError(f"no instruments at {rate} Hz: choose {LOWEST_RATE:.0f} to {HIGHEST_RATE:.0f}")
    rack = Rack.zeros()
    rack.kit[:] = make_kit()
    rack.waves[:] = make_waves()
    rack.strips["sound"] = SOUND_NUMBER[DEFAULT_SOUND]
    goals = rack.goals.reshape(STRIPS + 1, CONTROL_ROOM)
    for control in SOUND_CONTROLS:
        goals[:STRIPS, control.number] = control.default
    for control in MASTER_CONTROLS:
        goals[STRIPS, control.number] = control.default
    rack.controls[:] = rack.goals
    rack.tuning_goals[:KEYS] = rack.tuning[:KEYS] = np.arange(KEYS)
    _set_up_master(rack, rate)
    _set_up_space(rack, rate)
    return rack


def _set_up_master(rack: Rack, rate: float) -> None:
    master, limit = rack.master[0], rack.limits[0]
    master["rate"] = rate
    master["gain"] = 1.0
    master["block_keep"] = np.exp(-2 * np.pi * BLOCK_HZ / rate)
    limit["ahead"] = look_ahead_frames(rate)
    limit["gain"] = 1.0
    limit["recover"] = 1 - np.exp(-1 / (RECOVER_S * rate))
    rack.ahead_gains[:] = UNITY
    limit["sum"] = limit["ahead"] * UNITY


def _set_up_space(rack: Rack, rate: float) -> None:
    rack.halls["length"] = np.round(np.array(HALL_LENGTHS_S) * rate)
    rack.halls["phase"] = np.arange(HALL_LINES) / HALL_LINES
    echo = rack.echoes[0]
    time_s = rack.goals[STRIPS * CONTROL_ROOM + MASTER_CONTROL["delay_time"].number]
    echo["length"] = echo["next_length"] = round(time_s * rate)
