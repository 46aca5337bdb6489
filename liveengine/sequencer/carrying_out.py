"""Carrying commands out: what each does, on the tick at which it takes effect.

Realtime-safe.
"""

from __future__ import annotations

from typing import Any

from liveengine.compiled import compiled
from liveengine.music.event import INSTRUMENTS
from liveengine.music.target import SOUND
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_SIXTEENTH
from liveengine.sequencer.arpeggio import change_arp, forget_keys, let_hands_go
from liveengine.sequencer.commands import (
    DO_ARP,
    DO_CANCEL,
    DO_CLOCK,
    DO_CONTINUE,
    DO_CONTROL,
    DO_DELAY,
    DO_FILL,
    DO_FOLLOW,
    DO_LAUNCH,
    DO_LEAD,
    DO_LFO,
    DO_LOCATE,
    DO_LONG,
    DO_METRE,
    DO_MUTE,
    DO_PANIC,
    DO_PREFER,
    DO_READING,
    DO_ROUTE,
    DO_SEED,
    DO_SEND,
    DO_START,
    DO_STOP,
    DO_TEMPO,
    DO_THRU,
    DO_TUNE,
    DO_TURN,
    DO_WIRE,
    DO_ZONE,
)
from liveengine.sequencer.follower import follow
from liveengine.sequencer.leading import prefer
from liveengine.sequencer.ledger import end_notes_of, panic
from liveengine.sequencer.longs import expect_longs
from liveengine.sequencer.metre import change_metre, lengthen_metre
from liveengine.sequencer.modulation import change_lfo, route_again
from liveengine.sequencer.outlet import CANCELLED, METRE, MUTED, emit, song_tick, tell
from liveengine.sequencer.pending import take_metres_back, take_starts_back
from liveengine.sequencer.players import cancel, launch, read_otherwise
from liveengine.sequencer.records.ports import PORTS
from liveengine.sequencer.records.sources import LINK
from liveengine.sequencer.records.transport import NEVER
from liveengine.sequencer.state import State
from liveengine.sequencer.steering import let_go, steer
from liveengine.sequencer.tempo import wish_tempo
from liveengine.sequencer.transport import clock_runs_when_stopped, expect_bar_line, halt, locate, roll, run_clock_from
from liveengine.sequencer.turning import turn
from liveengine.sequencer.wire import set_wire
from liveengine.sequencer.zone import open_zone, tune


@compiled
def carry_out(s: State, c: Any, tick: int) -> None:
    """Do what a command says, now."""
    if c.kind <= DO_LOCATE:
        _move(s, c, tick)
    elif c.kind <= DO_ROUTE:
        _play_on(s, c, tick)
    else:
        _set(s, c, tick)


@compiled
def _move(s: State, c: Any, tick: int) -> None:
    transport = s.transport[0]
    if c.kind == DO_START:
        halt(s, tick)
        roll(s, tick, 0, True)
    elif c.kind == DO_STOP:
        take_starts_back(s)
        halt(s, tick)
    elif c.kind == DO_CONTINUE:
        if not transport.playing:
            song = -(-transport.position // TICKS_PER_SIXTEENTH) * TICKS_PER_SIXTEENTH
            roll(s, tick, song, False)
    else:
        locate(s, tick, c.a)


@compiled
def _play_on(s: State, c: Any, tick: int) -> None:
    if c.kind == DO_TEMPO:
        wish_tempo(s, c.x, c.a, tick)
    elif c.kind == DO_LAUNCH:
        launch(s, c.track, c.a, song_tick(s, tick), c.b, tick)
    elif c.kind == DO_CANCEL and c.track >= 0:
        cancel(s, c.track, tick)
    elif c.kind == DO_CANCEL:
        tell(s, CANCELLED, -1, tick, take_metres_back(s), 0.0)
    elif c.kind == DO_MUTE:
        s.tracks[c.track].muted = c.a
        if c.a:
            end_notes_of(s, c.track, tick)
        tell(s, MUTED, c.track, tick, c.a, 0.0)
    else:
        s.tracks[c.track].port = c.a
        s.tracks[c.track].channel = c.b
        s.tracks[c.track].zone = int(c.x == 1.0)
        route_again(s, c.track)


@compiled
def _set(s: State, c: Any, tick: int) -> None:
    transport = s.transport[0]
    if c.kind == DO_CLOCK:
        s.ports[c.track].clock = c.a
        s.ports[c.track].clock_when_stopped = c.b
        if not transport.playing:
            runs = clock_runs_when_stopped(s)
            if runs and transport.clock_tick == NEVER:
                run_clock_from(s, tick)
            elif not runs:
                run_clock_from(s, NEVER)
    elif c.kind == DO_METRE:
        if c.x != 1.0:
            change_metre(s, c.a, song_tick(s, tick))
            tell(s, METRE, -1, tick, transport.metre_bar, 0.0)
        elif not lengthen_metre(s, c.a):
            transport.refused += 1
        transport.beat_ticks = c.b if c.b > 0 else TICKS_PER_BEAT
        if transport.playing:
            expect_bar_line(s, tick)
    elif c.kind == DO_SEED:
        transport.seed = c.a
    elif c.kind == DO_SEND:
        emit(s, tick, c.track, -1, c.b, c.a & 0xFF, (c.a >> 8) & 0x7F, (c.a >> 16) & 0x7F, 0.0)
    elif c.kind == DO_CONTROL:
        if c.track >= 0:
            turn(s, tick, c.track, SOUND, c.a, c.x)
        else:
            emit(s, tick, INSTRUMENTS, -1, 0, 0, c.a, 0, c.x)
    elif c.kind == DO_PANIC:
        forget_keys(s)
        panic(s, tick)
    elif c.kind == DO_READING:
        read_otherwise(s, c.track, c.a, c.b, c.x)
    elif c.kind == DO_TURN:
        turn(s, tick, c.track, c.a, c.b, c.x)
    elif c.kind == DO_FILL:
        transport.fill = 1 if c.a else 0
    elif c.kind == DO_LFO:
        change_lfo(s, c.track, c.a, c.b, c.x, tick)
    elif c.kind == DO_ARP:
        change_arp(s, c.track, c.a, c.b, c.x, tick)
    else:
        _connect(s, c, tick)


@compiled
def _retune(s: State, c: Any, tick: int) -> None:
    if c.kind == DO_TUNE:
        tune(s, tick, c.a, c.x)
    elif c.kind == DO_ZONE:
        open_zone(s, tick, c.track, c.a, c.b, int(c.x))
    else:
        expect_longs(s, tick)


@compiled
def _connect(s: State, c: Any, tick: int) -> None:
    if c.kind in (DO_TUNE, DO_ZONE, DO_LONG):
        _retune(s, c, tick)
    elif c.kind == DO_FOLLOW:
        s.follower[0].stop_beats = c.a
        follow(s, c.track)
    elif c.kind == DO_THRU:
        if s.thru[c.track] >= 0:
            let_hands_go(s, s.thru[c.track], tick)
        s.thru[c.track] = c.a
    elif c.kind == DO_DELAY:
        s.lanes[c.track].delay = c.a
        s.lanes[PORTS + c.track].delay = c.b
    elif c.kind == DO_LEAD:
        s.transport[0].lead = c.a
    elif c.kind == DO_PREFER:
        prefer(s, c.a, c.b)
    elif c.kind == DO_WIRE:
        set_wire(s, c.track, c.x)
    elif c.x == 0.0:
        let_go(s, LINK)
    else:
        steer(s, LINK, c.a, float(c.b), c.x)
