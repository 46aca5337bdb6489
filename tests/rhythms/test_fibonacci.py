"""Fibonacci rhythms: the word is similar to itself, its counts are Fibonacci numbers, masks add up."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.rhythms.fibonacci import fibonacci, groups, numbers, phrases, word, zeckendorf

FIBONACCI = numbers(10_000)


def test_the_numbers_are_sums_of_the_two_before() -> None:
    assert FIBONACCI[:6] == [1, 2, 3, 5, 8, 13]
    assert all(c == a + b for a, b, c in zip(FIBONACCI, FIBONACCI[1:], FIBONACCI[2:], strict=False))


@given(st.integers(0, 500))
def test_the_word_put_through_its_own_rule_is_itself(letters: int) -> None:
    grown = word(letters).replace("a", "A").replace("b", "a").replace("A", "ab")
    assert grown == word(len(grown))


@pytest.mark.parametrize("place", range(2, 12))
def test_the_words_counts_are_fibonacci_numbers(place: int) -> None:
    spelt = str(fibonacci(FIBONACCI[place]))
    assert spelt.count("x") == FIBONACCI[place - 1]
    assert spelt.count(".") == FIBONACCI[place - 2]


@given(st.integers(1, 200))
def test_long_and_short_of_two_and_one_spell_the_word_itself(steps: int) -> None:
    assert str(fibonacci(steps)) == word(steps).replace("a", "x").replace("b", ".")


@given(st.integers(1, 200), st.integers(1, 8), st.integers(1, 8))
def test_gaps_are_long_and_short_in_the_order_of_the_word(steps: int, long: int, short: int) -> None:
    gaps = fibonacci(steps, long, short, length=steps).gaps
    lasting = {"a": long, "b": short}
    assert list(gaps[:-1]) == [lasting[letter] for letter in word(len(gaps))[:-1]]


@given(st.integers(1, 300))
def test_the_word_is_balanced(steps: int) -> None:
    """Stretches of the same length differ by one hit at most: no other aperiodic word is more even."""
    hits = [sign == "x" for sign in str(fibonacci(steps))]
    for size in (2, 3, 5, 8):
        counts = {sum(hits[start : start + size]) for start in range(steps - size + 1)}
        assert not counts or max(counts) - min(counts) <= 1


@given(st.integers(1, 200), st.integers(1, 13))
def test_groups_fill_the_bar_with_fibonacci_parts(steps: int, largest: int) -> None:
    rhythm = groups(steps, largest, length=steps)
    assert rhythm.onsets[0] == 0 and rhythm.accents[0] == 1.0
    assert all(gap in FIBONACCI and gap <= largest for gap in rhythm.gaps)


@given(st.integers(1, 100), st.integers(1, 8))
def test_finer_groups_keep_the_coarser_ones(steps: int, largest: int) -> None:
    assert set(groups(steps, largest + 1).onsets) <= set(groups(steps, largest).onsets)


def test_eight_is_five_and_three_is_three_two_three() -> None:
    assert groups(8, 5, length=8).gaps == (5, 3)
    assert groups(8, 3, length=8).gaps == (3, 2, 3)
    assert groups(16, 3, length=16).gaps == (3, 2, 3, 3, 2, 3)


@given(st.integers(1, 200), st.integers(1, 21))
def test_phrases_of_fibonacci_lengths_fill_the_bars(bars: int, largest: int) -> None:
    lengths = phrases(bars, largest)
    assert sum(lengths) == bars
    assert all(length in FIBONACCI and length <= largest for length in lengths)


@given(st.integers(0, 2583))
def test_a_mask_adds_up_to_its_number_and_no_two_hits_touch(number: int) -> None:
    hits = zeckendorf(number, 16).hits
    assert sum(FIBONACCI[hit] for hit in hits) == number
    assert all(later - hit >= 2 for hit, later in pairwise(hits))


def test_all_masks_are_different() -> None:
    assert len({str(zeckendorf(number, 10)) for number in range(FIBONACCI[10])}) == FIBONACCI[10]


@pytest.mark.parametrize("number", [-1, 2584, 10**9])
def test_a_number_too_large_for_its_steps_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="cannot be written on 16 steps"):
        zeckendorf(number, 16)


def test_durations_and_groups_must_be_steps() -> None:
    with pytest.raises(ValueError, match="one step or more"):
        fibonacci(16, 0, 1)
    with pytest.raises(ValueError, match="one step or more"):
        groups(16, 0)
