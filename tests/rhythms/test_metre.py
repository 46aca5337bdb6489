"""The metre's tree: the downbeat is highest, every span is parted by its own level, groups fill the bar."""

import doctest
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.music.time import Metre
from liveengine.rhythms import metre
from liveengine.rhythms.metre import grouping, metre_for, parse_metre, spans, tree

metres = st.builds(Metre, st.integers(1, 16), st.sampled_from([2, 4, 8, 16]))
groupings = st.lists(st.integers(1, 5), min_size=1, max_size=5).map(tuple)


def test_the_examples_of_the_metre_are_true() -> None:
    assert doctest.testmod(metre).failed == 0


@given(metres)
def test_groups_of_two_and_three_fill_the_bar(metre: Metre) -> None:
    assert sum(grouping(metre)) == metre.beats
    assert metre.beats == 1 or set(grouping(metre)) <= {2, 3}


@given(groupings, st.integers(1, 6), st.sampled_from([4, 8]))
def test_only_the_downbeat_is_highest_and_beats_are_higher_than_what_follows(
    groups: tuple[int, ...], steps_a_unit: int, unit: int
) -> None:
    found = tree(sum(groups) * steps_a_unit, Metre(sum(groups), unit), groups)
    assert found is not None and found.steps == sum(groups) * steps_a_unit
    assert [step for step, depth in enumerate(found.depths) if depth == 0] == [0]
    assert found.beats[0] == 0 and list(found.beats) == sorted(set(found.beats))
    deepest_beat = max(found.depths[step] for step in found.beats)
    inner = [depth for step, depth in enumerate(found.depths) if step % steps_a_unit]
    assert all(depth > deepest_beat for depth in inner)


@given(groupings, st.integers(1, 6))
def test_spans_part_their_parents_without_a_gap(groups: tuple[int, ...], steps_a_unit: int) -> None:
    found = tree(sum(groups) * steps_a_unit, Metre(sum(groups), 8), groups)
    assert found is not None
    listed = spans(found)
    for place, (first, end) in [(-1, (0, found.steps)), *((at, span[:2]) for at, span in enumerate(listed))]:
        children = [(left, right) for left, right, parent in listed if parent == place]
        if end - first == 1:
            assert children == []
        else:
            assert len(children) > 1 and children[0][0] == first and children[-1][1] == end
            assert all(a[1] == b[0] for a, b in pairwise(children))


@pytest.mark.parametrize(
    ("steps", "written", "depths", "beats"),
    [
        (16, "4/4", "0434243414342434", (0, 4, 8, 12)),
        (12, "3/4", "032313231323", (0, 4, 8)),
        (12, "4/4", "033233133233", (0, 3, 6, 9)),
        (12, "6/8", "032323132323", (0, 6)),
        (6, "6/8", "022122", (0, 3)),
        (7, "7/8", "0212122", (0, 2, 4)),
        (7, "3+2+2/8", "0221212", (0, 3, 5)),
        (5, "5/4", "02212", (0, 1, 2, 3, 4)),
        (4, "4/4", "0212", (0, 1, 2, 3)),
        (2, "4/4", "01", (0, 1)),
        (1, "7/8", "0", (0,)),
    ],
)
def test_the_usual_bars_nest_as_usual(steps: int, written: str, depths: str, beats: tuple[int, ...]) -> None:
    found = tree(steps, *parse_metre(written))
    assert found is not None
    assert "".join(map(str, found.depths)) == depths
    assert found.beats == beats


@pytest.mark.parametrize(("steps", "written"), [(5, "4/4"), (8, "3/4"), (3, "7/8"), (8, "6/8")])
def test_steps_that_miss_the_beats_have_no_tree(steps: int, written: str) -> None:
    assert tree(steps, *parse_metre(written)) is None


@pytest.mark.parametrize(
    ("metre", "groups"),
    [("4/4", (2, 2)), ("3/4", (3,)), ("6/8", (3, 3)), ("7/8", (2, 2, 3)), ("5/4", (3, 2))],
)
def test_the_usual_metres_are_grouped_as_usual(metre: str, groups: tuple[int, ...]) -> None:
    assert grouping(Metre.parse(metre)) == groups == parse_metre(metre)[1]


def test_a_rhythm_without_a_metre_gets_one_its_steps_share() -> None:
    for steps in range(1, 33):
        assert tree(steps, metre_for(steps)) is not None
    assert [str(metre_for(steps)) for steps in (16, 12, 8, 7, 5)] == ["4/4", "4/4", "4/4", "7/8", "5/8"]


@pytest.mark.parametrize("text", ["3+2", "3+/8", "0+3/8", "3+2/7", "x", ""])
def test_what_is_no_metre_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="metre"):
        parse_metre(text)


def test_groups_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(ValueError, match=r"3\+3 does not make 7/8"):
        tree(7, Metre(7, 8), (3, 3))
