"""Rhythms as musicians write them in a patch.

    rhythm = part { "+" part }            both at once
    part   = name [ "(" arguments ")" ]   a rhythm of the catalogue: euclid(5, 16, rotation=2), son
           | signs                        x hit, X accent, . or - rest; spaces and | are ignored
    arguments are numbers, letters, or rhythms again: rotate(son + x..., 2)

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import reduce
from inspect import Parameter

from liveengine.music.rhythm import BAR_TICKS, Rhythm
from liveengine.music.spelling import did_you_mean
from liveengine.rhythms.catalogue import RHYTHMS, Entry
from liveengine.rhythms.words import WORDS

#: Longer texts are no rhythm that a musician wrote, nor are rhythms within rhythms deeper than this.
TEXT_MAX, DEPTH_MAX = 1000, 8

_CALL = re.compile(r"([A-Za-z_]\w*)\s*\((.*)\)", re.DOTALL)
_BARE = re.compile(r"[A-Za-z_]\w+")
_NAMED = re.compile(r"([A-Za-z_]\w*)\s*=\s*(.*)", re.DOTALL)
_WHOLE = re.compile(r"-?\d{1,19}")
_DECIMAL = re.compile(r"-?\d{1,9}(\.\d{1,18})?")


def parse(text: str, length: int = BAR_TICKS) -> Rhythm:
    """Read a rhythm over `length` ticks (one bar of 4/4 if not given).

    Steps that do not divide the length are rounded to the nearest tick. Raises ValueError, naming the nearest
    rhythm or what it takes.

    >>> str(parse("euclid(3, 8, rotation=1)")), str(parse("x... + ..X.")), str(parse("rotate(tresillo, 2)"))
    ('.x..x..x', 'x.X.', 'x.x..x..')
    """
    if len(text) > TEXT_MAX:
        raise ValueError(f"a rhythm of {len(text)} signs is longer than {TEXT_MAX}")
    return _rhythm(text, length, 0)


def _rhythm(text: str, length: int, depth: int) -> Rhythm:
    if depth > DEPTH_MAX:
        raise ValueError(f"rhythms within rhythms go {DEPTH_MAX} deep, no deeper")
    return reduce(Rhythm.merged, [_part(part.strip(), length, depth) for part in _split(text, "+")])


def _split(text: str, sign: str) -> list[str]:
    """Split at a sign wherever it stands outside all brackets."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if letter == sign and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _part(text: str, length: int, depth: int) -> Rhythm:
    if call := _CALL.fullmatch(text):
        return _called(call[1], call[2].strip(), length, depth)
    if _BARE.fullmatch(text) and set(text) - set("xX"):
        if text in RHYTHMS and any(_is_needed(taken) for taken in RHYTHMS[text].taken.parameters.values()):
            raise ValueError(f'not a rhythm: "{text}" (write it like {RHYTHMS[text].usage})')
        return _called(text, "", length, depth)
    return Rhythm.from_text(text, length)


def _is_needed(parameter: Parameter) -> bool:
    return parameter.kind is parameter.VAR_POSITIONAL or parameter.default is parameter.empty


def _called(name: str, arguments: str, length: int, depth: int) -> Rhythm:
    """Bind what is written to what the catalogue's rhythm takes, read it, and make the rhythm."""
    if name not in RHYTHMS:
        raise ValueError(f'no rhythm called "{name}"{_hint(name)}')
    entry = RHYTHMS[name]
    placed, named = _dealt(entry, arguments)
    try:
        bound = entry.taken.bind(*placed, **named)
    except TypeError as wrong:
        raise ValueError(f"{name}: {wrong}; it takes {entry.usage}") from None
    for key, written in bound.arguments.items():
        taken = entry.taken.parameters[key]
        several = taken.kind is Parameter.VAR_POSITIONAL
        read = [_read(entry, taken, one, length, depth) for one in (written if several else [written])]
        bound.arguments[key] = tuple(read) if several else read[0]
    try:
        return entry(*bound.args, **bound.kwargs, length=length)
    except ValueError as wrong:
        raise ValueError(f"{name}({arguments}): {wrong}") from None


def _hint(name: str) -> str:
    """Return the nearest rhythm; there are too many to name them all where none is near."""
    hint = did_you_mean(name, RHYTHMS)
    return hint if "did you mean" in hint else " (docs/rhythms.md shows them all)"


def _dealt(entry: Entry, arguments: str) -> tuple[list[str], dict[str, str]]:
    """Deal what is written between the brackets out into what is placed and what is named."""
    placed: list[str] = []
    named: dict[str, str] = {}
    for part in _split(arguments, ",") if arguments else []:
        written = part.strip()
        if name := _NAMED.fullmatch(written):
            if name[1] in named or name[1] not in entry.taken.parameters:
                known = [taken for taken in entry.taken.parameters if taken not in named]
                raise ValueError(f'{entry.name} takes no "{name[1]}"{did_you_mean(name[1], known) if known else ""}')
            named[name[1]] = name[2].strip()
        elif named:
            raise ValueError(f"{entry.name}: {written!r} must stand before the named ones")
        else:
            placed.append(written)
    return placed, named


def _read(entry: Entry, taken: Parameter, written: str, length: int, depth: int) -> object:
    """Read one argument as what the rhythm takes there."""
    if taken.annotation is str:
        return written
    if taken.annotation is int:
        return _number(entry, taken.name, written, _WHOLE, int, "a whole number")
    if taken.annotation is float:
        return _number(entry, taken.name, written, _DECIMAL, float, "a number")
    return _rhythm(written, length, depth + 1)


def _number(
    entry: Entry, name: str, written: str, form: re.Pattern[str], read: Callable[[str], float], kind: str
) -> float:
    if not form.fullmatch(written):
        raise ValueError(f"{entry.name}: {written!r} is not {kind}; it takes {entry.usage}")
    number, word = read(written), WORDS[name]
    if not word.low <= number <= word.high:
        raise ValueError(f"{entry.name}: {name} is {written}; it goes {word.span} ({word.meaning})")
    return number
