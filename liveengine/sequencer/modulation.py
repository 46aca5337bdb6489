"""LFOs and automation lanes: each looks on a grid of ticks whether its target is to move, and sends what has changed.

The grid is a sixth of a clock pulse, 3.5 ms at 120 BPM: so near that no step
is heard as one, and three LFOs at their fastest still fit a DIN wire, which
takes 0.96 ms for a controller. What is told to the control plane is looked at
each pulse. One that is off, or locked to a song that stands still,
has no entry on the agenda and costs nothing.

Realtime-safe.
"""

from __future__ import annotations

import math
from typing import Any

from liveengine.compiled import compiled
from liveengine.music.modulation import LFOS, PERIOD_MIN, RATE_MAX_HZ, RATE_MIN_HZ, SHAPES
from liveengine.music.target import BEND, SOUND
from liveengine.music.time import TICKS_PER_PULSE
from liveengine.sequencer.agenda import LFO_POINT, new_stamp, schedule
from liveengine.sequencer.outlet import MODULATED, song_tick, tell
from liveengine.sequencer.ownership import owner
from liveengine.sequencer.records.modulation import LFO_ROWS
from liveengine.sequencer.records.tracks import TRACKS
from liveengine.sequencer.state import State
from liveengine.sequencer.targets import place_of, send_target
from liveengine.sequencer.timeline import seconds_at
from liveengine.sequencer.waves import wave

#: The kind of a target that only the control plane knows.
TOLD = 4

GRID = TICKS_PER_PULSE // 6

#: Half-way between two steps of a target the next is meant, whatever the last bits of a processor's arithmetic say.
_TIE = 1e-9

#: In how many steps a target is sent: a controller's 7 bits, the bend's 14 (an even number, so that one of them is the
#: centre), of a sound's control what an ear can tell.
_STEPS_MIDI = 127
_STEPS_BEND = 16_382
_STEPS_SOUND = 1024
_STEPS_TOLD = 256

# What a command can turn on an LFO, as numbers; `music.modulation` says what they mean.
LFO_FIELDS = ("on", "depth", "centre", "phase", "rate_hz", "period", "shape")
ON, DEPTH, CENTRE, PHASE, RATE_HZ, PERIOD, SHAPE = range(len(LFO_FIELDS))


@compiled
def is_sound_lfo(number: int, field: int, whole: int, share: float) -> bool:
    """Say whether there is such an LFO, and whether a value can stand in a field of it."""
    if not 0 <= number < LFO_ROWS:
        return False
    if field == ON:
        return whole in (0, 1)
    if field == RATE_HZ:
        return RATE_MIN_HZ <= share <= RATE_MAX_HZ
    if field == PERIOD:
        return whole >= PERIOD_MIN
    if field == SHAPE:
        return 0 <= whole < len(SHAPES)
    return field in (DEPTH, CENTRE, PHASE) and (0.0 <= share <= 1.0 or (field == CENTRE and share < 0.0))


@compiled
def change_lfo(s: State, number: int, field: int, whole: int, share: float, tick: int) -> None:
    """Turn one field of an LFO; it is heard at once."""
    lfo = s.lfos[number]
    if field == ON:
        _switch(s, number, whole, tick)
        return
    if field in (RATE_HZ, PERIOD):
        # A free one goes on from where it is; a locked one is where the song is.
        lfo.turns = _turns(s, number, tick) - lfo.phase
        lfo.since = seconds_at(s.transport[0], tick)
        lfo.rate_hz = share if field == RATE_HZ else 0.0
        lfo.period = whole if field == PERIOD else lfo.period
    elif field == DEPTH:
        lfo.depth = share
    elif field == CENTRE:
        lfo.centre = share
    elif field == PHASE:
        lfo.phase = share
    else:
        lfo.shape = whole
    if lfo.on:
        swing_of(s, tick, number)
        _expect(s, number, tick)


@compiled
def _switch(s: State, number: int, on: int, tick: int) -> None:
    """Set an LFO going from its beginning, or let its target return to where it stands."""
    lfo = s.lfos[number]
    was_on = lfo.on
    lfo.on = on
    lfo.stamp = new_stamp(s)
    lfo.sent = -1
    if on:
        _begin(s, number, song_tick(s, tick) if lfo.once else 0, tick)
        swing_of(s, tick, number)
        _expect(s, number, tick)
    elif was_on and lfo.kind != TOLD:
        track = number // LFOS
        send_target(s, tick, track, lfo.kind, lfo.number, _rest(s, number))


@compiled
def _begin(s: State, number: int, origin: int, tick: int) -> None:
    lfo = s.lfos[number]
    lfo.since = seconds_at(s.transport[0], tick)
    lfo.turns = 0.0
    lfo.origin = origin


@compiled
def _expect(s: State, number: int, tick: int) -> None:
    """Put an LFO's next look, at `tick` or after, on the agenda: on the song's grid, or a free one's own."""
    lfo = s.lfos[number]
    lfo.stamp = new_stamp(s)
    transport = s.transport[0]
    if transport.playing or lfo.rate_hz > 0.0:
        grid = TICKS_PER_PULSE if lfo.kind == TOLD else GRID
        origin = transport.song_origin if transport.playing else 0
        _wait(s, number, tick + (origin - tick) % grid)


@compiled
def _wait(s: State, number: int, until: int) -> None:
    """Put the look at a run tick on the agenda; where that is full it stands still, which is counted."""
    if not schedule(s, until, LFO_POINT, number, s.lfos[number].stamp, 0):
        s.transport[0].stolen += 1


@compiled
def lfo_point(s: State, number: int, tick: int) -> None:
    """Look where an LFO is, and when to look again."""
    swing_of(s, tick, number)
    lfo = s.lfos[number]
    grid = TICKS_PER_PULSE if lfo.kind == TOLD else GRID
    _wait(s, number, tick + grid)


@compiled
def swing_on(s: State, tick: int, from_the_top: bool) -> None:
    """Let every LFO go on from a tick at which the song starts, or jumps; from the top, each begins anew."""
    transport = s.transport[0]
    if from_the_top:
        transport.seconds, transport.seconds_tick = 0.0, tick
    for number in range(LFO_ROWS):
        if s.lfos[number].on:
            if from_the_top:
                _begin(s, number, 0, tick)
            _expect(s, number, tick)


@compiled
def stand_still(s: State) -> None:
    """Let the LFOs that are locked to the song wait: it stops."""
    for number in range(LFO_ROWS):
        if s.lfos[number].on and s.lfos[number].rate_hz == 0.0:
            s.lfos[number].stamp = new_stamp(s)


@compiled
def swung(s: State, track: int, kind: int, number: int) -> int:
    """Return the LFO that turns a track's target now, or -1."""
    for i in range(track * LFOS, track * LFOS + LFOS):
        lfo = s.lfos[i]
        if lfo.on and lfo.kind == kind and lfo.number == number:
            return i
    return -1


@compiled
def route_again(s: State, track: int) -> None:
    """Let a track's LFOs send their next value, changed or not: it goes to another device."""
    for number in range(track * LFOS, track * LFOS + LFOS):
        s.lfos[number].sent = -1


@compiled
def _turns(s: State, number: int, tick: int) -> float:
    """Return how often an LFO has turned by a run tick."""
    lfo = s.lfos[number]
    if lfo.rate_hz > 0.0:
        return lfo.turns + (seconds_at(s.transport[0], tick) - lfo.since) * lfo.rate_hz + lfo.phase
    song = song_tick(s, tick)
    origin = lfo.origin
    if lfo.with_pattern and number < TRACKS * LFOS:
        # An interlude, as a fill is, leaves the playhead that it interrupts to whoever comes after it.
        p = owner(s, number // LFOS, song)
        origin = s.players[p].head if p >= 0 else 0
    return (song - origin) / lfo.period + lfo.phase


@compiled
def _rest(s: State, number: int) -> float:
    """Return where an LFO's target stands by itself; in the middle of the swing where nobody has said."""
    lfo = s.lfos[number]
    middle = lfo.low + (lfo.high - lfo.low) * (lfo.centre if lfo.centre >= 0.0 else 0.5)
    if lfo.kind == TOLD:
        return middle
    standing = s.standing[place_of(number // LFOS, lfo.kind, lfo.number)]
    return middle if math.isnan(standing) else standing


@compiled
def _steps(lfo: Any) -> int:
    if lfo.kind == TOLD:
        return _STEPS_TOLD
    if lfo.kind == SOUND:
        return _STEPS_SOUND
    return _STEPS_BEND if lfo.kind == BEND else _STEPS_MIDI


@compiled
def swing_of(s: State, tick: int, number: int) -> None:
    """Send where an LFO is at a run tick, if that is another step of its target than it sent last."""
    lfo = s.lfos[number]
    group, place = divmod(number, LFOS)
    centre = lfo.centre if lfo.centre >= 0.0 else (_rest(s, number) - lfo.low) / (lfo.high - lfo.low)
    height = centre + 0.5 * lfo.depth * wave(s, number, group, place, _turns(s, number, tick))
    steps = _steps(lfo)
    step = math.floor(min(max(height, 0.0), 1.0) * steps + 0.5 + _TIE)
    if step == lfo.sent:
        return
    lfo.sent = step
    value = lfo.low + (lfo.high - lfo.low) * step / steps
    if lfo.kind == TOLD:
        tell(s, MODULATED, group, tick, place, value)
    else:
        send_target(s, tick, group, lfo.kind, lfo.number, value)
