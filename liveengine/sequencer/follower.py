"""Following a MIDI clock: tempo and phase, from the stamps of its pulses alone.

Each pulse is laid on a line through the last ones. While the tempo is new the
line is a least-squares fit that grows with every pulse; once that has seen a
beat, a second-order delay-locked loop of half a hertz takes over (Adriaensen,
"Using a DLL to filter time"). A tempo that has really changed shows as a slope
on which the latest pulses agree, and the fit begins anew with those.

Positions are counted, never guessed: a pulse is TICKS_PER_PULSE run ticks
after the one before, and lost pulses are counted as lost.

Realtime-safe.
"""

from __future__ import annotations

import math

from liveengine.compiled import compiled
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_PULSE
from liveengine.sequencer.outlet import FOLLOWED, tell
from liveengine.sequencer.state import HISTORY, NEVER, State
from liveengine.sequencer.timeline import draw_through, slewed
from liveengine.sequencer.transport import catch_up, halt, roll

# States (C4).
OFF = 0
ACQUIRING = 1
LOCKED = 2
FREEWHEELING = 3
LOST = 4

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

#: A pulse that comes before this share of a period has passed is one too many …
TOO_EARLY = 0.6

#: … and one that comes so soon is, whatever the tempo may be.
TOO_SOON_S = 0.0025

#: The clock is missed after so many periods, or seconds where that is longer; lost after LOST_S.
SILENT_PERIODS = 3.0
SILENT_S = 0.1
LOST_S = 2.0

#: How fast the shares of extra and missing pulses, and the jitter, are forgotten.
FADE = 1.0 / 24.0

#: More extra (or missing) pulses than this, and the clock is doubled (or halved) (C8) …
DOUBLED = 0.4

#: … unless so many came evenly, at a tempo that is not twice or half the old one: that one is new (C7).
EVEN_PULSES = 12
EVEN = 0.35
TWICE = 0.06

SHORTEST_S = 60.0 / 400.0 / 24.0
LONGEST_S = 60.0 / 20.0 / 24.0


@compiled
def _change(s: State, state: int, fault: int) -> None:
    """Take on a state, and tell."""
    f = s.follower[0]
    if f.state != state or f.fault != fault:
        f.state = state
        f.fault = fault
        tell(s, FOLLOWED, f.port, s.transport[0].tick, state, fault)


@compiled
def follow(s: State, port: int) -> None:
    """Follow the clock of an input port from now on; -1 follows none, and the beat goes on as it was."""
    f = s.follower[0]
    f.port = port
    f.count = 0
    f.armed = 0
    _change(s, OFF if port < 0 else LOST, 0)


@compiled
def clock_came(s: State, when: float) -> None:
    """Take in a clock pulse, and bend the timeline to it."""
    watch(s, when)
    f = s.follower[0]
    gap = when - f.came
    if f.state in (OFF, LOST) or f.count == 0:
        _begin(s, when)
    elif f.state == FREEWHEELING:
        _return(s, when)
    elif gap < TOO_SOON_S * s.transport[0].rate:
        _count_extra(s)
        return
    else:
        _hear(s, when)
        if _is_too_early(s, when, gap):
            _count_extra(s)
            if not _is_new_tempo(s):
                return
            _take_even(s, when)
        else:
            _take(s, when, gap)
    _bend(s, gap)
    if f.armed:
        _set_off(s)


@compiled
def _is_too_early(s: State, when: float, gap: float) -> bool:
    """Say whether a pulse is one too many, by the line and by the pulse before it (where the line is in doubt)."""
    f = s.follower[0]
    nominal = min(f.period, f.gap) if f.strays != 0 else f.period
    return f.settled != 0 and gap < TOO_EARLY * nominal and when - f.time < TOO_EARLY * f.period


@compiled
def _count_extra(s: State) -> None:
    f = s.follower[0]
    f.extra += (1.0 - f.extra) * 2.0 * FADE
    _judge(s)


@compiled
def _take(s: State, when: float, gap: float) -> None:
    """Count a pulse, and those that were lost before it, and lay the line through it."""
    f = s.follower[0]
    steps = 1
    periods = (when - f.time) / f.period
    if f.settled and gap > (2.0 - STRAY) * f.period and abs(periods - math.floor(periods + 0.5)) < STRAY:
        steps = math.floor(periods + 0.5)
    f.extra -= f.extra * FADE
    f.missing += ((1.0 if steps == 2 else 0.0) - f.missing) * FADE
    if steps == 2 and _is_new_tempo(s):
        _take_even(s, when)
    else:
        _count(s, when, steps)
        _lay(s, when, steps)
    _judge(s)


@compiled
def _hear(s: State, when: float) -> None:
    """Note how evenly pulses have come since the first that was one too many, or too few."""
    f = s.follower[0]
    gap = when - f.heard
    f.heard = when
    begun = f.even > 0 and f.extra + f.missing > FADE
    if begun and (f.even == 1 or abs(gap - f.even_gap) < EVEN * f.even_gap):
        f.even_gap += (gap - f.even_gap) / f.even
        f.even += 1
        return
    f.even = 1
    f.even_gap = 0.0
    f.even_tick = f.tick
    f.even_period = f.period


@compiled
def _is_new_tempo(s: State) -> bool:
    """Say whether what looks doubled or halved is a tempo of its own; while stopped even twice the old one is (C6)."""
    f = s.follower[0]
    if f.even <= EVEN_PULSES:
        return False
    ratio = max(f.even_gap, f.even_period) / min(f.even_gap, f.even_period)
    return not s.transport[0].playing or abs(ratio / 2.0 - 1.0) > TWICE


@compiled
def _take_even(s: State, when: float) -> None:
    """Take on the tempo of the pulses that came evenly, each of which counts."""
    f = s.follower[0]
    f.tick = f.even_tick + (f.even - 1) * TICKS_PER_PULSE
    f.period = f.even_gap
    f.extra = f.missing = 0.0
    _first(s, when, 0.0)


@compiled
def _begin(s: State, when: float) -> None:
    """Take a first pulse. It is the pulse of our own grid that is nearest: the beat moves by half a pulse at most."""
    f = s.follower[0]
    transport = s.transport[0]
    here = transport.tick_origin + (when - transport.lead - transport.when_origin) / transport.unit_ticks
    origin = transport.song_origin if transport.playing else 0
    f.tick = origin + math.floor((here - origin) / TICKS_PER_PULSE + 0.5) * TICKS_PER_PULSE
    f.period = transport.unit_ticks * TICKS_PER_PULSE
    f.extra = f.missing = f.jitter = f.high = f.low = 0.0
    _first(s, when, (here - f.tick) * transport.unit_ticks if transport.playing else 0.0)


@compiled
def _return(s: State, when: float) -> None:
    """Take the first pulse after a silence: those that were lost are counted, and the beat slews to it (C5)."""
    f = s.follower[0]
    steps = max(1, math.floor((when - f.time) / f.period + 0.5))
    f.tick += steps * TICKS_PER_PULSE
    _first(s, when, f.offset + when - (f.time + steps * f.period))
    f.settled = 1  # The tempo is known.


@compiled
def _first(s: State, when: float, offset: float) -> None:
    """Begin a new line with this pulse, from which the beat is `offset` units away."""
    f = s.follower[0]
    f.offset = offset
    f.index = f.place = f.settled = f.strays = f.even = 0
    f.came = f.heard = f.time = when
    f.gap = f.period
    f.count = 1
    s.history[0] = when
    s.history[HISTORY] = 0.0
    _change(s, ACQUIRING, 0)


@compiled
def _count(s: State, when: float, steps: int) -> None:
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
def _lay(s: State, when: float, steps: int) -> None:
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
def _doubt(s: State, pulses: int) -> None:
    """Forget all but the latest pulses, where there are any that the line does not fit."""
    f = s.follower[0]
    if pulses > 0:
        f.count = pulses
        f.settled = 0


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
def _judge(s: State) -> None:
    """Say what state the clock is in (C4, C8)."""
    f = s.follower[0]
    fault = 1 if f.extra > DOUBLED else (-1 if f.missing > DOUBLED else 0)
    _change(s, LOCKED if f.settled and f.count >= LOCK_PULSES else ACQUIRING, fault)


@compiled
def _bend(s: State, gap: float) -> None:
    """Lay the timeline through the pulse as it was meant; what the beat was away from it is slewed off."""
    f = s.follower[0]
    transport = s.transport[0]
    f.offset = slewed(f.offset, gap)
    draw_through(transport, f.tick, f.time - f.offset - transport.lead, f.period / TICKS_PER_PULSE)
    catch_up(s)


@compiled
def _set_off(s: State) -> None:
    """Begin to play with this pulse: it is beat zero after Start, the song position after Continue (C1).

    It can sound no earlier than now. Where all is rendered far ahead, what this costs is slewed off, not hurried after.
    """
    f = s.follower[0]
    transport = s.transport[0]
    top = f.armed == 1
    f.armed = 0
    f.offset = -max(transport.lead - 0.5 * f.period, 0.0)
    _bend(s, 0.0)
    halt(s, transport.tick)
    song = -(-transport.position // TICKS_PER_PULSE) * TICKS_PER_PULSE
    roll(s, f.tick, 0 if top else song, top)


@compiled
def stop_came(s: State) -> None:
    """Stop, and remember that Continue resumes with the pulse after the last (C1)."""
    f = s.follower[0]
    transport = s.transport[0]
    f.armed = 0
    if transport.playing:
        song = f.tick + TICKS_PER_PULSE - transport.song_origin
        halt(s, transport.tick)
        transport.position = song


@compiled
def is_followed(s: State) -> bool:
    """Say whether a clock leads the beat now, or has just done so."""
    return s.follower[0].state in (ACQUIRING, LOCKED, FREEWHEELING)


@compiled
def watch(s: State, when: float) -> None:
    """Notice that the clock has gone silent; the beat goes on at its last tempo (C5)."""
    f = s.follower[0]
    transport = s.transport[0]
    if f.state == OFF or f.count == 0:
        return
    silent = when - f.came
    if silent > LOST_S * transport.rate:
        _change(s, LOST, 0)
    elif silent > max(SILENT_PERIODS * f.period, SILENT_S * transport.rate):
        _change(s, FREEWHEELING, 0)
    if when >= gives_up_at(s):
        halt(s, transport.tick)
    if f.state == LOST and not transport.playing:
        f.count = 0


@compiled
def gives_up_at(s: State) -> int:
    """Return the instant at which the beat stops for want of a clock; NEVER where it goes on."""
    f = s.follower[0]
    transport = s.transport[0]
    if f.stop_beats == 0 or f.count == 0 or f.state == OFF or not transport.playing:
        return NEVER
    return math.ceil(f.came + f.stop_beats * TICKS_PER_BEAT * transport.unit_ticks)
