"""The line through a clock's pulses: when each was meant, and how far apart they are.

While the tempo is new the line is a least-squares fit that grows with every
pulse; once that has seen a beat, a second-order delay-locked loop of half a
hertz takes over (Adriaensen, "Using a DLL to filter time"). A tempo that has
really changed shows as a slope on which the latest pulses agree, and the fit
begins anew with those.

Realtime-safe.
"""

from __future__ import annotations

import math

from liveengine.compiled import compiled
from liveengine.music.time import TICKS_PER_PULSE
from liveengine.sequencer.records.sources import HISTORY
from liveengine.sequencer.state import State

#: The loop's step a pulse: half a hertz at 120 BPM, and as many beats at any tempo; σ 0.16 ms out for 0.58 in (C9).
OMEGA = 2.0 * math.pi * 0.5 / 48.0

#: Pulses after which the fit hands over to the loop: one beat.
LOCK_PULSES = 24

#: The tempo has jumped when the slope over this many pulses is off by this share, and by six times its own error.
JUMPS = ((8, 0.04), (24, 0.008))

#: A pulse further from the line than this share of a period, or than this many times the jitter, does not bend it:
#: one is an outlier, three to the same side a new tempo.
STRAY = 0.25
STRAY_JITTERS = 3.0
STRAYS = 3

#: A tempo this near to twice or half the old one is taken for the old one, with pulses too many or too few.
TWICE = 0.06

#: How fast the jitter is forgotten.
FADE = 1.0 / 24.0

SHORTEST_S = 60.0 / 400.0 / 24.0
LONGEST_S = 60.0 / 20.0 / 24.0


@compiled
def begin_line(s: State, when: float) -> None:
    """Begin a new line with this pulse, at the tempo of the old one."""
    f = s.follower[0]
    f.index = f.place = f.settled = f.strays = f.even = 0
    f.came = f.heard = f.time = when
    f.gap = f.period
    f.count = 1
    s.history[0] = when
    s.history[HISTORY] = 0.0


@compiled
def count_pulse(s: State, when: float, steps: int) -> None:
    """Give a pulse its number, and remember it."""
    f = s.follower[0]
    f.index += steps
    f.tick += steps * TICKS_PER_PULSE
    f.gap = (when - f.came) / steps
    f.came = when
    f.count = min(f.count + 1, HISTORY)
    f.place = (f.place + 1) % HISTORY
    s.history[f.place] = when
    s.history[HISTORY + f.place] = f.index


@compiled
def lay(s: State, when: float, steps: int) -> None:
    """Lay the line anew, now that a pulse has been counted."""
    f = s.follower[0]
    residual = when - (f.time + steps * f.period)
    if f.settled and abs(residual) > max(STRAY * f.period, STRAY_JITTERS * f.jitter):
        side = 1 if residual > 0.0 else -1
        f.strays = f.strays + side if f.strays * side > 0 else side
        if abs(f.strays) < STRAYS:
            f.time += steps * f.period
            return
        _doubt(s, STRAYS + 1)
    elif f.strays != 0:
        _forgive(s)
    f.strays = 0
    _doubt(s, _agreeing(s))
    if f.settled:
        _loop(s, residual, steps)
    else:
        f.time, f.period, f.jitter = _fit(s, f.count)
        f.settled = int(f.count >= LOCK_PULSES)
    f.period = min(max(f.period, SHORTEST_S * s.transport[0].rate), LONGEST_S * s.transport[0].rate)
    f.high = max(f.high, when - f.time)
    f.low = min(f.low, when - f.time)
    if f.index % LOCK_PULSES == 0:
        f.spread = f.high - f.low
        f.high = f.low = 0.0


@compiled
def _forgive(s: State) -> None:
    """Remember outliers as if they had come when they were meant."""
    f = s.follower[0]
    for back in range(1, abs(f.strays) + 1):
        place = (f.place - back) % HISTORY
        s.history[place] = f.time - (f.index - 1 - s.history[HISTORY + place]) * f.period


@compiled
def _doubt(s: State, pulses: int) -> None:
    """Forget all but the latest pulses, where there are any that the line does not fit."""
    f = s.follower[0]
    if pulses > 0:
        f.count = pulses
        f.settled = 0
        if f.even >= 3 and not is_twice(s, TWICE):
            f.tick = f.even_tick + f.even * TICKS_PER_PULSE  # They were of the new tempo, and each counts.


@compiled
def _loop(s: State, residual: float, steps: int) -> None:
    """Let the delay-locked loop take a step."""
    f = s.follower[0]
    f.time += steps * f.period + math.sqrt(2.0) * OMEGA * residual
    f.period += OMEGA * OMEGA * residual
    f.jitter += (abs(residual) - f.jitter) * FADE


@compiled
def _fit(s: State, count: int) -> tuple[float, float, float]:
    """Draw the least-squares line through the last `count` pulses.

    Returns the instant that it gives the last one, its slope, and how far the pulses lie from it on the mean.
    """
    f = s.follower[0]
    mean_x = mean_y = 0.0
    for back in range(count):
        place = (f.place - back) % HISTORY
        mean_x += (s.history[HISTORY + place] - f.index) / count
        mean_y += (s.history[place] - f.came) / count
    xx = xy = yy = 0.0
    for back in range(count):
        place = (f.place - back) % HISTORY
        x = s.history[HISTORY + place] - f.index - mean_x
        xx += x * x
        y = s.history[place] - f.came - mean_y
        xy += x * y
        yy += y * y
    slope = xy / xx
    scatter = math.sqrt(max(yy - slope * xy, 0.0) / max(count - 2, 1))
    return f.came + mean_y - slope * mean_x, slope, 0.8 * scatter


@compiled
def _agreeing(s: State) -> int:
    """Return how many of the latest pulses agree on a tempo that the line has not (C7); 0 where it has."""
    f = s.follower[0]
    for pulses, share in JUMPS:
        if f.count >= pulses + 4:
            _, slope, _ = _fit(s, pulses)
            error = 1.25 * f.jitter * math.sqrt(12.0 / pulses**3)
            if abs(slope - f.period) > max(share * f.period, 6.0 * error):
                return pulses
    return 0


@compiled
def is_twice(s: State, tolerance: float) -> bool:
    """Say whether the pulses that came evenly are twice or half as fast as the line was."""
    f = s.follower[0]
    ratio = max(f.even_gap, f.even_period) / min(f.even_gap, f.even_period)
    return abs(ratio / 2.0 - 1.0) < tolerance
