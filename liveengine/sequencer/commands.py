"""Commands from the control plane: what each means, and when it takes effect.

A command says when in one of three ways: at once, at the next multiple of a
quantum of the song (decided here, on the exact tick), or at a run tick. A
quantum below zero counts bars: -2 is the next bar line of every second.

Realtime-safe, but for `push_all` and `push`, which belong to the control thread alone.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liveengine.compiled import compiled
from liveengine.music.event import INSTRUMENTS
from liveengine.music.target import SOUND, TARGETS
from liveengine.music.time import TEMPO_MAX_BPM, TEMPO_MIN_BPM, TICKS_PER_BEAT, TICKS_PER_PULSE, TICKS_PER_SIXTEENTH
from liveengine.music.tuning import ALL_KEYS
from liveengine.sequencer.agenda import COMMAND_DUE, schedule
from liveengine.sequencer.arpeggio import change_arp, forget_keys, is_sound_arp, let_hands_go
from liveengine.sequencer.follower import follow
from liveengine.sequencer.leading import is_led, is_led_by, prefer
from liveengine.sequencer.ledger import end_notes_of, panic
from liveengine.sequencer.longs import expect_longs, longs_through
from liveengine.sequencer.metre import bar_at, change_metre, lengthen_metre, next_bar_line
from liveengine.sequencer.modulation import change_lfo, is_sound_lfo, route_again
from liveengine.sequencer.outlet import METRE, MUTED, emit, song_tick, tell
from liveengine.sequencer.players import ANEW, IN_STEP, cancel, launch, read_otherwise
from liveengine.sequencer.reading import is_sound_reading
from liveengine.sequencer.records.patterns import SLOTS
from liveengine.sequencer.records.ports import IN_PORTS, PORTS
from liveengine.sequencer.records.rings import COMMAND, COMMANDS_SIZE, READ, WRITTEN
from liveengine.sequencer.records.sources import LINK, PULSES, SOURCES
from liveengine.sequencer.records.tracks import TRACKS
from liveengine.sequencer.records.transport import NEVER
from liveengine.sequencer.ring import publish, release, room, waiting
from liveengine.sequencer.state import State
from liveengine.sequencer.steering import let_go, next_bar_outside, steer
from liveengine.sequencer.targets import is_sound_target
from liveengine.sequencer.tempo import wish_tempo
from liveengine.sequencer.transport import (
    clock_is_heard,
    clock_runs_when_stopped,
    expect_bar_line,
    halt,
    locate,
    roll,
    run_clock_from,
)
from liveengine.sequencer.turning import turn
from liveengine.sequencer.wire import WIRE_MIN_BYTES_S, set_wire
from liveengine.sequencer.zone import BEND_RANGE_MAX, open_zone, tune

# What a command can ask. `track` names a track, or a port where it says so.
DO_START = 0  # from the top
DO_STOP = 1
DO_CONTINUE = 2  # from where it stopped, at the next sixteenth there
DO_LOCATE = 3  # a: song tick
DO_TEMPO = 4  # x: BPM; a: ticks over which it is reached, 0 at once
DO_LAUNCH = 5  # a: slot, -1 for silence; b: where in it (`players.ANEW` …)
DO_CANCEL = 6  # take back a launch that has not begun
DO_MUTE = 7  # a: 1 mutes, 0 unmutes
DO_ROUTE = 8  # a: MIDI port or -1, b: channel 0-15; x: 1 where each note has a channel of its own, in the port's zone
DO_CLOCK = 9  # track: port; a: 1 sends clock, b: 1 also while stopped
DO_METRE = 10  # a: ticks in a bar, b: ticks in a beat of it, 0 for a quarter note; x: 1 adds it to the cycle of bars
DO_SEED = 11  # a: seed of the session
DO_SEND = 12  # track: port; a: bytes, first lowest; b: how many (1-3)
DO_CONTROL = 13  # an instrument control; track -1: the master; a: its number, x: its value
DO_PANIC = 14
DO_FOLLOW = 15  # track: input port whose clock is followed, -1 for none; a: beats to freewheel before stopping
DO_THRU = 16  # track: input port; a: track that it plays, -1 for none
DO_DELAY = 17  # track: port; a: units that its notes wait, b: units that its clock waits
DO_LEAD = 18  # a: units by which everything is rendered early while a clock is followed
DO_STEER = 19  # the Link session: a: its tick, b: the instant of that; x: BPM, 0 when it is gone
DO_PREFER = 20  # whose time is kept, of OWN, PULSES, LINK, JACK: a: a byte each, the best lowest; b: how many
DO_READING = 21  # how the track's pattern is read: a: one of READING_FIELDS, b or x: its value
DO_TURN = 22  # a: kind of target, b: its number, x: value
DO_FILL = 23  # a: 1 while a fill is asked for
DO_WIRE = 24  # track: port; x: bytes a second that its wire carries, 0 for no limit
DO_LFO = 25  # track: number of an LFO; a: one of LFO_FIELDS, b or x: its value
DO_ARP = 26  # a: one of ARP_FIELDS, b or x: its value
DO_TUNE = 27  # a: key, or ALL_KEYS; x: semitones at which it sounds, or by which all are moved
DO_ZONE = 28  # track: port; a, b: its first and last channel in which notes are bent each by itself; x: bend range
DO_LONG = 29  # a message has been put into the ring of long ones
_KINDS = 30

#: How far from its place a key may be tuned, in semitones: beyond all hearing.
TUNED_MAX = 1000.0

#: The quantum of the next bar line.
NEXT_BAR = -1

#: The most bars that a quantum can count.
BARS_QUANTUM_MAX = 64

#: In `pending`: the place is free; what stood there was taken back, and its entry on the agenda means nothing.
_FREE = -1
_TAKEN_BACK = -2


@compiled
def push_all(s: State, wanted: NDArray[Any]) -> bool:
    """Hand commands (dtype COMMAND) to the data plane, which takes them all on one tick.

    Returns False, and hands over nothing, when its inbox has no room. One thread alone may call this.
    """
    if room(s.command_ends, COMMANDS_SIZE) < wanted.size:
        return False
    for i in range(wanted.size):
        s.commands[(s.command_ends[WRITTEN] + i) % COMMANDS_SIZE] = wanted[i]
    publish(s.command_ends, wanted.size)
    return True


def push(
    s: State,
    kind: int,
    track: int = -1,
    quantum: int = 0,
    at: int = -1,
    a: int = 0,
    b: int = 0,
    x: float = 0.0,
) -> bool:
    """Hand one command to the data plane, as `push_all` does."""
    return bool(push_all(s, np.array([(kind, track, quantum, at, a, b, x)], COMMAND)))


@compiled
def _is_sound(c: Any) -> bool:  # noqa: PLR0911, PLR0912 - one answer a kind
    """Say whether a command names things that exist: the data plane trusts nobody."""
    if not 0 <= c.kind < _KINDS or c.quantum < -BARS_QUANTUM_MAX:
        return False
    if c.kind in (DO_LAUNCH, DO_CANCEL, DO_MUTE, DO_ROUTE, DO_READING, DO_TURN, DO_ARP):
        if not 0 <= c.track < TRACKS:
            return False
        if c.kind == DO_LAUNCH:
            return -1 <= c.a < SLOTS and ANEW <= c.b <= IN_STEP
        if c.kind == DO_ROUTE:
            return -1 <= c.a < PORTS and 0 <= c.b < 16
        if c.kind == DO_READING:
            return is_sound_reading(c.a, c.b, c.x)
        if c.kind == DO_TURN:
            return is_sound_target(c.a, c.b) and math.isfinite(c.x)
        if c.kind == DO_ARP:
            return is_sound_arp(c.a, c.b, c.x)
    if c.kind == DO_LFO:
        return is_sound_lfo(c.track, c.a, c.b, c.x)
    if c.kind == DO_CONTROL:
        return -1 <= c.track < TRACKS and 0 <= c.a < TARGETS // 4
    if c.kind in (DO_CLOCK, DO_SEND, DO_DELAY, DO_WIRE) and not 0 <= c.track < PORTS:
        return False
    if c.kind == DO_FOLLOW:
        return -1 <= c.track < IN_PORTS and c.a >= 0
    if c.kind == DO_THRU:
        return 0 <= c.track < IN_PORTS and -1 <= c.a < TRACKS
    if c.kind == DO_DELAY:
        return c.a >= 0 and c.b >= 0
    if c.kind == DO_WIRE:
        return c.x == 0.0 or WIRE_MIN_BYTES_S <= c.x < math.inf
    if c.kind == DO_STEER:
        return c.x == 0.0 or TEMPO_MIN_BPM <= c.x <= TEMPO_MAX_BPM
    if c.kind == DO_PREFER:
        return _is_order(c.a, c.b)
    if c.kind == DO_TUNE:
        return 0 <= c.a <= ALL_KEYS and abs(c.x) <= TUNED_MAX
    if c.kind == DO_ZONE:
        return 0 < c.track < PORTS and 0 <= c.a <= c.b < 16 and 1.0 <= c.x <= BEND_RANGE_MAX
    if c.kind == DO_SEND:
        return 1 <= c.b <= 3 and (c.a & 0xFF) >= 0x80
    if c.kind == DO_TEMPO:
        return TEMPO_MIN_BPM <= c.x <= TEMPO_MAX_BPM
    if c.kind == DO_LOCATE:
        return c.a >= 0
    return c.kind != DO_METRE or (c.a >= TICKS_PER_SIXTEENTH and c.b >= 0)


@compiled
def _is_order(order: int, count: int) -> bool:
    """Say whether `count` bytes of `order` name sources, each once."""
    seen = 0
    for rank in range(count):
        source = (order >> (8 * rank)) & 0xFF
        if source >= SOURCES or seen & (1 << source):
            return False
        seen |= 1 << source
    return 0 <= count <= SOURCES


@compiled
def _due(s: State, c: Any, tick: int) -> int:  # noqa: PLR0911 - one answer a kind
    """Return the run tick at which a command that is taken at `tick` is to be carried out."""
    transport = s.transport[0]
    if c.at >= 0:
        return max(c.at, tick)
    if c.kind in (DO_START, DO_CONTINUE):
        if not transport.playing:
            tick = longs_through(s, tick)
        if is_led_by(s, PULSES):
            follower = s.follower[0]
            pulses = max(-(-(tick - follower.tick) // TICKS_PER_PULSE), 1)
            return follower.tick + pulses * TICKS_PER_PULSE
        if is_led(s) and not transport.playing:
            return next_bar_outside(s, tick)
    at_once = c.quantum == 0 and c.kind in (DO_START, DO_LOCATE)
    sets_off = at_once if transport.playing else c.kind in (DO_START, DO_CONTINUE)
    if sets_off and clock_is_heard(s):
        return max(transport.clock_tick, tick)  # On the pulse that slaves expect: none comes early (O3).
    if c.quantum != 0 and transport.playing:
        song = tick - transport.song_origin
        if c.quantum < 0:
            return transport.song_origin + next_bar_line(s, song, -c.quantum)
        return transport.song_origin + -(-song // c.quantum) * c.quantum
    return tick


@compiled
def take_commands(s: State) -> None:
    """Read the inbox; carry out what is due now and put the rest on the agenda."""
    transport = s.transport[0]
    tick = transport.tick
    while waiting(s.command_ends) > 0:
        if transport.out_count > 0 and transport.out_count >= s.out.size // 4:
            return  # The rest waits for an empty `out`.
        c = s.commands[s.command_ends[READ] % COMMANDS_SIZE]
        if not _is_sound(c):
            s.transport[0].refused += 1
        else:
            due = _due(s, c, tick)
            if c.kind == DO_LAUNCH and c.at < 0:
                # A launch is made known early, so that pickups can sound before the line (N5).
                launch(s, c.track, c.a, _line(s, c, due), c.b, tick)
            elif due > tick:
                _keep(s, c, due, tick)
            else:
                carry_out(s, c, tick)
        release(s.command_ends, 1)


@compiled
def _line(s: State, c: Any, due: int) -> int:
    """Return the song tick at which a launch counts; while stopped the line before, so that bars stay bars (L1)."""
    song = song_tick(s, due)
    if s.transport[0].playing or c.quantum == 0:
        return song
    return song - song % c.quantum if c.quantum > 0 else bar_at(s, song)[1]


@compiled
def _keep(s: State, c: Any, due: int, tick: int) -> None:
    """Put a command on the agenda for a later tick."""
    transport = s.transport[0]
    place = transport.sequence % COMMANDS_SIZE
    kept = s.pending[place]
    if kept.kind != _FREE or not schedule(s, due, COMMAND_DUE, transport.sequence, 0, 0):
        transport.refused += 1
        return
    kept.kind, kept.track, kept.a, kept.b, kept.x = c.kind, c.track, c.a, c.b, c.x
    kept.at, kept.quantum = due, 0
    transport.sequence += 1


@compiled
def carry_out_kept(s: State, sequence: int, tick: int) -> None:
    """Carry out a command whose time has come."""
    kept = s.pending[sequence % COMMANDS_SIZE]
    if kept.kind != _TAKEN_BACK:
        carry_out(s, kept, tick)
    kept.kind = _FREE


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
        _take_starts_back(s)
        halt(s, tick)
    elif c.kind == DO_CONTINUE:
        if not transport.playing:
            song = -(-transport.position // TICKS_PER_SIXTEENTH) * TICKS_PER_SIXTEENTH
            roll(s, tick, song, False)
    else:
        locate(s, tick, c.a)


@compiled
def _take_starts_back(s: State) -> None:
    """Forget every start that still waits for its line: who says Stop means that, too."""
    for place in range(COMMANDS_SIZE):
        if s.pending[place].kind in (DO_START, DO_CONTINUE):
            s.pending[place].kind = _TAKEN_BACK


@compiled
def _play_on(s: State, c: Any, tick: int) -> None:
    if c.kind == DO_TEMPO:
        wish_tempo(s, c.x, c.a, tick)
    elif c.kind == DO_LAUNCH:
        launch(s, c.track, c.a, song_tick(s, tick), c.b, tick)
    elif c.kind == DO_CANCEL:
        cancel(s, c.track, tick)
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


@compiled
def locate_at_bar(s: State, song: int) -> None:
    """Jump to a place in the song at the next bar line."""
    transport = s.transport[0]
    here = transport.tick - transport.song_origin
    place = transport.sequence % COMMANDS_SIZE
    due = transport.song_origin + next_bar_line(s, here, 1)
    kept = s.pending[place]
    if kept.kind != _FREE or not schedule(s, due, COMMAND_DUE, transport.sequence, 0, 0):
        transport.refused += 1
        return
    kept.kind, kept.a, kept.at = DO_LOCATE, song, due
    transport.sequence += 1
