"""What every pitched voice shares: envelopes, pitch, fades and straight lines.

A voice is worked out anew at each grid point; between two of them all
that moves, moves on a straight line. `fresh` says that a voice has just
been struck and starts where others arrive.

Realtime-safe.
"""

from __future__ import annotations

import math
from typing import Any

from numpy.typing import NDArray

from liveengine.compiled import compiled
from liveengine.instruments.rack import Rack
from liveengine.music.sound import CONTROL_ROOM, STRIP_CONTROL
from liveengine.music.tuning import A4, A4_HZ, ALL_KEYS

FREE, HELD, PEDAL, RELEASED, FADING = range(5)
ATTACK, DECAY = range(2)

LEVEL = STRIP_CONTROL["level"].number
PAN = STRIP_CONTROL["pan"].number
REVERB = STRIP_CONTROL["reverb"].number
DELAY = STRIP_CONTROL["delay"].number
TONE = STRIP_CONTROL["tone"].number
DECAY_TIME = STRIP_CONTROL["decay"].number
DRIVE = STRIP_CONTROL["drive"].number
SHAPE = STRIP_CONTROL["shape"].number
TUNE = STRIP_CONTROL["tune"].number
ATTACK_TIME = STRIP_CONTROL["attack"].number
RELEASE_TIME = STRIP_CONTROL["release"].number
EDGE = STRIP_CONTROL["edge"].number
GLIDE = STRIP_CONTROL["glide"].number
SPREAD = STRIP_CONTROL["spread"].number

#: How far the modulation wheel bends a note, in semitones, and how often a second.
WOBBLE_SEMITONES = 0.4
WOBBLE_HZ = 5.3

#: How long a voice takes to fade when it is stolen or silenced.
FADE_S = 0.005
WEIGHT_S = 0.004


@compiled
def around(control: float, octaves: float) -> float:
    """Return a factor for a control in [0, 1]: one in the middle, `octaves` doublings at the ends."""
    return float(2.0 ** ((control - 0.5) * 2.0 * octaves))


@compiled
def approach(seconds: float, rate: float, frames: int) -> float:
    """Return what part of the way is gone after `frames`, with a time constant of `seconds`."""
    x = min(frames / (seconds * rate), 3.0)
    # Padé's approximant of 1 - exp(-x): under 0.1 % away up to x = 1, and a fraction of the cost.
    return x / (1.0 + x * (0.5 + x / 12.0))


@compiled
def head_for(now: NDArray[Any], step: NDArray[Any], index: int, goal: float, frames: int, fresh: bool) -> None:
    """Set a value on a straight line to `goal`, there in `frames`; at once if `fresh`."""
    if fresh:
        now[index] = goal
    step[index] = (goal - now[index]) / frames


@compiled
def move_on(value: float, step: float, frames: int) -> float:
    """Return a value `frames` further on its line, added up as the loops add it, to the last bit."""
    for _ in range(frames):
        value += step
    return value


@compiled
def fade(voice: Any, rate: float, frames: int) -> None:
    """Lead a stolen or silenced voice on towards nothing."""
    if voice.state == FADING:
        voice.fade = max(0.0, voice.fade - frames / (voice.fade_s * rate))


@compiled
def weigh(voice: Any, goal: float, gain: float, rate: float, frames: int, fresh: bool) -> None:
    """Set the loudness on its line: envelope, velocity (as `goal`, 0 to 1) and fade."""
    if fresh:
        voice.weight = goal
    voice.weight += (goal - voice.weight) * approach(WEIGHT_S, rate, frames)
    voice.amp_step = (voice.envelope * voice.weight * voice.fade * gain - voice.amp) / frames


@compiled
def shape_envelope(
    voice: Any, rate: float, frames: int, attack_s: float, decay_s: float, sustain: float, release_s: float
) -> None:
    """Move the envelope on by `frames`: up straight, down to `sustain`, and to nothing once released."""
    if voice.state == RELEASED:
        # Aimed a little below nothing, so that it gets there.
        voice.envelope += (-0.002 - voice.envelope) * approach(release_s, rate, frames)
        voice.envelope = max(voice.envelope, 0.0)
    elif voice.stage == ATTACK:
        voice.envelope += frames / (attack_s * rate)
        if voice.envelope >= 1.0:
            voice.envelope = 1.0
            voice.stage = DECAY
    else:
        voice.envelope += (sustain - voice.envelope) * approach(decay_s, rate, frames)
        if voice.envelope < 1e-5:
            voice.envelope = 0.0


@compiled
def tuned(rack: Rack, pitch: int) -> float:
    """Return how high a key sounds now, in semitones."""
    return float(rack.tuning[pitch] + rack.tuning[ALL_KEYS])


@compiled
def turns_a_sample(voice: Any, strip: Any, controls: NDArray[Any], rate: float, frames: int) -> float:
    """Glide on by `frames` and return the pitch as an increment, with tune, bend and vibrato."""
    base = voice.strip * CONTROL_ROOM
    glide_s = controls[base + GLIDE]
    away = voice.goal - voice.note
    if glide_s > 0.001 and abs(away) > 0.001:
        # Three time constants to the time that is asked for.
        voice.note += away * approach(glide_s / 3.0, rate, frames)
    else:
        voice.note = voice.goal
    wobble = strip.mod * WOBBLE_SEMITONES * math.sin(2 * math.pi * strip.wobble)
    semitones = voice.note + controls[base + TUNE] + strip.bend + wobble
    return min(A4_HZ * 2.0 ** ((semitones - A4) / 12.0) / rate, 0.49)


@compiled
def cutoff(hertz: float, rate: float) -> float:
    """Return the filters' coefficient for a cutoff."""
    return math.tan(math.pi * min(max(hertz, 15.0) / rate, 0.46))


@compiled
def ended(voice: Any) -> bool:
    """Tell whether nothing more will be heard of a pitched voice."""
    if voice.state == FADING:
        return bool(voice.fade <= 0.0)
    return bool(voice.envelope <= 0.0 and (voice.state == RELEASED or voice.stage == DECAY))
