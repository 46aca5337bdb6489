"""What is asked for later is done when it is due, in order, and never holds up the rest (K6)."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from liveengine.engine.events import Asked, KeyPressed
from liveengine.engine.mapping import Action
from liveengine.runtime.postponed import WAITING_MAX, Postponed


def asked(number: int, due_s: float) -> Asked:
    return Asked(Action("/a", number), "osc", due_s)


@given(st.lists(st.integers(1, 30), max_size=40), st.lists(st.integers(0, 40), max_size=20))
def test_k6_everything_is_given_back_once_at_the_first_look_after_it_is_due_and_in_order(dues, looks):
    waiting = Postponed()
    for number, due in enumerate(dues):
        assert waiting.take(asked(number, due), 0.0)
    back = []
    for now in [*sorted(looks), 100]:
        came = [event for event in waiting.due(now)]
        assert all(event.due_s <= now for event in came)
        assert now + waiting.next_s(now) == min([due for due in dues if due > now], default=math.inf)
        back += came
    wanted = sorted(range(len(dues)), key=lambda number: dues[number])
    assert [event.action.value for event in back] == wanted


def test_what_is_due_now_and_what_is_no_wish_are_not_kept():
    waiting = Postponed()
    assert not any(waiting.take(event, 5.0) for event in (None, KeyPressed("a"), asked(0, 0.0), asked(0, 5.0)))
    assert waiting.next_s(0.0) == math.inf


def test_f5_a_flood_is_done_at_once_and_counted_rather_than_kept():
    waiting = Postponed()
    kept = [waiting.take(asked(number, 50.0), 0.0) for number in range(WAITING_MAX + 3)]
    assert kept.count(False) == waiting.crowded == 3
    assert len(list(waiting.due(50.0))) == WAITING_MAX
