"""Drum grids in SVG: grooves of two bars side by side, nine voices each, a mark a hit, the louder the darker.

A mark begins on its step of a twelfth of a beat and is as wide as a sixteenth.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

import numpy as np

from liveengine.generators.codecs.frames import STEPS, SUBSTEPS, Floats
from liveengine.generators.codecs.grid import BAR_STEPS, NAMES, STEPS_PER_BEAT
from liveengine.training.data.plots import picture

#: How wide a step is and how high a voice; what is free beside, above and between grids.
_STEP, _VOICE = 1.4, 11
_LEFT, _TOP, _RIGHT, _BETWEEN, _BELOW = 144, 70, 14, 12, 20
_WIDE, _HIGH = STEPS * _STEP, len(NAMES) * _VOICE

#: Greys from white at 255: of a beat's and a bar's line and of what lies behind; of the softest and the loudest hit.
_BEAT, _BAR, _BEHIND, _EVEN = "#dcdcdc", "#9a9a9a", "#f6f6f6", "#efefef"
_SOFT, _LOUD = 200, 16
_NOTE = "#666"


def rolls(title: str, rows: Sequence[str], columns: Sequence[str], velocity: Floats) -> str:
    """Return a picture of grooves, (rows, columns, 96, 9), 0 where nothing is struck, below the names of columns."""
    parts = list(_legend(len(columns)))
    for column, name in enumerate(columns):
        parts.append(_text(_left(column) + _WIDE / 2, _TOP - 10, name, 'text-anchor="middle"'))
    for row, name in enumerate(rows):
        top = _top(row)
        parts.append(_text(12, top + _HIGH / 2 + 5, name))
        for voice, drum in enumerate(NAMES):
            at = top + _voice(voice) + _VOICE - 2.5
            parts.append(_text(_LEFT - 6, at, drum, f'text-anchor="end" font-size="9" fill="{_NOTE}"'))
        for column in range(len(columns)):
            parts += _grid(_left(column), top, velocity[row, column])
    width, height = _left(len(columns)) - _BETWEEN + _RIGHT, _top(len(rows)) - _BELOW + _RIGHT
    return picture(title, round(width), height, parts)


def _grid(left: float, top: int, velocity: Floats) -> Iterator[str]:
    """Yield one groove, (96, 9): what lies behind, lines of beats and of the bar, and marks."""
    yield _box(left, top, _WIDE, _HIGH, _BEHIND)
    for voice in range(0, len(NAMES), 2):
        yield _box(left, top + _voice(voice), _WIDE, _VOICE, _EVEN)
    for step in range(0, STEPS + 1, STEPS_PER_BEAT):
        yield _box(left + step * _STEP - 0.4, top, 0.8, _HIGH, _BEAT if step % BAR_STEPS else _BAR)
    for step, voice in np.argwhere(velocity > 0):
        # The last twelfth of a groove is cut where the groove ends.
        wide = min(SUBSTEPS, STEPS - step) * _STEP - 0.5
        yield _box(left + step * _STEP, top + _voice(voice) + 1, wide, _VOICE - 2, _grey(velocity[step, voice]))


def _legend(columns: int) -> Iterator[str]:
    right = _left(columns) - _BETWEEN
    yield _text(right, 24, "loud", f'text-anchor="end" font-size="11" fill="{_NOTE}"')
    for place, loudness in enumerate((0.2, 0.4, 0.6, 0.8, 1.0)):
        yield _box(right - 90 + 12 * place, 14, 11, 11, _grey(loudness))
    yield _text(right - 96, 24, "soft", f'text-anchor="end" font-size="11" fill="{_NOTE}"')


def _left(column: int) -> float:
    return _LEFT + column * (_WIDE + _BETWEEN)


def _top(row: int) -> int:
    return _TOP + row * (_HIGH + _BELOW)


def _voice(voice: int) -> int:
    """Return how far down a voice lies: the first, the kick, at the bottom, as on paper."""
    return (len(NAMES) - 1 - voice) * _VOICE


def _grey(velocity: float) -> str:
    shade = round(_SOFT + (_LOUD - _SOFT) * min(max(float(velocity), 0.0), 1.0))
    return f"#{shade:02x}{shade:02x}{shade:02x}"


def _box(left: float, top: float, wide: float, high: float, fill: str) -> str:
    return f'<rect x="{left:.2f}" y="{top:g}" width="{wide:.2f}" height="{high:g}" fill="{fill}"/>'


def _text(left: float, top: float, text: str, how: str = "") -> str:
    return f'<text x="{left:g}" y="{top:g}" {how}>{escape(text)}</text>'
