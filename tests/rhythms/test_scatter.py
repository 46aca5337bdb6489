"""Scattered rhythms keep every rule, seeds repeat, and no rhythm that keeps the rules is favoured."""

from collections import Counter
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.music.rhythm import Rhythm
from liveengine.rhythms.euclid import euclid
from liveengine.rhythms.scatter import evenness, scatter

seeds = st.integers(0, 10**9)
sizes = st.integers(1, 10).flatmap(lambda steps: st.tuples(st.integers(0, steps), st.just(steps)))
#: What is asked of each step: ! struck, ? never struck; most are free, or hardly a rhythm would be left.
marks = st.lists(st.sampled_from("!?......"), min_size=10, max_size=10)


def keeping(onsets: int, steps: int, shortest: int, longest: int, must: str, never: str) -> set[tuple[int, ...]]:
    """Every rhythm that keeps the rules, by trying them all."""
    found = set()
    for hits in combinations(range(steps), onsets):
        gaps = [b - a for a, b in pairwise((*hits, hits[0] + steps))] if hits else []
        if all(shortest <= gap <= longest for gap in gaps):
            signs = "".join("x" if step in hits else "." for step in range(steps))
            if all(m != "x" or s == "x" for m, s in zip(must, signs, strict=False)) and all(
                n != "x" or s != "x" for n, s in zip(never, signs, strict=False)
            ):
                found.add(hits)
    return found


@given(sizes, seeds, st.integers(1, 4), st.integers(4, 10), marks)
def test_it_keeps_the_rules_or_says_that_nothing_does(
    size: tuple[int, int], seed: int, shortest: int, longest: int, marked: list[str]
) -> None:
    onsets, steps = size
    must, never = ("".join("x" if mark == sign else "." for mark in marked[:steps]) for sign in "!?")
    possible = keeping(onsets, steps, shortest, longest, must, never)
    rules = {"must": Rhythm.from_text(must), "never": Rhythm.from_text(never)}
    try:
        hits = scatter(onsets, steps, seed, shortest, longest, **rules).hits
    except ValueError:
        assert not possible
    else:
        assert hits in possible


@given(sizes, seeds)
def test_there_are_as_many_onsets_as_asked_and_seeds_repeat(size: tuple[int, int], seed: int) -> None:
    assert len(scatter(*size, seed).onsets) == size[0]
    assert scatter(*size, seed) == scatter(*size, seed)


@pytest.mark.parametrize(
    ("must", "never"), [("........", "........"), ("..x.....", "........"), ("........", ".x..x...")]
)
def test_no_rhythm_that_keeps_the_rules_is_favoured(must: str, never: str) -> None:
    """4,000 throws; a count strays from its mean by √mean, and five times that for one of these seeds is unheard of."""
    possible = keeping(3, 8, 2, 4, must, never)
    rules = {"must": Rhythm.from_text(must), "never": Rhythm.from_text(never)}
    counts = Counter(scatter(3, 8, seed, 2, 4, **rules).hits for seed in range(4000))
    mean = 4000 / len(possible)
    assert set(counts) == possible
    assert all(abs(count - mean) < 5 * mean**0.5 for count in counts.values())


@given(st.integers(1, 12).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n))), seeds, st.floats(0, 1))
def test_evenness_is_as_asked_from_below(size: tuple[int, int], seed: int, bound: float) -> None:
    onsets, steps = size
    asked = min(bound, evenness(euclid(onsets, steps).hits, steps))
    assert evenness(scatter(onsets, steps, seed, even_from=asked).hits, steps) >= asked - 1e-8


@given(seeds, st.floats(0.6, 1))
def test_evenness_is_as_asked_from_above(seed: int, bound: float) -> None:
    assert evenness(scatter(5, 16, seed, even_to=bound).hits, 16) <= bound + 1e-8


@pytest.mark.parametrize("steps", range(1, 11))
def test_nothing_is_more_even_than_euclid(steps: int) -> None:
    for onsets in range(1, steps + 1):
        best = max(evenness(hits, steps) for hits in combinations(range(steps), onsets))
        assert evenness(euclid(onsets, steps).hits, steps) == pytest.approx(best)


def test_a_pulse_is_wholly_even_and_a_cluster_is_not() -> None:
    assert evenness((0, 4, 8, 12), 16) == pytest.approx(1)
    assert evenness((0, 1, 2, 3), 16) < 0.4


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"onsets": 9, "steps": 8}, "do not scatter"),
        ({"onsets": 3, "steps": 65}, "64 at most"),
        ({"onsets": 5, "steps": 8, "shortest": 2}, "no rhythm keeps"),
        ({"onsets": 1, "steps": 8, "must": Rhythm.from_text("x.x.....")}, "2 steps must be struck"),
        ({"onsets": 3, "must": Rhythm.from_text("x..."), "never": Rhythm.from_text("x...")}, "step 1 must be struck"),
        ({"onsets": 2, "steps": 3, "even_from": 1.0}, r"an evenness of 0\.\d+ at most, not 1"),
        ({"onsets": 8, "steps": 16, "even_from": 0.5, "longest": 2, "even_to": 0.6}, "was found with an evenness"),
    ],
)
def test_what_cannot_be_scattered_is_refused(asked: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        scatter(**asked)
