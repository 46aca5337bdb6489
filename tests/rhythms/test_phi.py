"""Golden rhythms: three gaps at most, each onset keeps its place as others come, divisions are golden."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.music.rhythm import BAR_TICKS
from liveengine.rhythms.euclid import euclid
from liveengine.rhythms.phi import PHI, SECTION, division, golden, golden_accents, phi

sizes = st.integers(1, 64).flatmap(lambda steps: st.tuples(st.integers(0, steps), st.just(steps)))


def test_phi_divides_as_the_whole_to_the_larger() -> None:
    assert pytest.approx(1 + SECTION) == PHI
    assert pytest.approx(SECTION + SECTION**2) == 1


@given(sizes, st.integers(-70, 70))
def test_there_are_as_many_onsets_as_asked(size: tuple[int, int], rotation: int) -> None:
    assert len(phi(*size, rotation).onsets) == size[0]


@given(sizes.filter(lambda size: size[0] > 0))
def test_one_onset_more_keeps_all_the_others(size: tuple[int, int]) -> None:
    fewer, more = phi(size[0] - 1, size[1]), phi(*size)
    assert set(zip(fewer.onsets, fewer.accents, strict=True)) < set(zip(more.onsets, more.accents, strict=True))


@given(st.integers(1, 64))
def test_golden_onsets_leave_at_most_three_sizes_of_gap(onsets: int) -> None:
    """The three-gap theorem; each gap may be a tick off, for either end is rounded."""
    sizes: list[int] = []
    for gap in sorted(golden(onsets).gaps):
        if not sizes or gap - sizes[-1] > 3:
            sizes.append(gap)
    assert len(sizes) <= 3
    if len(sizes) == 3:
        assert abs(sizes[0] + sizes[1] - sizes[2]) <= 6


@pytest.mark.parametrize("onsets", [2, 3, 5, 8, 13, 21])
def test_a_fibonacci_number_of_golden_onsets_leaves_two_gaps_in_golden_ratio(onsets: int) -> None:
    gaps = sorted(golden(onsets).gaps)
    assert gaps[-1] / gaps[0] == pytest.approx(PHI, rel=1e-3)
    assert all(min(abs(gap - gaps[0]), abs(gap - gaps[-1])) <= 3 for gap in gaps)


def test_the_first_division_is_at_the_golden_section() -> None:
    assert division(1, BAR_TICKS // 1000, length=BAR_TICKS).onsets[1] / BAR_TICKS == pytest.approx(SECTION, abs=1e-3)


@given(st.integers(0, 7), st.integers(1, 1024))
def test_a_deeper_division_keeps_the_shallower(depth: int, steps: int) -> None:
    assert set(division(depth, steps).onsets) <= set(division(depth + 1, steps).onsets)
    assert division(depth, steps).on_grid


@given(st.integers(0, 8))
def test_each_depth_doubles_the_parts(depth: int) -> None:
    assert len(division(depth, 4096).onsets) == 2**depth


@given(sizes)
def test_golden_accents_move_nothing_and_are_never_twice_alike(size: tuple[int, int]) -> None:
    plain = euclid(*size)
    accented = golden_accents(plain)
    assert accented.onsets == plain.onsets
    assert len(set(accented.accents)) == len(plain.onsets)
    assert not plain.onsets or accented.accents[0] == 1.0


@pytest.mark.parametrize("onsets", [-1, 9, 10**9])
def test_what_does_not_fit_is_refused(onsets: int) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        phi(onsets, 8)
    with pytest.raises(ValueError, match="deep"):
        division(onsets * 10)
    with pytest.raises(ValueError, match="golden onsets"):
        golden(onsets * 10)
