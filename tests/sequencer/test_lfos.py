"""LFOs and lanes: their shapes by formula, free of the tempo or locked to the song, and what they leave behind."""

from __future__ import annotations

import itertools
import math

import pytest
from crank import RATE, awaited, data_plane, order, play_until
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_modulation import height

from liveengine.music.modulation import LFOS, SHAPES, Lfo
from liveengine.music.note import Bar, Note
from liveengine.music.target import Lock, Target
from liveengine.music.time import TICKS_PER_BEAT
from liveengine.sequencer.draining import drain_log
from liveengine.sequencer.outlet import MODULATED
from liveengine.sequencer.records.modulation import LFO_ROWS
from liveengine.sequencer.records.tracks import TRACKS
from liveengine.sequencer.slots import write_lfo
from liveengine.sequencer.state import State

CC = Target.parse("cc 74")
BEAT = int(RATE / 2)  # at 120 BPM
POINTS = ((0.0, 0.1), (0.25, 0.9), (0.75, 0.3))
shares = st.floats(0, 1)


def swinging(lfo: Lfo, tempo: float = 120.0, bars: list[Bar] | None = None) -> State:
    """A data plane whose track 0 sends to port 1 and has one LFO, which is on."""
    state = data_plane(bars or [], tempo)
    write_lfo(state, 0, lfo)
    order(state, "route", track=0, a=1)
    order(state, "lfo", track=0, a=0, b=1)
    return state


def sent(events: list) -> list[tuple[int, int]]:
    """When controllers came, and what they said."""
    return [(when, data[2]) for when, port, _, data in events if port == 1 and data[0] == 0xB0]


def at(values: list[tuple[int, int]], when: int) -> int:
    """What the device stands at."""
    return [value for came, value in values if came <= when][-1]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SHAPES), st.sampled_from([1, 3, 16]), shares, shares, shares, st.booleans())
def test_a_locked_shape_goes_by_its_formula(shape, beats, depth, centre, phase, stepped):
    lfo = Lfo(
        CC, shape, beats * TICKS_PER_BEAT, depth=depth, centre=centre, phase=phase, points=POINTS, stepped=stepped
    )
    state = swinging(lfo)
    order(state, "start")
    heard = sent(play_until(state, 2 * BEAT + 1))
    for tick in range(0, 2 * TICKS_PER_BEAT + 1, TICKS_PER_BEAT // 16):
        turns = tick / lfo.period + phase
        share = centre + depth * (height(lfo, turns, 0, 0, 0) - 0.5)
        # What stands was sent up to a sixth of a pulse before, where it does not jump.
        now = math.floor(127 * min(max(share, 0), 1) + 0.5 + 1e-9)
        when = round(tick * BEAT / TICKS_PER_BEAT)
        assert abs(at(heard, when) - now) <= 2 or any(abs(came - when) < 170 for came, _ in heard)
    assert all(one != other for (_, one), (_, other) in itertools.pairwise(heard)), "sent although nothing changed"


@pytest.mark.parametrize(
    ("shape", "quarters"),
    [
        ("sine", [64, 127, 64, 0]),
        ("triangle", [64, 127, 64, 0]),
        ("up", [0, 32, 64, 95]),
        ("down", [127, 95, 64, 32]),
        ("square", [127, 127, 0, 0]),
    ],
)
def test_the_quarters_of_each_shape(shape, quarters):
    state = swinging(Lfo(CC, shape, 4 * TICKS_PER_BEAT))
    order(state, "start")
    heard = sent(play_until(state, 4 * BEAT))
    assert [at(heard, beat * BEAT) for beat in range(4)] == quarters


def test_a_lane_goes_through_its_points_and_is_level_beyond_them():
    state = swinging(Lfo(CC, "drawn", 16 * TICKS_PER_BEAT, centre=0.5, points=((0.0, 0.1), (0.5, 0.9))))
    order(state, "start")
    heard = sent(play_until(state, 17 * BEAT))
    assert [at(heard, beat * BEAT) for beat in (0, 4, 8, 15, 16)] == [13, 64, 114, 114, 13]


@settings(max_examples=20, deadline=None)
@given(st.floats(20, 400), st.floats(20, 400), st.sampled_from([7.83, 0.5]), st.booleans())
def test_a_free_rate_stays_in_Hz_whatever_the_tempo_and_while_stopped(tempo, other, rate_hz, playing):
    state = swinging(Lfo(CC, "square", rate_hz=rate_hz), tempo)
    if playing:
        order(state, "start")
    heard = sent(play_until(state, int(2 * RATE)))
    order(state, "tempo", x=other)
    heard += sent(play_until(state, int(10 * RATE)))
    grid = RATE * 60 / min(tempo, other) / 144 + 1
    for number, (when, value) in enumerate(heard):
        assert value == (0 if number % 2 else 127)
        assert -1 <= when - number * RATE / rate_hz / 2 <= grid
    assert 20 * rate_hz - 1 < len(heard) < 20 * rate_hz + 1


def test_a_rate_that_is_turned_goes_on_from_where_it_is():
    state = swinging(Lfo(CC, "up", rate_hz=0.1))
    heard = sent(play_until(state, int(5 * RATE)))
    assert heard[-1][1] == 63
    order(state, "lfo", track=0, a=4, x=0.2)
    heard = sent(play_until(state, int(7.4 * RATE)))
    assert heard[0][1] == 64 and heard[-1][1] in (124, 125)


@pytest.mark.parametrize("turned", [64.0, None])
def test_what_swung_returns_to_where_it_stood(turned):
    state = swinging(Lfo(CC, "up", TICKS_PER_BEAT, centre=None if turned else 0.25))
    if turned:
        order(state, "turn", track=0, a=0, b=74, x=100.0)
    order(state, "start")
    play_until(state, BEAT // 2)
    order(state, "lfo", track=0, a=0, b=0)
    assert sent(play_until(state, 5 * BEAT)) == [(BEAT // 2, 100 if turned else 32)]


def test_it_swings_about_a_lock_and_about_a_turned_knob():
    bar = Bar.of([Note(0, 60), Note(2 * TICKS_PER_BEAT, 60, locks=(Lock(CC, 100.0),))], 4 * TICKS_PER_BEAT)
    state = swinging(Lfo(CC, "square", TICKS_PER_BEAT, depth=0.25), bars=[bar])
    order(state, "turn", track=0, a=0, b=74, x=40.0)
    order(state, "launch", track=0)
    order(state, "start")
    heard = sent(play_until(state, 5 * BEAT))
    assert [at(heard, int(beat * BEAT)) for beat in (0.1, 0.6, 2.1, 2.6, 4.1)] == [56, 24, 116, 84, 56]


def test_once_it_stays_at_its_end():
    state = swinging(Lfo(CC, "up", TICKS_PER_BEAT, once=True))
    order(state, "start")
    heard = sent(play_until(state, 3 * BEAT))
    assert at(heard, BEAT - 1000) < 127 and heard[-1][1] == 127 and heard[-1][0] <= BEAT


def test_counted_from_its_pattern_it_begins_where_that_begins():
    bar = Bar.of([Note(0, 60)], TICKS_PER_BEAT)
    state = swinging(Lfo(CC, "up", 8 * TICKS_PER_BEAT, with_pattern=True), bars=[bar])
    order(state, "start")
    play_until(state, BEAT)
    order(state, "launch", track=0, quantum=3 * TICKS_PER_BEAT)
    heard = sent(play_until(state, 4 * BEAT))
    assert at(heard, 3 * BEAT) == 0 and at(heard, 4 * BEAT) == 16


def test_another_device_is_told_at_once_where_it_is():
    state = swinging(Lfo(CC, "square", 64 * TICKS_PER_BEAT))
    order(state, "start")
    play_until(state, BEAT)
    order(state, "route", track=0, a=2, b=3)
    assert [data for _, port, _, data in play_until(state, 2 * BEAT) if port == 2] == [(0xB3, 74, 127)]


def test_the_set_s_own_is_told_and_no_more_often_than_it_changes():
    state = data_plane([])
    number = TRACKS * LFOS
    write_lfo(state, number, Lfo(None, "up", TICKS_PER_BEAT, low=-1.0, high=1.0))
    order(state, "lfo", track=number, a=0, b=1)
    order(state, "start")
    assert play_until(state, BEAT) == []
    told = [record for record in drain_log(state) if record["kind"] == MODULATED]
    assert [(record["track"], record["a"]) for record in told] == [(TRACKS, 0)] * 24
    assert [record["x"] for record in told] == pytest.approx([-1 + 2 * n / 24 for n in range(24)], abs=1 / 128)
    with pytest.raises(ValueError, match="the set has no such target"):
        write_lfo(state, number, Lfo(CC))


def test_off_it_costs_nothing_and_stopped_a_locked_one_neither():
    state = swinging(Lfo(CC))
    play_until(state, BEAT)
    assert awaited(state) == 0
    order(state, "start")
    play_until(state, 2 * BEAT)
    order(state, "lfo", track=0, a=0, b=0)
    order(state, "stop")
    play_until(state, 3 * BEAT)
    assert awaited(state) == 0


@pytest.mark.parametrize(
    "fields",
    [{"track": LFO_ROWS, "a": 1}, {"track": 0, "a": 4, "x": 0.001}, {"track": 0, "a": 5, "b": 3}, {"track": 0, "a": 7}],
)
def test_what_no_lfo_can_be_is_refused(fields):
    state = data_plane([])
    order(state, "lfo", **fields)
    play_until(state, 10)
    assert state.transport[0]["refused"] == 1


def test_half_way_between_two_steps_the_higher_stands_whatever_the_last_bits_say():
    state = swinging(Lfo(CC, "down", rate_hz=0.5, centre=0.25, depth=1.0))
    order(state, "start")
    heard = sent(play_until(state, BEAT + 400))
    assert at(heard, BEAT) == 64  # 63.5 of 127, a quarter turn after the start
    assert at(heard, BEAT + 399) == 63
