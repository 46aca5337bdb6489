"""Fibonacci rhythms: the word, the grouping and the Zeckendorf mask.

The Fibonacci word (a → ab, b → a) never repeats and never settles: its
neighbouring gaps differ by one, its counts are Fibonacci numbers, and it
looks the same at every scale. Source: Lothaire, "Algebraic Combinatorics on
Words", 2002, chapter 2; Zeckendorf 1972.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from liveengine.music.rhythm import BAR_TICKS, PLAIN, Rhythm, checked_steps


def numbers(limit: int) -> list[int]:
    """Return the Fibonacci numbers 1, 2, 3, 5, … up to `limit`."""
    found, following = [], (1, 2)
    while following[0] <= limit:
        found.append(following[0])
        following = following[1], sum(following)
    return found


def word(letters: int) -> str:
    """Return the first `letters` letters of the Fibonacci word.

    >>> word(8)
    'abaababa'
    """
    shorter, longer = "a", "ab"
    while len(longer) < letters:
        shorter, longer = longer, longer + shorter
    return longer[:letters]


def fibonacci(steps: int = 16, long: int = 2, short: int = 1, rotation: int = 0, *, length: int = BAR_TICKS) -> Rhythm:
    """Strike at the letters of the Fibonacci word, a lasting `long` steps and b `short`.

    With 2 and 1 the onsets themselves spell the word, x for a. Raises ValueError for durations under 1.

    >>> str(fibonacci(16)), str(fibonacci(16, long=3, short=2))
    ('x.xx.x.xx.xx.x.x', 'x..x.x..x..x.x..')
    """
    checked_steps(steps)
    if long < 1 or short < 1:
        raise ValueError(f"durations must be one step or more, not long={long}, short={short}")
    hits, step = [], 0
    for letter in word(steps):
        if step >= steps:
            break
        hits.append(step + rotation)
        step += long if letter == "a" else short
    return Rhythm.on_steps(hits, steps, length)


def groups(steps: int = 16, largest: int = 3, rotation: int = 0, *, length: int = BAR_TICKS) -> Rhythm:
    """Divide `steps` into Fibonacci parts, and those again, down to parts of at most `largest` steps.

    Each onset opens a part; the earlier a part is divided, the stronger its onset: 8 = 5+3 = 3+2+3.

    >>> str(groups(8)), str(groups(16, largest=8))
    ('X..X.X..', 'X.......X....X..')
    """
    checked_steps(steps)
    if largest < 1:
        raise ValueError(f"the largest group must be one step or more, not {largest}")
    parts = list(_divided(0, steps, largest, 0))
    accents = [max(PLAIN, 1.0 - depth / 8) if depth < 3 else PLAIN for _, depth in parts]
    return Rhythm.on_steps([start + rotation for start, _ in parts], steps, length, accents)


def _divided(start: int, steps: int, largest: int, depth: int) -> Iterator[tuple[int, int]]:
    """Yield (start, depth) of every part: the largest smaller Fibonacci number first, then the rest."""
    smaller = [number for number in numbers(steps) if number < steps]
    if not smaller or (steps <= largest and steps in numbers(steps)):
        yield start, depth
        return
    head = smaller[-1]
    opening, *inner = _divided(start, head, largest, depth + 1)
    # A part's first onset is as strong as the part itself.
    yield opening[0], depth
    yield from inner
    yield from _divided(start + head, steps - head, largest, depth + 1)


def phrases(bars: int, largest: int = 8) -> tuple[int, ...]:
    """Divide so many bars into phrases of Fibonacci lengths, of `largest` bars at most, as `groups` divides one.

    >>> phrases(21), phrases(16, largest=5)
    ((8, 5, 8), (5, 3, 5, 3))
    """
    return groups(bars, largest, length=bars).gaps


def zeckendorf(number: int, steps: int = 16, rotation: int = 0, *, length: int = BAR_TICKS) -> Rhythm:
    """Write `number` as a sum of Fibonacci numbers that are no neighbours; steps stand for 1, 2, 3, 5, 8….

    No two hits touch, and every such rhythm has its own number. Raises ValueError for a number too large.

    >>> str(zeckendorf(100, 10))
    '..x.x....x'
    """
    checked_steps(steps)
    scale = numbers(max(number, 1))
    if number < 0 or len(scale) > steps:
        raise ValueError(f"{number} cannot be written on {steps} steps")
    hits = []
    for step in reversed(range(len(scale))):
        if scale[step] <= number:
            number -= scale[step]
            hits.append(step + rotation)
    return Rhythm.on_steps(hits, steps, length)
