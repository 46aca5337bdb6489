"""The search: what must be struck is, nothing nearer was left lying, the same again finds the same."""

from __future__ import annotations

import math
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liveengine.music.rhythm import Rhythm
from liveengine.music.time import Metre
from liveengine.rhythms.measures.table import MEASURES, measured
from liveengine.rhythms.metre import Tree, tree
from liveengine.rhythms.search import AS_GOOD, EXHAUSTIVE_STEPS, SEARCH_STEPS_MAX, search

shares = st.floats(0.0, 1.0)


def bar(steps: int) -> Tree:
    found = tree(steps, Metre(4, 4))
    assert found is not None
    return found


@st.composite
def asked(draw: st.DrawFn, steps: int) -> tuple[dict[str, float], frozenset[int], frozenset[int]]:
    names = draw(st.sets(st.sampled_from(sorted(MEASURES)), min_size=1, max_size=3))
    sides = draw(st.lists(st.sampled_from("...xo"), min_size=steps, max_size=steps))
    must = frozenset(step for step, side in enumerate(sides) if side == "x") | {0}
    never = frozenset(step for step, side in enumerate(sides) if side == "o") - must
    return {name: draw(shares) for name in sorted(names)}, must, never


@settings(max_examples=30, deadline=None)
@given(st.sampled_from([8, 16, 20]).flatmap(lambda steps: st.tuples(st.just(steps), asked(steps))), st.integers(0, 99))
def test_what_must_be_struck_is_and_what_must_not_is_not(
    case: tuple[int, tuple[dict[str, float], frozenset[int], frozenset[int]]], seed: int
) -> None:
    steps, (wanted, must, never) = case
    if set(wanted) & {"npvi", "spread"} and len(never) == steps - 1:
        return  # one onset alone has neither
    if steps == 20:
        wanted = {name: share for name, share in wanted.items() if name != "keith"} or {"density": 0.5}
    found = search(wanted, bar(steps), must, never, seed)
    hits = set(found.rhythm.hits)
    assert must <= hits and not never & hits and found.rhythm.steps == steps
    assert found == search(wanted, bar(steps), must, never, seed)


@settings(max_examples=15, deadline=None)
@given(shares, shares)
def test_no_rhythm_of_eight_steps_is_nearer(syncopation: float, density: float) -> None:
    found = search({"syncopation": syncopation, "density": density}, bar(8))
    every = [
        measured(Rhythm.on_steps([step for step in range(8) if struck[step]], 8), bar(8))
        for struck in product((False, True), repeat=8)
    ]
    most = max(values["syncopation"] or 0.0 for values in every)
    distances = [
        math.hypot(values["syncopation"] / most - syncopation, (values["density"] or 0.0) - density)
        for values in every
        if values["syncopation"] is not None
    ]
    assert found.distance <= min(distances) + AS_GOOD + 1e-12


@pytest.mark.parametrize("steps", [EXHAUSTIVE_STEPS, 24, 32])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.6])
def test_a_wanted_syncopation_and_density_are_met_nearly(steps: int, share: float) -> None:
    found = search({"syncopation": share, "density": 0.4}, bar(steps))
    assert found.distance < 0.05
    assert found.reached["syncopation"] == pytest.approx(share, abs=0.05)


@pytest.mark.parametrize("name", [name for name in MEASURES if name != "density"])
def test_every_fader_reaches_its_end(name: str) -> None:
    assert search({name: 1.0}, bar(16)).distance == pytest.approx(0.0, abs=AS_GOOD)


def test_seeds_find_different_rhythms_that_are_as_good() -> None:
    found = [search({"syncopation": 0.4, "density": 0.3}, bar(16), seed=seed) for seed in range(8)]
    assert len({str(one.rhythm) for one in found}) > 1
    assert max(one.distance for one in found) - min(one.distance for one in found) <= AS_GOOD


@pytest.mark.parametrize(
    ("wanted", "steps", "must", "never", "message"),
    [
        ({}, 16, (), (), "nothing to search for"),
        ({"syncopaton": 0.4}, 16, (), (), 'did you mean "syncopation"'),
        ({"density": 1.1}, 16, (), (), r"density=1\.1: .* lies in 0-1"),
        ({"density": math.nan}, 16, (), (), "lies in 0-1"),
        ({"keith": 0.5}, 12, (), (), "keith cannot be measured on 12 steps: it needs 2, 4"),
        ({"density": 0.5}, 16, (3,), (3,), "step 4 cannot be both"),
        ({"density": 0.5}, 16, (16,), (), "no step 17 among 16"),
        ({"density": 0.5}, 128, (), (), f"up to {SEARCH_STEPS_MAX} steps, not 128"),
        ({"balance": 0.5}, 4, (), (0, 1, 2, 3), "can be measured so"),
    ],
)
def test_what_cannot_be_searched_is_named(
    wanted: dict[str, float], steps: int, must: tuple[int, ...], never: tuple[int, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        search(wanted, bar(steps), frozenset(must), frozenset(never))
