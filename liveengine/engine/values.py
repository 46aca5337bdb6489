"""What takes one value of a file, or raises ValueError in words: a number in a range, words that mean something.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from liveengine.engine.wording import shown, span

Value = TypeVar("Value")


def whole_in(low: int, high: int) -> Callable[[object], int]:
    """Return what takes a whole number within [low, high] and raises ValueError for all else."""

    def take(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"{shown(value)} is not a whole number ({span(low, high)})")
        if not low <= value <= high:
            raise ValueError(f"{shown(value)} is outside {span(low, high)}")
        return value

    return take


def number_in(low: float, high: float, unit: str = "") -> Callable[[object], float]:
    """Return what takes a number within [low, high] and raises ValueError for all else."""

    def take(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"{shown(value)} is not a number ({span(low, high, unit)})")
        if not low <= value <= high:  # nan fails this as well
            raise ValueError(f"{shown(value)} is outside {span(low, high, unit)}")
        return float(value)

    return take


def words_for(parse: Callable[[str], Value], longest: int | None = None) -> Callable[[object], Value]:
    """Return what takes words that `parse` understands and raises ValueError for all else.

    Beyond `longest` letters they are too long, where that is given.
    """

    def take(value: object) -> Value:
        if not isinstance(value, str):
            raise ValueError(f'{shown(value)} is not words (write it in quotes: "like this")')
        if longest is not None and len(value) > longest:
            raise ValueError(f"is longer than {longest} letters")
        return parse(value)

    return take
