"""Markov chains: nothing is played that was not learnt, seeds repeat, long memories quote."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.music.rhythm import Rhythm
from liveengine.rhythms.markov import chain, markov

learnt = st.lists(st.text("xX.", min_size=1, max_size=16), min_size=1, max_size=3)
seeds = st.integers(0, 10**9)


@given(learnt, st.integers(1, 5), seeds, st.integers(1, 40))
def test_whatever_is_played_was_learnt(texts: list[str], order: int, seed: int, steps: int) -> None:
    played = str(markov(*map(Rhythm.from_text, texts), order=order, seed=seed, steps=steps))
    known = {(text * 50)[start : start + order + 1] for text in texts for start in range(len(text))}
    assert len(played) == steps
    assert all(played[start : start + order + 1] in known for start in range(steps - order))


@given(learnt, st.integers(1, 5), seeds)
def test_seeds_repeat(texts: list[str], order: int, seed: int) -> None:
    rhythms = [Rhythm.from_text(text) for text in texts]
    assert markov(*rhythms, order=order, seed=seed) == markov(*rhythms, order=order, seed=seed)


@given(st.text("xX.", min_size=1, max_size=16), seeds)
def test_one_rhythm_remembered_whole_is_played_over_and_over(text: str, seed: int) -> None:
    played = markov(Rhythm.from_text(text), order=len(text), seed=seed, steps=3 * len(text))
    assert str(played) == text * 3


@given(learnt, st.integers(1, 5))
def test_what_follows_is_counted_once_for_every_step(texts: list[str], order: int) -> None:
    following = chain(texts, order)
    assert sum(map(len, following.values())) == sum(map(len, texts))


def test_different_seeds_play_differently() -> None:
    son, rumba = Rhythm.from_text("x..x..x...x.x..."), Rhythm.from_text("x..x...x..x.x...")
    assert len({markov(son, rumba, seed=seed) for seed in range(20)}) > 5


def test_nothing_to_learn_from_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing to learn"):
        markov()
    with pytest.raises(ValueError, match="1 or more"):
        markov(Rhythm.from_text("x"), order=0)
