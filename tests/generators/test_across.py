"""Proposals across metres that change: every bar is the one that its own metre would have."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate

from asking import NO_LOCKS, controls, metres, rules, seeds
from hypothesis import given, settings
from hypothesis import strategies as st

from liveengine.generators.across import across
from liveengine.generators.contract import Controls
from liveengine.generators.rules import Rule
from liveengine.music.time import Metre

cycles = st.lists(metres, min_size=1, max_size=3).map(tuple)


@settings(max_examples=60)
@given(rules, controls(), cycles, seeds)
def test_every_bar_is_what_a_set_in_its_metre_alone_would_play_there(
    rule: Rule, asked: Controls, cycle: tuple[Metre, ...], seed: int
) -> None:
    bar = across(rule, None, NO_LOCKS, asked, cycle, seed)
    lengths = [cycle[number % len(cycle)].bar_ticks for number in range(asked.bars)]
    lines = [0, *accumulate(lengths)]
    assert bar.length == lines[-1]
    for number in range(asked.bars):
        metre = cycle[number % len(cycle)]
        alone = rule(None, NO_LOCKS, replace(asked, metre=metre), seed, "")
        begin = number * metre.bar_ticks
        here = [n for n in bar.notes if lines[number] <= n.tick < lines[number + 1]]
        there = [n for n in alone.notes if begin <= n.tick < begin + metre.bar_ticks]
        struck = [(n.tick - lines[number], n.pitch, n.velocity) for n in here]
        assert struck == [(n.tick - begin, n.pitch, n.velocity) for n in there]


@given(rules, controls(), metres, seeds, st.integers(1, 4))
def test_one_metre_over_and_over_is_one_proposal(
    rule: Rule, asked: Controls, metre: Metre, seed: int, times: int
) -> None:
    whole = rule(None, NO_LOCKS, replace(asked, metre=metre), seed, "")
    assert across(rule, None, NO_LOCKS, asked, (metre,) * times, seed) == whole
