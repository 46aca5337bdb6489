"""A phrase model made of arithmetic: what it says follows from what it is asked, always the same way."""

from __future__ import annotations

import numpy as np

from liveengine.generators.codecs import lines
from liveengine.generators.codecs.vocabulary import SIZE
from liveengine.generators.hearing import Memory
from liveengine.generators.phrase import Phraser
from liveengine.generators.speaking import Asked, Heard

#: Layers, keys and values, heads, slots, numbers a head.
MEMORY = Memory((1, 2, 1, 8, 2))
RANKS = {role: [0.0, 0.25, 0.5, 0.75, 1.0] for role in lines.ROLES}


def arithmetic(asked: Asked) -> Heard:
    """Say that tokens are likely by their distance from the last, and by what the cache remembers."""
    turn = float(asked.token[0, 0] + 3 * asked.place[0]) + float(asked.cache.sum())
    logits = (3.0 * np.sin(np.arange(SIZE) * 0.7 + turn)).astype(np.float32)
    return Heard(logits, np.full((1, 2, 1, 2), np.sin(turn), np.float32))


def phraser(say=arithmetic) -> Phraser:
    """Return a Proposer over it."""
    return Phraser("made", lambda bars: say, MEMORY, RANKS)
