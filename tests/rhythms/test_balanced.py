"""Balanced rhythms: lines are drawn to the nearest step, Christoffel words mix two gaps and no stretch is heavier."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.rhythms.balanced import bresenham, christoffel, word
from liveengine.rhythms.euclid import euclid
from liveengine.rhythms.orbits import necklace

sizes = st.integers(1, 64).flatmap(lambda steps: st.tuples(st.integers(0, steps), st.just(steps)))
mixes = st.tuples(st.integers(0, 20), st.integers(0, 20)).filter(any)


@given(sizes, st.integers(-70, 70))
def test_a_line_has_as_many_onsets_as_asked(size: tuple[int, int], rotation: int) -> None:
    assert len(bresenham(*size, rotation).onsets) == size[0]


@given(sizes)
def test_no_onset_of_a_line_is_more_than_half_a_step_from_its_pulse(size: tuple[int, int]) -> None:
    onsets, steps = size
    hits = bresenham(onsets, steps).hits
    assert all(abs(2 * hit * onsets - 2 * number * steps) <= onsets for number, hit in enumerate(hits))


@given(sizes)
def test_a_line_is_euclids_necklace(size: tuple[int, int]) -> None:
    assert necklace(bresenham(*size)) == necklace(euclid(*size))


@given(mixes)
def test_christoffel_words_are_balanced_round_the_end_too(mix: tuple[int, int]) -> None:
    spelt = word(*mix)
    for size in range(1, len(spelt)):
        counts = {(spelt * 2)[start : start + size].count("a") for start in range(len(spelt))}
        assert max(counts) - min(counts) <= 1


@given(mixes)
def test_christoffel_words_have_the_letters_asked_and_are_palindromes_within(mix: tuple[int, int]) -> None:
    spelt = word(*mix)
    assert (spelt.count("a"), spelt.count("b")) == mix
    if math.gcd(*mix) == 1 and len(spelt) > 1:
        assert spelt[0] == "a" and spelt[-1] == "b"
        assert spelt[1:-1] == spelt[-2:0:-1]


@given(mixes, st.integers(1, 6), st.integers(1, 6))
def test_gaps_are_the_words_letters(mix: tuple[int, int], long: int, short: int) -> None:
    longs, shorts = mix
    steps = longs * long + shorts * short
    gaps = christoffel(longs, shorts, long, short, length=steps).gaps
    assert list(gaps) == [long if letter == "a" else short for letter in word(longs, shorts)]


def test_the_standard_bell_is_a_christoffel_word_turned() -> None:
    assert necklace(christoffel(5, 2)) == necklace(euclid(7, 12))


def test_what_cannot_be_mixed_is_refused() -> None:
    with pytest.raises(ValueError, match="a gap to mix"):
        christoffel(0, 0)
    with pytest.raises(ValueError, match="one step or more"):
        christoffel(3, 2, short=0)
    with pytest.raises(ValueError, match="do not fit"):
        bresenham(9, 8)
