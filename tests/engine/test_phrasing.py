"""Phrases: their last bars are fills, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sets import playing, small_set
from small_sets import SMALLEST

from liveengine.engine.patch import load_patch
from liveengine.engine.phrasing import is_last_of_phrase, parse_phrases
from liveengine.engine.problems import FileError
from liveengine.sequencer.commands import DO_FILL, NEXT_BAR

FIBONACCI = {1, 2, 3, 5, 8, 13}


@given(st.lists(st.integers(2, 12), min_size=1, max_size=6))
def test_every_phrase_has_one_last_bar_and_they_go_round(phrases):
    lasts = [bar for bar in range(3 * sum(phrases)) if is_last_of_phrase(phrases, bar)]
    gaps = [after - before for before, after in zip([-1, *lasts], lasts, strict=False)]
    assert gaps == 3 * phrases


@given(st.integers(2, 144), st.integers(3, 13))
def test_fibonacci_phrases_fill_their_bars(bars, longest):
    phrases = parse_phrases(f"fibonacci({bars}, {longest})")
    assert sum(phrases) == bars
    assert max(phrases) <= longest
    assert set(phrases) <= FIBONACCI


def test_no_phrases_end_nowhere():
    assert not any(is_last_of_phrase((), bar) for bar in range(8))


def test_the_last_bar_of_a_phrase_is_a_fill_of_steps_and_of_proposed_drums():
    desk = playing(small_set(phrases=(3, 2)))
    fills = []
    for number in range(1, 11):
        desk.bar(number)
        asked = [request for request in desk.requests if request.controls.fill]
        if asked:
            assert [request.track for request in asked] == [0]
            assert (DO_FILL, NEXT_BAR, 1) in {(c.kind, c.quantum, c.a) for c in desk.commands(DO_FILL)}
            fills.append(number + 1)
            desk.answer(asked[0]).tell_launches()
    assert fills == [2, 4, 7, 9]


def test_they_can_be_left_out():
    desk = playing(small_set(phrases=(3,)))
    desk.ask("/fill/phrases", 0)
    assert not any(request.controls.fill for number in range(1, 9) for request in desk.bar(number).requests)


def test_a_patch_writes_them(tmp_path):
    path = tmp_path / "set.toml"
    path.write_text('phrases = "fibonacci(21)"' + SMALLEST, encoding="utf-8")
    assert load_patch(path).phrases == (8, 5, 8)
    path.write_text("phrases = [8, 5]" + SMALLEST, encoding="utf-8")
    assert load_patch(path).phrases == (8, 5)


@pytest.mark.parametrize("written", ["[8, 1]", "[8.5]", '"8 5"', '"fibonacci(1)"', '"fibonacci(100000)"', "true"])
def test_F3_a_mistake_names_key_and_value(tmp_path, written):
    path = tmp_path / "set.toml"
    path.write_text(f"phrases = {written}{SMALLEST}", encoding="utf-8")
    with pytest.raises(FileError, match="phrases"):
        load_patch(path)
