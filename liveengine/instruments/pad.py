"""The pad: three detuned saws, spread from left to right, behind a slow filter.

The middle wave is in tune; the outer two lie as far above as below it.

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
    EDGE,
    RELEASE_TIME,
    SHAPE,
    SPREAD,
    TONE,
    approach,
    around,
    cutoff,
    head_for,
    shape_envelope,
    turns_a_sample,
    weigh,
)
from liveengine.instruments.waves import STRIDE, pulse, table_at
from liveengine.music.sound import CONTROL_ROOM

GAIN = 0.058
CUTOFF_HZ = 1500.0
SWEEP_OCTAVES = 1.2
BREATH_HZ, BREATH_OCTAVES = 0.13, 0.22
ATTACK_S, DECAY_S, SUSTAIN, RELEASE_S = 0.28, 2.2, 0.7, 0.55
DETUNE_CENTS = 12.0


@compiled
def tick_pad(voice: Any, strip: Any, controls: NDArray[np.float64], rate: float, frames: int, fresh: bool) -> None:
    """Work out where the voice is to be in `frames`."""
    base = voice.strip * CONTROL_ROOM
    decay = around(controls[base + DECAY_TIME], 3.0)
    attack_s = max(ATTACK_S * around(controls[base + ATTACK_TIME], 4.5), 0.004)
    release_s = RELEASE_S * around(controls[base + RELEASE_TIME], 3.5)
    shape_envelope(voice, rate, frames, attack_s, DECAY_S * decay, SUSTAIN, release_s)
    increment = turns_a_sample(voice, strip, controls, rate, frames)
    voice.contour -= voice.contour * approach(attack_s + DECAY_S * decay, rate, frames)
    voice.phase[3] += BREATH_HZ * frames / rate
    voice.phase[3] -= int(voice.phase[3])
    octaves = SWEEP_OCTAVES * voice.contour * voice.velocity
    octaves += BREATH_OCTAVES * math.sin(2.0 * math.pi * voice.phase[3])
    follow = (increment * rate / 261.0) ** 0.5
    hertz = CUTOFF_HZ * around(controls[base + TONE], 2.6) * follow * 2.0**octaves
    detune = 2.0 ** (DETUNE_CENTS * controls[base + SPREAD] / 1200.0)
    head_for(voice.rise, voice.rise_step, 0, increment, frames, fresh)
    head_for(voice.rise, voice.rise_step, 1, detune, frames, fresh)
    head_for(voice.rise, voice.rise_step, 2, table_at(increment * detune), frames, fresh)
    head_for(voice.colour, voice.colour_step, 0, cutoff(hertz, rate), frames, fresh)
    head_for(voice.colour, voice.colour_step, 1, controls[base + SHAPE], frames, fresh)
    head_for(voice.colour, voice.colour_step, 2, 1.9 - 1.7 * controls[base + EDGE], frames, fresh)
    weigh(voice, 0.15 + 0.85 * voice.curve, GAIN, rate, frames, fresh)


@compiled
def render_pad(
    voice: Any, waves: NDArray[np.float32], left: NDArray[np.float64], right: NDArray[np.float64], frames: int
) -> None:
    """Add `frames` of the voice to both sides of its bus."""
    middle, low, high = voice.phase[0], voice.phase[1], voice.phase[2]
    increment, detune, place = voice.rise[0], voice.rise[1], voice.rise[2]
    increment_step, detune_step, place_step = voice.rise_step[0], voice.rise_step[1], voice.rise_step[2]
    g, shape, k = voice.colour[0], voice.colour[1], voice.colour[2]
    g_step, shape_step, k_step = voice.colour_step[0], voice.colour_step[1], voice.colour_step[2]
    s1, s2, s3, s4 = voice.filter[0], voice.filter[1], voice.filter[2], voice.filter[3]
    amp, amp_step = voice.amp, voice.amp_step
    for frame in range(frames):
        middle += increment
        middle -= 1.0 if middle >= 1.0 else 0.0
        high += increment * detune
        high -= 1.0 if high >= 1.0 else 0.0
        low += increment * (2.0 - detune)
        low -= 1.0 if low >= 1.0 else 0.0
        table = int(place)
        blend = place - table
        first = table * STRIDE
        wave = 0.8 * pulse(waves, first, blend, middle, shape)
        a1 = 1.0 / (1.0 + g * (g + k))
        v3 = wave + pulse(waves, first, blend, low, shape) - s2
        v1 = a1 * (s1 + g * v3)
        v2 = s2 + g * v1
        s1, s2 = 2.0 * v1 - s1, 2.0 * v2 - s2
        left[frame] += v2 * amp
        v3 = wave + pulse(waves, first, blend, high, shape) - s4
        v1 = a1 * (s3 + g * v3)
        v2 = s4 + g * v1
        s3, s4 = 2.0 * v1 - s3, 2.0 * v2 - s4
        right[frame] += v2 * amp
        amp += amp_step
        increment += increment_step
        detune += detune_step
        place += place_step
        g += g_step
        shape += shape_step
        k += k_step
    voice.phase[0], voice.phase[1], voice.phase[2] = middle, low, high
    voice.rise[0], voice.rise[1], voice.rise[2], voice.amp = increment, detune, place, amp
    voice.colour[0], voice.colour[1], voice.colour[2] = g, shape, k
    voice.filter[0], voice.filter[1], voice.filter[2], voice.filter[3] = s1, s2, s3, s4
