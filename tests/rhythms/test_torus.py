"""Toroidal patterns: moved on by one voice and one turn, the whole lies on itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.music.rhythm import Rhythm
from liveengine.rhythms.torus import torus, turned

whole = st.tuples(st.integers(1, 8), st.integers(1, 4)).flatmap(
    lambda size: st.tuples(st.text("xX.", min_size=size[0] * size[1], max_size=size[0] * size[1]), st.just(size[0]))
)


@given(whole, st.integers(1, 3))
def test_one_voice_on_and_one_turn_later_it_is_the_same(figure: tuple[str, int], times: int) -> None:
    text, voices = figure
    turn = times * len(text) // voices
    parts = turned(Rhythm.from_text(text), voices, turn)
    assert tuple(part.rotated(turn) for part in parts) == parts[1:] + parts[:1]


@given(whole)
def test_a_voices_part_is_what_the_torus_gives_it(figure: tuple[str, int]) -> None:
    text, voices = figure
    rhythm = Rhythm.from_text(text)
    assert [torus(rhythm, voice, voices) for voice in range(1, voices + 1)] == list(turned(rhythm, voices))


@given(st.integers(1, 8), st.integers(1, 8))
def test_a_figure_as_long_as_its_part_is_played_by_all_voices_in_turn(voices: int, size: int) -> None:
    figure = Rhythm.from_text("x" * size + "." * size * (voices - 1))
    struck = sorted(hit for part in turned(figure, voices) for hit in part.hits)
    assert struck == list(range(figure.steps))


def test_what_does_not_close_is_refused() -> None:
    with pytest.raises(ValueError, match="8 steps do not divide among 3 voices"):
        turned(Rhythm.from_text("x......."), 3)
    with pytest.raises(ValueError, match="3 turns of 3 steps do not lead back"):
        turned(Rhythm.from_text("x......."), 3, 3)
    with pytest.raises(ValueError, match="no voice 5 among 4"):
        torus(Rhythm.from_text("x......."), 5)
    with pytest.raises(ValueError, match="one voice or more"):
        turned(Rhythm.from_text("x......."), 0)
