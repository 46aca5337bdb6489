"""How ports are named: the parts a player may leave out never matter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.ports.names import first_match, matches, plain

words = st.text(st.characters(codec="ascii", categories=("L", "N", "Zs")), min_size=1, max_size=20)


@given(name=words, low=st.integers(0, 19), high=st.integers(0, 20))
def test_any_part_of_a_name_means_it_in_capitals_or_not(name, low, high):
    part = name[low:high]
    assert matches(part.upper(), name)
    assert matches(part.lower(), name.upper())
    assert matches(f"*{part}*", name)


@given(names=st.lists(words, max_size=5), pattern=words)
def test_the_first_that_is_meant_is_found_and_nothing_else(names, pattern):
    found = first_match(pattern, names)
    meant = [name for name in names if matches(pattern, name)]
    assert found == (meant[0] if meant else None)


@given(name=words.filter(lambda name: name == name.rstrip()), client=st.integers(0, 999), port=st.integers(0, 99))
def test_the_numbers_that_alsa_appends_are_no_part_of_a_name(name, client, port):
    assert plain(f"{name} {client}:{port}") == plain(name)


@pytest.mark.parametrize(
    ("pattern", "name", "meant"),
    [
        ("launchpad", "Launchpad Mini:Launchpad Mini MIDI 1", True),
        ("Launch*MIDI ?", "Launchpad Mini:Launchpad Mini MIDI 1", True),
        ("LPD8 [2]", "LPD8 [2]", True),
        ("Launch*", "My Launchpad", False),
        ("Digitakt", "Digitone", False),
    ],
)
def test_a_pattern_means_what_a_player_expects(pattern, name, meant):
    assert matches(pattern, name) is meant
