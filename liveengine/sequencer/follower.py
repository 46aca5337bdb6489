"""Following a MIDI clock: tempo and phase, from the stamps of its pulses alone.

Positions are counted, never guessed: a pulse is TICKS_PER_PULSE run ticks
after the one before, lost pulses are counted as lost, and those that are one
too many are not counted. When each was meant is `clockline`'s to say. While
another leads the beat all this is measured alone, and bends nothing.

Realtime-safe.
"""

from __future__ import annotations

import math

from liveengine.compiled import compiled
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_PULSE
from liveengine.sequencer.clockline import FADE, LOCK_PULSES, STRAY, TWICE, begin_line, count_pulse, is_twice, lay
from liveengine.sequencer.leading import has_say, heard, is_led_by, leads, nobody_leads
from liveengine.sequencer.outlet import FOLLOWED, tell
from liveengine.sequencer.records.sources import ACQUIRING, FREEWHEELING, HISTORY, LOCKED, LOST, OFF, PULSES
from liveengine.sequencer.records.transport import NEVER
from liveengine.sequencer.state import State
from liveengine.sequencer.timeline import draw_through, slewed
from liveengine.sequencer.transport import catch_up, halt, roll

#: A pulse that comes before this share of a period has passed is one too many …
TOO_EARLY = 0.6

#: … and one that comes so soon is, whatever the tempo may be.
TOO_SOON_S = 0.0025

#: The clock is missed after so many periods, or seconds where that is longer; lost after LOST_S.
SILENT_PERIODS = 3.0
SILENT_S = 0.1
LOST_S = 2.0

#: More extra (or missing) pulses than this, and the clock is doubled (or halved) (C8) …
DOUBLED = 0.4

#: … unless they come as evenly as this, at a tempo of their own: that is a new one (C7).
EVEN = 0.35

#: Pulses come in pairs when of so many one gap in two is less than half the other.
PAIRED_PULSES = 13
PAIRED = 0.5

#: A pulse was one too many when the next one lies so near the line, in periods.
NEAR = 0.15


@compiled
def _change(s: State, state: int, fault: int) -> None:
    """Take on a state, and tell; the lead may change with it."""
    f = s.follower[0]
    if f.state != state or f.fault != fault:
        f.state = state
        f.fault = fault
        tell(s, FOLLOWED, f.port, s.transport[0].tick, state, float(fault))
    heard(s, PULSES, state in (ACQUIRING, LOCKED, FREEWHEELING), state == LOCKED and fault == 0)


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
    """Take in a clock pulse, and bend the timeline to it if this clock leads."""
    watch(s, when)
    f = s.follower[0]
    gap = when - f.came
    slewing = 0.0
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
            slewing = gap
    if not leads(s, PULSES):
        f.armed = 0
        return
    _join(s)
    _bend(s, slewing)
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
    if f.strays == -1 and abs(periods) < NEAR:
        f.strays = 0  # The pulse before came early, and in its place this one: that was one too many.
        f.came = s.history[f.place] = when
        _count_extra(s)
        return
    if f.settled and gap > (2.0 - STRAY) * f.period and abs(periods - math.floor(periods + 0.5)) < STRAY:
        steps = math.floor(periods + 0.5)
    f.extra -= f.extra * FADE
    f.missing += ((1.0 if steps == 2 else 0.0) - f.missing) * FADE
    if steps == 2 and _is_new_tempo(s):
        _take_even(s, when)
    else:
        count_pulse(s, when, steps)
        lay(s, when, steps)
        if f.settled == 0 and f.count >= PAIRED_PULSES:
            _part_pairs(s)
    _judge(s)


@compiled
def _part_pairs(s: State) -> None:
    """While the tempo is new: where two clocks come in, take the first of each two pulses for the clock (C8)."""
    f = s.follower[0]
    last = other = 0.0  # sums of every second gap: that before the last pulse, that before the one before it …
    for back in range(PAIRED_PULSES - 1):
        gap = s.history[(f.place - back) % HISTORY] - s.history[(f.place - back - 1) % HISTORY]
        if back % 2 == 0:
            last += gap
        else:
            other += gap
    if max(last, other) * PAIRED < min(last, other):
        return
    first = f.came if last > other else s.history[(f.place - 1) % HISTORY]
    f.period = (last + other) / (PAIRED_PULSES // 2)
    f.tick -= (f.count - 1 - (f.count - 1) // 2) * TICKS_PER_PULSE
    _first(s, first, f.offset)
    f.settled = 1
    f.extra = 0.5


@compiled
def _hear(s: State, when: float) -> None:
    """Note how evenly pulses have come since the first that was one too many, or too few."""
    f = s.follower[0]
    gap = when - f.heard
    f.heard = when
    if f.even > 0 and f.extra + f.missing > 0.5 * FADE and abs(gap - f.even_gap) < EVEN * f.even_gap:
        f.even += 1
        f.even_gap += (gap - f.even_gap) / f.even
        return
    f.even = 1
    f.even_gap = gap
    f.even_tick = f.tick
    f.even_period = f.period


@compiled
def _is_new_tempo(s: State) -> bool:
    """Say whether what looks doubled or halved is a tempo of its own; while stopped even twice the old one is (C6)."""
    f = s.follower[0]
    if f.even < 4:
        return False
    doubt = 4.0 * f.jitter / (f.even * f.even_gap)
    return not is_twice(s, TWICE + doubt) or (f.even >= 12 and not s.transport[0].playing)


@compiled
def _take_even(s: State, when: float) -> None:
    """Take on the tempo of the pulses that came evenly, each of which counts."""
    f = s.follower[0]
    f.tick = f.even_tick + f.even * TICKS_PER_PULSE
    f.period = f.even_gap
    f.extra = f.missing = 0.0
    _first(s, when, 0.0)


@compiled
def _begin(s: State, when: float) -> None:
    """Take a first pulse, for as long as the tempo is not known at ours."""
    f = s.follower[0]
    f.period = s.transport[0].unit_ticks * TICKS_PER_PULSE
    f.extra = f.missing = f.jitter = f.high = f.low = 0.0
    _first(s, when, 0.0)


@compiled
def _join(s: State) -> None:
    """Take the lead: the last pulse is the one of our own grid that is nearest, half a pulse away at most."""
    f = s.follower[0]
    transport = s.transport[0]
    if transport.joined:
        return
    transport.joined = 1
    here = transport.tick_origin + (f.time - transport.lead - transport.when_origin) / transport.unit_ticks
    origin = transport.song_origin if transport.playing else 0
    tick = origin + math.floor((here - origin) / TICKS_PER_PULSE + 0.5) * TICKS_PER_PULSE
    f.even_tick += tick - f.tick
    f.tick = tick
    f.offset = (here - tick) * transport.unit_ticks if transport.playing else 0.0


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
    s.follower[0].offset = offset
    begin_line(s, when)
    _change(s, ACQUIRING, 0)


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
    if transport.playing and has_say(s, PULSES):
        song = f.tick + TICKS_PER_PULSE - transport.song_origin
        halt(s, transport.tick)
        if is_led_by(s, PULSES):
            transport.position = song


@compiled
def watch(s: State, when: float) -> None:
    """Notice that the clock has gone silent; the beat goes on at its last tempo (C5)."""
    f = s.follower[0]
    transport = s.transport[0]
    if f.state == OFF or f.count == 0:
        return
    silent = when - f.came
    if silent >= LOST_S * transport.rate:
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
    if not (leads(s, PULSES) or nobody_leads(s)):
        return NEVER
    return math.ceil(f.came + f.stop_beats * TICKS_PER_BEAT * transport.unit_ticks)


@compiled
def changes_at(s: State) -> int:
    """Return the next instant at which silence alone changes the beat: it stops, or another takes the lead."""
    f = s.follower[0]
    if f.count == 0 or f.state in (OFF, LOST):
        return gives_up_at(s)
    return min(gives_up_at(s), math.ceil(f.came + LOST_S * s.transport[0].rate))
