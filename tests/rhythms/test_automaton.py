"""Cellular automata: the fast way is the slow way; rules with laws keep them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.music.rhythm import Rhythm
from liveengine.rhythms.automaton import automaton
from liveengine.rhythms.symmetry import retrograde

cells = st.text("x.", min_size=1, max_size=40)
rules = st.integers(0, 255)


def stepwise(text: str, rule: int) -> str:
    """Look every step's next state up, one after the other."""
    struck = [int(sign == "x") for sign in text]
    around = [(struck[i - 1], struck[i], struck[(i + 1) % len(struck)]) for i in range(len(struck))]
    return "".join("x" if rule >> (4 * before + 2 * self + after) & 1 else "." for before, self, after in around)


@given(cells, rules, st.integers(0, 6))
def test_all_steps_at_once_is_one_step_after_the_other(text: str, rule: int, generation: int) -> None:
    slow = text
    for _ in range(generation):
        slow = stepwise(slow, rule)
    assert str(automaton(Rhythm.from_text(text), rule, generation)) == slow


@given(cells, rules, st.integers(0, 50))
def test_a_turned_beginning_leads_to_a_turned_end(text: str, rule: int, turn: int) -> None:
    rhythm = Rhythm.from_text(text)
    assert automaton(rhythm.rotated(turn), rule, 3) == automaton(rhythm, rule, 3).rotated(turn)


@given(cells, st.integers(0, 5), st.integers(0, 5))
def test_generations_add_up(text: str, one: int, other: int) -> None:
    rhythm = Rhythm.from_text(text)
    assert automaton(automaton(rhythm, 110, one), 110, other) == automaton(rhythm, 110, one + other)


@given(cells, cells)
def test_rule_90_of_a_sum_is_the_sum_of_what_it_makes(one: str, other: str) -> None:
    """Rule 90 is additive: exclusive-or before or after is the same."""
    size = min(len(one), len(other))

    def added(first: str, second: str) -> str:
        return "".join("x" if a != b else "." for a, b in zip(first[:size], second[:size], strict=True))

    def made(text: str) -> str:
        return str(automaton(Rhythm.from_text(text), 90))

    assert made(added(one, other)) == added(made(one[:size]), made(other[:size]))


@given(cells)
def test_rule_184_moves_hits_and_loses_none(text: str) -> None:
    assert str(automaton(Rhythm.from_text(text), 184)).count("x") == text.count("x")


@given(cells)
def test_a_mirrored_rule_keeps_mirrors(text: str) -> None:
    rhythm = Rhythm.from_text(text)
    assert automaton(retrograde(rhythm), 150, 2) == retrograde(automaton(rhythm, 150, 2))


def test_a_rule_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="0-255"):
        automaton(Rhythm.from_text("x"), 256)
