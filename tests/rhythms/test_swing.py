"""Swing: order stays, straight is straight, the off-beat falls where it is asked to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.music.rhythm import BAR_TICKS, Rhythm
from liveengine.rhythms.phi import SECTION, golden
from liveengine.rhythms.swing import swing

rhythms = st.builds(Rhythm.from_text, st.text("xX.", min_size=1, max_size=40)) | st.builds(golden, st.integers(0, 40))
places = st.floats(0.5, 0.75)


@given(rhythms, places)
def test_no_onset_is_lost_or_passes_another(rhythm: Rhythm, place: float) -> None:
    swung = swing(rhythm, place)
    assert swung.accents == rhythm.accents
    assert swung.hits == rhythm.hits or not rhythm.on_grid


@given(rhythms)
def test_straight_is_straight(rhythm: Rhythm) -> None:
    assert swing(rhythm, 0.5) == rhythm


@given(st.integers(1, 32), places)
def test_even_steps_stay_and_odd_ones_fall_where_asked(pairs: int, place: float) -> None:
    swung = swing(Rhythm.from_text("x" * 2 * pairs), place)
    for number in range(pairs):
        down, off = swung.onsets[2 * number : 2 * number + 2]
        assert down == pytest.approx(number * BAR_TICKS / pairs, abs=1)
        # Half a tick from the step's own rounding, bent by at most 1.5, and half a tick from this one's.
        assert off == pytest.approx((number + place) * BAR_TICKS / pairs, abs=1.3)


def test_left_to_itself_it_swings_by_the_golden_section() -> None:
    assert swing(Rhythm.from_text("xx")).onsets[1] / BAR_TICKS == pytest.approx(SECTION, abs=1e-6)


def test_a_last_step_without_a_partner_stays() -> None:
    assert swing(Rhythm.from_text("xxx"), 0.7).onsets[2] == Rhythm.from_text("xxx").onsets[2]


@pytest.mark.parametrize("place", [0.49, 0.76, float("nan")])
def test_what_is_no_swing_is_refused(place: float) -> None:
    with pytest.raises(ValueError, match=r"0\.5-0\.75"):
        swing(Rhythm.from_text("xx"), place)
