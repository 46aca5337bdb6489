"""Symmetries: mirrored twice is unmirrored, palindromes are, rotations compose, complements complete."""

from hypothesis import given
from hypothesis import strategies as st

from liveengine.music.rhythm import Rhythm
from liveengine.rhythms.phi import golden
from liveengine.rhythms.symmetry import complement, palindrome, retrograde, rotate

on_grid = st.builds(Rhythm.from_text, st.text("xX.", min_size=1, max_size=40))
rhythms = on_grid | st.builds(golden, st.integers(0, 40))
turns = st.integers(-100, 100)


@given(rhythms)
def test_mirrored_twice_is_the_rhythm_itself(rhythm: Rhythm) -> None:
    assert retrograde(retrograde(rhythm)) == rhythm


@given(st.text("x.", min_size=1, max_size=40))
def test_the_gaps_of_a_retrograde_come_in_the_other_order(text: str) -> None:
    rhythm = Rhythm.from_text("x" + text, length=len(text) + 1)
    assert retrograde(rhythm).gaps == rhythm.gaps[::-1]


@given(on_grid, turns)
def test_turning_forwards_is_turning_the_mirrored_one_back(rhythm: Rhythm, turn: int) -> None:
    assert retrograde(rotate(rhythm, turn)) == rotate(retrograde(rhythm), -turn)


@given(rhythms)
def test_a_palindrome_is_its_own_retrograde_and_stays_what_it_is(rhythm: Rhythm) -> None:
    mirrored = palindrome(rhythm)
    assert retrograde(mirrored) == mirrored
    assert palindrome(mirrored) == mirrored


@given(rhythms)
def test_a_palindrome_begins_as_the_rhythm_does(rhythm: Rhythm) -> None:
    half = [tick for tick in rhythm.onsets if 2 * tick <= rhythm.length]
    assert [tick for tick in palindrome(rhythm).onsets if 2 * tick <= rhythm.length] == half


@given(on_grid, turns, turns)
def test_rotations_compose(rhythm: Rhythm, one: int, other: int) -> None:
    assert rotate(rotate(rhythm, one), other) == rotate(rhythm, one + other)


@given(on_grid)
def test_a_rhythm_and_its_complement_are_every_step_once(rhythm: Rhythm) -> None:
    rest = complement(rhythm)
    assert sorted(rhythm.hits + rest.hits) == list(range(rhythm.steps))
    assert complement(rest).hits == rhythm.hits
