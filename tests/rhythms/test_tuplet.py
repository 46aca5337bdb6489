"""Tuplets: as many notes as asked, exactly even, within the steps they are given."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.music.rhythm import BAR_TICKS
from liveengine.rhythms.tuplet import tuplet

asked = st.tuples(st.integers(1, 13), st.integers(1, 16), st.integers(0, 20))


@given(asked)
def test_notes_are_even_and_exact(figure: tuple[int, int, int]) -> None:
    onsets, over, start = figure
    rhythm = tuplet(onsets, over, start)
    exact = {(Fraction(start, 16) + Fraction(number * over, 16 * onsets)) % 1 for number in range(onsets)}
    assert {Fraction(hit, rhythm.steps) for hit in rhythm.hits} == exact
    assert len(rhythm.onsets) == onsets
    # On the tick too, or next to it where the bar does not divide so finely.
    assert all(
        abs(tick - place * BAR_TICKS) <= Fraction(1, 2)
        for tick, place in zip(rhythm.onsets, sorted(exact), strict=True)
    )


@given(st.integers(1, 16), st.integers(0, 15))
def test_as_many_notes_as_steps_is_no_tuplet(over: int, start: int) -> None:
    assert set(tuplet(over, over, start).hits) == {(start + step) % 16 for step in range(over)}


@pytest.mark.parametrize(("onsets", "over"), [(0, 4), (3, 0), (3, 17)])
def test_what_is_no_tuplet_is_refused(onsets: int, over: int) -> None:
    with pytest.raises(ValueError, match="tuplet is one note or more"):
        tuplet(onsets, over)


def test_a_grid_too_fine_is_refused() -> None:
    with pytest.raises(ValueError, match="steps must lie"):
        tuplet(509, 4)
