"""Spans of time in the words of a patch: `"2 bars"`, `"3 beats"`, `"1/16"` of a whole note; and rates: `"7.83 Hz"`.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from liveengine.engine.rows.modulation import PERIOD_MAX_BEATS
from liveengine.music.modulation import NAMED_RATES_HZ, RATE_MAX_HZ, RATE_MIN_HZ
from liveengine.music.spelling import did_you_mean
from liveengine.music.time import TICKS_PER_BEAT, Metre

_UNITS = ("bars", "beats", "ticks")
_FORM = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)\s*([a-z]+)")
_NOTE = re.compile(r"(\d{1,3})\s*/\s*(\d{1,3})")


def parse_span(text: str, metres: Sequence[Metre]) -> int:
    """Read a span and return it in ticks; bars are those of the `metres`, round and round from the first.

    Raises ValueError in a player's words.
    """
    words = text.strip().lower()
    if match := _NOTE.fullmatch(words):
        ticks = Fraction(int(match[1]), max(int(match[2]), 1)) * 4 * TICKS_PER_BEAT
    elif match := _FORM.fullmatch(words):
        unit = match[2] if match[2].endswith("s") else f"{match[2]}s"
        if unit not in _UNITS:
            raise ValueError(f'"{text}": no span is counted in {match[2]}{did_you_mean(unit, _UNITS)}')
        count = Fraction(match[1])
        ticks = _bars(count, metres) if unit == "bars" else count * {"beats": TICKS_PER_BEAT, "ticks": 1}[unit]
    else:
        raise ValueError(f'"{text}" is no span of time (write it like "2 bars", "3 beats" or "1/16")')
    if not 1 <= ticks <= PERIOD_MAX_BEATS * TICKS_PER_BEAT:
        raise ValueError(f'"{text}" is outside 1 tick – {PERIOD_MAX_BEATS:g} beats')
    return round(ticks)


def _bars(count: Fraction, metres: Sequence[Metre]) -> Fraction:
    """Return the ticks of so many bars; of part of a bar that part of the one it would be."""
    cycles, rest = divmod(count, len(metres))
    whole, part = divmod(rest, 1)
    ticks = cycles * sum(metre.bar_ticks for metre in metres)
    ticks += sum(metre.bar_ticks for metre in metres[: int(whole)])
    return ticks + part * metres[int(whole)].bar_ticks


def parse_rate(text: str, metres: Sequence[Metre]) -> tuple[int, float]:
    """Read a rate: a span returns its ticks and 0, a free rate 0 and its Hz. Raises ValueError in a player's words."""
    words = text.strip().lower()
    if words in NAMED_RATES_HZ:
        return 0, NAMED_RATES_HZ[words]
    if match := re.fullmatch(r"(\d{1,6}(?:\.\d{1,9})?)\s*hz", words):
        rate_hz = float(match[1])
        if not RATE_MIN_HZ <= rate_hz <= RATE_MAX_HZ:
            raise ValueError(f'"{text}" is outside {RATE_MIN_HZ:g}–{RATE_MAX_HZ:g} Hz')
        return 0, rate_hz
    if re.fullmatch(r"[a-z]+", words):
        raise ValueError(f'no rate is called "{text}"{did_you_mean(words, NAMED_RATES_HZ)}')
    return parse_span(text, metres), 0.0
