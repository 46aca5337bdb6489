"""Pictures in SVG, plain enough for any reader, and bar charts.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape

_WIDTH, _ROW, _LEFT, _RIGHT, _TOP = 640, 22, 170, 90, 44
_INK, _BAR, _PAPER = "#222", "#3b6ea5", "#fff"

#: More rows than these are told as one, "others".
ROWS_MAX = 24


def bars(title: str, values: Mapping[str, float], unit: str = "") -> str:
    """Return a chart with one horizontal bar for each value, in the order given; values are 0 or more."""
    shown = dict(list(values.items())[:ROWS_MAX])
    if len(values) > ROWS_MAX:
        shown[f"{len(values) - ROWS_MAX} others"] = sum(list(values.values())[ROWS_MAX:])
    longest = max(shown.values(), default=0) or 1
    height = _TOP + _ROW * max(len(shown), 1) + 10
    rows = [
        _row(_TOP + _ROW * place, name, value, value / longest, unit)
        for place, (name, value) in enumerate(shown.items())
    ]
    return picture(title, _WIDTH, height, rows)


def picture(title: str, width: int, height: int, parts: Iterable[str]) -> str:
    """Return an SVG of parts on white, below its title; 44 down is the first row that the title leaves free."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
        f'font-size="13" fill="{_INK}"><rect width="{width}" height="{height}" fill="{_PAPER}"/>'
        f'<text x="12" y="24" font-size="15">{escape(title)}</text>{"".join(parts)}</svg>\n'
    )


def _row(top: int, name: str, value: float, share: float, unit: str) -> str:
    long = (_WIDTH - _LEFT - _RIGHT) * share
    number = f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.1f}"
    return (
        f'<text x="{_LEFT - 8}" y="{top + 15}" text-anchor="end">{escape(name[:24])}</text>'
        f'<rect x="{_LEFT}" y="{top + 3}" width="{long:.1f}" height="{_ROW - 7}" fill="{_BAR}"/>'
        f'<text x="{_LEFT + long + 6:.1f}" y="{top + 15}">{escape(f"{number} {unit}".strip())}</text>'
    )
