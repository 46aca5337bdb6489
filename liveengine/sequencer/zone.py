"""Zones: tunings by pitch bend, each note on a channel of its own (as MPE has it).

A port may have a zone of channels. Of each note that is struck in it, the
nearest key of equal temperament is sent, and before that the bend that is left
to where the note's key is tuned. Two notes never share a bend: a note has its
channel to itself while it sounds. The channel that has been free longest is
taken, for there the last note has rung out most; where none is free the
oldest note ends.

Realtime-safe. Sources: MIDI 1.0, RPN 0; MMA, "MIDI Polyphonic Expression" 1.0 (2018), RPN 6 and section 2.4.
"""

from __future__ import annotations

import math

from liveengine.compiled import compiled
from liveengine.music.event import (
    BEND_MIDDLE,
    BEND_RANGE,
    CONTROL_CHANGE,
    DATA_ENTRY,
    DATA_ENTRY_FINE,
    INSTRUMENTS,
    MPE_ZONE,
    NO_PARAMETER,
    PARAMETER,
    PARAMETER_FINE,
    PITCH_BEND,
    TUNE,
)
from liveengine.music.tuning import ALL_KEYS
from liveengine.sequencer.outlet import emit
from liveengine.sequencer.records.ports import PORTS
from liveengine.sequencer.state import State

#: The widest that a bend can be, in semitones.
BEND_RANGE_MAX = 96


@compiled
def has_zone(s: State, port: int, track: int) -> bool:
    """Say whether a track's notes for a port each have a channel of their own."""
    return port != INSTRUMENTS and s.tracks[track].zone != 0 and s.ports[port].bend_range > 0.0


@compiled
def channel_for(s: State, port: int, pitch: int) -> int:
    """Return the channel for a note: where its key sounds already; else one that is free; else the oldest note's."""
    zone = s.ports[port]
    best = zone.zone_first
    for channel in range(zone.zone_first, zone.zone_last + 1):
        here, there = s.channels[port * 16 + channel], s.channels[port * 16 + best]
        if here.key >= 0 and here.pitch == pitch:
            return channel
        if (here.key < 0 and there.key >= 0) or ((here.key < 0) == (there.key < 0) and here.since < there.since):
            best = channel
    return best


@compiled
def nearest_key(s: State, pitch: int) -> int:
    """Return the key of equal temperament that is nearest to where a key is tuned."""
    return min(max(math.floor(s.tuning[pitch] + s.tuning[ALL_KEYS] + 0.5), 0), 127)


@compiled
def claim(s: State, tick: int, key: int, pitch: int) -> None:
    """Let a sounding key of the ledger, struck as `pitch`, have its channel."""
    channel = s.channels[key >> 7]
    channel.key = key
    channel.pitch = pitch
    channel.since = tick


@compiled
def give_back(s: State, tick: int, key: int) -> None:
    """Let a channel be free again when the note that has it ends."""
    channel = s.channels[key >> 7]
    if channel.key == key:
        channel.key = -1
        channel.since = tick


@compiled
def sounding_as(s: State, port: int, pitch: int) -> int:
    """Return the ledger's key of what was struck as `pitch` in a port's zone, -1 where nothing was."""
    for channel in range(port * 16, port * 16 + 16):
        if s.channels[channel].key >= 0 and s.channels[channel].pitch == pitch:
            return int(s.channels[channel].key)
    return -1


@compiled
def struck_as(s: State, key: int) -> int:
    """Return the pitch that was struck where the ledger's `key` sounds."""
    channel = s.channels[key >> 7]
    return int(channel.pitch if channel.key == key else key & 127)


@compiled
def send_bend(s: State, tick: int, key: int, track: int, express: float) -> None:
    """Send the bend from a key of equal temperament to where the note that has its channel is tuned."""
    pitch = s.channels[key >> 7].pitch
    away = s.tuning[pitch] + s.tuning[ALL_KEYS] - (key & 127)
    bend = math.floor(BEND_MIDDLE * (1.0 + away / s.ports[key >> 11].bend_range) + 0.5)
    bend = min(max(bend, 0), 2 * BEND_MIDDLE - 1)
    emit(s, tick, key >> 11, track, 3, PITCH_BEND | ((key >> 7) & 15), bend & 127, bend >> 7, express)


@compiled
def tune(s: State, tick: int, key: int, semitones: float) -> None:
    """Tune a key, or move all by so much: the instruments, and what sounds in zones, follow at once."""
    s.tuning[key] = semitones
    emit(s, tick, INSTRUMENTS, -1, 0, TUNE, key, 0, semitones)
    for channel in range(PORTS * 16):
        has = s.channels[channel]
        if has.key >= 0 and key in (ALL_KEYS, has.pitch):
            send_bend(s, tick, has.key, s.ledger[has.key].track, s.ledger[has.key].express)


@compiled
def open_zone(s: State, tick: int, port: int, first: int, last: int, semitones: int) -> None:
    """Give a port a zone of channels, and tell it so: the zone, where it is more than one, and each bend's range."""
    zone = s.ports[port]
    zone.zone_first, zone.zone_last, zone.bend_range = first, last, semitones
    if last > first:
        _register(s, tick, port, 0 if first == 1 else 15, MPE_ZONE, last - first + 1)
    for channel in range(first, last + 1):
        _register(s, tick, port, channel, BEND_RANGE, semitones)


@compiled
def _register(s: State, tick: int, port: int, channel: int, parameter: int, value: int) -> None:
    """Set a registered parameter, and leave none chosen."""
    status = CONTROL_CHANGE | channel
    emit(s, tick, port, -1, 3, status, PARAMETER, parameter >> 7, 0.0)
    emit(s, tick, port, -1, 3, status, PARAMETER_FINE, parameter & 127, 0.0)
    emit(s, tick, port, -1, 3, status, DATA_ENTRY, value, 0.0)
    emit(s, tick, port, -1, 3, status, DATA_ENTRY_FINE, 0, 0.0)
    emit(s, tick, port, -1, 3, status, PARAMETER, NO_PARAMETER >> 7, 0.0)
    emit(s, tick, port, -1, 3, status, PARAMETER_FINE, NO_PARAMETER & 127, 0.0)
