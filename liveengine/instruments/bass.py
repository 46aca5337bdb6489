"""The bass: a saw that becomes a square, a sine beneath it, and four poles of low-pass.

Mono, the last key first; a note tied to the one before glides and is not
struck again. The filters are trapezoidal state-variable filters
(Zavalishin 2012; the form is Simper's, 2013).

Realtime-safe.
"""

from __future__ import annotations

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
    TONE,
    approach,
    around,
    cutoff,
    head_for,
    shape_envelope,
    turns_a_sample,
    weigh,
)
from liveengine.instruments.waves import STRIDE, pulse, sine, table_at
from liveengine.music.sound import CONTROL_ROOM

GAIN = 0.18
CUTOFF_HZ = 600.0
SWEEP_OCTAVES = 3.4
CONTOUR_S = 0.19
ATTACK_S, DECAY_S, SUSTAIN, RELEASE_S = 0.003, 0.5, 0.72, 0.045
SUB_GAIN = 0.3


@compiled
def tick_bass(voice: Any, strip: Any, controls: NDArray[np.float64], rate: float, frames: int, fresh: bool) -> None:
    """Work out where the voice is to be in `frames`."""
    base = voice.strip * CONTROL_ROOM
    decay = around(controls[base + DECAY_TIME], 3.0)
    attack_s = max(ATTACK_S * around(controls[base + ATTACK_TIME], 5.0), 0.001)
    release_s = RELEASE_S * around(controls[base + RELEASE_TIME], 3.0)
    shape_envelope(voice, rate, frames, attack_s, DECAY_S * decay, SUSTAIN, release_s)
    increment = turns_a_sample(voice, strip, controls, rate, frames)
    voice.contour -= voice.contour * approach(CONTOUR_S * decay, rate, frames)
    follow = (increment * rate / 65.0) ** 0.45
    octaves = SWEEP_OCTAVES * voice.contour * (0.35 + 0.65 * voice.velocity)
    hertz = CUTOFF_HZ * around(controls[base + TONE], 2.6) * follow * 2.0**octaves
    head_for(voice.rise, voice.rise_step, 0, increment, frames, fresh)
    head_for(voice.rise, voice.rise_step, 1, table_at(increment), frames, fresh)
    head_for(voice.colour, voice.colour_step, 0, cutoff(hertz, rate), frames, fresh)
    head_for(voice.colour, voice.colour_step, 1, controls[base + SHAPE], frames, fresh)
    head_for(voice.colour, voice.colour_step, 2, 2.0 - 1.85 * controls[base + EDGE], frames, fresh)
    weigh(voice, 0.25 + 0.75 * voice.curve, GAIN, rate, frames, fresh)


@compiled
def render_bass(
    voice: Any, waves: NDArray[np.float32], left: NDArray[np.float64], right: NDArray[np.float64], frames: int
) -> None:
    """Add `frames` of the voice to both sides of its bus."""
    phase, increment, place = voice.phase[0], voice.rise[0], voice.rise[1]
    increment_step, place_step = voice.rise_step[0], voice.rise_step[1]
    g, shape, k = voice.colour[0], voice.colour[1], voice.colour[2]
    g_step, shape_step, k_step = voice.colour_step[0], voice.colour_step[1], voice.colour_step[2]
    s1, s2, s3, s4 = voice.filter[0], voice.filter[1], voice.filter[2], voice.filter[3]
    amp, amp_step = voice.amp, voice.amp_step
    for frame in range(frames):
        phase += increment
        phase -= 1.0 if phase >= 1.0 else 0.0
        table = int(place)
        x = pulse(waves, table * STRIDE, place - table, phase, shape) + SUB_GAIN * sine(waves, phase)
        a1 = 1.0 / (1.0 + g * (g + 1.6))
        v3 = x - s2
        v1 = a1 * (s1 + g * v3)
        v2 = s2 + g * v1
        s1, s2 = 2.0 * v1 - s1, 2.0 * v2 - s2
        a1 = 1.0 / (1.0 + g * (g + k))
        v3 = v2 - s4
        v1 = a1 * (s3 + g * v3)
        v2 = s4 + g * v1
        s3, s4 = 2.0 * v1 - s3, 2.0 * v2 - s4
        left[frame] += v2 * amp
        right[frame] += v2 * amp
        amp += amp_step
        increment += increment_step
        place += place_step
        g += g_step
        shape += shape_step
        k += k_step
    voice.phase[0], voice.rise[0], voice.rise[1], voice.amp = phase, increment, place, amp
    voice.colour[0], voice.colour[1], voice.colour[2] = g, shape, k
    voice.filter[0], voice.filter[1], voice.filter[2], voice.filter[3] = s1, s2, s3, s4
