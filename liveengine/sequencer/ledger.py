"""The note ledger: every note-on has exactly one note-off, and it goes where the note-on went (N1, N2, N3).

A key is a place where a note can sound: (port, channel, pitch). The ledger
knows the keys that sound, in chains of those that end at one tick, by one
entry of the agenda.

Realtime-safe.
"""

from __future__ import annotations

from typing import Any

from liveengine.compiled import compiled
from liveengine.music.event import (
    ALL_NOTES_OFF,
    ALL_SOUND_OFF,
    CONTROL_CHANGE,
    INSTRUMENTS,
    NOTE_OFF,
    NOTE_ON,
    SUSTAIN,
)
from liveengine.music.sound import STRIPS
from liveengine.sequencer.agenda import NOTE_END, new_stamp, schedule
from liveengine.sequencer.outlet import emit
from liveengine.sequencer.records.ports import PORTS
from liveengine.sequencer.records.voices import VOICES
from liveengine.sequencer.state import State
from liveengine.sequencer.zone import channel_for, claim, give_back, has_zone, nearest_key, send_bend


@compiled
def is_sounding(s: State, key: int) -> bool:
    """Say whether a key sounds."""
    return s.ledger[key].chain >= 0


@compiled
def end_note(s: State, key: int, tick: int) -> None:
    """Send the note-off of a sounding key and strike it from the ledger."""
    transport = s.transport[0]
    entry = s.ledger[key]
    emit(s, tick, key >> 11, entry.track, 3, NOTE_OFF | ((key >> 7) & 15), key & 127, 0, entry.express)
    give_back(s, tick, key)
    _leave_chain(s, entry)
    last = transport.voice_count - 1
    moved = s.voices[last]
    s.voices[entry.voice] = moved
    s.ledger[moved].voice = entry.voice
    transport.voice_count = last


@compiled
def end_chain(s: State, chain: int, tick: int) -> None:
    """End all notes whose time is over at this tick."""
    stamp = s.chains[chain].stamp
    while s.chains[chain].stamp == stamp:
        end_note(s, s.chains[chain].first, tick)


@compiled
def _leave_chain(s: State, entry: Any) -> None:
    """Take a note out of its chain; an empty chain is free again, and its agenda entry void."""
    chain = s.chains[entry.chain]
    if entry.before >= 0:
        s.ledger[entry.before].next = entry.next
    else:
        chain.first = entry.next
    if entry.next >= 0:
        s.ledger[entry.next].before = entry.before
    if chain.first < 0:
        chain.stamp = 0
        chain.free = s.transport[0].free_chain
        s.transport[0].free_chain = entry.chain
    entry.chain = -1


@compiled
def _join_chain(s: State, key: int, tick: int) -> bool:
    """Let a note end at `tick`, with the one struck before it if that ends then too; False if it cannot end."""
    transport = s.transport[0]
    number = transport.chain
    if s.chains[number].stamp == 0 or s.chains[number].tick != tick:
        number = transport.free_chain  # There is one: as many chains as notes may sound.
        stamp = new_stamp(s)
        if not schedule(s, tick, NOTE_END, number, stamp, 0):
            return False
        chain = s.chains[number]
        transport.free_chain = chain.free
        transport.chain = number
        chain.stamp = stamp
        chain.tick = tick
        chain.first = -1
    chain = s.chains[number]
    entry = s.ledger[key]
    entry.chain = number
    entry.before = -1
    entry.next = chain.first
    if chain.first >= 0:
        s.ledger[chain.first].before = key
    chain.first = key
    return True


@compiled
def strike(
    s: State, tick: int, port: int, channel: int, track: int, pitch: int, velocity: int, gate: int, express: float
) -> None:
    """Send a note-on and put its end on the agenda; the same key struck again ends first (N3).

    Where the track has a zone on this port, the note is given a channel there, and a bend.
    """
    transport = s.transport[0]
    key = (port << 11) | (channel << 7) | pitch
    bends = has_zone(s, port, track)
    if bends:
        channel = channel_for(s, port, pitch)
        taken = s.channels[port * 16 + channel]
        if taken.key >= 0:
            transport.stolen += int(taken.pitch != pitch)
            end_note(s, taken.key, tick)
        key = (port << 11) | (channel << 7) | nearest_key(s, pitch)
    if is_sounding(s, key):
        end_note(s, key, tick)
    if transport.voice_count == VOICES:
        transport.stolen += 1
        end_note(s, s.voices[0], tick)
    if not _join_chain(s, key, tick + gate):
        transport.stolen += 1  # A note whose end could not be promised is not begun.
        return
    entry = s.ledger[key]
    entry.track = track
    entry.voice = transport.voice_count
    entry.express = express
    s.voices[transport.voice_count] = key
    transport.voice_count += 1
    s.ports[port].channels |= 1 << channel
    if bends:
        claim(s, tick, key, pitch)
        send_bend(s, tick, key, track, express)
    emit(s, tick, port, track, 3, NOTE_ON | channel, key & 127, velocity, express)


@compiled
def strike_on(s: State, tick: int, track: int, pitch: int, velocity: int, gate: int) -> None:
    """Strike a note wherever a track plays."""
    if track < STRIPS:
        strike(s, tick, INSTRUMENTS, track, track, pitch, velocity, gate, 0.0)
    if s.tracks[track].port > 0:
        strike(s, tick, s.tracks[track].port, s.tracks[track].channel, track, pitch, velocity, gate, 0.0)


@compiled
def end_notes_of(s: State, track: int, tick: int) -> None:
    """End every note of a track; of all tracks where `track` is -1."""
    transport = s.transport[0]
    for voice in range(transport.voice_count - 1, -1, -1):
        key = s.voices[voice]
        if track in (-1, s.ledger[key].track):
            end_note(s, key, tick)


@compiled
def panic(s: State, tick: int) -> None:
    """Silence everything: the ledger's notes first, then the channels that were used (N4)."""
    end_notes_of(s, -1, tick)
    for port in range(PORTS):
        for channel in range(16):
            if s.ports[port].channels & (1 << channel):
                status = CONTROL_CHANGE | channel
                # The built-in rack tells its strips apart by track, and there channel and track are one.
                track = channel if port == 0 else -1
                emit(s, tick, port, track, 3, status, SUSTAIN, 0, 0.0)
                emit(s, tick, port, track, 3, status, ALL_NOTES_OFF, 0, 0.0)
                emit(s, tick, port, track, 3, status, ALL_SOUND_OFF, 0, 0.0)
