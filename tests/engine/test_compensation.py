"""Who waits how long, so that all is heard together: laws of latency compensation (O1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.engine.compensation import Latency, Waits, compensate

latencies = st.lists(st.builds(Latency, st.floats(0.0, 500.0), st.floats(-100.0, 100.0)), min_size=1, max_size=16)


def heard_ms(outputs: list[Latency], waits: Waits) -> list[tuple[float, float]]:
    """Return how long after it is sent each output's notes are heard, and its clock."""
    return [
        (note_wait + output.notes_ms, clock_wait + output.notes_ms)
        for output, note_wait, clock_wait in zip(outputs, waits.notes_ms, waits.clock_ms, strict=True)
    ]


@given(latencies)
def test_all_notes_are_heard_together_and_exactly_the_lead_after_they_are_sent(outputs):
    waits = compensate(outputs)
    assert [notes for notes, _ in heard_ms(outputs, waits)] == pytest.approx([waits.lead_ms] * len(outputs))


@given(latencies)
def test_O1_each_clock_is_heard_by_its_offset_after_the_notes(outputs):
    for output, (notes, clock) in zip(outputs, heard_ms(outputs, compensate(outputs)), strict=True):
        assert clock - notes == pytest.approx(output.clock_offset_ms, abs=1e-9)


@given(latencies)
def test_nobody_waits_less_than_nothing_and_somebody_waits_for_nothing(outputs):
    """They are the least waits that there can be: one output, its notes or its clock, is sent to at once."""
    waits = compensate(outputs)
    assert min((*waits.notes_ms, *waits.clock_ms)) >= 0.0
    slowest = max(output.notes_ms for output in outputs)
    at_once = any(wait == pytest.approx(0.0, abs=1e-9) for wait in (*waits.notes_ms, *waits.clock_ms))
    assert at_once
    assert waits.lead_ms >= slowest


@given(latencies, st.randoms())
def test_the_order_of_the_outputs_does_not_matter(outputs, dice):
    order = list(range(len(outputs)))
    dice.shuffle(order)
    waits, shuffled = compensate(outputs), compensate([outputs[place] for place in order])
    assert shuffled.notes_ms == tuple(waits.notes_ms[place] for place in order)
    assert shuffled.clock_ms == tuple(waits.clock_ms[place] for place in order)
    assert shuffled.lead_ms == waits.lead_ms


@given(latencies, st.floats(0.0, 100.0))
def test_what_delays_all_alike_changes_no_wait(outputs, more_ms):
    later = [Latency(output.notes_ms + more_ms, output.clock_offset_ms) for output in outputs]
    waits, same = compensate(outputs), compensate(later)
    assert same.notes_ms == pytest.approx(waits.notes_ms, abs=1e-9)
    assert same.lead_ms == pytest.approx(waits.lead_ms + more_ms)


def test_outputs_without_latency_wait_for_nothing():
    assert compensate([Latency(), Latency()]) == Waits((0.0, 0.0), (0.0, 0.0), 0.0)


def test_no_output_at_all_is_no_error():
    assert compensate([]) == Waits((), (), 0.0)


def test_a_clock_that_is_wanted_early_is_had_by_letting_all_the_rest_wait():
    assert compensate([Latency(0.0, -8.0), Latency(5.0)]) == Waits((8.0, 3.0), (0.0, 3.0), 8.0)
