"""Markov chains: what usually follows, learnt from rhythms, played on by chance.

Source: Ames, "The Markov process as a compositional model", Leonardo, 1989.

Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from liveengine.music.dice import Dice, roll
from liveengine.music.rhythm import Rhythm, checked_steps


def chain(learnt: Sequence[str], order: int) -> dict[str, list[str]]:
    """Return, for every `order` signs in a row (round the end), the signs that followed, as often as they did."""
    following: defaultdict[str, list[str]] = defaultdict(list)
    for signs in learnt:
        round_the_end = signs * (order // len(signs) + 2)
        for step in range(len(signs)):
            following[round_the_end[step : step + order]].append(round_the_end[step + order])
    return dict(following)


def markov(*learnt: Rhythm, order: int = 2, seed: int = 1, steps: int = 16) -> Rhythm:
    """Play on by chance what usually follows in these rhythms, after the last `order` steps.

    It begins as after the end of one of them. Raises ValueError with nothing to learn from.

    >>> str(markov(Rhythm.from_text("x..x..x."), order=8))
    'x..x..x.x..x..x.'
    """
    if not learnt:
        raise ValueError("there is nothing to learn from (write it like markov(son, rumba))")
    if order < 1:
        raise ValueError(f"the order must be 1 or more, not {order}")
    checked_steps(steps)
    texts = [str(rhythm) for rhythm in learnt]
    following = chain(texts, order)
    dice = Dice(roll(seed))
    first = dice.pick(texts)
    heard = (first * (order // len(first) + 1))[-order:]
    for _ in range(steps):
        heard += dice.pick(following[heard[-order:]])
    return Rhythm.from_text(heard[order:], learnt[0].length)
