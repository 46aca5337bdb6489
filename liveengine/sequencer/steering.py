"""Keeping to an outside timeline: Ableton Link's session, or JACK's transport.

Such a timeline says which beat it is at which instant, and at what tempo.
When it leads, the beat takes over its tempo at once and slews to its phase,
when it joins as when the outside jumps; bar lines coincide where the music
begins while the outside already runs.

Realtime-safe.
"""

from __future__ import annotations

import math

from liveengine.compiled import compiled
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_PULSE
from liveengine.sequencer.leading import heard, is_led_by, leads, nobody_leads
from liveengine.sequencer.records.sources import JACK
from liveengine.sequencer.state import State
from liveengine.sequencer.timeline import draw_through, slewed
from liveengine.sequencer.transport import catch_up, halt, roll


@compiled
def let_go(s: State, source: int) -> None:
    """Take note that an outside timeline is gone; where it led and nobody else does the beat goes on as it was."""
    heard(s, source, False, False)


@compiled
def steer(s: State, source: int, outside: int, when: float, tempo_bpm: float) -> None:
    """Take the word of an outside timeline: its tick `outside` (720,720 to the beat) is at instant `when`."""
    g = s.steering[source]
    transport = s.transport[0]
    since = when - g.when
    jump = outside - g.outside - since / g.unit_ticks if s.sources[source].lives else 0.0
    unit_ticks = transport.rate * 60.0 / (tempo_bpm * TICKS_PER_BEAT)
    g.outside, g.when, g.unit_ticks = outside, when, unit_ticks
    heard(s, source, True, abs(jump) < TICKS_PER_PULSE)
    if not leads(s, source):
        return
    if transport.joined:
        beats = math.floor(jump / TICKS_PER_BEAT + 0.5)
        g.delta -= beats * TICKS_PER_BEAT
        g.offset = slewed(g.offset, since) - (jump - beats * TICKS_PER_BEAT) * unit_ticks
    else:
        _join(s, source)
    draw_through(transport, outside + g.delta, when - g.offset - transport.lead, unit_ticks)
    catch_up(s)


@compiled
def _join(s: State, source: int) -> None:
    """Let a timeline take the lead: the beat is to be at its nearest, and is as far away as it was."""
    g = s.steering[source]
    transport = s.transport[0]
    transport.joined = 1
    since = transport.until + transport.lead - g.when
    g.delta = _delta(s, g.outside + since / g.unit_ticks)
    here = transport.tick_origin + (transport.until - transport.when_origin) / transport.unit_ticks
    g.offset = (here - g.outside - g.delta) * g.unit_ticks - since if transport.playing else 0.0


@compiled
def _delta(s: State, outside_now: float) -> int:
    """Return run tick minus outside tick: while playing to the nearest beat, else to the next pulse."""
    transport = s.transport[0]
    away = transport.tick - outside_now
    if transport.playing:
        origin = transport.song_origin
        return origin + math.floor((away - origin) / TICKS_PER_BEAT + 0.5) * TICKS_PER_BEAT
    return math.ceil(away / TICKS_PER_PULSE) * TICKS_PER_PULSE


@compiled
def next_bar_outside(s: State, tick: int) -> int:
    """Return the run tick of the next bar line of the timeline that leads."""
    cycle = s.transport[0].metre_ticks
    delta = s.steering[s.transport[0].leader].delta
    return delta - (delta - tick) // cycle * cycle


@compiled
def keep_to_transport(s: State, rolling: bool, song: int, when: float, tempo_bpm: float) -> None:
    """Do as JACK's transport does, where it leads: `song` is its place at instant `when`.

    It starts, stops and jumps; so do we. Where another waits to lead, it goes on when JACK stops.
    """
    g = s.steering[JACK]
    transport = s.transport[0]
    if not rolling:
        heard(s, JACK, False, False)
        if nobody_leads(s) and s.sources[JACK].rank == 0:
            halt(s, transport.tick)
            transport.position = song
        return
    unit_ticks = transport.rate * 60.0 / (tempo_bpm * TICKS_PER_BEAT)
    # Up to here its old tempo counted.
    jump = song - g.outside - (when - g.when) / (g.unit_ticks if g.unit_ticks > 0.0 else unit_ticks)
    if transport.playing and not (is_led_by(s, JACK) and abs(jump) >= TICKS_PER_PULSE):
        steer(s, JACK, song, when, tempo_bpm)
        return
    g.outside, g.when, g.unit_ticks, g.offset = song, when, unit_ticks, 0.0
    heard(s, JACK, True, True)
    if leads(s, JACK):
        draw_through(transport, transport.tick, when - transport.lead, unit_ticks)
        halt(s, transport.tick)
        roll(s, transport.tick, song, song == 0)
        transport.joined = 1
        g.delta = transport.tick - song
