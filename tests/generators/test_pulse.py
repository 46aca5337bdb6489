"""The pulse of a metre: groups fill the bar, the downbeat is strongest, backbeats are never on it."""

import pytest
from asking import metres
from hypothesis import given

from liveengine.generators.pulse import DOWNBEAT, backbeats, grouping, sixteenths, strength
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_SIXTEENTH, Metre


@given(metres)
def test_groups_of_two_and_three_fill_the_bar(metre: Metre) -> None:
    assert sum(grouping(metre)) == metre.beats
    assert metre.beats == 1 or set(grouping(metre)) <= {2, 3}


@given(metres)
def test_the_downbeat_alone_is_strongest(metre: Metre) -> None:
    strengths = [strength(step * TICKS_PER_SIXTEENTH, metre) for step in range(sixteenths(metre))]
    assert strengths[0] == DOWNBEAT and max(strengths[1:], default=0.0) < DOWNBEAT
    assert strength(metre.bar_ticks, metre) == DOWNBEAT


@given(metres)
def test_a_backbeat_is_in_the_bar_and_not_on_one(metre: Metre) -> None:
    assert all(0 < tick < metre.bar_ticks for tick in backbeats(metre))
    assert backbeats(metre) or sixteenths(metre) == 1


@pytest.mark.parametrize(
    ("metre", "groups", "eighths"),
    [
        ("4/4", (2, 2), [2, 6]),
        ("3/4", (3,), [4]),
        ("6/8", (3, 3), [3]),
        ("7/8", (2, 2, 3), [2]),
        ("5/4", (3, 2), [4, 8]),
    ],
)
def test_the_usual_metres_are_felt_as_usual(metre: str, groups: tuple[int, ...], eighths: list[int]) -> None:
    asked = Metre.parse(metre)
    assert grouping(asked) == groups
    assert list(backbeats(asked)) == [eighth * TICKS_PER_BEAT // 2 for eighth in eighths]
