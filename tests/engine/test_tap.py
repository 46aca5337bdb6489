"""Tap tempo: the taps' own law, and what the engine does with it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sets import Desk

from liveengine.engine.events import Asked
from liveengine.engine.mapping import Action
from liveengine.engine.tap import PAUSE_S, TAPS, Tap
from liveengine.music.time import TEMPO_MAX_BPM, TEMPO_MIN_BPM
from liveengine.sequencer import commands as do

tempi = st.floats(TEMPO_MIN_BPM + 1, TEMPO_MAX_BPM)


def tapped(tap: Tap, *at_s: float) -> float | None:
    """Strike at each instant; return what the last said."""
    return [tap.strike(instant) for instant in at_s][-1]


@given(tempi, st.integers(2, 40), st.floats(0.0, 1e5))
def test_even_taps_say_their_tempo(tempo, count, begin):
    assert tapped(Tap(), *(begin + k * 60 / tempo for k in range(count))) == pytest.approx(tempo, rel=1e-6)


@given(tempi)
def test_one_tap_says_nothing(tempo):
    assert Tap().strike(tempo) is None


@given(st.floats(60, 200), st.lists(st.floats(-0.01, 0.01), min_size=TAPS, max_size=TAPS))
def test_a_shaky_hand_is_off_by_no_more_than_its_taps_allow(tempo, shakes_s):
    """With eight taps, each up to 10 ms off, the slope is off by 10 ms · Σ|k| / Σk², k from the middle: under 4 ms."""
    beat_s = 60 / tempo
    said = tapped(Tap(), *(k * beat_s + shake for k, shake in enumerate(shakes_s)))
    assert abs(60 / said - beat_s) <= 0.01 * 16 / 42 + 1e-9


@given(st.floats(60, 120), st.floats(121, 240), st.integers(2, 12))
def test_after_a_pause_a_new_count_begins(slow, fast, count):
    tap = Tap()
    tapped(tap, *(k * 60 / slow for k in range(count)))
    begin = count * 60 / slow + PAUSE_S + 0.1
    assert tap.strike(begin) is None
    assert tap.strike(begin + 60 / fast) == pytest.approx(fast)


def test_only_the_latest_taps_count():
    tap = Tap()
    tapped(tap, *(k * 0.6 for k in range(20)))
    later = 19 * 0.6
    assert tapped(tap, *(later + k * 0.5 for k in range(1, TAPS))) == pytest.approx(120.0)


@pytest.mark.parametrize("gap_s", [0.01, 0.1])
def test_a_drum_roll_is_no_tempo_beyond_the_fastest(gap_s):
    assert tapped(Tap(), 0.0, gap_s) == TEMPO_MAX_BPM


@pytest.mark.parametrize("step_s", [0.0, -1.0])
def test_an_instant_that_does_not_come_later_begins_anew(step_s):
    assert tapped(Tap(), 5.0, 5.0 + step_s) is None


# -- the engine ---------------------------------------------------------------


def struck(desk: Desk, *at_s: float) -> list[float]:
    """Tap at these instants of the driver's clock; return the tempo of each DO_TEMPO that came of it."""
    tempi = []
    for instant in at_s:
        desk.orders = desk.engine.handle(Asked(Action("/transport/tap"), "me"), instant)
        tempi += [command.x for command in desk.commands(do.DO_TEMPO)]
    return tempi


def test_the_second_tap_sets_the_tempo_and_tells_it():
    desk = Desk()
    assert struck(desk, 1.0) == []
    assert struck(desk, 1.4) == pytest.approx([150.0])
    assert desk.told["/transport/tempo"] == pytest.approx(150.0)


def test_a_tapped_tempo_counts_at_once_whatever_ramp_is_set():
    desk = Desk().ask("/transport/ramp", 8)
    struck(desk, 1.0, 1.5)
    assert [command.a for command in desk.commands(do.DO_TEMPO)] == [0]


def test_the_next_step_from_a_tapped_tempo_begins_there():
    desk = Desk()
    struck(desk, 1.0, 1.4)
    desk.ask("/transport/tempo", add=1.0)
    assert [command.x for command in desk.commands(do.DO_TEMPO)] == pytest.approx([151.0])
