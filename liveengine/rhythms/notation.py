"""Rhythms as musicians write them in a patch.

    rhythm = part { "+" part }        both at once
    part   = name "(" numbers ")"     a rhythm of the catalogue: euclid(5, 16, rotation=2)
           | signs                    x hit, X accent, . or - rest; spaces and | are ignored

Pure.
"""

from __future__ import annotations

import re
from functools import reduce

from liveengine.music.rhythm import BAR_TICKS, Rhythm
from liveengine.music.spelling import did_you_mean
from liveengine.rhythms.catalogue import RHYTHMS, parameters, usage

#: Longer texts are no rhythm that a musician wrote.
TEXT_MAX = 1000

_CALL = re.compile(r"([A-Za-z_]\w*)\s*\((.*)\)", re.DOTALL)
_NUMBER = re.compile(r"(?:([A-Za-z_]\w*)\s*=\s*)?(-?\d{1,18})")


def parse(text: str, length: int = BAR_TICKS) -> Rhythm:
    """Read a rhythm over `length` ticks (one bar of 4/4 if not given).

    Steps that do not divide the length are rounded to the nearest tick. Raises ValueError, naming the nearest
    rhythm or what it takes.

    >>> str(parse("euclid(3, 8, rotation=1)")), str(parse("x... + ..X."))
    ('.x..x..x', 'x.X.')
    """
    if len(text) > TEXT_MAX:
        raise ValueError(f"a rhythm of {len(text)} signs is longer than {TEXT_MAX}")
    return reduce(Rhythm.merged, [_part(part.strip(), length) for part in text.split("+")])


def _part(text: str, length: int) -> Rhythm:
    if call := _CALL.fullmatch(text):
        return _called(call[1], call[2], length)
    if re.fullmatch(r"[A-Za-z_]{2,}", text) and set(text) - set("xX"):
        known = text if text in RHYTHMS else None
        hint = f" (write it like {usage(known)})" if known else did_you_mean(text, RHYTHMS)
        raise ValueError(f'not a rhythm: "{text}"{hint}')
    return Rhythm.from_text(text, length)


def _called(name: str, arguments: str, length: int) -> Rhythm:
    """Bind the arguments to the catalogue's function and call it."""
    if name not in RHYTHMS:
        raise ValueError(f'no rhythm called "{name}"{did_you_mean(name, RHYTHMS)}')
    placed: list[int] = []
    named: dict[str, int] = {}
    for written in arguments.split(",") if arguments.strip() else []:
        number = _NUMBER.fullmatch(written.strip())
        if not number:
            raise ValueError(f"{name}: {written.strip()!r} is not a whole number; it takes {usage(name)}")
        if not number[1]:
            if named:
                raise ValueError(f"{name}: {written.strip()!r} must stand before the named numbers")
            placed.append(int(number[2]))
        elif number[1] in named or number[1] not in parameters(name).parameters:
            known = [taken for taken in parameters(name).parameters if taken not in named]
            raise ValueError(f'{name} takes no "{number[1]}"{did_you_mean(number[1], known)}')
        else:
            named[number[1]] = int(number[2])
    try:
        parameters(name).bind(*placed, **named)
    except TypeError as wrong:
        raise ValueError(f"{name}: {wrong}; it takes {usage(name)}") from None
    try:
        return RHYTHMS[name](*placed, **named, length=length)
    except ValueError as wrong:
        raise ValueError(f"{name}({arguments.strip()}): {wrong}") from None
