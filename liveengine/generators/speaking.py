"""Drawing a line from a phrase model: one token at a time, against a cache of keys and values that never grows.

What is heard of what was said stands in `hearing.py`. What may not be said is shut out before a token is drawn; of what
is left, the unlikely tail is cut off. One throw of chance a token. A bar that with the one before it stands in what the
model learnt from is said again, a few times and each time more freely.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np

from liveengine.generators.codecs import lines
from liveengine.generators.codecs.lines import Floats, Told, Walk, Whole
from liveengine.generators.codecs.vocabulary import BAR, BEGIN
from liveengine.generators.codecs.windows import NOTHING, Known, pair, stands
from liveengine.generators.hearing import DEAF, Memory, Slots
from liveengine.generators.limits import NEVER, Limits, Standing

#: Of what may be said, the likeliest that make up so much are drawn from. Source: Holtzman et al., ICLR 2020.
NUCLEUS = 0.95

#: What a bar is remembered by, when it is long past.
HEADS = (BEGIN, BAR)

#: How often a bar that stands in training is said again, and how much hotter each time.
AGAIN, HOTTER = 5, 0.25


@dataclass(slots=True)
class Tally:
    """How many bars were said again, because they stood in what was learnt from."""

    said_again: int = 0


class Asked(NamedTuple):
    """What a model is asked: shapes (1, 1), (1, 1, lags), (1, 1), (1, 1, TOLD), (1,), (slots,) and the cache's.

    `place` is the token's in the line; `heard` is added to how much each slot is heeded.
    """

    token: Whole
    hints: Whole
    root: Whole
    told: Floats
    place: Whole
    heard: Floats
    cache: Floats


class Heard(NamedTuple):
    """What it says: logits (774,), and the token's keys and values (layers, 2, heads, size)."""

    logits: Floats
    kept: Floats


Say: TypeAlias = Callable[[Asked], Heard]

#: Chooses a token of logits.
Pick: TypeAlias = Callable[[Floats], int]


def nothing(memory: Memory) -> Asked:
    """Return a first question, to warm up with."""
    one, told = np.zeros((1, 1), np.int64), np.zeros((1, 1, lines.TOLD), np.float32)
    hints, place = np.zeros((1, 1, len(lines.LAGS)), np.int64), np.zeros(1, np.int64)
    heard = np.full(memory.slots, DEAF, np.float32)
    return Asked(one, hints, one, told, place, heard, np.zeros(memory.shape, np.float32))


class Speaker:
    """One line as it is said: hands tokens to a model and keeps its cache."""

    def __init__(self, say: Say, memory: Memory, told: Told) -> None:
        self._say, self._told = say, told
        self._bars, self._roots = told.numbers(), told.roots
        self._walk = Walk()
        self._place = 0
        self._sounding = np.zeros(128, np.float32)
        self._slots = Slots(memory)
        self._cache = np.zeros(memory.shape, np.float32)

    def fork(self) -> Speaker:
        """Return another that has said the same and goes its own way."""
        other = copy(self)
        other._walk, other._slots = self._walk.fork(), self._slots.fork()
        other._sounding, other._cache = self._sounding.copy(), self._cache.copy()
        return other

    def take(self, token: int) -> Floats:
        """Hand on one token and return the logits of the next, (774,). Raises ValueError for what is no number."""
        bar, step, onsets, hints = self._walk.take(token)
        if lines.PITCH[token] >= 0:
            self._sounding[lines.PITCH[token]] = lines.STRIKES[token]
        quarter = int(self._told.quarter(step))
        told = np.empty((1, 1, lines.TOLD), np.float32)
        told[0, 0, : lines.BAR_SIZE] = self._bars[bar, quarter]
        told[0, 0, lines.BAR_SIZE :] = lines.moments(
            np.array([step]), np.array([onsets]), self._sounding[None], self._told.bar_steps
        )
        asked = Asked(
            np.array([[token]]),
            np.array([[hints]]),
            self._roots[bar, quarter].reshape(1, 1),
            told,
            np.array([self._place]),
            np.where(self._slots.heard(bar), 0.0, DEAF).astype(np.float32),
            self._cache,
        )
        heard = self._say(asked)
        if not (np.isfinite(heard.logits).all() and np.isfinite(heard.kept).all()):
            raise ValueError("what the model says is no number")
        self._cache[:, :, :, self._slots.place(bar, token in HEADS)] = heard.kept
        self._place += 1
        return heard.logits


def spoken(
    say: Say,
    memory: Memory,
    told: Told,
    limits: Limits,
    bars: int,
    pick: Pick,
    before: Sequence[int] = (),
    known: Known = NOTHING,
    tally: Tally | None = None,
) -> list[int]:
    """Return the tokens of so many bars, each from its `bar` on; `before` are whole bars that go before them.

    `told` tells of the bars before, too. What stands in `known` is said otherwise where a few tries can; each of these
    is counted. What `say` raises comes through.
    """
    tally = tally or Tally()
    speaker, standing = Speaker(say, memory, told), Standing(limits)
    speaker.take(BEGIN)
    for token in before:
        speaker.take(token)
        standing.hear(token)
    last = list(before[len(before) - 1 - before[::-1].index(BAR) :]) if before else []
    said: list[int] = []
    for _ in range(bars):
        for again in range(AGAIN + 1):
            tried = speaker.fork(), standing.fork()
            tally.said_again += again > 0
            bar = _bar(*tried, pick, heat=1.0 + HOTTER * again)
            if not (last and len(known) and stands(known, pair(last, bar, limits.bar_steps))):
                break
        (speaker, standing), last = tried, bar
        said += bar
    return said


def _bar(speaker: Speaker, standing: Standing, pick: Pick, heat: float) -> list[int]:
    """Say one bar; `heat` of 1 is as the model says, more is more freely."""
    said: list[int] = []
    token = BAR
    while token != BAR or not said:
        said.append(token)
        standing.take(token)
        token = pick(speaker.take(token) / heat + standing.added())
    return said


def likeliest(logits: Floats) -> int:
    """Pick the likeliest token."""
    return int(logits.argmax())


def thrown(chance: np.random.Generator, nucleus: float = NUCLEUS) -> Pick:
    """Return what picks by chance: the same generator, the same tokens."""

    def pick(logits: Floats) -> int:
        likely = np.exp((logits - logits.max()).astype(np.float64))
        likely[logits <= NEVER / 2] = 0.0
        order = np.argsort(-likely, kind="stable")
        reached = likely[order].cumsum()
        kept = int((reached < nucleus * reached[-1]).sum()) + 1
        at = int((chance.random() * reached[kept - 1] >= reached[:kept]).sum())
        return int(order[min(at, kept - 1)])

    return pick
