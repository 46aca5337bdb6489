"""Where the song is by our own clock, between what the engine tells."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.dashboard.lateness import OCTAVES, heights, octaves
from liveengine.dashboard.meter import LIT_S, Meter, counts
from liveengine.dashboard.mirror import SOLOS, Mirror, straightened
from liveengine.dashboard.track import Page
from liveengine.engine.display import activity_words


def _song(tempo: float = 120.0, position: float = 8.0, **track: object) -> Mirror:
    mirror = Mirror()
    values = {"/transport/playing": True, "/transport/tempo": tempo, "/transport/position": position}
    for address, value in (values | {f"/track/1/{name}": value for name, value in track.items()}).items():
        mirror.hear(address, value, 100.0)  # type: ignore[arg-type]
    return mirror


@given(st.floats(20, 400), st.floats(0, 10_000), st.floats(0, 100), st.floats(0, 100))
def test_between_two_beats_the_song_goes_on_at_its_tempo_and_never_back(
    tempo: float, at: float, a: float, b: float
) -> None:
    mirror = _song(tempo, at)
    first, second = sorted((a, b))
    assert at <= mirror.position_beats(100 + first) <= mirror.position_beats(100 + second) <= at + 1.25
    soon = min(first, 60 / tempo)
    assert math.isclose(mirror.position_beats(100 + soon), at + soon * tempo / 60, abs_tol=1e-6)


def test_while_stopped_nothing_moves() -> None:
    mirror = _song(steps="x...", began=8.0)
    mirror.hear("/transport/playing", False, 101.0)
    assert mirror.position_beats(500.0) == 8.0
    assert mirror.step(1, 500.0) == -1


@given(st.integers(1, 128), st.floats(0, 400), st.floats(0, 1))
def test_a_playhead_is_a_step_of_its_pattern_and_moves_by_sixteenths(length: int, began: float, after: float) -> None:
    mirror = _song(60.0, began + 3.0, steps="x" * length, began=began)
    step = mirror.step(1, 100.0 + after)
    assert step in (int((3.0 + after) * 4 + bias) % length for bias in (-1e-6, 1e-6))


def test_a_pattern_that_has_not_begun_has_no_playhead() -> None:
    assert _song(position=3.0, steps="x...", began=8.0).step(1, 100.0) == -1


def test_what_is_due_counts_down_to_its_beat() -> None:
    mirror = _song(60.0, 8.0, due=12)
    waits = [mirror.beats_to_wait(1, 100.0 + seconds / 4) for seconds in range(5)]
    assert waits == [4, 4, 4, 4, 3]
    mirror.hear("/track/1/due", 0, 100.0)
    assert mirror.beats_to_wait(1, 100.0) == 0


def test_what_is_forgotten_is_drawn_anew() -> None:
    mirror = _song()
    before = mirror.heard(("/scene",))
    mirror.forget()
    assert mirror.heard(("/scene",)) != before
    assert (mirror.tracks, mirror.playing, mirror.bar_steps) == ([], False, 16)


@given(st.text(".xX", max_size=300), st.integers(1, 32), st.integers(0, 130), st.integers(-1, 299), st.booleans())
def test_a_page_holds_the_playhead_and_fits(steps: str, bar: int, width: int, step: int, muted: bool) -> None:
    head = step if step < len(steps) else -1
    page = Page.of(steps, bar, width, head)
    drawn = page.draw(head, muted)
    assert drawn.cell_len <= max(width, 0) or page.bars <= 1 or page.shown <= bar
    if head >= 0 and width >= bar:
        assert page.first <= head < page.first + page.shown
        assert any(" on " in str(span.style) for span in drawn.spans)


@given(st.dictionaries(st.text(min_size=1), st.tuples(st.integers(0, 10**9), st.integers(0, 10**9))))
def test_port_activity_is_read_as_it_is_written(ports: dict[str, tuple[int, int]]) -> None:
    told = {" ".join(name.split()): both for name, both in ports.items() if name.split()}
    assert counts(activity_words(told)) == {name: both for name, both in told.items() if "\n" not in name}


def test_a_light_goes_on_with_a_message_and_off_again() -> None:
    meter = Meter()
    meter.hear(50, 0.0)
    assert not meter.is_lit(0.0), "what was there before is no news"
    meter.hear(51, 1.0)
    assert meter.is_lit(1.0) and not meter.is_lit(1.0 + 2 * LIT_S)
    assert meter.rate(1.0) > meter.rate(2.0) > 0
    meter.hear(3, 5.0)
    assert not meter.is_lit(5.0), "another engine counts from the beginning"


@given(st.lists(st.integers(0, 10**12), min_size=OCTAVES, max_size=OCTAVES), st.integers(1, 20))
def test_bars_keep_the_order_of_their_counts_and_one_event_shows(events: list[int], rows: int) -> None:
    tall = heights(events, rows)
    assert octaves(",".join(map(str, events))) == events
    for one, height in zip(events, tall, strict=True):
        assert (height > 0) == (one > 0) and height <= 8 * rows
        assert all(height <= other for more, other in zip(events, tall, strict=True) if more >= one)


@given(st.floats(0, 0.999), st.floats(0.5, 0.75))
def test_straightening_undoes_swing(place: float, swing: float) -> None:
    swung = place + 2 * (swing - 0.5) * min(place, 1 - place)
    assert math.isclose(straightened(swung, swing), place, abs_tol=1e-9)


@pytest.mark.parametrize(("unit", "swing"), [("1/16", 0.6), ("1/8", 0.75), ("1/16", 0.5)])
def test_a_swung_playhead_comes_to_a_step_when_it_sounds(unit: str, swing: float) -> None:
    mirror = _song(60.0, 8.0, steps="x" * 16, began=8.0, swing=swing, swing_unit=unit)
    mirror.hear("/transport/beat", 1, 100.0)
    for step in range(4):
        sounds = step / 4 + mirror.late(1, step) / 4
        assert mirror.step(1, 100.0 + sounds + 1e-4) == step
        assert mirror.step(1, 100.0 + max(sounds, 0.25) - 1e-4) == max(step - 1, 0)


def test_whoever_is_not_soloed_is_silent_while_anybody_is() -> None:
    mirror = _song(name="one", solo=True)
    mirror.hear("/track/2/name", "two", 100.0)
    assert [mirror.silent(track) for track in (1, 2)] == [False, True]
    before = mirror.heard((SOLOS,))
    mirror.hear("/track/1/solo", False, 100.0)
    assert mirror.heard((SOLOS,)) != before, "it is seen on every track"
    assert [mirror.silent(track) for track in (1, 2)] == [False, False]


@given(st.text("xX", min_size=1, max_size=64), st.integers(8, 130), st.floats(0, 0.75))
def test_a_late_step_takes_no_more_room_and_is_still_seen(steps: str, width: int, late: float) -> None:
    page = Page.of(steps, 16, width, -1)
    drawn = page.draw(-1, False, lambda place: late).plain
    assert len(drawn) == len(page.draw(-1, False).plain)
    if page.bars == 1 and late < 0.5:
        assert len(drawn.split()) <= 1 + len(steps) and drawn.strip()
