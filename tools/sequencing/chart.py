"""The picture of tools/bench_sequencer.py: who handles how many events, and what idle tracks and windows add."""

from __future__ import annotations

import math
from typing import Any

_WIDTH, _HEIGHT = 640, 420
_OURS, _THEIRS = "#47a", "#b85"


def chart(result: dict[str, Any]) -> str:
    """Return the chart of a result as SVG."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" font-family="sans-serif" '
        f'font-size="12"><rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>'
        + _speeds(result)
        + _curve(result["idle"], "tracks", "idle tracks beside 4 busy ones", 40)
        + _curve(result["windows"], "frames", "frames in a window", 350)
        + "</svg>\n"
    )


def _speeds(result: dict[str, Any]) -> str:
    """Draw events a second as bars on a logarithmic scale."""
    rows = [(f"{size['tracks']} tracks", size["events_a_second_at_most"], _OURS) for size in result["sizes"]]
    rows += [(name, peer["events_a_second_at_most"], _THEIRS) for name, peer in result["peers"].items()]
    parts = ['<text x="10" y="20" font-size="14">Events a second on one core (logarithmic)</text>']
    for row, (name, rate, colour) in enumerate(rows):
        top = 34 + 24 * row
        width = 60 * max(math.log10(rate) - 2, 0.1)
        parts.append(
            f'<text x="10" y="{top + 13}">{name}</text>'
            f'<rect x="90" y="{top}" width="{width:.1f}" height="18" fill="{colour}"/>'
            f'<text x="{96 + width:.1f}" y="{top + 13}">{rate:,.0f}</text>'
        )
    return "".join(parts)


def _curve(points: list[dict[str, Any]], key: str, title: str, left: int) -> str:
    """Draw the share of one core against what grows, from zero."""
    top, width, height = 250, 230, 110
    most = 1.25 * max(point["share"] for point in points)
    last = max(point[key] for point in points)
    places = [(left + width * p[key] / last, top + height * (1 - p["share"] / most)) for p in points]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{_OURS}"/>' for x, y in places)
    return (
        f'<text x="{left}" y="{top - 12}">share of one core, up to {most:.2%}</text>'
        f'<rect x="{left}" y="{top}" width="{width}" height="{height}" fill="none" stroke="#999"/>'
        f'<polyline points="{line}" fill="none" stroke="{_OURS}" stroke-width="2"/>{dots}'
        f'<text x="{left}" y="{top + height + 18}">{title}: {points[0][key]} … {last}</text>'
    )
