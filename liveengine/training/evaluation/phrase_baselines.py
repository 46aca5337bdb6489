"""The least that a phrase model has to beat: nothing known, what is usual at each place, Markov's chains, and copying.

Every bar stands in two rows, so what is counted counts half. Contexts back off from the longest to the shortest by
Witten and Bell's rule ("The zero-frequency problem", IEEE Trans. Information Theory 37, 1991).

Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from liveengine.generators.codecs import lines
from liveengine.generators.codecs.vocabulary import BAR, END, MEANING, PAD
from liveengine.training.data.phrase_rows import Line

#: How many tokens a model may say: every spoken one, but of the special ones only `bar`.
SAYABLE = int(lines.IS_SPOKEN.sum()) - 5

#: Numbers below this are tokens, transposed down by an octave at most and moved up by as much.
_ROOM, _UP = 1024, 12

Whole: TypeAlias = NDArray[np.int64]


class Seen(NamedTuple):
    """Contexts of a line's targets, (levels, t), the longest first; and the targets, (t,)."""

    contexts: Whole
    targets: Whole


Look: TypeAlias = Callable[[Line], Seen]


def targets_of(line: Line, longest: int) -> Whole:
    """Return what is to be guessed of a line, as a model of that context is asked: all after its first bar line."""
    found = line.tokens[2 : longest + 1]
    return np.where(found == END, BAR, found)


def markov(line: Line) -> Seen:
    """See the last two tokens, the last, and none."""
    return _chain(line, np.zeros(len(line.bar), np.int64))


def markov_from_root(line: Line) -> Seen:
    """See the same with notes counted from the chord's root: what is learnt in one key is known in all."""
    return _chain(line, line.told.roots[line.bar, line.told.quarter(line.step)])


def _chain(line: Line, shift: Whole) -> Seen:
    # The places from which a token follows, the first bar line's first, and those before them.
    now, before = slice(1, len(line.bar)), slice(0, len(line.bar) - 1)
    one, two = _moved(line.tokens[now], shift[now]), _moved(line.tokens[before], shift[before])
    targets = _moved(targets_of(line, len(line.tokens)), shift[now])
    return Seen(np.stack([two * _ROOM + one, one, np.zeros_like(one)]), targets)


def _moved(tokens: Whole, by: Whole) -> Whole:
    """Transpose tokens down; apart from that they stay, and stay apart."""
    moved: Whole = np.where(lines.PITCH[tokens] >= 0, tokens - by, tokens) + _UP
    return moved


_KINDS = np.array([lines.SPOKEN.index(kind) if kind in lines.SPOKEN else 0 for kind, _ in MEANING])


def at_its_place(line: Line) -> Seen:
    """See the step in the bar, the role and the kind of the last token; then without the step; then nothing."""
    now = slice(1, len(line.bar))
    known = line.told.role * len(lines.SPOKEN) + _KINDS[line.tokens[now]]
    contexts = np.stack([line.step[now] * _ROOM + known, known, np.zeros_like(known)])
    return Seen(contexts, targets_of(line, len(line.tokens)))


class Counted:
    """What followed each context in training, and how likely a line's targets are by it."""

    def __init__(self, look: Look, learnt: Sequence[Line]) -> None:
        self._look = look
        each = [look(line) for line in learnt]
        contexts = np.concatenate([seen.contexts for seen in each], axis=1)
        targets = np.concatenate([seen.targets for seen in each])
        self._pairs = [_counts(level * _ROOM + targets) for level in contexts]
        self._totals = [_counts(level) for level in contexts]
        self._kinds = [_counts(pairs[0] // _ROOM) for pairs in self._pairs]

    def likely(self, line: Line) -> NDArray[np.float64]:
        """Return how likely each of a line's targets is, (t,)."""
        contexts, targets = self._look(line)
        likely = np.full(len(targets), 1.0 / SAYABLE)
        levels = list(zip(self._pairs, self._totals, self._kinds, contexts, strict=True))
        for pairs, totals, kinds, level in reversed(levels):
            found, total = _of(pairs, level * _ROOM + targets) / 2, _of(totals, level) / 2
            kind = _of(kinds, level)
            likely = np.where(total > 0, (found + kind * likely) / np.maximum(total + kind, 1), likely)
        return likely


class Copied:
    """What followed the same place a bar ago follows again, as often as it did in training; else a chain says what."""

    def __init__(self, chain: Counted, learnt: Sequence[Line]) -> None:
        self._chain = chain
        again = np.concatenate([self._again(line) for line in learnt])
        self._share = again[again >= 0].mean()

    @staticmethod
    def _again(line: Line) -> NDArray[np.float64]:
        """Return 1 where a bar ago is told again, 0 where it is not, -1 where there was none."""
        hints = line.hints[1 : len(line.bar), 0]
        return np.where(hints == PAD, -1.0, hints == targets_of(line, len(line.tokens)))

    def likely(self, line: Line) -> NDArray[np.float64]:
        """Return how likely each of a line's targets is, (t,)."""
        chain, again = self._chain.likely(line), self._again(line)
        return np.where(again < 0, chain, (1 - self._share) * chain + self._share * (again > 0))


def _counts(keys: Whole) -> tuple[Whole, Whole]:
    found = np.unique(keys, return_counts=True)
    return found[0], found[1]


def _of(counts: tuple[Whole, Whole], keys: Whole) -> Whole:
    """Look keys up; 0 for one that was never seen."""
    known, count = counts
    at = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return np.where(known[at] == keys, count[at], 0)


def baselines(learnt: Sequence[Line]) -> Iterator[tuple[str, Callable[[Line], NDArray[np.float64]]]]:
    """Yield each baseline's name and what tells how likely a line's targets are."""
    rooted = Counted(markov_from_root, learnt)
    yield "a bar ago again, else Markov", Copied(rooted, learnt).likely
    yield "Markov, from the chord's root", rooted.likely
    yield "Markov", Counted(markov, learnt).likely
    yield "usual at its place", Counted(at_its_place, learnt).likely
    yield "random", lambda line: np.full(len(line.tokens) - 2, 1.0 / SAYABLE)
