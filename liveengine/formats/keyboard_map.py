"""Scala's keyboard mapping files (.kbm): read them.

A line that begins with `!` says nothing. The others say one number each, and
whatever follows it on its line is ignored: the length of the row, the first
and last key to tune, the middle key, the key whose frequency is given, that
frequency, the degree of the formal octave. Then comes the row, one degree a
line, `x` for a key without one; what is missing at its end counts as `x`.
Source: Op de Coul, huygens-fokker.org/scala/help.htm#mappings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from liveengine.formats.scala import ScalaError, shown, telling_lines, text_of
from liveengine.music.keyboard_map import MAP_MAX, KeyboardMap
from liveengine.music.tuning import KEYS, equal_hz

SUFFIX = ".kbm"

#: What the first lines hold, in order.
_HEAD = (
    "number of keys in the row",
    "first key",
    "last key",
    "middle key",
    "key with a frequency",
    "frequency",
    "degree of the formal octave",
)
_FREQUENCY = 5

#: What a key may be given: what the lowest and the highest have in equal temperament.
LOWEST_HZ, HIGHEST_HZ = equal_hz(0), equal_hz(KEYS - 1)


def read_keyboard(path: Path) -> KeyboardMap:
    """Read a keyboard mapping. Raises ScalaError, naming file, line and value."""
    return parse_keyboard(text_of(path), str(path))


def parse_keyboard(text: str, name: str) -> KeyboardMap:
    """Read a keyboard mapping from the text of a file that is called `name`. Raises ScalaError."""
    lines = [(f"{name}: line {number}", line) for number, line in telling_lines(text)]
    if len(lines) < len(_HEAD):
        raise ScalaError(f"{name}: ends before the {_HEAD[len(lines)]} (a mapping begins with {len(_HEAD)} numbers)")
    size = _whole(*lines[0], _HEAD[0], MAP_MAX)
    first, last, middle, reference = (
        _whole(*line, what, KEYS - 1) for line, what in zip(lines[1:_FREQUENCY], _HEAD[1:_FREQUENCY], strict=True)
    )
    hz = _frequency(*lines[_FREQUENCY])
    octave = _whole(*lines[6], _HEAD[6], MAP_MAX)
    row = tuple(_row(lines[len(_HEAD) :], size))
    try:
        return KeyboardMap(Path(name).name, row, first, last, middle, reference, hz, octave)
    except ValueError as error:
        raise ScalaError(f"{name}: {error}") from None


def _row(lines: list[tuple[str, str]], size: int) -> Iterator[int | None]:
    for place, line in lines[:size]:
        word = line.split(maxsplit=1)[0] if line.split() else ""
        yield None if word in ("x", "X") else _whole(place, line, "degree, nor x for a key without one", MAP_MAX)
    yield from (None for _ in range(size - len(lines)))


def _whole(place: str, line: str, what: str, high: int) -> int:
    match = re.fullmatch(r"\s*(\d{1,9})(\s.*)?", line)
    if not match:
        raise ScalaError(f"{place}: {shown(line)} is no {what}")
    if int(match[1]) > high:
        raise ScalaError(f"{place}: {match[1]} is no {what}: 0-{high}")
    return int(match[1])


def _frequency(place: str, line: str) -> float:
    match = re.fullmatch(r"\s*(\d{1,9}(?:\.\d*)?|\.\d+)(\s.*)?", line)
    if not match:
        raise ScalaError(f"{place}: {shown(line)} is no frequency in Hz")
    if not LOWEST_HZ - 0.001 <= float(match[1]) <= HIGHEST_HZ + 0.001:
        raise ScalaError(f"{place}: {match[1]} Hz is outside {LOWEST_HZ:.1f}-{HIGHEST_HZ:.0f} Hz")
    return float(match[1])
