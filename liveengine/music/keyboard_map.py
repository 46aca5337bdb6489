"""Keyboard maps: which key plays which degree of a scale.

A map is a row of degrees that begins on its middle key and comes again above
and below, each time by a formal octave. What it says is Scala's:
huygens-fokker.org/scala/help.htm#mappings.

Pure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

#: The longest row, and the highest degree, that a map may have.
MAP_MAX = 2048

_KEYS = range(128)


@dataclass(frozen=True, slots=True)
class KeyboardMap:
    """Keys `first` to `last` play a scale; degree 0 lies on key `middle`, and key `reference` has `reference_hz`.

    `row` holds a degree a key from the middle on, None where a key has none; empty, every key takes the next degree.
    `octave` is the degree by which the row comes again; 0 is the scale's own period.
    Raises ValueError for what is no key, degree or frequency, and for a reference without a degree.
    """

    name: str
    row: tuple[int | None, ...] = ()
    first: int = 0
    last: int = 127
    middle: int = 60
    reference: int = 69
    reference_hz: float = 440.0
    octave: int = 0

    def __post_init__(self) -> None:
        for key in (self.first, self.last, self.middle, self.reference):
            if key not in _KEYS:
                raise ValueError(f"{key} is no key 0-127")
        if self.first > self.last:
            raise ValueError(f"the first key, {self.first}, is above the last, {self.last}")
        if not 0.0 < self.reference_hz < math.inf:
            raise ValueError(f"{self.reference_hz:g} Hz is no frequency")
        if len(self.row) > MAP_MAX:
            raise ValueError(f"a row has {MAP_MAX} keys at most, not {len(self.row)}")
        for degree in (self.octave, *(degree for degree in self.row if degree is not None)):
            if not 0 <= degree <= MAP_MAX:
                raise ValueError(f"{degree} is no degree 0-{MAP_MAX}")
        if not self.has_degree(self.reference):
            raise ValueError(f"key {self.reference} has the frequency that all keep to, but no degree of the scale")

    def has_degree(self, pitch: int) -> bool:
        """Whether a key is given a degree of its own."""
        return not self.row or self.row[(pitch - self.middle) % len(self.row)] is not None

    def retunes(self, pitch: int) -> bool:
        """Whether a key plays the scale at all; the others stay in equal temperament at 440 Hz."""
        return self.first <= pitch <= self.last

    def step(self, pitch: int) -> tuple[int, int]:
        """Return a key's formal octave, counted from the middle, and its degree.

        A key without one plays that of the nearest key below that has one.

        >>> KeyboardMap("white", (0, None, 1, None, 2, 3, None, 4, None, 5, None, 6)).step(73)
        (1, 0)
        """
        if not self.row:
            return 0, pitch - self.middle
        while True:  # It ends: the reference has a degree, and the row comes again.
            octave, place = divmod(pitch - self.middle, len(self.row))
            degree = self.row[place]
            if degree is not None:
                return octave, degree
            pitch -= 1
