"""Arpeggios: the keys that a track's pattern or a player's hand holds, struck one after the other on the grid.

While the song plays the grid is the song's; while it stands, for whoever
plays by hand, that of the beat. The ledger ends what is struck (N1). An
arpeggio without keys has no entry on the agenda.

Realtime-safe.
"""

from __future__ import annotations

import math
from typing import Any

from liveengine.compiled import compiled
from liveengine.music.arpeggio import GATE_SHARE_MIN, MODES, OCTAVES_MAX, STEP_MAX, STEP_MIN
from liveengine.music.note import GATE_MIN
from liveengine.sequencer.agenda import ARP_STEP, new_stamp, schedule
from liveengine.sequencer.chance import uniform
from liveengine.sequencer.ledger import end_note, strike_on
from liveengine.sequencer.outlet import song_tick
from liveengine.sequencer.ownership import owner
from liveengine.sequencer.records.modulation import ARP_KEYS
from liveengine.sequencer.records.tracks import TRACKS
from liveengine.sequencer.records.transport import NEVER
from liveengine.sequencer.state import State
from liveengine.sequencer.zone import struck_as

_UP, _DOWN, _UPDOWN, _DOWNUP, _PLAYED, _RANDOM, _CHORD, _GOLDEN = range(len(MODES))

#: A golden turn: the fractional part of the golden ratio.
_GOLDEN_TURN = (math.sqrt(5.0) - 1.0) / 2.0

#: What a throw is for (see `reading`).
THROW_ARP = 2048

#: The velocity of keys that were down before the arpeggio was switched on: how hard they were struck is not kept.
_VELOCITY = 100

# What a command can turn on an arpeggio, as numbers; `music.arpeggio` says what they mean.
ARP_FIELDS = ("on", "mode", "octaves", "rate", "gate", "latch")
ON, MODE, OCTAVES, RATE, GATE, LATCH = range(len(ARP_FIELDS))


@compiled
def is_sound_arp(field: int, whole: int, share: float) -> bool:
    """Say whether a value can stand in a field of an arpeggio."""
    if field in (ON, LATCH):
        return whole in (0, 1)
    if field == MODE:
        return 0 <= whole < len(MODES)
    if field == OCTAVES:
        return 1 <= whole <= OCTAVES_MAX
    if field == RATE:
        return STEP_MIN <= whole <= STEP_MAX
    return field == GATE and GATE_SHARE_MIN <= share <= 1.0


@compiled
def change_arp(s: State, track: int, field: int, whole: int, share: float, tick: int) -> None:
    """Turn one field of a track's arpeggio."""
    arp = s.arps[track]
    if field == ON:
        if arp.on != whole:
            _switch(s, track, whole, tick)
    elif field == MODE:
        arp.mode = whole
    elif field == OCTAVES:
        arp.octaves = whole
    elif field == GATE:
        arp.gate = share
    elif field == LATCH:
        arp.latch = whole
    else:
        arp.rate = whole
        if arp.stamp != 0:
            _expect(s, track, tick)


@compiled
def _switch(s: State, track: int, on: int, tick: int) -> None:
    """Begin with the keys that a hand holds down, or let go of all; what sounds ends at its time."""
    arp = s.arps[track]
    arp.on = on
    arp.keys = arp.stamp = 0
    if not on:
        return
    low, high = _end_played_through(s, track, tick)
    for pitch in range(128):
        if ((low if pitch < 64 else high) >> (pitch % 64)) & 1:
            hold_key(s, track, pitch, _VELOCITY, NEVER, tick)


@compiled
def _end_played_through(s: State, track: int, tick: int) -> tuple[int, int]:
    """End what sounds on a track because a key is down; return those pitches, a bit for each of 64 and 64."""
    low, high = 0, 0
    for voice in range(s.transport[0].voice_count - 1, -1, -1):
        key = s.voices[voice]
        if s.ledger[key].track == track and s.ledger[key].express == 1.0:
            pitch = struck_as(s, key)
            if pitch < 64:
                low |= 1 << pitch
            else:
                high |= 1 << (pitch - 64)
            end_note(s, key, tick)
    return low, high


@compiled
def hold_key(s: State, track: int, pitch: int, velocity: int, ends: int, tick: int) -> None:
    """Take a key in, held until run tick `ends`. The first of a new chord sends off what a latch kept of the old."""
    arp = s.arps[track]
    if not _is_any_down(s, track, tick):
        arp.keys = 0
    place = _find_key(s, track, pitch)
    if place == ARP_KEYS:
        s.transport[0].stolen += 1
        return
    key = s.keys[track * ARP_KEYS + place]
    if place == arp.keys:
        arp.keys += 1
        key.ends = tick
    key.pitch, key.velocity = pitch, velocity
    key.ends = max(ends, key.ends)
    key.hand = 1 if ends == NEVER else 0
    if arp.stamp == 0:
        arp.count = 0
        _expect(s, track, tick)


@compiled
def release_key(s: State, track: int, pitch: int, tick: int) -> None:
    """Let go of a key that a hand held."""
    place = _find_key(s, track, pitch)
    if place < s.arps[track].keys:
        key = s.keys[track * ARP_KEYS + place]
        key.ends = min(key.ends, tick)


@compiled
def let_hands_go(s: State, track: int, tick: int) -> None:
    """Let go of every key that a hand holds down on a track: its keyboard plays another one from now on."""
    _end_played_through(s, track, tick)
    for place in range(s.arps[track].keys):
        key = s.keys[track * ARP_KEYS + place]
        if key.hand:
            key.ends = min(key.ends, tick)


@compiled
def _find_key(s: State, track: int, pitch: int) -> int:
    """Return the place of a key among a track's, or how many there are."""
    for place in range(s.arps[track].keys):
        if s.keys[track * ARP_KEYS + place].pitch == pitch:
            return place
    return s.arps[track].keys


@compiled
def _is_any_down(s: State, track: int, tick: int) -> bool:
    for place in range(s.arps[track].keys):  # noqa: SIM110 - compiled code has no generators
        if s.keys[track * ARP_KEYS + place].ends > tick:
            return True
    return False


@compiled
def _keep_keys(s: State, track: int, after: int, latch: bool) -> None:
    """Forget the keys that are not held after a run tick; a latch keeps them, the pattern's as long as one plays."""
    first = track * ARP_KEYS
    plays = owner(s, track, song_tick(s, after)) >= 0
    kept = 0
    for place in range(s.arps[track].keys):
        key = s.keys[first + place]
        if key.ends > after or (latch and (key.hand or plays)):
            s.keys[first + kept] = key
            kept += 1
    s.arps[track].keys = kept


@compiled
def let_keys_go(s: State, track: int, tick: int) -> None:
    """Forget what the pattern held and what was latched, for the song stops; wait with what a hand holds down."""
    if s.arps[track].on:
        _keep_keys(s, track, NEVER - 1, False)
        s.arps[track].stamp = 0


@compiled
def forget_keys(s: State) -> None:
    """Forget every key of every track."""
    for track in range(TRACKS):
        s.arps[track].keys = s.arps[track].stamp = 0


@compiled
def arpeggiate_on(s: State, tick: int) -> None:
    """Go on from a tick at which the song starts, or jumps; who waits while it stands waits on."""
    for track in range(TRACKS):
        arp = s.arps[track]
        if arp.keys > 0 and (arp.stamp != 0 or s.transport[0].playing):
            arp.count = arp.count if arp.stamp != 0 else 0
            _expect(s, track, tick)


@compiled
def _expect(s: State, track: int, tick: int) -> None:
    """Put an arpeggio's next step, at `tick` or after, on the agenda."""
    arp = s.arps[track]
    transport = s.transport[0]
    origin = transport.song_origin if transport.playing else 0
    arp.stamp = new_stamp(s)
    _wait(s, track, tick + (origin - tick) % arp.rate)


@compiled
def _wait(s: State, track: int, until: int) -> None:
    """Put the step at a run tick on the agenda; where that is full, stand still until a key is struck."""
    if not schedule(s, until, ARP_STEP, track, s.arps[track].stamp, 0):
        s.arps[track].stamp = 0
        s.transport[0].stolen += 1


@compiled
def arp_step(s: State, track: int, tick: int) -> None:
    """Strike what comes next, if any key is held, and wait for the step after it."""
    arp = s.arps[track]
    _keep_keys(s, track, tick, arp.latch != 0)
    if arp.keys == 0:
        arp.stamp = 0
        return
    if not s.tracks[track].muted:
        if arp.mode == _CHORD:
            octave = arp.count % arp.octaves
            for place in range(arp.keys):
                _strike(s, track, s.keys[track * ARP_KEYS + place], octave, tick)
        else:
            octave, place = divmod(_next(s, track, arp, tick), arp.keys)
            _strike(s, track, _ranked(s, track, place), octave, tick)
    arp.count += 1
    _wait(s, track, tick + arp.rate)


@compiled
def _strike(s: State, track: int, key: Any, octave: int, tick: int) -> None:
    pitch = key.pitch + 12 * octave
    while pitch > 127:
        pitch -= 12
    gate = max(math.floor(s.arps[track].rate * s.arps[track].gate), GATE_MIN)
    strike_on(s, tick, track, pitch, key.velocity, gate)


@compiled
def _next(s: State, track: int, arp: Any, tick: int) -> int:
    """Return which comes next of all keys in all octaves, octave by octave."""
    there = arp.keys * arp.octaves
    count = arp.count
    if arp.mode == _RANDOM:
        return int(uniform(s.transport[0].seed, track, song_tick(s, tick), THROW_ARP) * there)
    if arp.mode == _GOLDEN:
        return int((count * _GOLDEN_TURN) % 1.0 * there)
    if arp.mode in (_UPDOWN, _DOWNUP) and there > 1:
        place = count % (2 * there - 2)
        place = min(place, 2 * there - 2 - place)
    else:
        place = count % there
    return there - 1 - place if arp.mode in (_DOWN, _DOWNUP) else place


@compiled
def _ranked(s: State, track: int, place: int) -> Any:
    """Return the key that stands at a place from the lowest up; in the order played where the mode says so."""
    first = track * ARP_KEYS
    if s.arps[track].mode == _PLAYED:
        return s.keys[first + place]
    for i in range(first, first + s.arps[track].keys):
        lower = 0
        for j in range(first, first + s.arps[track].keys):
            lower += 1 if s.keys[j].pitch < s.keys[i].pitch else 0
        if lower == place:
            return s.keys[i]
    return s.keys[first]
