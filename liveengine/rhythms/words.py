"""The words for a rhythm's numbers: one range and one meaning each, in whatever rhythm they stand.

A rhythm may ask for less than a word allows, never for more: so nothing that
is written in a patch can take long to make.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from liveengine.music.rhythm import STEPS_MAX


@dataclass(frozen=True, slots=True)
class Word:
    """What a number means, and from where to where it goes."""

    low: float
    high: float
    meaning: str

    @property
    def span(self) -> str:
        """The range in words."""
        return f"{self.low:g} to {self.high:g}" if self.high < 1e6 else f"from {self.low:g}"


SEED_MAX = (1 << 63) - 1

#: Every number that a rhythm takes.
WORDS: dict[str, Word] = {
    "onsets": Word(0, STEPS_MAX, "how many hits"),
    "steps": Word(1, STEPS_MAX, "how many steps the bar is divided into"),
    "rotation": Word(-STEPS_MAX, STEPS_MAX, "how many steps later it begins, round the end"),
    "accents": Word(0, STEPS_MAX, "how many of the hits are accented"),
    "longs": Word(0, STEPS_MAX, "how many long gaps"),
    "shorts": Word(0, STEPS_MAX, "how many short gaps"),
    "long": Word(1, STEPS_MAX, "steps in a long gap"),
    "short": Word(1, STEPS_MAX, "steps in a short gap"),
    "largest": Word(1, STEPS_MAX, "steps in the largest group"),
    "number": Word(0, 10**18, "the number that is written"),
    "depth": Word(0, 8, "how often it is divided again"),
    "pulses": Word(1, 64, "even pulses to the bar"),
    "over": Word(1, STEPS_MAX, "in the time of so many steps"),
    "start": Word(0, STEPS_MAX, "the step it begins on, counted from 0"),
    "bar": Word(0, 10**6, "which bar of it is played, counted from 0"),
    "faster": Word(1, 64, "the new speed, above the line"),
    "slower": Word(1, 64, "the new speed, below the line"),
    "side": Word(23, 32, "32: the three side first; 23: the two side first"),
    "place": Word(0.5, 0.75, "where the second of two steps falls; 0.5 is straight"),
    "amount": Word(0, 1, "how far it strays, in steps"),
    "voices": Word(1, 16, "how many voices"),
    "voice": Word(1, 16, "which of the voices, counted from 1"),
    "lag": Word(0, STEPS_MAX, "steps from one voice's entry to the next"),
    "turn": Word(0, STEPS_MAX, "steps from one voice to the next; 0: once round over all"),
    "rounds": Word(0, 32, "how often it grows"),
    "rule": Word(0, 255, "the elementary rule"),
    "generation": Word(0, STEPS_MAX, "how often the rule is applied"),
    "order": Word(1, 64, "how many steps are remembered"),
    "seed": Word(0, SEED_MAX, "the same seed, the same rhythm"),
    "shortest": Word(1, STEPS_MAX, "steps in the shortest gap"),
    "longest": Word(1, STEPS_MAX, "steps in the longest gap"),
    "even_from": Word(0, 1, "least evenness"),
    "even_to": Word(0, 1, "most evenness"),
}

#: What else a rhythm takes.
TEXTS: dict[str, str] = {
    "rhythm": "the rhythm that is changed",
    "learnt": "the rhythms that are learnt from, as many as wanted",
    "must": "a rhythm whose hits must be struck",
    "never": "a rhythm whose hits must not be",
    "rules": "rules like `a>ab b>a`",
    "axiom": "the letters it grows from",
}
