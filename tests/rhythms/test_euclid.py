"""Euclidean rhythms: as many onsets as asked, as even as can be."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.music.rhythm import Rhythm
from liveengine.rhythms.euclid import euclid

sizes = st.integers(1, 64).flatmap(lambda steps: st.tuples(st.integers(0, steps), st.just(steps)))


@given(sizes, st.integers(-70, 70))
def test_there_are_as_many_onsets_as_asked(size: tuple[int, int], rotation: int) -> None:
    onsets, steps = size
    assert str(euclid(onsets, steps, rotation)).count("x") == onsets


@given(sizes)
def test_gaps_differ_by_one_step_at_most(size: tuple[int, int]) -> None:
    hits = euclid(*size, length=size[1]).gaps
    assert not hits or max(hits) - min(hits) <= 1


def unevenness(hits: tuple[int, ...], steps: int) -> int:
    """Sum, over all pairs, the squared distance round the bar from where a perfectly even one would be."""
    count = len(hits)
    return sum(
        (count * ((hits[(i + far) % count] - hits[i]) % steps) - far * steps) ** 2
        for i in range(count)
        for far in range(1, count)
    )


@pytest.mark.parametrize("steps", range(2, 13))
def test_no_other_rhythm_is_more_even(steps: int) -> None:
    for onsets in range(1, steps + 1):
        best = min(unevenness(hits, steps) for hits in combinations(range(steps), onsets))
        assert unevenness(euclid(onsets, steps).hits, steps) == best


@given(sizes, st.integers(0, 64))
def test_a_rotation_is_the_same_rhythm_later(size: tuple[int, int], rotation: int) -> None:
    assert euclid(*size, rotation) == euclid(*size).rotated(rotation)


@given(sizes.filter(lambda size: size[0] > 0), st.data())
def test_accents_are_as_many_as_asked_and_even_among_the_onsets(size: tuple[int, int], data: st.DataObject) -> None:
    accents = data.draw(st.integers(0, size[0]))
    rhythm = euclid(*size, accents=accents)
    assert str(rhythm).count("X") == accents
    spoken = "".join("x" if accent == 1.0 else "." for accent in rhythm.accents)
    assert spoken == str(euclid(accents, size[0]))


@pytest.mark.parametrize(
    ("onsets", "steps", "name"),
    [
        (3, 8, "x..x..x."),
        (5, 8, "x.xx.xx."),
        (5, 16, "x..x..x..x..x..."),
        (2, 5, "x.x.."),
        (7, 12, "x.xx.x.xx.x."),
        (4, 9, "x.x.x.x.."),
        (0, 3, "..."),
        (3, 3, "xxx"),
    ],
)
def test_the_rhythms_of_the_literature_are_found(onsets: int, steps: int, name: str) -> None:
    assert euclid(onsets, steps) == Rhythm.from_text(name)


@pytest.mark.parametrize(("onsets", "steps"), [(9, 8), (-1, 8), (0, 0), (1, 100_000)])
def test_what_cannot_be_spread_is_refused(onsets: int, steps: int) -> None:
    with pytest.raises(ValueError, match=r"fit|steps"):
        euclid(onsets, steps)
