"""Low-discrepancy walks: more even than chance, and humanised rhythms keep their order and their bar."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.music.dice import uniform
from liveengine.music.rhythm import Rhythm
from liveengine.rhythms.low_discrepancy import PLASTIC, humanise, r1, r2, walk
from liveengine.rhythms.phi import golden

rhythms = st.builds(Rhythm.from_text, st.text("xX.", min_size=1, max_size=40)) | st.builds(golden, st.integers(0, 40))


def discrepancy(points: list[float]) -> float:
    """How far the share of points below any place is from that place, at worst."""
    count = len(points)
    return max(
        max(abs(number / count - point), abs((number + 1) / count - point))
        for number, point in enumerate(sorted(points))
    )


def test_the_plastic_number_is_its_cubes_root_of_itself_and_one() -> None:
    assert abs(PLASTIC**3 - PLASTIC - 1) < 1e-14


@given(st.integers(0, 1000), st.sampled_from([8, 21, 64, 200]))
def test_walks_lie_more_evenly_than_chance(seed: int, count: int) -> None:
    """Chance strays as 1/√n, these walks as log n / n: bounds with room on both sides of n = 8 … 200."""
    start = uniform(seed)
    bound = 4.0 / count**0.8
    assert discrepancy([r1(number, start) for number in range(count)]) < bound
    for axis in (0, 1):
        assert discrepancy([r2(number, (start, start))[axis] for number in range(count)]) < bound


def test_chance_would_not_pass_that_bound() -> None:
    strays = [discrepancy([uniform(seed, number) for number in range(200)]) for seed in range(50)]
    assert sum(stray < 4.0 / 200**0.8 for stray in strays) < 40


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.floats(-100, 100), st.floats(0, 100))
def test_a_parameter_keeps_within_its_bounds(number: int, seed: int, low: float, width: float) -> None:
    assert low <= walk(number, low, low + width, seed) <= low + width
    assert walk(number, low, low + width, seed) == walk(number, low, low + width, seed)


@given(rhythms, st.floats(0, 1), st.integers(0, 10**9))
def test_no_onset_is_lost_early_or_more_than_asked_late(rhythm: Rhythm, amount: float, seed: int) -> None:
    played = humanise(rhythm, amount, seed)
    step = rhythm.length / rhythm.steps
    assert len(played.onsets) == len(rhythm.onsets)
    assert all(0 <= late - tick <= amount * step for tick, late in zip(rhythm.onsets, played.onsets, strict=True))
    assert all(0 <= soft <= accent for accent, soft in zip(rhythm.accents, played.accents, strict=True))
    assert all(late < following for late, following in pairwise(played.onsets))


@given(rhythms, st.integers(0, 10**9))
def test_nothing_asked_changes_nothing_and_seeds_repeat(rhythm: Rhythm, seed: int) -> None:
    assert humanise(rhythm, 0.0, seed) == rhythm
    assert humanise(rhythm, 0.5, seed) == humanise(rhythm, 0.5, seed)


def test_too_human_is_refused() -> None:
    with pytest.raises(ValueError, match="0-1"):
        humanise(Rhythm.from_text("x"), 1.1)
