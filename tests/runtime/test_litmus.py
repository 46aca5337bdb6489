"""What litmus makes of a measurement: pairs, percentiles, targets, a histogram, numbers and a picture."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from liveengine.runtime.litmus.telling import SCHEMA, in_words, to_json, to_svg
from liveengine.runtime.litmus.verdict import JITTER_MS, ROUND_TRIP_MS, Round, Verdict, judge, pair

RATE = 48_000.0
PITCHES = 64
STEP = 4800  # frames from note to note; a pitch returns after 64 of them

delays = st.lists(st.integers(0, PITCHES * STEP - 1), min_size=1, max_size=200)


def verdict(*frames: float, sent: int | None = None, **more: int) -> Verdict:
    found = Round(len(frames) if sent is None else sent, RATE, tuple(map(float, frames)), **more)
    return judge("notes", "synth:in", "synth:out", found, (5000.0, 2000.0))


def played(count: int) -> list[tuple[int, int]]:
    return [(32 + n % PITCHES, n * STEP) for n in range(count)]


# -- pairs ---------------------------------------------------------------------


@given(delays, st.data())
def test_every_note_that_comes_back_is_the_one_that_was_sent(delays, data):
    """Law: whatever is late or lost, as long as none is later than its pitch's return, each delay is the true one."""
    lost = data.draw(st.sets(st.integers(0, len(delays) - 1), max_size=len(delays) - 1))
    sent = played(len(delays))
    came = sorted(
        ((pitch, at + delay) for n, ((pitch, at), delay) in enumerate(zip(sent, delays, strict=True)) if n not in lost),
        key=lambda note: note[1],
    )
    found = pair(sent, came, RATE)
    assert found.delays == tuple(float(delay) for n, delay in enumerate(delays) if n not in lost)
    assert (found.sent, found.doubled, found.foreign) == (len(delays), 0, 0)


@given(st.integers(1, 100), st.integers(0, STEP - 1), st.data())
def test_what_comes_twice_is_counted_and_the_first_counts(count, delay, data):
    twice = data.draw(st.sets(st.integers(0, count - 1)))
    sent = played(count)
    came = [(pitch, at + delay) for pitch, at in sent] + [(sent[n][0], sent[n][1] + delay + 5) for n in twice]
    found = pair(sent, sorted(came, key=lambda note: note[1]), RATE)
    assert found.delays == (float(delay),) * count
    assert found.doubled == len(twice)


@given(st.lists(st.tuples(st.integers(0, 127), st.integers(0, 10**6)), max_size=50))
def test_every_note_that_came_is_ours_a_double_or_foreign(came):
    found = pair(played(40), sorted(came, key=lambda note: note[1]), RATE)
    assert len(found.delays) + found.doubled + found.foreign == len(came)


def test_notes_that_nobody_sent_are_foreign():
    found = pair([(60, 100)], [(60, 50), (61, 200), (60, 150)], RATE)
    assert (found.delays, found.doubled, found.foreign) == ((50.0,), 0, 2)


# -- numbers -------------------------------------------------------------------


@given(st.lists(st.floats(0, 1e7), min_size=1, max_size=300), st.integers(1, 50))
@example([128.0] * 5, 11)
def test_the_histogram_holds_every_delay_in_even_steps_around_the_median(frames, bins):
    counts, edges = verdict(*frames).histogram(bins)
    assert sum(counts) == len(frames)
    assert len(counts) == bins == len(edges) - 1
    steps = np.diff(edges)
    assert steps.min() > 0
    assert np.allclose(steps, steps[0])
    assert steps[0] * RATE / 1e6 > 0.999, "a step is a sample at least"
    assert edges[0] == pytest.approx(-edges[-1])


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=300))
def test_percentiles_stand_in_order_and_within_what_was_measured(frames):
    found = verdict(*frames)
    shares = [found.percentile_us(share) for share in (0, 1, 50, 99, 100)]
    assert shares == sorted(shares)
    assert shares[0] == pytest.approx(min(frames) * 1e6 / RATE)
    assert shares[-1] == pytest.approx(max(frames) * 1e6 / RATE)
    assert 0 <= found.jitter_us <= shares[-1] - shares[0] + 1e-6
    assert found.worst_us <= shares[-1] - shares[0] + 1e-6


def test_a_steady_delay_has_no_jitter_and_is_told_in_samples():
    found = verdict(*[128] * 40)
    assert (found.jitter_us, found.worst_us) == (0.0, 0.0)
    assert found.frames(found.median_us) == pytest.approx(128.0)
    assert found.problems == []


@pytest.mark.parametrize(
    ("frames", "more", "missed"),
    [
        ([128] * 10, {"sent": 11}, {"lost"}),
        ([128] * 10, {"doubled": 1}, {"doubled"}),
        ([481] * 10, {}, {"round_trip_ms"}),
        ([128, 128, 128, 400], {}, {"jitter_ms"}),
        ([480] * 10, {"foreign": 3, "stalls": 1}, set()),
        ([480, 9000], {"sent": 4, "doubled": 2}, {"lost", "doubled", "round_trip_ms", "jitter_ms"}),
    ],
)
def test_every_target_is_missed_by_its_own_name(frames, more, missed):
    found = verdict(*frames, **more)
    assert {target.name for target in found.targets if not target.met} == missed
    assert len(found.problems) == len(missed)


def test_the_targets_are_what_a_stage_can_live_with():
    limits = {target.name: target.limit for target in verdict(128).targets}
    assert limits == {"lost": 0, "doubled": 0, "round_trip_ms": ROUND_TRIP_MS, "jitter_ms": JITTER_MS}


def test_where_nothing_came_back_the_ports_are_named():
    with pytest.raises(OSError, match="nothing came back from synth:in to synth:out: is the cable in"):
        verdict(sent=5)


@given(st.floats(0, 500), st.floats(0, 200), st.floats(0, 200))
def test_what_nothing_reports_is_halved_between_the_ways(extra, out, back):
    """Law: reported or not, the ways out and back add up to what was measured."""
    total_us = 1000.0 * (out + back + extra)
    frames = total_us * RATE / 1e6
    there = judge("clicks", "a", "b", Round(1, RATE, (frames,)), (1000 * out, 1000 * back)).latency_ms
    here = judge("clicks", "b", "a", Round(1, RATE, (frames,)), (1000 * back, 1000 * out)).latency_ms
    assert there + here == pytest.approx(total_us / 1000)
    assert judge("clicks", "a", "b", Round(1, RATE, (frames,))).latency_ms == pytest.approx(total_us / 2000)


# -- telling -------------------------------------------------------------------

names = st.text(max_size=30)


def named(out: str, back: str) -> Verdict:
    return judge("notes", out, back, Round(4, RATE, (128.0, 128.0, 130.0)), None)


@given(names, names)
@example('<a href="&">', "\x00\x1b]\ud7ff")
def test_the_picture_is_a_picture_whatever_the_ports_are_called(out, back):
    picture = ElementTree.fromstring(to_svg(named(out, back)).encode())
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"


def test_the_picture_has_a_bar_for_each_step_as_high_as_its_count():
    found = verdict(*[100] * 10, *[128] * 20, 300)
    picture = ElementTree.fromstring(to_svg(found))
    bars = picture.findall(".//{*}g/{*}rect")
    counts, _ = found.histogram(41)
    assert [float(bar.get("height")) for bar in bars] == [round(190 * count / max(counts), 1) for count in counts]
    words = "".join(picture.itertext())
    assert "synth:in → synth:out" in words
    assert "samples" in words


@given(names, names)
def test_the_numbers_are_json_and_say_which_schema(out, back):
    told = json.loads(to_json(named(out, back)))
    assert told["schema"] == SCHEMA == "liveengine-litmus/1"
    assert (told["out"], told["in"]) == (out, back)


def test_the_numbers_hold_everything():
    found = verdict(*[128] * 9, 140, sent=11)
    told = json.loads(to_json(found))
    assert set(told) == {
        *("schema", "kind", "out", "in", "rate_hz", "sent", "received", "doubled", "foreign", "stalls"),
        *("round_trip_us", "round_trip_frames", "jitter_us", "worst_us", "percentiles_us", "reported_us"),
        *("latency_ms", "targets", "passed", "histogram", "delays_us"),
    }
    assert (told["sent"], told["received"], told["passed"]) == (11, 10, False)
    assert told["round_trip_frames"] == pytest.approx(128)
    assert told["reported_us"] == {"out": 5000.0, "in": 2000.0}
    assert [target["name"] for target in told["targets"] if not target["met"]] == ["lost"]
    assert sum(told["histogram"]["counts"]) == 10 == len(told["delays_us"])


def test_the_words_say_the_round_trip_the_jitter_and_every_target():
    words = in_words(verdict(*[128] * 9, 140, sent=11, foreign=2, stalls=1))
    assert "synth:in → synth:out: 10 of 11 notes came back" in words
    assert "round trip 2.667 ms (128.00 samples); the system reports 5.000 ms out and 2.000 ms in" in words
    assert "2 others came in that were not ours" in words
    assert "stood still 1 times" in words
    assert "✗ lost 1 (at most 0)" in words
    assert "✓ jitter_ms" in words
    assert words.endswith("1 of 11 notes did not come back")


def test_a_clock_of_ns_tells_no_samples():
    found = judge("notes", "a", "b", Round(2, 1e9, (1e6, 1.1e6)))
    assert found.median_us == pytest.approx(1050)
    assert "samples" not in in_words(found) + to_svg(found)
    assert json.loads(to_json(found))["round_trip_frames"] is None
