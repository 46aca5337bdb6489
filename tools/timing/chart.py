"""The measurements as a chart: a line for each, from p50 to the maximum, on a logarithmic scale. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any

from timing.rows import PEERS, Row

WIDTH, LEFT, RIGHT, TOP, STEP = 900, 260, 60, 70, 26
LOW_US, HIGH_US = 1.0, 100_000.0
IDLE, LOADED = "#47a", "#c60"


def _x(us: float) -> float:
    """Return where a figure stands; what is smaller than the scale stands at its left end."""
    share = math.log(max(us, LOW_US) / LOW_US) / math.log(HIGH_US / LOW_US)
    return LEFT + min(share, 1.0) * (WIDTH - LEFT - RIGHT)


def _figure(us: float) -> str:
    return f"{us / 1000:.1f} ms" if us >= 1000 else f"{us:.0f} µs"


def _mark(row: Row, y: float) -> str:
    spread, colour = row.spread, LOADED if row.loaded else IDLE
    low, p99, p999, high = (_x(us) for us in (spread.p50_us, spread.p99_us, spread.p999_us, spread.max_us))
    name = escape(f"{row.case} {row.part}")
    return (
        f'<text x="{LEFT - 12}" y="{y + 4:.0f}" text-anchor="end">{name}</text>'
        f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{y}" y2="{y}" stroke="{colour}" stroke-width="2"/>'
        f'<circle cx="{low:.1f}" cy="{y}" r="4" fill="{colour}"/>'
        f'<rect x="{p99 - 3:.1f}" y="{y - 7}" width="6" height="14" fill="{colour}"/>'
        f'<line x1="{p999:.1f}" x2="{p999:.1f}" y1="{y - 7}" y2="{y + 7}" stroke="{colour}" stroke-width="2"/>'
        f'<text x="{high + 8:.1f}" y="{y + 4:.0f}" fill="{colour}">{_figure(spread.p99_us)}</text>'
    )


def _scale(bottom: float) -> str:
    parts = []
    for power in range(round(math.log10(LOW_US)), round(math.log10(HIGH_US)) + 1):
        x = _x(10.0**power)
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 18}" y2="{bottom}" stroke="#ddd"/>')
        parts.append(f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{_figure(10.0**power)}</text>')
    return "".join(parts)


def chosen(rows: Sequence[Row]) -> list[Row]:
    """Return the rows that a chart has room for: ours against the known grid, peers as they are, idle beside loaded."""
    ours = [
        row for row in rows if row.case not in PEERS and row.against != "the best line" and "own hist" not in row.part
    ]
    theirs = [row for row in rows if row.case in PEERS]
    order = list(dict.fromkeys((row.case, row.part) for row in (*ours, *theirs)))
    return sorted((*ours, *theirs), key=lambda row: (order.index((row.case, row.part)), row.loaded))


def chart(rows: Sequence[Row], machine: dict[str, Any], seconds: float) -> str:
    """Return an SVG of the measurements."""
    shown = chosen(rows)
    bottom = TOP + STEP * len(shown)
    height = bottom + 50
    kind = "virtual " if machine.get("virtual") else ""
    title = f"|actual − ideal|, sixteenths at 120 BPM, {seconds:g} s each, {machine.get('cores')} {kind}cores"
    legend = (
        f'<text x="{LEFT}" y="44"><tspan fill="{IDLE}">■ idle</tspan>  '
        f'<tspan fill="{LOADED}">■ beside full load</tspan>'
        "  ● p50   ■ p99 (in figures)   | p99.9   line to the maximum</text>"
    )
    marks = "".join(_mark(row, TOP + STEP * place) for place, row in enumerate(shown))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" font-family="sans-serif" '
        f'font-size="13"><rect width="{WIDTH}" height="{height}" fill="white"/>'
        f'<text x="10" y="22" font-size="15">{escape(title)}</text>{legend}{_scale(bottom)}{marks}</svg>\n'
    )
