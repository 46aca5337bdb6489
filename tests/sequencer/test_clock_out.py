"""The clock that goes out: aligned with Start, never in bursts, moved by nothing but tempo."""

from __future__ import annotations

import numpy as np
import pytest
from clocks import EVERY_PULSE, MS, S, data_plane_ns, period, play_on
from hypothesis import given, settings
from hypothesis import strategies as st

from liveengine.music.event import CLOCK, CONTINUE, NOTE_OFF, NOTE_ON, SONG_POSITION, START, STOP
from liveengine.music.note import Bar, Note
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_PULSE, TICKS_PER_SIXTEENTH
from liveengine.sequencer import commands
from liveengine.sequencer.slots import write_slot
from liveengine.sequencer.state import State

REAL_TIME = (CLOCK, START, CONTINUE, STOP)


def clocked(stopped: int = 0, port: int = 1) -> State:
    state = data_plane_ns(EVERY_PULSE, follow=-1)
    commands.push(state, commands.DO_CLOCK, port, a=1, b=stopped)
    return state


def clock_of(sent: np.ndarray, port: int = 1) -> list[tuple[int, int]]:
    """(instant, status) of everything of the clock that went to a port."""
    mine = sent[(sent["port"] == port) & ((sent["b0"] >= CLOCK) | (sent["b0"] == SONG_POSITION))]
    return [(int(e["when"]), int(e["b0"])) for e in mine]


def pulses_of(sent: np.ndarray, port: int = 1) -> np.ndarray:
    return sent["when"][(sent["port"] == port) & (sent["b0"] == CLOCK)]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 3 * S), st.floats(20, 400), st.booleans())
def test_O2_the_first_pulse_after_start_is_beat_zero(begins, tempo, runs_before):
    state = clocked(int(runs_before))
    commands.push(state, commands.DO_TEMPO, x=tempo)
    before = play_on(state, max(begins, 1)).sent
    commands.push(state, commands.DO_START)
    sent = np.concatenate([before, play_on(state, begins + 5 * S).sent])
    clock = clock_of(sent)
    start = next(i for i, (_, status) in enumerate(clock) if status == START)
    assert clock[start + 1] == (clock[start][0], CLOCK)
    zero = sent[(sent["b0"] == NOTE_ON) & (sent["tick"] == 0)][0]
    assert zero["when"] == clock[start][0]
    assert np.diff(pulses_of(sent)).min() > 0.99 * period(tempo), "no pulse on the heels of another"


def test_O2_song_position_goes_out_before_continue():
    state = clocked()
    commands.push(state, commands.DO_LOCATE, a=40 * TICKS_PER_SIXTEENTH)
    commands.push(state, commands.DO_CONTINUE)
    sent = play_on(state, S).sent
    kinds = [status for _, status in clock_of(sent)][:4]
    assert kinds == [SONG_POSITION, SONG_POSITION, CONTINUE, CLOCK]
    position = sent[sent["b0"] == SONG_POSITION][-1]
    assert position["b1"] | position["b2"] << 7 == 40


@pytest.mark.parametrize("runs", [False, True])
def test_O1_clock_while_stopped_only_where_it_is_asked_for(runs):
    state = clocked(int(runs))
    quiet = play_on(state, S).sent
    assert pulses_of(quiet).size == (48 if runs else 0)
    commands.push(state, commands.DO_START)
    play_on(state, 2 * S)
    commands.push(state, commands.DO_STOP)
    after = play_on(state, 3 * S).sent
    assert pulses_of(after).size == (48 if runs else 0)


def test_O1_a_port_that_is_off_hears_nothing():
    state = clocked()
    commands.push(state, commands.DO_START)
    play_on(state, S)
    commands.push(state, commands.DO_CLOCK, 1, a=0)
    assert clock_of(play_on(state, 2 * S).sent) == []


bars = st.lists(
    st.builds(
        Note,
        tick=st.integers(0, 4 * TICKS_PER_BEAT - 1),
        pitch=st.integers(0, 127),
        gate=st.integers(3003, 2 * TICKS_PER_BEAT),
    ),
    max_size=60,
).map(lambda notes: Bar.of(notes, 4 * TICKS_PER_BEAT))

doings = st.lists(
    st.tuples(
        st.integers(0, 5 * S),
        st.sampled_from(["load", "launch", "mute", "route", "seed", "send", "panic", "metre"]),
        st.integers(0, 15),
        st.integers(0, 7),
    ),
    max_size=20,
).map(lambda some: sorted(some, key=lambda doing: doing[0]))


def do(state: State, word: str, track: int, a: int, bar: Bar) -> None:
    match word:
        case "load":
            write_slot(state, 100 + track, bar)
            commands.push(state, commands.DO_LAUNCH, track, a=100 + track)
        case "launch":
            commands.push(state, commands.DO_LAUNCH, track, quantum=a * TICKS_PER_BEAT, a=100 + track)
        case "mute":
            commands.push(state, commands.DO_MUTE, track, a=a % 2)
        case "route":
            commands.push(state, commands.DO_ROUTE, track, a=a - 1, b=a)
        case "seed":
            commands.push(state, commands.DO_SEED, a=a)
        case "send":
            commands.push(state, commands.DO_SEND, 1, a=0xB0 | 7 << 8 | a << 16, b=3)
        case "panic":
            commands.push(state, commands.DO_PANIC)
        case "metre":
            commands.push(state, commands.DO_METRE, a=(a + 1) * TICKS_PER_BEAT)


@settings(max_examples=40, deadline=None)
@given(doings, bars, st.floats(20, 400))
def test_O3_nothing_that_is_loaded_or_launched_moves_one_tick_of_the_clock(doings, bar, tempo):
    state = clocked()
    for slot in range(100, 116):
        write_slot(state, slot, bar)
    commands.push(state, commands.DO_TEMPO, x=tempo)
    commands.push(state, commands.DO_START)
    sent = []
    for when, word, track, a in doings:
        sent.append(play_on(state, max(when, 1)).sent)
        do(state, word, track, a, bar)
    sent.append(play_on(state, 6 * S).sent)
    clock = clock_of(np.concatenate(sent))
    assert [status for _, status in clock] == [START] + [CLOCK] * (len(clock) - 1), "no stray Continue"
    meant = np.arange(len(clock) - 1) * period(tempo)
    assert abs(np.array([when for when, _ in clock[1:]]) - meant).max() <= 1, "to the nanosecond"
    assert len(clock) - 1 == np.ceil((6 * S - 0.5) / period(tempo))


tempi = st.lists(st.tuples(st.integers(1, 1500), st.floats(20, 400)), min_size=1, max_size=8)


@settings(max_examples=40, deadline=None)
@given(tempi)
def test_O3_T2_tempo_changes_make_no_bursts_and_no_doubles(changes):
    state = clocked()
    commands.push(state, commands.DO_START)
    sent, now = [], 0
    for lasts, tempo in changes:
        now += lasts * MS
        sent.append(play_on(state, now).sent)
        commands.push(state, commands.DO_TEMPO, x=tempo)
    sent.append(play_on(state, now + S).sent)
    whole = np.concatenate(sent)
    mine = whole[(whole["port"] == 1) & (whole["b0"] == CLOCK)]
    assert np.array_equal(mine["tick"], np.arange(mine.size) * TICKS_PER_PULSE)
    fastest = max(120, *(tempo for _, tempo in changes))
    assert np.diff(mine["when"]).min() > 0.99 * period(fastest)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4 * S), st.sampled_from(["start", "stop", "continue"])), max_size=10))
def test_O3_start_stop_and_continue_are_sent_once_each_and_in_turn(presses):
    state = clocked(stopped=1)
    sent = []
    for when, word in sorted(presses):
        sent.append(play_on(state, max(when, 1)).sent)
        commands.push(state, getattr(commands, f"DO_{word.upper()}"))
    sent.append(play_on(state, 5 * S).sent)
    whole = np.concatenate(sent)
    playing = False
    for _, status in clock_of(whole):
        if status in (START, CONTINUE):
            assert not playing, "Stop goes out before the next Start or Continue"
            playing = True
        elif status == STOP:
            assert playing, "no stray Stop"
            playing = False
    assert np.diff(pulses_of(whole)).min() > 0.99 * period(120)


@pytest.mark.parametrize("port", [1, 5])
def test_O4_at_one_instant_clock_then_note_off_then_note_on(port):
    legato = Bar.of([Note(i * TICKS_PER_BEAT, 60 + i, gate=TICKS_PER_BEAT) for i in range(4)], 4 * TICKS_PER_BEAT)
    state = data_plane_ns(legato, follow=-1)
    commands.push(state, commands.DO_CLOCK, port, a=1)
    commands.push(state, commands.DO_ROUTE, 0, a=port)
    commands.push(state, commands.DO_START)
    sent = play_on(state, 4 * S).sent
    mine = sent[sent["port"] == port]
    beat = mine[mine["when"] == S]
    assert [int(e["b0"]) for e in beat] == [CLOCK, NOTE_OFF, NOTE_ON]


def test_O1_every_port_that_is_on_hears_the_same_clock():
    state = clocked()
    commands.push(state, commands.DO_CLOCK, 7, a=1)
    commands.push(state, commands.DO_START)
    sent = play_on(state, 2 * S).sent
    assert clock_of(sent, 1) == clock_of(sent, 7)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 19), st.sampled_from(["START", "CONTINUE"]))
def test_O3_a_start_that_waits_for_its_pulse_is_taken_back_by_stop(ms, word):
    state = clocked(stopped=1)
    play_on(state, S + MS)
    commands.push(state, getattr(commands, f"DO_{word}"))
    play_on(state, S + MS + MS // 2)
    commands.push(state, commands.DO_STOP)
    sent = play_on(state, 2 * S).sent
    assert [status for _, status in clock_of(sent) if status != CLOCK] == []
    assert state.transport[0]["playing"] == 0
    commands.push(state, commands.DO_START)
    again = play_on(state, 2 * S + ms * MS + 21 * MS).sent
    assert (START in [status for _, status in clock_of(again)]) and state.transport[0]["playing"] == 1


@pytest.mark.parametrize("stopped_at_beats", [0.0, 1.25, 6.5])
def test_L1_a_pattern_that_is_chosen_while_stopped_keeps_to_the_bar(stopped_at_beats):
    """Its notes are where they would be had it been launched on the bar line before."""
    bar = Bar.of([Note(0, 60), Note(2 * TICKS_PER_BEAT, 62)], 4 * TICKS_PER_BEAT)
    state = clocked()
    write_slot(state, 7, bar)
    commands.push(state, commands.DO_LOCATE, a=round(stopped_at_beats * TICKS_PER_BEAT))
    play_on(state, 1)
    commands.push(state, commands.DO_LAUNCH, 0, quantum=4 * TICKS_PER_BEAT, a=7)
    commands.push(state, commands.DO_CONTINUE)
    sent = play_on(state, 8 * S).sent
    notes = sent[(sent["b0"] == NOTE_ON) & (sent["port"] == 0)]
    assert notes.size > 4
    for note in notes:
        assert int(note["tick"]) % (4 * TICKS_PER_BEAT) == (int(note["b1"]) - 60) * TICKS_PER_BEAT
