"""The keys: an electric piano of two sines bending one another, and a bell fourteen times above.

Frequency modulation after Chowning (1973). Only whole ratios are used, and
the modulation is held back on high notes, so that what is heard stays in
tune and below half the sample rate.

Realtime-safe.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liveengine.compiled import compiled
from liveengine.instruments.voice import (
    ATTACK_TIME,
    DECAY_TIME,
    RELEASE_TIME,
    SHAPE,
    TONE,
    approach,
    around,
    head_for,
    shape_envelope,
    turns_a_sample,
    weigh,
)
from liveengine.instruments.waves import sine
from liveengine.music.sound import CONTROL_ROOM

GAIN = 0.14
INDEX = 1.5
BELL_GAIN = 0.9
BELL_RATIO = 14.0
ATTACK_S, RING_S, RELEASE_S = 0.0015, 1.6, 0.07
CONTOUR_S, CONTOUR_FLOOR, SPARK_S = 0.35, 0.35, 0.14


@compiled
def tick_keys(voice: Any, strip: Any, controls: NDArray[np.float64], rate: float, frames: int, fresh: bool) -> None:
    """Work out where the voice is to be in `frames`."""
    base = voice.strip * CONTROL_ROOM
    attack_s = max(ATTACK_S * around(controls[base + ATTACK_TIME], 5.0), 0.001)
    # The higher a string, the sooner it is still.
    ring = around(controls[base + DECAY_TIME], 3.0) * 2.0 ** ((60.0 - voice.goal) / 24.0)
    release_s = RELEASE_S * around(controls[base + RELEASE_TIME], 4.0)
    shape_envelope(voice, rate, frames, attack_s, RING_S * ring, -0.0005, release_s)
    increment = turns_a_sample(voice, strip, controls, rate, frames)
    voice.contour += (CONTOUR_FLOOR - voice.contour) * approach(CONTOUR_S * ring, rate, frames)
    voice.spark -= voice.spark * approach(SPARK_S * ring, rate, frames)
    brightness = around(controls[base + TONE], 2.3) * (0.25 + 0.75 * voice.velocity)
    # The first sideband above half the sample rate stays some 80 dB down.
    most = max(0.275 / increment - 2.45, 0.0)
    index = min(INDEX * brightness * voice.contour, most)
    room_above = min(max((0.45 - (BELL_RATIO + 1.0) * increment) / 0.15, 0.0), 1.0)
    bell = BELL_GAIN * controls[base + SHAPE] ** 2 * voice.spark * voice.velocity * room_above
    head_for(voice.rise, voice.rise_step, 0, increment, frames, fresh)
    head_for(voice.colour, voice.colour_step, 0, index / (2.0 * math.pi), frames, fresh)
    head_for(voice.colour, voice.colour_step, 1, bell, frames, fresh)
    weigh(voice, 0.08 + 0.92 * voice.curve, GAIN, rate, frames, fresh)


@compiled
def render_keys(
    voice: Any, waves: NDArray[np.float32], left: NDArray[np.float64], right: NDArray[np.float64], frames: int
) -> None:
    """Add `frames` of the voice to both sides of its bus."""
    phase, increment, increment_step = voice.phase[0], voice.rise[0], voice.rise_step[0]
    index, bell = voice.colour[0], voice.colour[1]
    index_step, bell_step = voice.colour_step[0], voice.colour_step[1]
    amp, amp_step = voice.amp, voice.amp_step
    for frame in range(frames):
        phase += increment
        phase -= 1.0 if phase >= 1.0 else 0.0
        string = sine(waves, phase)
        y = sine(waves, phase + index * string) + bell * string * sine(waves, BELL_RATIO * phase)
        left[frame] += y * amp
        right[frame] += y * amp
        amp += amp_step
        increment += increment_step
        index += index_step
        bell += bell_step
    voice.phase[0], voice.rise[0], voice.amp = phase, increment, amp
    voice.colour[0], voice.colour[1] = index, bell
