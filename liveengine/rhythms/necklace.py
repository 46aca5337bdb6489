"""A rhythm drawn as a necklace: its steps round a circle, clockwise from the top, its onsets joined to a polygon.

For a terminal in braille dots, and as SVG. After Toussaint, "The Geometry of
Musical Rhythm", 2013.

Pure.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from xml.sax.saxutils import escape

from liveengine.music.rhythm import LOUD, PLAIN, Rhythm, step_tick

#: The drawing for a terminal: rows of text. A row is four dots high, and a letter two dots wide.
ROWS = 19
_LETTERS = 2 * ROWS + 1

#: Where its middle lies, and how far the steps lie from it, in dots.
_MIDDLE_X, _MIDDLE_Y = (2 * _LETTERS - 1) / 2, (4 * ROWS - 1) / 2
_RADIUS_DOTS = 2.0 * ROWS - 8.5

ACCENT, HIT, REST = "●", "○", "·"

#: With more steps than this the rests are left out: they would run together.
RESTS_UP_TO = 48

_BRAILLE = 0x2800
#: The bit of each dot of a braille sign, by row and column.
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))

#: The accent from which a hit counts as accented.
_ACCENTED = (PLAIN + LOUD) / 2

Point = tuple[float, float]


def point(turn: float, radius: float = 1.0) -> Point:
    """Return where a part of a turn, clockwise from the top, lies on a circle round (0, 0), y downwards."""
    return radius * math.sin(math.tau * turn), -radius * math.cos(math.tau * turn)


def turns(rhythm: Rhythm) -> list[float]:
    """Return each onset's part of a turn, where it truly falls, on the grid or off."""
    return [tick / rhythm.length for tick in rhythm.onsets]


def _rests(rhythm: Rhythm) -> list[float]:
    ticks = {step_tick(step, rhythm.steps, rhythm.length) for step in range(rhythm.steps)}
    return [tick / rhythm.length for tick in sorted(ticks - set(rhythm.onsets))]


def _sides(rhythm: Rhythm) -> Iterator[tuple[Point, Point]]:
    """Yield the polygon's sides on the circle of radius 1; two onsets make one line, one makes none."""
    corners = [point(turn) for turn in turns(rhythm)]
    closed = [*corners, corners[0]] if len(corners) > 2 else corners
    yield from pairwise(closed)


# -- in a terminal ---------------------------------------------------------------


def in_text(rhythm: Rhythm, beats: Sequence[int] = ()) -> str:
    """Draw a rhythm in ROWS lines of text. `beats` are steps, from 0, whose numbers, from 1, stand outside."""
    dots: defaultdict[tuple[int, int], int] = defaultdict(int)
    for start, end in _sides(rhythm):
        long = math.ceil(_RADIUS_DOTS * math.dist(start, end))
        for part in range(long + 1):
            x, y = ((1 - part / long) * a + part / long * b for a, b in zip(start, end, strict=True))
            column, row = round(_MIDDLE_X + _RADIUS_DOTS * x), round(_MIDDLE_Y + _RADIUS_DOTS * y)
            dots[row // 4, column // 2] |= _DOTS[row % 4][column % 2]
    signs = {place: chr(_BRAILLE | mask) for place, mask in dots.items()}

    def put(text: str, turn: float, away: float = 0.0) -> None:
        x, y = point(turn, _RADIUS_DOTS + away)
        row, middle = round((_MIDDLE_Y + y - 1.5) / 4), round((_MIDDLE_X + x - 0.5) / 2)
        for column, letter in enumerate(text, middle - (len(text) - 1) // 2):
            signs[row, column] = letter

    for beat in beats:
        put(str(beat + 1), beat / rhythm.steps, 6.0)
    if rhythm.steps <= RESTS_UP_TO:
        for turn in _rests(rhythm):
            put(REST, turn)
    for turn, accent in zip(turns(rhythm), rhythm.accents, strict=True):
        put(ACCENT if accent >= _ACCENTED else HIT, turn)
    lines = ("".join(signs.get((row, column), " ") for column in range(_LETTERS)) for row in range(ROWS))
    return "\n".join(line.rstrip() for line in lines)


# -- as SVG ----------------------------------------------------------------------

SIZE = 420
_RADIUS = 150.0
_INK, _FILL, _LINE, _FAINT = "#1d2b36", "#2a9d6f", "#1f7a57", "#b9c4cc"


def in_svg(rhythm: Rhythm, title: str, beats: Sequence[int] = ()) -> str:
    """Draw a rhythm as an SVG of SIZE by SIZE + 40: steps numbered from 1, beats' numbers bold, accents larger."""
    corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in (point(turn, _RADIUS) for turn in turns(rhythm)))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE + 40}" width="{SIZE}" height="{SIZE + 40}" '
        'font-family="sans-serif">',
        f"<title>{escape(_printable(title))}</title>",
        f'<rect width="{SIZE}" height="{SIZE + 40}" fill="#ffffff"/>',
        f'<g transform="translate({SIZE / 2:g} {SIZE / 2:g})">',
        f'<circle r="{_RADIUS:g}" fill="none" stroke="{_FAINT}" stroke-width="1.5"/>',
        f'<polygon points="{corners}" fill="{_FILL}" fill-opacity="0.16" stroke="{_LINE}" stroke-width="2.5" '
        'stroke-linejoin="round"/>',
        *_svg_numbers(rhythm, frozenset(beats)),
        *(_dot(turn, 3.0, _FAINT) for turn in _rests(rhythm)),
        *(
            _dot(turn, 12.0 if accent >= _ACCENTED else 8.0, _FILL)
            for turn, accent in zip(turns(rhythm), rhythm.accents, strict=True)
        ),
        "</g>",
        f'<text x="{SIZE / 2:g}" y="{SIZE + 2}" text-anchor="middle" font-size="17" fill="{_INK}">'
        f"{escape(_cut(title, 44))}</text>",
        f'<text x="{SIZE / 2:g}" y="{SIZE + 26}" text-anchor="middle" font-size="15" font-family="monospace" '
        f'fill="{_INK}">{escape(_cut(str(rhythm), 44))}</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _svg_numbers(rhythm: Rhythm, beats: frozenset[int]) -> Iterator[str]:
    """Number the steps outside the circle; beats alone where all would run together."""
    for step in range(rhythm.steps):
        if rhythm.steps <= RESTS_UP_TO or step in beats:
            x, y = point(step / rhythm.steps, _RADIUS + 30)
            weight = ' font-weight="bold"' if step in beats else ""
            size = 14 if rhythm.steps <= 24 else 11
            yield (
                f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" dominant-baseline="central" '
                f'font-size="{size}"{weight} fill="{_INK}">{step + 1}</text>'
            )


def _dot(turn: float, radius: float, colour: str) -> str:
    x, y = point(turn, _RADIUS)
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{colour}" stroke="#ffffff" stroke-width="1.5"/>'


def _cut(text: str, limit: int) -> str:
    text = _printable(text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _printable(text: str) -> str:
    """Leave out what XML has no sign for."""
    return "".join(letter for letter in text if letter.isprintable())
