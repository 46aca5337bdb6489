"""Where MIDI comes in: real-time messages go to the follower, notes may play a track, the rest waits for Python.

Realtime-safe.
"""

from __future__ import annotations

from liveengine.compiled import compiled
from liveengine.music.event import CLOCK, CONTINUE, INSTRUMENTS, NOTE_OFF, NOTE_ON, SONG_POSITION, START, STOP
from liveengine.music.time import TICKS_PER_SIXTEENTH
from liveengine.sequencer.arpeggio import hold_key, let_hands_go, release_key
from liveengine.sequencer.follower import clock_came, stop_came
from liveengine.sequencer.leading import has_say, leads
from liveengine.sequencer.ledger import end_note, is_sounding, strike
from liveengine.sequencer.outlet import emit
from liveengine.sequencer.pending import locate_at_bar
from liveengine.sequencer.records.ports import OUT_SIZE, PORTS
from liveengine.sequencer.records.rings import INBOX_SIZE, WRITTEN
from liveengine.sequencer.records.sources import PULSES
from liveengine.sequencer.records.transport import NEVER
from liveengine.sequencer.records.voices import BURST
from liveengine.sequencer.ring import publish, room
from liveengine.sequencer.state import State
from liveengine.sequencer.transport import halt
from liveengine.sequencer.zone import has_zone, sounding_as

_REAL_TIME = 0xF8


@compiled
def receive(s: State, port: int, when: int, size: int, b0: int, b1: int, b2: int) -> None:
    """Take in one message of an input port, stamped by the driver's clock.

    What it causes is sent with the next events that are rendered; the caller renders from `when` or before.
    """
    s.traffic[PORTS + port] += 1
    if s.transport[0].out_count > OUT_SIZE - BURST:
        s.transport[0].inbox_lost += 1  # Never with a driver that delivers before it receives.
        return
    if b0 >= _REAL_TIME or b0 == SONG_POSITION:
        if port == s.follower[0].port:
            _follow(s, when, b0, b1, b2)
        return
    if s.thru[port] >= 0:
        _play_through(s, s.thru[port], when, size, b0, b1, b2)
    if room(s.inbox_ends, INBOX_SIZE) == 0:
        s.transport[0].inbox_lost += 1
        return
    event = s.inbox[s.inbox_ends[WRITTEN] % INBOX_SIZE]
    event.when = when
    event.port = port
    event.size = size
    event.b0, event.b1, event.b2 = b0, b1, b2
    publish(s.inbox_ends, 1)


@compiled
def let_go(s: State, port: int) -> None:
    """End what an input holds on the track that it plays: it has gone (K5)."""
    if s.thru[port] >= 0:
        let_hands_go(s, s.thru[port], s.transport[0].tick)


@compiled
def _follow(s: State, when: int, b0: int, b1: int, b2: int) -> None:
    f = s.follower[0]
    if b0 == CLOCK:
        clock_came(s, when)
    elif b0 == STOP:
        stop_came(s)
    elif not has_say(s, PULSES):
        return
    elif b0 == START:
        f.armed = 1
        if not leads(s, PULSES):
            halt(s, s.transport[0].tick)  # It takes over what nobody leads, from the top.
    elif b0 == CONTINUE:
        if not s.transport[0].playing:
            f.armed = 2
    elif b0 == SONG_POSITION:
        song = (b1 | (b2 << 7)) * TICKS_PER_SIXTEENTH
        if s.transport[0].playing and f.armed == 0:
            locate_at_bar(s, song)  # C2: while running, at the next bar line
        else:
            s.transport[0].position = song


@compiled
def _play_through(s: State, track: int, when: int, size: int, b0: int, b1: int, b2: int) -> None:
    """Let what is played on a keyboard sound on a track, at once and through the ledger (N1)."""
    kind = b0 & 0xF0
    tick = s.transport[0].tick
    if s.arps[track].on and kind in (NOTE_ON, NOTE_OFF):
        if kind == NOTE_ON and b2 > 0:
            hold_key(s, track, b1, b2, NEVER, tick)
        else:
            release_key(s, track, b1, tick)
        return
    for port in (INSTRUMENTS, s.tracks[track].port):
        if port < 0:
            continue
        channel = track if port == INSTRUMENTS else s.tracks[track].channel
        key = (port << 11) | (channel << 7) | b1
        if kind == NOTE_ON and b2 > 0:
            strike(s, tick, port, channel, track, b1, b2, NEVER - tick, 1.0)
        elif kind in (NOTE_ON, NOTE_OFF):
            if has_zone(s, port, track):
                key = sounding_as(s, port, b1)
            if key >= 0 and is_sounding(s, key) and s.ledger[key].track == track:
                end_note(s, key, tick)
        else:
            emit(s, tick, port, track, size, kind | channel, b1, b2, 1.0)
