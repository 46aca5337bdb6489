"""The scales that come with the engine: tempered, pure, and from the harmonic series and the golden section.

All are made from their rule. A chain of fifths runs from three below the root to eight above it (on C: Eb to G#),
as keyboards with twelve keys were tuned.

Sources: Ellis's duodene for the just scale (in Helmholtz, "On the Sensations of Tone", 1885, appendix XX);
Aaron, "Toscanello", 1523, for quarter-comma meantone; Kornerup, "Das goldene Tonsystem", 1935, for golden meantone.

Pure.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from fractions import Fraction

from liveengine.music.pitch import OCTAVE
from liveengine.music.spelling import did_you_mean
from liveengine.music.tuning import EQUAL, Degree, Scale, cents_of

PHI = (1.0 + math.sqrt(5.0)) / 2.0

#: The finest equal division of the octave.
DIVISIONS_MAX = 1200

_PERIOD = Fraction(2)
_CHAIN = range(-3, 9)


def _folded(degrees: Iterable[float], period: Degree) -> tuple[Degree, ...]:
    """Return degrees in cents within one period, in order, and the period."""
    cents = cents_of(period)
    return (*sorted(degree % cents for degree in degrees if degree % cents > 1e-9), period)


def _fifths(fifth_cents: float) -> tuple[Degree, ...]:
    return _folded((steps * fifth_cents for steps in _CHAIN), _PERIOD)


def _pure_fifths() -> tuple[Degree, ...]:
    ratios = []
    for steps in _CHAIN:
        ratio = Fraction(3, 2) ** steps
        ratios.append(ratio / Fraction(2) ** math.floor(math.log2(ratio)))
    return (*sorted(ratio for ratio in ratios if ratio != 1), _PERIOD)


_DUODENE = ("16/15", "9/8", "6/5", "5/4", "4/3", "45/32", "3/2", "8/5", "5/3", "9/5", "15/8", "2")

#: Every scale by name; beside these, "19edo" and its like divide the octave equally.
TEMPERAMENTS: dict[str, Scale] = {
    scale.name: scale
    for scale in (
        EQUAL,
        Scale("just", tuple(map(Fraction, _DUODENE)), "five-limit just intonation: Ellis's duodene"),
        Scale("pythagorean", _pure_fifths(), "pure fifths, 3/2"),
        Scale("meantone", _fifths(300.0 * math.log2(5.0)), "fifths a quarter comma narrow: pure thirds, 5/4"),
        Scale("golden meantone", _fifths(1200.0 * (8.0 - PHI) / 11.0), "whole and half tone stand in golden ratio"),
        Scale("harmonic", tuple(Fraction(n, 8) for n in range(9, 17)), "harmonics 8 to 16 of one string"),
        Scale(
            "golden",
            _folded((steps * 1200.0 * math.log2(PHI) for steps in range(OCTAVE)), _PERIOD),
            "powers of the golden ratio, folded into the octave",
        ),
    )
}


def equal_division(parts: int) -> Scale:
    """Return the octave in equal parts. Raises ValueError outside 1-DIVISIONS_MAX.

    >>> equal_division(19).cents(11)
    694.7368421052631
    """
    if not 1 <= parts <= DIVISIONS_MAX:
        raise ValueError(f"an octave is divided into 1-{DIVISIONS_MAX} parts, not {parts}")
    return Scale(f"{parts}edo", tuple(1200.0 * step / parts for step in range(1, parts + 1)), f"{parts} equal steps")


#: Scales that a knob can go through: all that have a name, and the divisions that are played most.
SCALE_WORDS = (*TEMPERAMENTS, *(f"{parts}edo" for parts in (5, 7, 10, 17, 19, 22, 24, 31, 41, 53)))


def find_scale(name: str) -> Scale:
    """Return a scale by its name, or "19edo". Raises ValueError, naming the nearest."""
    word = " ".join(name.lower().replace("_", " ").split())
    if match := re.fullmatch(r"(\d{1,5})[ -]?edo", word):
        return equal_division(int(match[1]))
    if word not in TEMPERAMENTS:
        known = [*TEMPERAMENTS, "19edo"]
        raise ValueError(f'no scale called "{name}" (or write a file, "mine.scl"){did_you_mean(word, known)}')
    return TEMPERAMENTS[word]
