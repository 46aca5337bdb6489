"""Polyrhythms: every pulse exact, and louder where they meet."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.music.rhythm import BAR_TICKS
from liveengine.rhythms.polyrhythm import polyrhythm

pulses = st.lists(st.integers(1, 16), min_size=1, max_size=3)


@given(pulses)
def test_every_pulse_up_to_sixteen_is_exact_in_a_bar(numbers: list[int]) -> None:
    expected = {beat * BAR_TICKS // number for number in numbers for beat in range(number)}
    assert all(BAR_TICKS % number == 0 for number in numbers)
    assert set(polyrhythm(*numbers).onsets) == expected


@given(st.integers(1, 16), st.integers(1, 16))
def test_two_pulses_meet_as_often_as_their_common_divisor(one: int, other: int) -> None:
    rhythm = polyrhythm(one, other)
    assert len(rhythm.onsets) == one + other - math.gcd(one, other)
    assert rhythm.accents.count(1.0) == (math.gcd(one, other) if one != other else one)


@given(pulses, st.integers(5000, 10**7))
def test_on_any_length_a_pulse_is_at_most_half_a_tick_off(numbers: list[int], length: int) -> None:
    onsets = polyrhythm(*numbers, length=length).onsets
    for number in numbers:
        for beat in range(number):
            assert min(abs(onset * number - beat * length) for onset in onsets) * 2 <= number


@given(st.permutations([3, 4, 5]))
def test_the_order_of_the_pulses_does_not_matter(numbers: list[int]) -> None:
    assert polyrhythm(*numbers) == polyrhythm(3, 4, 5)


@pytest.mark.parametrize("numbers", [(), (0,), (3, -1), (65,)])
def test_what_is_no_pulse_is_refused(numbers: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="pulses"):
        polyrhythm(*numbers)


def test_a_grid_too_fine_is_refused() -> None:
    with pytest.raises(ValueError, match="61:62:63"):
        polyrhythm(61, 62, 63)
