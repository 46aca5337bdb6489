"""Scala's scale files (.scl): read them, and write them.

A line that begins with `!` says nothing. The first of the others is a
description, the second the number of notes; then comes one note a line, a
ratio ("3/2", "2") or, with a point, cents ("701.955"); whatever follows it
on its line is ignored. Source: Op de Coul, huygens-fokker.org/scala/scl_format.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from liveengine.music.tuning import DEGREES_MAX, Degree, Scale

SUFFIX = ".scl"

#: No scale comes near this; a larger file is some other file given by mistake.
FILE_LIMIT_BYTES = 256 << 10

#: A ratio's numbers have as many digits at most: twice what every reader must take.
_DIGITS_MAX = 20


class ScalaError(ValueError):
    """A file of Scala's that cannot be used; `str` names file, line and value."""


def read_scale(path: Path) -> Scale:
    """Read a scale. Raises ScalaError, naming file, line and value."""
    return parse_scale(text_of(path), str(path))


def text_of(path: Path) -> str:
    """Return the text of a file of Scala's. Raises ScalaError where it cannot be read or is far too large."""
    try:
        with path.open("rb") as file:
            data = file.read(FILE_LIMIT_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise ScalaError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(data) > FILE_LIMIT_BYTES:
        raise ScalaError(f"{path}: is larger than {FILE_LIMIT_BYTES >> 10} KiB")
    return data.decode("latin-1")


def telling_lines(text: str) -> list[tuple[int, str]]:
    """Return the lines that say something, each with its number."""
    return [(number, line) for number, line in enumerate(text.splitlines(), 1) if not line.startswith("!")]


def parse_scale(text: str, name: str) -> Scale:
    """Read a scale from the text of a file that is called `name`. Raises ScalaError."""
    lines = telling_lines(text)
    if len(lines) < 2:
        raise ScalaError(f"{name}: ends before the number of notes (a scale file begins with a line of description)")
    about, (count_line, count_text) = lines[0][1], lines[1]
    match = re.fullmatch(r"\s*(\d{1,9})(\s.*)?", count_text)
    if not match:
        raise ScalaError(f"{name}: line {count_line}: {shown(count_text)} is not a number of notes")
    count, notes = int(match[1]), lines[2:]
    if not 1 <= count <= DEGREES_MAX:
        raise ScalaError(f"{name}: line {count_line}: a scale has 1-{DEGREES_MAX} notes, not {count}")
    if len(notes) < count:
        raise ScalaError(f"{name}: line {count_line}: says {count} notes, but {len(notes)} lines follow")
    degrees = tuple(_degree(line, f"{name}: line {number}") for number, line in notes[:count])
    try:
        return Scale(Path(name).name, degrees, about.strip())
    except ValueError as error:
        raise ScalaError(f"{name}: {error}") from None


def _degree(line: str, place: str) -> Degree:
    """Read one note: a number with a point is cents, any other a ratio."""
    word = line.split(maxsplit=1)[0] if line.split() else ""
    if re.fullmatch(r"[+-]?(\d{1,18}\.\d*|\.\d+)", word):
        return float(word)
    match = re.fullmatch(r"\s*(-?\d+)(?:\s*/\s*(-?\d+))?(\s.*)?", line)
    if not match:
        raise ScalaError(f"{place}: {shown(line)} is neither a ratio (3/2) nor cents with a point (701.955)")
    above, below = match[1], match[2] or "1"
    if max(len(above), len(below)) > _DIGITS_MAX:
        raise ScalaError(f"{place}: {shown(line)} has more than {_DIGITS_MAX} digits")
    if int(above) <= 0 or int(below) <= 0:
        raise ScalaError(f"{place}: {shown(line)} is no ratio of frequencies: both numbers are above 0")
    return Fraction(int(above), int(below))


def shown(line: str) -> str:
    """Return a line as it is told of: in quotes, cut short, and printable whatever it holds."""
    clean = "".join(letter if letter.isprintable() else "?" for letter in line.strip()[:40])
    return f'"{clean}"'


def format_scale(scale: Scale) -> str:
    """Return a scale as the text of a file; reading it gives the same degrees."""
    about = scale.about or scale.name
    return "\n".join(["! " + scale.name, "!", about, f" {len(scale.degrees)}", "!", *_lines(scale), ""])


def _lines(scale: Scale) -> Iterator[str]:
    for degree in scale.degrees:
        if isinstance(degree, Fraction):
            yield f" {degree.numerator}/{degree.denominator}"
        else:
            shortest = repr(float(degree))
            yield f" {shortest if '.' in shortest and 'e' not in shortest else format(degree, '.17f')}"
