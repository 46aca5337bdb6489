"""Lanes delay what goes to a port, notes and clock apart, and lose or reorder nothing."""

from __future__ import annotations

import numpy as np
import pytest
from clocks import (
    MS,
    S,
    data_plane_ns,
    errors_ms,
    messages,
    perform,
    period,
    play_on,
    pulses,
    start_before,
    steady,
    together,
    unmatched,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from liveengine.music.event import CLOCK, NOTE_OFF, NOTE_ON, SONG_POSITION, START, STOP
from liveengine.music.note import Bar, Note
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_PULSE, TICKS_PER_SIXTEENTH
from liveengine.sequencer import commands
from liveengine.sequencer.lanes import deliver, next_delivery
from liveengine.sequencer.records.ports import LANE_SIZE
from liveengine.sequencer.records.transport import NEVER
from liveengine.sequencer.render import render
from liveengine.sequencer.state import State

SIXTEENTHS = Bar.of([Note(i * TICKS_PER_SIXTEENTH, 60 + i, gate=60_000) for i in range(16)], 4 * TICKS_PER_BEAT)


def plane(delays: dict[int, tuple[int, int]], bar: Bar = SIXTEENTHS, follow: int = -1, **clock: int) -> State:
    """A data plane whose track plays on port 1; `delays`: port to ms of notes and of clock."""
    state = data_plane_ns(bar, follow=follow)
    commands.push(state, commands.DO_ROUTE, 0, a=1)
    for port in (1, 2):
        commands.push(state, commands.DO_CLOCK, port, a=1, b=clock.get("stopped", 0))
    for port, (notes, pulse) in delays.items():
        commands.push(state, commands.DO_DELAY, port, a=round(notes * MS), b=round(pulse * MS))
    return state


def started(delays: dict[int, tuple[int, int]], **clock: int) -> State:
    state = plane(delays, **clock)
    commands.push(state, commands.DO_START)
    return state


def of(sent: np.ndarray, port: int, clock: bool) -> np.ndarray:
    """What went to a port: its notes, or its clock."""
    is_clock = (sent["b0"] >= CLOCK) | (sent["b0"] == SONG_POSITION)
    return sent[(sent["port"] == port) & (is_clock == clock)]


delays = st.dictionaries(st.integers(0, 2), st.tuples(st.integers(0, 80), st.integers(0, 80)), max_size=3)


@settings(max_examples=40, deadline=None)
@given(delays)
def test_O1_every_message_comes_its_ports_delay_later_and_none_is_lost(delays):
    plain = play_on(started({}), 4 * S).sent
    late = play_on(started(delays), 5 * S).sent
    for port in (0, 1, 2):
        notes, clock = delays.get(port, (0, 0))
        for is_clock, delay in ((False, notes), (True, clock)):
            want, got = of(plain, port, is_clock), of(late, port, is_clock)[: of(plain, port, is_clock).size]
            assert np.array_equal(want["when"] + delay * MS, got["when"])
            assert np.array_equal(want["b0"], got["b0"])
            assert np.array_equal(want["tick"], got["tick"])


@settings(max_examples=40, deadline=None)
@given(delays, st.floats(0.05, 70), st.integers(20, 400))
def test_T3_what_is_delivered_is_the_same_over_any_windows_and_sorted(delays, step_ms, tempo):
    def performed(step_ms: float) -> np.ndarray:
        state = started(delays, stopped=1)
        commands.push(state, commands.DO_TEMPO, x=float(tempo))
        first = play_on(state, S, step_ms).sent
        commands.push(state, commands.DO_STOP)
        return np.concatenate([first, play_on(state, 3 * S, step_ms).sent])

    sent = performed(step_ms)
    assert np.array_equal(sent, performed(2.0))
    assert np.all(np.diff(sent["when"]) >= 0)
    assert unmatched(sent) == (0, 0)


@settings(max_examples=40, deadline=None)
@given(delays)
def test_O4_a_clock_goes_before_what_shares_its_instant(delays):
    sent = play_on(started(delays), 2 * S).sent
    for port in (1, 2):
        mine = sent[sent["port"] == port]
        same = np.nonzero(np.diff(mine["when"]) == 0)[0]
        earlier, later = mine["b0"][same], mine["b0"][same + 1]
        assert not np.any((later == CLOCK) & (earlier < CLOCK))
        assert not np.any(((later & 0xF0) == NOTE_OFF) & ((earlier & 0xF0) == NOTE_ON))


@pytest.mark.parametrize("tempo", [60.0, 174.0])
def test_O1_an_offset_is_kept_in_milliseconds_through_a_tempo_change(tempo):
    state = started({1: (0, 12.5), 2: (0, 30)})
    first = play_on(state, 2 * S).sent
    commands.push(state, commands.DO_TEMPO, x=tempo)
    sent = np.concatenate([first, play_on(state, 6 * S).sent])
    one = sent["when"][(sent["b0"] == CLOCK) & (sent["port"] == 1)]
    two = sent["when"][(sent["b0"] == CLOCK) & (sent["port"] == 2)]
    assert np.all(two - one[: two.size] == 17.5 * MS)
    assert two.size > 6 * tempo / 60 * 24 * 0.6


@pytest.mark.parametrize("clock_ms", [0, 7, 40])
def test_O2_start_waits_with_its_clock_so_that_the_first_pulse_after_it_is_beat_zero(clock_ms):
    sent = play_on(started({2: (25, clock_ms)}, stopped=0), S).sent
    clock = of(sent, 2, clock=True)
    assert list(clock["b0"][:2]) == [START, CLOCK]
    assert clock["when"][0] == clock["when"][1] == clock_ms * MS
    assert clock["tick"][1] == 0


def test_O2_song_position_waits_with_its_clock_too():
    state = plane({2: (0, 30)})
    commands.push(state, commands.DO_LOCATE, a=16 * TICKS_PER_SIXTEENTH)
    sent = of(play_on(state, S).sent, 2, clock=True)
    assert [(e["b0"], e["when"]) for e in sent] == [(SONG_POSITION, 30 * MS)]


@pytest.mark.parametrize("lead_ms", [5, 10, 30])
@pytest.mark.parametrize("jitter_ms", [0, 1])
def test_O1_an_offset_before_the_beat_is_had_by_rendering_all_early_while_following(lead_ms, jitter_ms):
    """Port 1 goes out `lead` before the master's beat, port 2 and the instruments on it."""
    bar = Bar.of([Note(i * TICKS_PER_PULSE, 60, gate=4000) for i in range(96)], 4 * TICKS_PER_BEAT)
    state = plane({0: (lead_ms, 0), 1: (0, 0), 2: (lead_ms, lead_ms)}, bar, follow=0)
    commands.push(state, commands.DO_LEAD, a=lead_ms * MS)
    before = steady(120, 8)
    meant = steady(120, 24, before[-1] + period(120))
    came = together(pulses(before, jitter_ms, 1), start_before(meant[0]), pulses(meant, jitter_ms, 2))
    played = perform(state, came, until=meant[-1] + MS)
    on_the_beat = errors_ms(played, meant, skip=96)
    early = (played.whens(NOTE_ON, 1)[96 : 96 + 400] - meant[96 : 96 + 400]) / MS + lead_ms
    clock = (played.whens(CLOCK, 2)[96 : 96 + 400] - meant[96 : 96 + 400]) / MS
    for errors in (on_the_beat, early, clock):
        assert abs(errors).max() < 0.05 + 0.7 * jitter_ms
    for port in (1, 2):
        assert np.diff(played.whens(CLOCK, port)).min() > 0.5 * period(120), "no burst at the start (T6)"
    assert np.array_equal(played.sent[(played.sent["b0"] == CLOCK) & (played.sent["port"] == 1)]["tick"][:3],
                          np.arange(3) * TICKS_PER_PULSE)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 700), st.integers(0, 90), st.integers(0, 90)), min_size=1, max_size=8))
def test_T6_N1_changing_a_delay_while_it_plays_bunches_no_pulses_and_mixes_up_no_notes(changes):
    state = started({})
    sent = []
    now = 0
    for lasts, notes, clock in changes:
        commands.push(state, commands.DO_DELAY, 1, a=notes * MS, b=clock * MS)
        now += lasts * MS
        sent.append(play_on(state, now).sent)
    sent.append(play_on(state, now + S).sent)
    commands.push(state, commands.DO_STOP)
    sent.append(play_on(state, now + 2 * S).sent)
    whole = np.concatenate(sent)
    assert np.all(np.diff(whole["when"]) >= 0)
    assert unmatched(whole) == (0, 0)
    pulses_ = whole["when"][(whole["b0"] == CLOCK) & (whole["port"] == 1)]
    assert np.diff(pulses_).min() >= 0.5 * period(120) - 2
    ticks = whole["tick"][(whole["b0"] == CLOCK) & (whole["port"] == 1)]
    assert np.all(np.diff(ticks) == TICKS_PER_PULSE)


def test_a_delay_that_was_changed_is_reached():
    state = started({1: (0, 50)})
    play_on(state, 2 * S)
    commands.push(state, commands.DO_DELAY, 1, a=0, b=0)
    sent = play_on(state, 4 * S).sent
    one, two = (sent["when"][(sent["b0"] == CLOCK) & (sent["port"] == port)] for port in (1, 2))
    assert np.array_equal(one[-24:], two[-24:])


def test_a_full_lane_lets_the_oldest_go_early_and_loses_none():
    chord = Bar.of([Note(0, pitch, gate=30_000) for pitch in range(128)], TICKS_PER_BEAT)
    state = started({})
    commands.push(state, commands.DO_DELAY, 1, a=4 * S)
    from liveengine.sequencer.slots import write_slot

    write_slot(state, 1, chord)
    commands.push(state, commands.DO_LAUNCH, 0, a=1)
    first = play_on(state, 6 * S).sent
    assert state.lanes[1]["count"] == LANE_SIZE
    commands.push(state, commands.DO_STOP)
    sent = np.concatenate([first, play_on(state, 12 * S).sent])
    assert np.all(np.diff(sent["when"]) >= 0)
    assert unmatched(sent) == (0, 0)
    assert np.count_nonzero((sent["b0"] == NOTE_ON) & (sent["port"] == 1)) == np.count_nonzero(
        (sent["b0"] == NOTE_ON) & (sent["port"] == 0)
    )
    assert state.lanes["count"].sum() == 0


def test_what_is_due_after_the_window_waits_for_the_next():
    state = started({1: (10, 10)})
    render(state, 0, MS)
    count = deliver(state, MS)
    assert set(state.due["port"][:count]) == {0, 2}
    assert next_delivery(state) == 10 * MS
    render(state, MS, 10 * MS + 1)
    count = deliver(state, 10 * MS + 1)
    assert set(state.due["port"][:count]) == {1}


def test_nothing_waits_where_nothing_is_delayed():
    state = started({})
    play_on(state, S)
    assert next_delivery(state) == NEVER


def test_what_is_played_through_does_not_wait_with_the_patterns_notes():
    state = plane({1: (50, 50)}, follow=-1)
    commands.push(state, commands.DO_THRU, 3, a=0)
    came = together(
        messages(S, NOTE_ON, 72, 100, port=3),
        messages(S + 20 * MS, NOTE_OFF, 72, 0, port=3),
    )
    played = perform(state, came)
    assert abs(played.whens(NOTE_ON, 1) - S).max() < 1000, "to the tick"
    assert abs(played.whens(NOTE_OFF, 1) - (S + 20 * MS)).max() < 1000, "to the tick"


def test_N3_a_key_held_by_hand_ends_before_the_pattern_strikes_it_at_the_same_instant():
    state = plane({}, Bar.of([Note(TICKS_PER_BEAT, 72)], 4 * TICKS_PER_BEAT))
    commands.push(state, commands.DO_THRU, 3, a=0)
    commands.push(state, commands.DO_LAUNCH, 0, a=0)
    commands.push(state, commands.DO_START)
    sent = perform(state, messages(S // 4, NOTE_ON, 72, 100, port=3)).sent
    notes = sent[(sent["port"] == 1) & (sent["size"] == 3) & (sent["b1"] == 72)]["b0"] & 0xF0
    assert notes[:4].tolist() == [NOTE_ON, NOTE_OFF, NOTE_ON, NOTE_OFF]


def test_N1_stop_ends_what_waits_after_it_has_begun():
    state = started({1: (60, 0)})
    first = play_on(state, S + 3 * MS).sent
    commands.push(state, commands.DO_STOP)
    sent = np.concatenate([first, play_on(state, 2 * S).sent])
    assert unmatched(sent) == (0, 0)
    assert np.count_nonzero(sent["b0"] == STOP) == 2
