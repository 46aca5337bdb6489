"""One thing that can be turned: what it takes, and how a knob's travel maps to its range.

Pure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from liveengine.engine.wording import printable, shown, span
from liveengine.music.spelling import did_you_mean

Kind = Literal["trigger", "toggle", "float", "int", "word", "text"]
Effect = Literal["now", "beat", "next bar"]
Setting = bool | int | float | str


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing that can be turned, or read.

    `low` and `high` bound its value and are both reachable; one of kind "word" takes one of `words`, or its
    number in that list, from 1. A `held` one springs back to its default when let go. `effect` says when a
    change is heard; for one that is `read_only`, when it is told.
    """

    address: str
    kind: Kind
    low: float
    high: float
    default: float | str
    unit: str
    effect: Effect
    meaning: str
    read_only: bool = False
    held: bool = False
    words: tuple[str, ...] = ()

    def accept(self, value: object = None) -> Setting:
        """Return `value` as this parameter's own type.

        Floats are clamped to the range, since a fader at its end means the end; a whole number outside its
        range is refused, since scene 9 of 4 is not scene 4. A trigger returns whether it was struck. Raises
        ValueError, in a player's words, for anything else.
        """
        if self.read_only:
            raise ValueError(f"{self.name} can be read, not set")
        if self.kind == "text":
            if isinstance(value, str):
                return printable(value)
            raise ValueError(f"{self.name} takes words, not {shown(value)}")
        if self.kind == "trigger" and value is None:
            return True
        if self.kind == "word" and isinstance(value, str):
            return self._word(value)
        if not isinstance(value, int | float) or not abs(value) < math.inf:  # nan fails this as well
            raise ValueError(f"{self.name} takes {self.takes}, not {shown(value)}")
        return self._number(value)

    def _word(self, text: str) -> str:
        word = " ".join(text.split())
        if word not in self.words:
            raise ValueError(f"{self.name} takes {self.takes}, not {shown(text)}{did_you_mean(word, self.words)}")
        return word

    def _number(self, value: float) -> Setting:
        """Return a finite number as this parameter's own type."""
        if self.kind == "trigger":
            return value > 0
        if self.kind == "float":
            return float(min(max(value, self.low), self.high))
        if value != int(value) or not self.low <= value <= self.high:
            raise ValueError(f"{self.name} takes {self.takes}, not {shown(value)}")
        if self.kind == "word":
            return self.words[int(value) - 1]
        return bool(value) if self.kind == "toggle" else int(value)

    @property
    def name(self) -> str:
        """What a player calls it: 'density', 'sound/tone', 'transport/tempo'."""
        return self.address.removeprefix("/track/{track}/").removeprefix("/")

    @property
    def takes(self) -> str:
        """What it takes, in words: 'a number, 20–400 BPM'."""
        match self.kind:
            case "trigger":
                return "nothing, or 1 when struck and 0 when let go"
            case "toggle":
                return "0 or 1"
            case "int":
                return f"a whole number, {span(self.low, self.high, self.unit)}"
            case "word":
                return f"one of its words, or its number, {span(self.low, self.high)}"
            case "float":
                return f"a number, {span(self.low, self.high, self.unit)}"
            case _:
                return "words"

    def from_unit(self, position: float, low: float | None = None, high: float | None = None) -> Setting:
        """Return the value at a knob's position in [0, 1]; both ends of the range are met exactly.

        `low` and `high` are the ends where they are not the parameter's own; `low` may be the greater.
        """
        position = min(max(position, 0.0), 1.0)
        if self.kind in ("toggle", "trigger"):
            return position >= 0.5
        first = self.low if low is None else low
        last = self.high if high is None else high
        value = first * (1.0 - position) + last * position
        # Rounding must not carry a value past the end it came to.
        value = min(max(value, min(first, last)), max(first, last))
        if self.kind == "word":
            return self.words[round(value) - 1]
        return round(value) if self.kind == "int" else float(value)

    def to_unit(self, value: float) -> float:
        """Return the position in [0, 1] at which a knob stands for `value`."""
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)

    def scale7(self, value: int, low: float | None = None, high: float | None = None) -> Setting:
        """Return the value for a 7-bit controller, 0–127, between the ends as in `from_unit`.

        64 is the exact middle, as MIDI has it.
        """
        return self.from_unit(knob_position(value), low, high)

    def number_of(self, value: Setting) -> float:
        """Return a value as the number that can be added to; of a word, its place among the words."""
        if self.kind != "word":
            return float(value)
        return float(self.words.index(value) + 1) if value in self.words else self.low

    def at(self, track: int | str) -> str:
        """Return its address for one track; a parameter that is no track's keeps its own."""
        return self.address.replace("{track}", str(track))


def knob_position(value: int) -> float:
    """Return a 7-bit value as a position in [0, 1]: 0, 64 and 127 are 0, ½ and 1 exactly."""
    return value / 128 if value <= 64 else 0.5 + (value - 64) / 126
