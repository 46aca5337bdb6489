"""Bars: where the lines lie when metres change from bar to bar, and the data plane's word on the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.music.bars import Bars
from liveengine.music.time import Metre
from liveengine.sequencer.metre import bar_at, bar_length, change_metre, cycle_line, lengthen_metre
from liveengine.sequencer.state import make_state

metres = st.builds(Metre, st.integers(1, 12), st.sampled_from([2, 4, 8, 16]))
cycles = st.lists(metres, min_size=1, max_size=8).map(tuple)
numbers = st.integers(-500, 5000)
every_bars = st.builds(Bars, cycles, st.integers(0, 200), st.integers(0, 10**9))


@given(every_bars, numbers)
def test_a_bar_begins_on_its_line_and_ends_before_the_next(bars, number):
    line, following = bars.line_of(number), bars.line_of(number + 1)
    assert following - line == bars.metre_of(number).bar_ticks
    assert [bars.bar_at(tick) for tick in (line, following - 1, following)] == [number, number, number + 1]


@given(every_bars, numbers)
def test_the_metres_go_round_from_the_first_bar_both_ways(bars, number):
    assert bars.line_of(bars.first_bar) == bars.first_tick
    assert bars.metre_of(number) == bars.metre_of(number + len(bars.metres))
    first = bars.cycle_of(number)
    assert 0 <= number - first < len(bars.metres)
    assert bars.metre_of(first) == bars.metres[0]


@given(cycles, cycles, st.integers(0, 40), st.lists(st.integers(0, 10**9), min_size=1, max_size=20))
def test_t1_the_data_plane_counts_the_same_bars(before, cycle, change, ticks):
    state = make_state(metre=before[0])
    for metre in before[1:]:
        assert lengthen_metre(state, metre.bar_ticks)
    line = Bars(before).line_of(change)
    change_metre(state, cycle[0].bar_ticks, line)
    for metre in cycle[1:]:
        assert lengthen_metre(state, metre.bar_ticks)
    bars = Bars(cycle, change, line)
    for tick in ticks:
        bar = bars.bar_at(tick)
        assert bar_at(state, tick) == (bar, bars.line_of(bar))
        assert bar_length(state, bar) == bars.metre_of(bar).bar_ticks
        assert cycle_line(state, tick) == bars.line_of(bars.cycle_of(bar))


def test_no_metre_is_no_cycle():
    with pytest.raises(ValueError, match="one at least"):
        Bars(())
