"""Metric modulation: ratios are exact and undo one another; bars in a row are the rhythm at its new speed."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.music.rhythm import Rhythm
from liveengine.rhythms.modulation import modulated, tempo_ratio

notes = st.fractions(Fraction(1, 64), 4, max_denominator=64)
texts = st.text("xX.", min_size=1, max_size=16)
speeds = st.integers(1, 9)


@given(notes, notes, notes)
def test_there_and_back_is_no_change_and_steps_multiply(one: Fraction, two: Fraction, three: Fraction) -> None:
    assert tempo_ratio(one, two) * tempo_ratio(two, one) == 1
    assert tempo_ratio(one, two) * tempo_ratio(two, three) == tempo_ratio(one, three)


@given(notes, notes, st.integers(20, 400))
def test_the_old_note_and_the_new_one_last_as_long(old: Fraction, new: Fraction, tempo: int) -> None:
    """A quarter lasts 60 / tempo seconds."""
    assert old * 4 * Fraction(60, tempo) == new * 4 * 60 / (tempo * tempo_ratio(old, new))


@given(texts, speeds, speeds, st.integers(1, 6))
def test_bars_in_a_row_are_the_rhythm_at_its_new_speed(text: str, faster: int, slower: int, bars: int) -> None:
    rhythm = Rhythm.from_text(text)
    heard = [
        bar + Fraction(hit, played.steps)
        for bar in range(bars)
        for played in [modulated(rhythm, faster, slower, bar)]
        for hit in played.hits
    ]
    step = Fraction(slower, faster * rhythm.steps)
    turns = range(bars * faster // slower + 1)
    meant = [(turn * rhythm.steps + hit) * step for turn in turns for hit in rhythm.hits]
    assert heard == [place for place in meant if place < bars]


@given(texts, speeds)
def test_as_fast_as_before_is_the_same(text: str, speed: int) -> None:
    assert modulated(Rhythm.from_text(text), speed, speed, 3) == Rhythm.from_text(text)


def test_what_has_no_length_or_speed_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than nothing"):
        tempo_ratio(Fraction(0), Fraction(1, 4))
    with pytest.raises(ValueError, match="1 or more"):
        modulated(Rhythm.from_text("x"), 0, 1)
