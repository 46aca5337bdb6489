"""JACK's transport: followed, or led as its timebase master.

Who leads tells every client bar, beat and tempo, and starts, stops and
locates with the song. JACK takes its time to roll, so it is sent to where the
song will be by then.

Realtime-safe.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
from numba import types

from liveengine.compiled import callback, compiled
from liveengine.drivers.jack_memory import (
    BBT,
    CLIENT,
    HANDED,
    PLACE,
    PLAYING,
    POSITION,
    ROLLING,
    Jack,
    addresses_at,
    load_library,
    state_at,
)
from liveengine.drivers.pointers import address_of, array_at, pointer_to
from liveengine.music.time import TEMPO_MAX_BPM, TEMPO_MIN_BPM, TICKS_PER_BEAT
from liveengine.sequencer.metre import bar_at, bar_length
from liveengine.sequencer.state import State
from liveengine.sequencer.steering import keep_to_transport

#: Periods from the one in which JACK is told to roll or to jump, to the one in which it rolls there.
ROLLS_AFTER = 3

_position_at = array_at(POSITION)
_query = types.ExternalFunction("jack_transport_query", types.int32(types.voidptr, types.voidptr))
_start = types.ExternalFunction("jack_transport_start", types.void(types.voidptr))
_stop = types.ExternalFunction("jack_transport_stop", types.void(types.voidptr))
_locate = types.ExternalFunction("jack_transport_locate", types.int32(types.voidptr, types.uint32))


@compiled
def follow_transport(s: State, j: Jack, start: int) -> None:
    """Do as JACK's transport does. Without bars and beats of a timebase, its frames are counted at our own tempo."""
    state = _query(pointer_to(j.handles[CLIENT]), j.position.ctypes)
    p = j.position[0]
    tempo_bpm = s.transport[0].own_tempo_bpm
    if p.valid & BBT and p.beats_per_minute > 0.0 and p.beat_type > 0.0:
        beats = (p.bar - 1) * p.beats_per_bar + (p.beat - 1) + p.tick / p.ticks_per_beat
        tempo_bpm = p.beats_per_minute * 4.0 / p.beat_type
        song = beats * 4.0 / p.beat_type * TICKS_PER_BEAT
    else:
        song = p.frame / s.transport[0].rate * tempo_bpm / 60.0 * TICKS_PER_BEAT
    tempo_bpm = min(max(tempo_bpm, TEMPO_MIN_BPM), TEMPO_MAX_BPM)
    keep_to_transport(s, state == ROLLING, int(song + 0.5), float(start), tempo_bpm)


@compiled
def lead_transport(s: State, j: Jack, start: int, frames: int) -> None:
    """Let JACK's transport start, stop or jump where the song has done so in this period, which begins at `start`."""
    transport = s.transport[0]
    place = transport.song_origin if transport.playing else transport.position
    if transport.playing == j.told[PLAYING] and place == j.told[PLACE]:
        return
    client = pointer_to(j.handles[CLIENT])
    if not transport.playing:
        _stop(client)
    begins = start + ROLLS_AFTER * frames if transport.playing else start
    _locate(client, np.uint32(math.floor(_song_at(s, begins) * transport.unit_ticks + 0.5)))
    if transport.playing and not j.told[PLAYING]:
        _start(client)
    j.told[PLAYING] = transport.playing
    j.told[PLACE] = place


@compiled
def _song_at(s: State, when: int) -> float:
    """Return the place in the song that is heard at an instant, in ticks."""
    transport = s.transport[0]
    if not transport.playing:
        return float(transport.position)
    run = transport.tick_origin + (when - transport.lead - transport.when_origin) / transport.unit_ticks
    return max(run - transport.song_origin, 0.0)


@compiled
def tell_bars(s: State, p: Any, when: int) -> None:
    """Write into a jack_position_t which bar, beat and tick is heard at an instant, and the tempo.

    Ticks are our own, so that nothing is rounded; a beat is the one that the metre counts.
    """
    transport = s.transport[0]
    song = math.floor(_song_at(s, when) + 0.5)
    bar, line = bar_at(s, song)
    in_bar = song - line
    unit = 4.0 * TICKS_PER_BEAT / transport.beat_ticks
    p.valid = p.valid | BBT
    p.bar = bar + 1
    p.beat = in_bar // transport.beat_ticks + 1
    p.tick = in_bar % transport.beat_ticks
    p.bar_start_tick = float(line)
    p.beats_per_bar = bar_length(s, bar) / transport.beat_ticks
    p.beat_type = unit
    p.ticks_per_beat = float(transport.beat_ticks)
    p.beats_per_minute = transport.tempo_bpm * unit / 4.0


def _on_timebase(_rolling: int, _frames: int, position: Any, _is_new: int, pointer: Any) -> None:
    # It is called after the period, and asked about the next.
    s = state_at(addresses_at(address_of(pointer), HANDED)[0])
    tell_bars(s, _position_at(address_of(position), 1)[0], s.transport[0].until)


@functools.cache
def timebase_callback() -> Any:
    """Compile the JackTimebaseCallback. Raises OSError where there is no libjack."""
    load_library()
    return callback(types.void(types.int32, types.uint32, types.voidptr, types.int32, types.voidptr))(_on_timebase)
