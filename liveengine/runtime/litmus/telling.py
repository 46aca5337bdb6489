"""A verdict in words, as numbers for programs, and as a picture.

Pure.
"""

from __future__ import annotations

import itertools
import json
import math
from xml.sax.saxutils import escape

from liveengine.runtime.litmus.verdict import Verdict

#: What `to_json` writes; a change of its meaning gets another number.
SCHEMA = "liveengine-litmus/1"

_BAR_LETTERS = 40


def in_words(verdict: Verdict) -> str:
    """Say what was measured, with a histogram in µs and samples, and whether every target was met."""
    lines = [
        f"{verdict.out} → {verdict.back}: {verdict.received} of {verdict.sent} {verdict.kind} came back",
        f"round trip {verdict.median_us / 1000:.3f} ms{_frames(verdict, verdict.median_us)}{_reported(verdict)}",
        f"jitter {verdict.jitter_us:.0f} µs{_frames(verdict, verdict.jitter_us)}, 1st to 99th percentile; "
        f"worst {verdict.worst_us:.0f} µs{_frames(verdict, verdict.worst_us)} from the median",
    ]
    if verdict.foreign:
        lines.append(f"{verdict.foreign} others came in that were not ours")
    if verdict.stalls:
        lines.append(f"the machine or its sound server stood still {verdict.stalls} times meanwhile")
    lines += ["", *_bars(verdict), ""]
    for target in verdict.targets:
        mark = "✓" if target.met else "✗"
        lines.append(f"{mark} {target.name} {target.measured:.3g} (at most {target.limit:g})")
    lines += ["", *verdict.problems] if verdict.problems else []
    return "\n".join(lines)


def _bars(verdict: Verdict) -> list[str]:
    counts, edges = verdict.histogram()
    most = max(counts)
    return [
        f"{low:+9.0f} … {high:+9.0f} µs{_step(verdict, low, high)} "
        f"{'█' * math.ceil(_BAR_LETTERS * count / most)} {count}"
        for count, (low, high) in zip(counts, itertools.pairwise(edges), strict=True)
    ]


def _step(verdict: Verdict, low_us: float, high_us: float) -> str:
    if not verdict.in_frames:
        return ""
    return f" {verdict.frames(low_us):+8.2f} … {verdict.frames(high_us):+8.2f} samples"


def _frames(verdict: Verdict, us: float) -> str:
    return f" ({verdict.frames(us):.2f} samples)" if verdict.in_frames else ""


def _reported(verdict: Verdict) -> str:
    if verdict.reported_us is None:
        return ""
    out_us, back_us = verdict.reported_us
    return f"; the system reports {out_us / 1000:.3f} ms out and {back_us / 1000:.3f} ms in"


def to_json(verdict: Verdict) -> str:
    """Return everything that was measured."""
    counts, edges = verdict.histogram(41)
    reported = verdict.reported_us
    told = {
        "schema": SCHEMA,
        "kind": verdict.kind,
        "out": verdict.out,
        "in": verdict.back,
        "rate_hz": verdict.rate_hz,
        "sent": verdict.sent,
        "received": verdict.received,
        "doubled": verdict.doubled,
        "foreign": verdict.foreign,
        "stalls": verdict.stalls,
        "round_trip_us": verdict.median_us,
        "round_trip_frames": verdict.frames(verdict.median_us) if verdict.in_frames else None,
        "jitter_us": verdict.jitter_us,
        "worst_us": verdict.worst_us,
        "percentiles_us": {str(share): verdict.percentile_us(share) for share in (0, 1, 50, 99, 100)},
        "reported_us": {"out": reported[0], "in": reported[1]} if reported else None,
        "latency_ms": verdict.latency_ms,
        "targets": [
            {"name": target.name, "limit": target.limit, "measured": target.measured, "met": target.met}
            for target in verdict.targets
        ],
        "passed": not verdict.problems,
        "histogram": {"edges_us": edges, "counts": counts},
        "delays_us": verdict.delays_us,
    }
    return json.dumps(told, indent=1, ensure_ascii=False)


def to_svg(verdict: Verdict) -> str:
    """Draw the histogram: µs below it, and samples below those where they were counted."""
    counts, edges = verdict.histogram(41)
    most = max(counts)
    bars = "".join(
        f'<rect x="{40 + 14 * i}" y="{230 - 190 * count / most:.1f}" width="12" height="{190 * count / most:.1f}"/>'
        for i, count in enumerate(counts)
    )
    title = f"{verdict.out} → {verdict.back}: {verdict.median_us / 1000:.3f} ms ± {verdict.jitter_us / 2000:.3f} ms"
    missed = "; ".join(verdict.problems) or "every target met"
    places = ((40, "start", edges[0]), (327, "middle", 0.0), (614, "end", edges[-1]))
    marks = "".join(
        f'<text x="{x}" y="248" text-anchor="{anchor}">{_mark(verdict, us)}</text>' for x, anchor, us in places
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="660" height="290" font-family="sans-serif" font-size="13">'
        f'<rect width="660" height="290" fill="#fff"/><text x="40" y="24" font-size="15">{_plain(title)}</text>'
        f'<g fill="#2a7">{bars}</g><path d="M40 230h574" stroke="#333"/>{marks}'
        f'<text x="40" y="276">{verdict.received} of {verdict.sent} {verdict.kind}; tallest bar {most}; '
        f"{_plain(missed)}</text></svg>\n"
    )


def _mark(verdict: Verdict, us: float) -> str:
    words = f"{us:+.0f} µs" if us else "median"
    return words + (f" ({verdict.frames(us):+.1f} samples)" if us and verdict.in_frames else "")


def _plain(text: str) -> str:
    """Return text as XML can hold it: a port's name may have any character."""
    return escape("".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text))
