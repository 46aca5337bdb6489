"""Velocities of a take: the loudest where it is wanted, the others in proportion."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.music.note import Bar, Note
from liveengine.music.velocity import normalised

velocities = st.lists(st.integers(1, 127), min_size=1, max_size=20)


@given(velocities, st.integers(1, 127))
def test_the_loudest_is_where_it_is_wanted_and_order_and_proportion_stay(given: list[int], loudest: int) -> None:
    bar = Bar(tuple(Note(tick, 60, velocity) for tick, velocity in enumerate(given)), 100)
    after = [note.velocity for note in normalised(bar, loudest).notes]
    assert max(after) == loudest
    assert all(
        got == pytest.approx(max(was * loudest / max(given), 1), abs=0.5) for was, got in zip(given, after, strict=True)
    )


def test_silence_stays_silent_and_what_is_no_velocity_is_refused() -> None:
    assert normalised(Bar((), 100), 90) == Bar((), 100)
    with pytest.raises(ValueError, match="outside 1-127"):
        normalised(Bar((), 100), 0)
