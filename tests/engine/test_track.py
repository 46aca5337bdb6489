"""A track: what it asks of its generator, and when a fresh bar is due."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from sets import BASS, DRUMS, small_set

from liveengine.engine.track import SLIDERS, Track
from liveengine.music.bars import Bars
from liveengine.music.time import Metre

METRES = (Metre(),)


def a_track(pattern: int = 1, **more) -> Track:
    track = Track(0, DRUMS, **more)
    track.choose(pattern)
    return track


@given(rolls=st.integers(0, 1000), bars=st.integers(0, 1000))
def test_g2_a_request_depends_on_patch_track_pattern_and_rolls_alone(rolls, bars):
    def seeds(**more):
        track = a_track(rolls=rolls)
        return track.request(small_set(**more), 1, METRES).seed, track.request_fill(
            small_set(**more), 2, bars, Bars()
        ).seed

    assert seeds() == seeds()
    assert seeds(seed=7) != seeds(seed=8)
    assert len({*seeds(), a_track(0, rolls=rolls).request(small_set(), 1, METRES).seed}) == 3


def test_a_request_says_what_the_patch_and_the_pattern_say():
    patch, track = small_set(), Track(1, BASS)
    track.choose(0)
    track.sliders["density"] = 0.875
    controls = track.request(patch, 1, METRES).controls
    assert (controls.role, controls.bars, controls.density) == ("bass", 4, 0.875)
    assert (controls.chords, controls.metre, controls.low) == (patch.chords, METRES[0], BASS.low)
    assert not controls.fill


@given(pattern=st.sampled_from([0, 1, None]))
def test_a_pattern_brings_its_sliders(pattern):
    track = a_track()
    track.choose(pattern)
    spec = DRUMS.patterns[1 if pattern is None else pattern]
    assert track.sliders == {name: getattr(spec, name) for name in SLIDERS}
    assert (track.playing is None) == (pattern is None)


@given(anchor=st.integers(0, 50), bar=st.integers(0, 500))
def test_a_fresh_bar_is_due_in_the_last_bar_of_every_round_from_where_the_pattern_began(anchor, bar):
    track = a_track(1)  # two bars, asked anew every second time round
    track.fresh_slot = 9
    track.round_bars = 2
    track.launched(9, anchor * 10, anchor, anchor, playing=True)
    due = track.is_last_time_round(bar)
    assert due == (bar >= anchor and (bar - anchor) % 4 == 3)


@given(told=st.integers(0, 50), bar=st.integers(0, 50))
def test_a_pattern_is_due_until_its_bar_begins(told, bar):
    track = a_track()
    assert track.is_due(bar)
    track.fresh_slot = 9
    track.launched(3, 0, 0, 0, playing=True)
    assert track.is_due(bar)
    track.launched(9, 0, told, told, playing=True)
    assert track.is_due(bar) == (bar < told)
    track.transport_moved(False, 0, False)
    assert not track.is_due(bar)
