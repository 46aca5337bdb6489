"""L-systems: cut short while they grow they are what they would have been; known words are found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.rhythms.fibonacci import fibonacci, word
from liveengine.rhythms.lsystem import grown, lsystem, rules_of

words = st.text("abx.", min_size=1, max_size=4)


@given(words, st.dictionaries(st.sampled_from("abx."), words, min_size=1), st.integers(0, 6), st.integers(1, 40))
def test_cut_short_while_it_grows_it_is_the_beginning(
    axiom: str, rules: dict[str, str], rounds: int, letters: int
) -> None:
    whole = axiom
    for _ in range(rounds):
        whole = "".join(rules.get(letter, letter) for letter in whole)
    assert grown(axiom, rules, rounds, letters) == whole[:letters]


@given(st.integers(1, 60))
def test_fibonaccis_rabbits_strike_the_fibonacci_rhythm(steps: int) -> None:
    assert grown("a", {"a": "ab", "b": "a"}, 12, steps) == word(steps)
    assert lsystem("b>ba a>b", "b", 12, steps) == fibonacci(steps)


def test_thue_morse_and_cantor() -> None:
    assert str(lsystem("x>x. .>.x", "x", 4)) == "x..x.xx..xx.x..x"
    assert str(lsystem("x>x.x .>...", "x", 3, 27)) == "x.x...x.x.........x.x...x.x"


@given(st.integers(0, 8), st.integers(1, 64))
def test_letters_last_as_many_steps_as_their_place_in_the_alphabet(rounds: int, steps: int) -> None:
    rhythm = lsystem("b>cb c>bc", "b", rounds, steps, length=steps)
    spelt = grown("b", {"b": "cb", "c": "bc"}, rounds, steps) * steps
    assert list(rhythm.gaps[:-1]) == [{"b": 2, "c": 3}[letter] for letter in spelt[: len(rhythm.gaps) - 1]]


@pytest.mark.parametrize(
    ("rules", "axiom", "message"),
    [
        ("", "a", "no rule"),
        ("a=ab", "a", "is no rule"),
        ("a>", "a", "is no rule"),
        ("a>ab a>b", "a", "two rules"),
        ("a>aB", "a", "cannot be struck"),
        ("a>ab", "", "cannot be struck"),
    ],
)
def test_what_cannot_grow_is_refused(rules: str, axiom: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        lsystem(rules, axiom)


def test_rules_are_read_as_written() -> None:
    assert rules_of(" a>ab  b>a ") == {"a": "ab", "b": "a"}
