"""Two-bar windows: known again in any key, and in no other rhythm or melody."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from liveengine.generators.codecs.vocabulary import BAR, token
from liveengine.generators.codecs.windows import NOTHING, known, pair, stands, struck, window

notes = st.lists(st.tuples(st.integers(0, 383), st.integers(30, 90)), min_size=1, max_size=20, unique=True)


@given(notes, st.integers(-12, 12))
def test_a_window_is_the_same_in_any_key_and_known_again(played, by):
    moved = window([(step, pitch + by) for step, pitch in reversed(played)])
    assert moved == window(played)
    assert stands(known([moved]), window(played))


@given(notes, notes)
def test_what_was_never_learnt_is_not_known(learnt, other):
    assert stands(known([window(learnt)]), window(other)) == (window(learnt) == window(other))
    assert not stands(NOTHING, window(other))


def test_silence_is_never_known():
    assert not stands(known([()]), ())


def test_two_bars_of_tokens_are_one_window():
    first = [BAR, token("family", 4), token("velocity", 20), token("note_on", 40), token("shift", 23),
             token("note_off", 40), token("note_on", 43)]  # fmt: skip
    second = [BAR, token("shift", 11), token("family", 4), token("velocity", 20), token("note_on", 45)]
    assert struck(first) == [(0, 40), (24, 43)]
    assert pair(first, second, 192) == ((0, 0), (24, 3), (204, 5))


def test_numbers_rise_and_are_there_once():
    made = known([window([(0, 40), (step, 43)]) for step in (5, 3, 5, 9)])
    assert len(made) == 3
    assert (np.diff(made.astype(np.int64)) > 0).all()
