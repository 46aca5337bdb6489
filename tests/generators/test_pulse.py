"""The pulse of a metre: the downbeat is strongest, backbeats are never on it."""

import pytest
from asking import metres
from hypothesis import given

from liveengine.generators.pulse import DOWNBEAT, backbeats, sixteenths, strength
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_SIXTEENTH, Metre


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
    ("metre", "eighths"),
    [("4/4", [2, 6]), ("3/4", [4]), ("6/8", [3]), ("7/8", [2]), ("5/4", [4, 8])],
)
def test_the_usual_metres_are_felt_as_usual(metre: str, eighths: list[int]) -> None:
    asked = Metre.parse(metre)
    assert list(backbeats(asked)) == [eighth * TICKS_PER_BEAT // 2 for eighth in eighths]
