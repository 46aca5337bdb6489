"""Phrases: stretches of bars, the last of each a fill. As a patch writes them: `[8, 8]`, or `"fibonacci(21)"`.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate

from liveengine.engine.schema import Section
from liveengine.engine.values import whole_in
from liveengine.rhythms.fibonacci import phrases as fibonacci_phrases

#: The most phrases before they come round again, and the most bars in all of them.
PHRASES_MAX = 64
BARS_MAX = 987

_FIBONACCI = re.compile(r"fibonacci\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)")


def read_phrases(section: Section) -> tuple[int, ...]:
    """Read bars of phrases; empty where none are given."""
    if section.is_text("phrases"):
        return section.parsed("phrases", parse_phrases, ())
    return section.each("phrases", whole_in(2, BARS_MAX), (), PHRASES_MAX)


def parse_phrases(text: str) -> tuple[int, ...]:
    """Return the bars of `fibonacci(bars)` or `fibonacci(bars, longest)`. Raises ValueError for anything else.

    >>> parse_phrases("fibonacci(21)"), parse_phrases("fibonacci(16, 5)")
    ((8, 5, 8), (5, 3, 5, 3))
    """
    found = _FIBONACCI.fullmatch(text.strip())
    if found is None:
        raise ValueError('phrases are bars, [8, 5, 3], or "fibonacci(21)": so many bars in phrases of 8 at most')
    bars, longest = int(found[1]), int(found[2] or 8)
    if not 2 <= bars <= BARS_MAX or longest < 2:
        raise ValueError(f"fibonacci(bars, longest) takes 2–{BARS_MAX} bars, and 2 bars or more as the longest")
    return fibonacci_phrases(bars, longest)


def is_last_of_phrase(phrases: Sequence[int], bar: int) -> bool:
    """Say whether song bar `bar`, from 0, ends a phrase; they go round. A phrase of one bar has none.

    >>> [bar for bar in range(16) if is_last_of_phrase((5, 3), bar)]
    [4, 7, 12, 15]
    """
    ends = list(accumulate(phrases))
    if not ends:
        return False
    place = bar % ends[-1] + 1
    return place in ends and phrases[ends.index(place)] > 1
