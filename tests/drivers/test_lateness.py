"""Lateness counted in eighths of an octave: small to keep, and never kinder than the truth."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from liveengine.drivers.lateness import count_late, percentile_us
from liveengine.sequencer.records.ports import LATENESS_BINS

lates = st.lists(st.floats(1.0, 1e6), min_size=1, max_size=200)
shares = st.sampled_from([0.01, 0.5, 0.9, 0.99, 1.0])


def counted(late_us: list[float]) -> np.ndarray:
    bins = np.zeros(LATENESS_BINS, np.int64)
    for late in late_us:
        count_late(bins, late)
    return bins


@given(lates, shares)
def test_a_percentile_is_at_most_an_eighth_of_an_octave_above_the_truth_and_never_below(late_us, share):
    truth = sorted(late_us)[max(0, int(np.ceil(share * len(late_us))) - 1)]
    told = percentile_us(counted(late_us), share)
    # Below an eighth of an octave over 1 µs everything counts as in time.
    assert told >= truth * (1 - 1e-9) or truth < 2.0 ** (1 / 8)
    assert told <= truth * 2.0 ** (1 / 8) * (1 + 1e-9)


@given(st.lists(st.floats(-1e9, 1e12), max_size=50))
def test_every_event_is_counted_once_whatever_its_lateness(late_us):
    assert counted(late_us).sum() == len(late_us)


def test_nothing_counted_is_not_late():
    assert percentile_us(np.zeros(LATENESS_BINS, np.int64), 0.99) == 0.0


def test_early_and_in_time_count_as_not_late():
    assert percentile_us(counted([-5.0, 0.0, 0.5, 1.0]), 1.0) == 0.0
