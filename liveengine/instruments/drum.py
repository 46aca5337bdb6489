"""A drum: a body that falls in pitch, and an air of noise and metal through a filter.

Plays the rows of `kit.py`. A drum rings by itself: letting go of its key
does nothing.

Realtime-safe.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liveengine.compiled import compiled
from liveengine.instruments.kit import METAL_RATIOS
from liveengine.instruments.voice import (
    DECAY_TIME,
    FADING,
    SHAPE,
    SPREAD,
    TONE,
    TUNE,
    around,
    cutoff,
    head_for,
    move_on,
    weigh,
)
from liveengine.instruments.waves import SIZE, STRIDE, sine, square, table_at
from liveengine.music.sound import CONTROL_ROOM

GAIN = 0.85
FALL, BODY, AIR, BURST = range(4)
BURST_DECAY_S = 0.005
QUIET = 1e-5

#: A linear congruential generator modulo 2**64 (Knuth's MMIX).
NOISE_FACTOR = np.uint64(6364136223846793005)
NOISE_ADD = np.uint64(1442695040888963407)
NOISE_SHIFT = np.uint64(11)
PHASE_SHIFT = np.uint32(32 - math.log2(SIZE))


@compiled
def begin_drum(voice: Any, drum: Any, controls: NDArray[np.float64], rate: float) -> None:
    """Set up a struck drum: its decays, its place in the kit, its bursts."""
    base = voice.strip * CONTROL_ROOM
    decay = around(controls[base + DECAY_TIME], 2.0)
    voice.decays[FALL] = voice.decays[BODY] = voice.decays[AIR] = 1.0
    voice.keeps[FALL] = math.exp(-1.0 / (rate * max(drum.fall_s, 1e-3)))
    voice.keeps[BODY] = math.exp(-1.0 / (rate * max(drum.body_s, 1e-3) * decay))
    voice.keeps[AIR] = math.exp(-1.0 / (rate * max(drum.air_s, 1e-3) * decay))
    voice.keeps[BURST] = math.exp(-1.0 / (rate * BURST_DECAY_S))
    voice.count = 0
    voice.bursts = drum.bursts
    voice.burst_frames = int(drum.burst_s * rate)
    angle = (min(max(2.0 * drum.pan * controls[base + SPREAD], -1.0), 1.0) + 1.0) * math.pi / 4.0
    voice.left = math.sqrt(2.0) * math.cos(angle)
    voice.right = math.sqrt(2.0) * math.sin(angle)


@compiled
def tick_drum(voice: Any, drum: Any, controls: NDArray[np.float64], rate: float, frames: int, fresh: bool) -> None:
    """Work out where the voice is to be in `frames`."""
    base = voice.strip * CONTROL_ROOM
    tone, shape = controls[base + TONE], controls[base + SHAPE]
    tune = 2.0 ** (controls[base + TUNE] / 12.0)
    brightness = around(tone, 1.2) * 2.0 ** (0.5 * (voice.velocity - 0.8))
    # Shape trades the body and the metal for noise, and never takes away all of a drum.
    solid, loose = min(1.0, 0.3 + 1.4 * (1.0 - shape)), min(1.0, 0.3 + 1.4 * shape)
    head_for(voice.rise, voice.rise_step, 0, min(drum.body_hz * tune / rate, 0.45), frames, fresh)
    metal = min(drum.metal_hz * tune / rate, 0.15)
    voice.rise[1] = metal
    for index in range(6):
        voice.metal_rise[index] = np.uint32(metal * METAL_RATIOS[index] * 2.0**32)
    head_for(voice.colour, voice.colour_step, 0, cutoff(drum.air_hz * brightness, rate), frames, fresh)
    head_for(voice.colour, voice.colour_step, 1, solid, frames, fresh)
    head_for(voice.colour, voice.colour_step, 2, loose * around(tone, 0.5), frames, fresh)
    voice.envelope = 1.0
    weigh(voice, 0.03 + 0.97 * voice.curve, GAIN * drum.gain, rate, frames, fresh)
    if fresh:
        voice.amp += voice.amp_step * frames
        voice.amp_step = 0.0


@compiled
def drum_ended(voice: Any, drum: Any) -> bool:
    """Tell whether nothing more will be heard of a drum."""
    if voice.state == FADING and voice.fade <= 0.0:
        return True
    # What has become too quiet is switched off on the grid, so that it does not matter how frames are cut.
    if voice.decays[BODY] < QUIET or drum.body_gain == 0.0:
        voice.decays[BODY] = 0.0
    if (voice.decays[AIR] < QUIET and voice.bursts == 0) or drum.noise_gain + drum.metal_gain == 0.0:
        voice.decays[AIR] = 0.0
    return bool(voice.decays[BODY] == 0.0 and voice.decays[AIR] == 0.0)


@compiled
def render_drum(
    voice: Any,
    drum: Any,
    waves: NDArray[np.float32],
    left: NDArray[np.float64],
    right: NDArray[np.float64],
    frames: int,
) -> None:
    """Add `frames` of the voice to both sides of its bus."""
    if drum.body_gain > 0.0 and voice.decays[BODY] > 0.0:
        _body(voice, drum, waves, left, right, frames)
    if drum.noise_gain + drum.metal_gain > 0.0 and voice.decays[AIR] > 0.0:
        _air(voice, drum, waves, left, right, frames)
    voice.amp = move_on(voice.amp, voice.amp_step, frames)
    voice.rise[0] = move_on(voice.rise[0], voice.rise_step[0], frames)
    for index in range(3):
        voice.colour[index] = move_on(voice.colour[index], voice.colour_step[index], frames)


@compiled
def _body(
    voice: Any,
    drum: Any,
    waves: NDArray[np.float32],
    left: NDArray[np.float64],
    right: NDArray[np.float64],
    frames: int,
) -> None:
    phase, upper, increment = voice.phase[0], voice.phase[1], voice.rise[0]
    fall, body = voice.decays[FALL], voice.decays[BODY]
    fall_keep, body_keep = voice.keeps[FALL], voice.keeps[BODY]
    depth, partial, ratio = drum.fall, drum.partial_gain, drum.partial_ratio
    amp, solid = voice.amp, voice.colour[1] * drum.body_gain
    amp_step, solid_step = voice.amp_step, voice.colour_step[1] * drum.body_gain
    to_left, to_right, increment_step = voice.left, voice.right, voice.rise_step[0]
    for frame in range(frames):
        # The phase is read before it moves on: a struck drum starts from zero.
        y = sine(waves, phase)
        if partial > 0.0:
            y += partial * sine(waves, upper)
            upper += min(increment * (1.0 + depth * fall) * ratio, 0.45)
            upper -= 1.0 if upper >= 1.0 else 0.0
        y *= body * solid * amp
        left[frame] += y * to_left
        right[frame] += y * to_right
        phase += increment * (1.0 + depth * fall)
        phase -= 1.0 if phase >= 1.0 else 0.0
        fall *= fall_keep
        body *= body_keep
        amp += amp_step
        solid += solid_step
        increment += increment_step
    voice.phase[0], voice.phase[1] = phase, upper
    voice.decays[FALL], voice.decays[BODY] = fall, body


@compiled
def _air(
    voice: Any,
    drum: Any,
    waves: NDArray[np.float32],
    left: NDArray[np.float64],
    right: NDArray[np.float64],
    frames: int,
) -> None:
    seed, air, amp, g = voice.noise, voice.decays[AIR], voice.amp, voice.colour[0]
    s1, s2 = voice.filter[0], voice.filter[1]
    k, band = 1.0 / drum.air_q, drum.air_band
    metal_gain, noise_gain = drum.metal_gain * voice.colour[1], drum.noise_gain * voice.colour[2]
    metal, metal_rise = voice.metal, voice.metal_rise
    g_step, amp_step = voice.colour_step[0], voice.amp_step
    to_left, to_right, burst_keep, air_keep = voice.left, voice.right, voice.keeps[BURST], voice.keeps[AIR]
    count, bursts, burst_frames = voice.count, voice.bursts, voice.burst_frames
    first = int(table_at(voice.rise[1] * METAL_RATIOS[5])) * STRIDE + STRIDE
    for frame in range(frames):
        if bursts > 0:
            count += 1
            if count >= burst_frames:
                count = 0
                bursts -= 1
                air = 1.0
        seed = seed * NOISE_FACTOR + NOISE_ADD
        x = noise_gain * (np.float64(seed >> NOISE_SHIFT) * 2.0**-52 - 1.0)
        if metal_gain > 0.0:
            x += metal_gain * _metal(waves, first, metal, metal_rise)
        a1 = 1.0 / (1.0 + g * (g + k))
        v3 = x - s2
        v1 = a1 * (s1 + g * v3)
        v2 = s2 + g * v1
        s1, s2 = 2.0 * v1 - s1, 2.0 * v2 - s2
        high = x - k * v1 - v2
        y = (high + band * (k * v1 - high)) * air * amp
        left[frame] += y * to_left
        right[frame] += y * to_right
        air *= burst_keep if bursts > 0 else air_keep
        amp += amp_step
        g += g_step
    voice.noise, voice.decays[AIR] = seed, air
    voice.filter[0], voice.filter[1] = s1, s2
    voice.count, voice.bursts = count, bursts


@compiled
def _metal(waves: NDArray[np.float32], first: int, phases: NDArray[np.uint32], rises: NDArray[np.uint32]) -> float:
    """Return the mean of six square waves, and move them on. Whole-number phases wrap by themselves."""
    total = 0.0
    for index in range(6):
        total += square(waves, first, phases[index] >> PHASE_SHIFT)
        phases[index] += rises[index]
    return total / 6.0
