"""The least that a phrase model has to beat: nothing known, what is usual at each place, and Markov's chains.

Every bar stands in two rows, so what is counted counts half. Contexts back off from the longest to the shortest by
Witten and Bell's rule ("The zero-frequency problem", IEEE Trans. Information Theory 37, 1991).

Pure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from liveengine.generators.codecs import lines
from liveengine.generators.codecs.vocabulary import BAR, END, MEANING
from liveengine.training.data.phrase_rows import Line

#: How many tokens a model may say: every spoken one, but of the special ones only `bar`.
SAYABLE = int(lines.IS_SPOKEN.sum()) - 5

#: From a line to its contexts by place, (t,) each, longest first, and its targets: hashable values.
Contexts: TypeAlias = Callable[[Line], tuple[list[list[Any]], list[int]]]


def targets_of(line: Line, longest: int) -> NDArray[np.int64]:
    """Return what is to be guessed of a line, as a model of that context is asked: all after its first bar line."""
    found = line.tokens[2 : longest + 1]
    return np.where(found == END, BAR, found)


def markov(line: Line, relative: bool = False, ago: bool = False) -> tuple[list[list[Any]], list[int]]:
    """Return the last two tokens, the last, and none; `relative` counts notes from the chord's root.

    `ago` puts before them what followed the same place a bar ago.
    """
    places = len(line.bar)
    shift = np.zeros(places, np.int64)
    if relative:
        shift = line.told.roots[line.bar, line.told.quarter(line.step)]
    # The places from which a token follows, the first bar line's first, and those before them.
    now, before = slice(1, places), slice(0, places - 1)
    one, two = _moved(line.tokens[now], shift[now]), _moved(line.tokens[before], shift[before])
    contexts: list[list[Any]] = [list(zip(two, one, strict=True)), one, [None] * len(one)]
    if ago:
        hints = _moved(line.hints[now, 0], shift[now])
        contexts = [list(zip(hints, two, one, strict=True)), list(zip(hints, one, strict=True)), *contexts]
    return contexts, _moved(targets_of(line, len(line.tokens)), shift[now])


def _moved(tokens: NDArray[np.int64], by: NDArray[np.int64]) -> list[int]:
    """Transpose tokens down; apart from that they stay, and stay apart."""
    moved: list[int] = np.where(lines.PITCH[tokens] >= 0, tokens - by, tokens).tolist()
    return moved


def at_its_place(line: Line) -> tuple[list[list[Any]], list[int]]:
    """Return role, step in the bar and the kind of the last token; then the step; then nothing."""
    now = slice(1, len(line.bar))
    kinds = [lines.SPOKEN.index(MEANING[token][0]) for token in line.tokens[now].tolist()]
    steps = line.step[now].tolist()
    contexts: list[list[Any]] = [
        [(line.told.role, step, kind) for step, kind in zip(steps, kinds, strict=True)],
        [(line.told.role, kind) for kind in kinds],
        [None] * len(steps),
    ]
    return contexts, targets_of(line, len(line.tokens)).tolist()


class Counted:
    """What followed each context in training, and how surprising a line is by it."""

    def __init__(self, contexts: Contexts, learnt: Iterable[Line]) -> None:
        self._contexts = contexts
        self._seen: list[defaultdict[Any, Counter[int]]] = []
        for line in learnt:
            levels, targets = contexts(line)
            while len(self._seen) < len(levels):
                self._seen.append(defaultdict(Counter))
            for seen, level in zip(self._seen, levels, strict=True):
                for context, target in zip(level, targets, strict=True):
                    seen[context][target] += 1
        self._totals = [{c: sum(count.values()) / 2 for c, count in seen.items()} for seen in self._seen]

    def bits(self, line: Line) -> NDArray[np.float64]:
        """Return the bits of each of a line's targets."""
        levels, targets = self._contexts(line)
        places = zip(*levels, targets, strict=True)
        return -np.log2([self._likely(place[:-1], place[-1]) for place in places])

    def _likely(self, contexts: Sequence[Any], target: int) -> float:
        likely = 1.0 / SAYABLE
        for seen, totals, context in zip(self._seen[::-1], self._totals[::-1], contexts[::-1], strict=True):
            if context in totals:
                found, kinds = seen[context], len(seen[context])
                likely = (found[target] / 2 + kinds * likely) / (totals[context] + kinds)
        return likely


def baselines(learnt: Sequence[Line]) -> Iterator[tuple[str, Callable[[Line], NDArray[np.float64]]]]:
    """Yield each baseline's name and what tells the bits of a line's targets."""
    yield "Markov, a bar ago in view", Counted(lambda line: markov(line, relative=True, ago=True), learnt).bits
    yield "Markov, from the chord's root", Counted(lambda line: markov(line, relative=True), learnt).bits
    yield "Markov", Counted(markov, learnt).bits
    yield "usual at its place", Counted(at_its_place, learnt).bits
    yield "random", lambda line: np.full(len(line.tokens) - 2, np.log2(SAYABLE))
