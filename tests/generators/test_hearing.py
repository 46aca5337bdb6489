"""Which of what was said a token hears: slots written round and round hear what a whole list would."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.generators.hearing import HEARD, Memory, Slots

#: How many tokens each bar has.
bars = st.lists(st.integers(1, 6), min_size=1, max_size=6)


def tokens_of(counts):
    """Return (bar, whether it heads it) of each token."""
    return [(bar, place == 0) for bar, count in enumerate(counts) for place in range(count)]


def rule(name, token, bar):
    """Say whether a token is heard in a bar, in the words of the docs."""
    own, heads = token
    return name != "hierarchical" or heads or own >= bar - 1


@given(bars, st.sampled_from(sorted(HEARD)))
def test_with_slots_enough_a_token_hears_what_the_rule_says(counts, name):
    said = tokens_of(counts)
    slots, lies = Slots(Memory((1, 2, 1, len(said), 2), name)), {}
    for number, (bar, heads) in enumerate(said):
        heard = {lies[slot] for slot in slots.heard(bar).nonzero()[0].tolist()}
        assert heard == {other for other in range(number) if rule(name, said[other], bar)}
        lies[slots.place(bar, heads)] = number


@given(bars, st.sampled_from(["full", "sliding"]), st.integers(1, 8))
def test_with_few_slots_it_hears_the_newest(counts, name, few):
    said = tokens_of(counts)
    slots, lies = Slots(Memory((1, 2, 1, few, 2), name)), {}
    for number, (bar, heads) in enumerate(said):
        heard = {lies[slot] for slot in slots.heard(bar).nonzero()[0].tolist()}
        assert heard == set(range(max(0, number - few), number))
        lies[slots.place(bar, heads)] = number


@given(bars, st.integers(1, 4))
def test_what_is_no_longer_heard_gives_up_its_slot_before_what_is(counts, more):
    said = tokens_of(counts)
    # The heads of all bars, and two whole bars, fit.
    fits = len(counts) + max(a + b for a, b in zip([0, *counts], counts, strict=False)) + more
    slots, lies = Slots(Memory((1, 2, 1, fits, 2), "hierarchical")), {}
    for number, (bar, heads) in enumerate(said):
        heard = {lies[slot] for slot in slots.heard(bar).nonzero()[0].tolist()}
        assert heard == {other for other in range(number) if rule("hierarchical", said[other], bar)}
        lies[slots.place(bar, heads)] = number


def test_a_fork_goes_its_own_way():
    slots = Slots(Memory((1, 2, 1, 4, 2)))
    slots.place(0, True)
    other = slots.fork()
    other.place(0, False)
    assert (slots.heard(0).sum(), other.heard(0).sum()) == (1, 2)


def test_who_is_heard_has_a_name():
    with pytest.raises(KeyError):
        Slots(Memory((1, 2, 1, 4, 2), "all"))
