"""Conditions: when, of all the times that a pattern comes round, a step is to sound.

Written as players of drum machines know them: `first`, `3:4` (the third of
every four), `fill`, `previous` (if the last step of the track that had a
condition or a probability sounded); `not` before any of them turns it round.

Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from liveengine.music.spelling import did_you_mean

# The kinds, as numbers that the data plane reads.
ALWAYS = 0
FIRST = 1
TURN = 2
FILL = 3
PREVIOUS = 4

_WORDS = {"always": ALWAYS, "first": FIRST, "fill": FILL, "previous": PREVIOUS}
_SAID = {kind: word for word, kind in _WORDS.items()}

#: The longest cycle that a turn can be counted in.
CYCLE_MAX = 64


@dataclass(frozen=True, slots=True, order=True)
class Condition:
    """One condition. `turn` of `cycle` counts from 1 and matters to TURN alone.

    >>> str(Condition.parse("not 3:4"))
    'not 3:4'
    """

    kind: int = ALWAYS
    turn: int = 1
    cycle: int = 1
    negated: bool = False

    def __post_init__(self) -> None:
        if self.kind not in (*_SAID, TURN):
            raise ValueError(f"no condition has the number {self.kind}")
        if not 1 <= self.turn <= self.cycle <= CYCLE_MAX:
            raise ValueError(f"{self.turn}:{self.cycle} is no turn (A:B with A in 1-B and B at most {CYCLE_MAX})")
        if self.negated and self.kind == ALWAYS:
            raise ValueError('"not always" would never sound')

    @classmethod
    def parse(cls, text: str) -> Condition:
        """Read `always`, `first`, `A:B`, `fill` or `previous`, with `not` before it or without."""
        words = text.lower().split()
        negated = len(words) > 1 and words[0] == "not"
        word = " ".join(words[1:] if negated else words)
        if match := re.fullmatch(r"(\d{1,3}):(\d{1,3})", word):
            return cls(TURN, int(match[1]), int(match[2]), negated)
        if word not in _WORDS:
            raise ValueError(
                f'"{text}" is no condition (first, A:B, fill, previous, or not …){did_you_mean(word, _WORDS)}'
            )
        return cls(_WORDS[word], negated=negated)

    def __str__(self) -> str:
        word = f"{self.turn}:{self.cycle}" if self.kind == TURN else _SAID[self.kind]
        return f"not {word}" if self.negated else word

    @property
    def is_free(self) -> bool:
        """Whether it lets everything through."""
        return self.kind == ALWAYS


#: No condition at all.
UNCONDITIONAL = Condition()
