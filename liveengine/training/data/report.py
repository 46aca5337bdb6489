"""An audit as a page in Markdown, as numbers in JSON, and as charts in SVG.

Waits for the disk.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path

from liveengine.formats import disk
from liveengine.training.data.audit import Audit
from liveengine.training.data.parser import KNOWN
from liveengine.training.data.plots import bars
from liveengine.training.data.source import SPLITS

#: Duplicates beyond these are counted, not listed.
LISTED = 10

#: Charts: file, title, unit, which of an audit's counts.
CHARTS = (
    ("splits", "Minutes by split", "min", "minutes"),
    ("performers", "Minutes by performer", "min", "performers"),
    ("lengths", "Pieces by length", "", "lengths"),
    ("metres", "Bars by metre", "", "bars"),
    ("tempos", "Pieces by tempo", "", "tempos"),
    ("styles", "Pieces by style", "", "styles"),
    ("roles", "Parts by role", "", "roles"),
    ("faults", "What was repaired", "", "faults"),
)


def page(found: Audit, charts: bool = False) -> str:
    """Return an audit in Markdown, with its charts where they stand beside it."""
    lines = [
        f"# {found.name}",
        "",
        f"{found.pieces:,} pieces, {found.notes:,} notes, {found.bars.total():,} bars, "
        f"{sum(found.minutes.values()) / 60:.1f} hours. {len(found.quarantine)} files refused.",
        "",
        f"Licence: {found.licence.name}. {found.licence.attribution}.",
        "",
        *_leaks(found),
    ]
    for file, title, unit, name in CHARTS:
        counts = _sorted(name, getattr(found, name))
        if counts:
            lines += [f"## {title}", "", *([f"![{title}]({file}.svg)", ""] if charts else [])]
            lines += [f"- {key}: {value:,.0f} {unit}".rstrip() + _meaning(name, key) for key, value in counts.items()]
            lines.append("")
    if found.quarantine:
        lines += ["## Refused", "", *(f"- {reason}" for reason in sorted(found.quarantine.values())), ""]
    return "\n".join(lines)


def write(found: Audit, folder: Path) -> None:
    """Write `audit.md`, `audit.json` and a chart of each count. Raises OSError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise disk.explained(error, folder) from error
    disk.write_whole(folder / "audit.md", page(found, charts=True).encode())
    numbers = {each.name: getattr(found, each.name) for each in fields(found)} | {"licence": asdict(found.licence)}
    disk.write_whole(folder / "audit.json", json.dumps(numbers, indent=1, ensure_ascii=False).encode())
    for file, title, unit, name in CHARTS:
        counts = _sorted(name, getattr(found, name))
        if counts:
            disk.write_whole(folder / f"{file}.svg", bars(f"{found.name}: {title}", counts, unit).encode())


def _leaks(found: Audit) -> list[str]:
    lines = ["## Between the splits", ""]
    lines += [f"- group in more than one split: {group}" for group in found.leaking_groups]
    if not found.leaking_groups:
        lines.append("- no group stands in more than one split")
    lines.append(
        f"- {len(found.duplicates)} pieces are there twice, {len(found.split_duplicates)} of them across splits"
    )
    lines += [f"  - {one} = {other}" for one, other in (found.split_duplicates or found.duplicates)[:LISTED]]
    shares = ", ".join(f"{split} {found.seen[split]:.1%}" for split in SPLITS if split in found.seen)
    lines.append(
        f"- two-bar windows of a part that also stand in train: {shares} (train: in the other half of its groups)"
    )
    return [*lines, ""]


def _sorted(name: str, counts: Mapping[str, float]) -> dict[str, float]:
    """Put ranges in the order of their numbers, the rest by how many."""
    if name in ("lengths", "tempos"):
        return dict(sorted(counts.items(), key=lambda pair: int(re.findall(r"\d+", pair[0])[0])))
    return dict(sorted(counts.items(), key=lambda pair: -pair[1]))


def _meaning(name: str, key: str) -> str:
    return f" ({KNOWN[key]})" if name == "faults" and key in KNOWN else ""
