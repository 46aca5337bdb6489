"""Keeping to an outside timeline: Ableton Link's session, or JACK's transport.

Such a timeline says which beat it is at which instant, and at what tempo. The
beat takes over its tempo at once and slews to its phase, when it joins as when
the outside jumps; bar lines coincide where the music begins while the outside
already runs.

Realtime-safe.
"""

from __future__ import annotations

import math

from liveengine.compiled import compiled
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_PULSE
from liveengine.sequencer.state import State
from liveengine.sequencer.timeline import draw_through, slewed
from liveengine.sequencer.transport import catch_up, halt, roll


@compiled
def let_go(s: State) -> None:
    """Keep to no outside timeline any more; the beat goes on as it was."""
    s.steering[0].on = 0


@compiled
def steer(s: State, outside: int, when: float, tempo_bpm: float) -> None:
    """Take the word from outside: its tick `outside` (720,720 to the beat) is at instant `when`."""
    g = s.steering[0]
    transport = s.transport[0]
    unit_ticks = transport.rate * 60.0 / (tempo_bpm * TICKS_PER_BEAT)
    if g.on == 0:
        g.on = 1
        since = transport.until + transport.lead - when
        g.delta = _delta(s, outside + since / unit_ticks)
        here = transport.tick_origin + (transport.until - transport.when_origin) / transport.unit_ticks
        g.offset = (here - outside - g.delta) * unit_ticks - since if transport.playing else 0.0
    else:
        jump = outside - g.outside - (when - g.when) / transport.unit_ticks
        beats = math.floor(jump / TICKS_PER_BEAT + 0.5)
        g.delta -= beats * TICKS_PER_BEAT
        g.offset = slewed(g.offset, when - g.when) - (jump - beats * TICKS_PER_BEAT) * unit_ticks
    g.when = when
    g.outside = outside
    draw_through(transport, outside + g.delta, when - g.offset - transport.lead, unit_ticks)
    catch_up(s)


@compiled
def _delta(s: State, outside_now: float) -> int:
    """Return run tick minus outside tick: while playing the nearest beat, else so that bars coincide."""
    transport = s.transport[0]
    away = transport.tick - outside_now
    if transport.playing:
        origin = transport.song_origin
        return origin + math.floor((away - origin) / TICKS_PER_BEAT + 0.5) * TICKS_PER_BEAT
    return math.ceil(away / transport.bar_ticks) * transport.bar_ticks


@compiled
def keep_to_transport(s: State, rolling: bool, song: int, when: float, tempo_bpm: float) -> None:
    """Do as another's transport does: `song` is its place at instant `when`. It starts, stops and jumps; so do we."""
    g = s.steering[0]
    transport = s.transport[0]
    if not rolling:
        halt(s, transport.tick)
        transport.position = song
        g.on = 0
        return
    unit_ticks = transport.rate * 60.0 / (tempo_bpm * TICKS_PER_BEAT)
    expected = g.outside + (when - g.when) / transport.unit_ticks  # Its new tempo counts from here on.
    if g.on and transport.playing and abs(song - expected) < TICKS_PER_PULSE:
        steer(s, song, when, tempo_bpm)
        return
    draw_through(transport, transport.tick, when - transport.lead, unit_ticks)
    halt(s, transport.tick)
    roll(s, transport.tick, song, song == 0)
    g.on = 1
    g.delta = transport.tick - song
    g.outside, g.when, g.offset = song, when, 0.0
