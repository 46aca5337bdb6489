"""A model's card: what it is, whose music it learnt from, how it was made and how it measures.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Card:
    """What a card says. `about` has `licence`, `attribution`, `rows`, and `measures`: table by table, row by row."""

    name: str
    config: dict[str, Any]
    step: int
    parameters: int
    about: dict[str, Any]
    parity: dict[str, float]
    files: dict[str, dict[str, float]]

    def told(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


def as_markdown(card: Card) -> str:
    """Return the card for people."""
    about, schedule = card.about, card.config["schedule"]
    counts = ", ".join(f"{split} {count:,}" for split, count in about["rows"].items())
    return "\n".join(
        [
            f"# {card.name}",
            "",
            f"A groove model of {card.parameters:,} numbers: two bars of drums in 4/4 on twelve steps a beat.",
            "",
            "## Data",
            "",
            f"{about['attribution']}. Licence: {about['licence']}. Rows of two bars: {counts}.",
            *about["notes"],
            "",
            "## Training",
            "",
            f"`liveengine train {card.name}`: seed {card.config['seed']}, step {card.step:,} of {schedule['steps']:,}, "
            f"{schedule['batch'] * schedule['accumulate']} rows each; weights are the running mean at the best look.",
            "The whole config stands in `card.json`.",
            "",
            "## Measures",
            "",
            *(line for title, rows in about["measures"].items() for line in (title, "", *table(rows), "")),
            "## Files and speed",
            "",
            "One bar on one core, all passes, half of what two bars take; by the clock, with all else that ran,",
            "and in the core's own time (cpu). INT8 was measured and is not shipped:",
            "",
            *table(card.files),
            "",
            f"Torch and ONNX differ by {card.parity['apart']:.1e} at most, and in {card.parity['cells']} cells of "
            f"{card.parity['grooves']} grooves drawn.",
            "",
        ]
    )


def table(rows: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Return rows by name as lines of a Markdown table; what a row does not have stays empty."""
    columns = list(dict.fromkeys(name for row in rows.values() for name in row))
    lines = [
        "| | " + " | ".join(column.replace("_", " ") for column in columns) + " |",
        "|---" * (len(columns) + 1) + "|",
    ]
    for name, row in rows.items():
        cells = (_number(row[column]) if column in row else "" for column in columns)
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.3g}"
