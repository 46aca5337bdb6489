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


#: What a card says of each family.
TEXTS = {
    "groove": {
        "what": "A groove model of {parameters:,} numbers: two bars of drums in 4/4 on twelve steps a beat.",
        "rows": "Rows of two bars",
        "speed": "One bar on one core, half of what two bars take; by the clock, with all else that ran,\n"
        "and in the core's own time (cpu). Shipped is {shipped}:",
        "agreement": "Torch and ONNX differ by {apart:.1e} at most, and in {cells} cells of {grooves} grooves drawn.",
    },
    "phrase": {
        "what": "A phrase model of {parameters:,} numbers: bass, chords and lead, token by token in 48ths of a beat.",
        "rows": "Rows of up to eight bars, which overlap by four",
        "speed": "Two bars at a time on one core, by the clock, with all else that ran, and in the core's own time.\n"
        "Load time is that of opening the model and asking it once. Beside the weights lie the numbers of {known:,}\n"
        "two-bar windows of training, {known_bytes:,} bytes. Shipped is {shipped}:",
        "agreement": "Torch and ONNX differ by {apart:.1e} at most over {tokens:,} tokens; "
        "of the likeliest tokens\nover {bars} bars, {lines_otherwise} of {lines} lines differ.",
    },
}


def as_markdown(card: Card) -> str:
    """Return the card for people."""
    about, schedule = card.about, card.config["schedule"]
    text, begun = TEXTS[card.config.get("family", "groove")], about.get("began_from", "")
    counts = ", ".join(f"{split} {count:,}" for split, count in about["rows"].items())
    return "\n".join(
        [
            f"# {card.name}",
            "",
            text["what"].format(parameters=card.parameters),
            "",
            "## Data",
            "",
            f"{about['attribution']}. Licence: {about['licence']}. {text['rows']}: {counts}.",
            *about["notes"],
            "",
            "## Training",
            "",
            f"`liveengine train {card.name}`: seed {card.config['seed']}, step {card.step:,} of {schedule['steps']:,}, "
            f"{schedule['batch'] * schedule['accumulate']} rows each; weights are the running mean at the best look.",
            *(
                [f"It began with the weights of {begun} (`--begin-from`)."]
                if (begun := about.get("began_from"))
                else []
            ),
            "The whole config stands in `card.json`.",
            "",
            "## Measures",
            "",
            *(line for title, rows in about["measures"].items() for line in (title, "", *table(rows), "")),
            "## Files and speed",
            "",
            *text["speed"].format(**{"shipped": "fp32", **about}).splitlines(),
            "",
            *table(card.files),
            "",
            text["agreement"].format(**card.parity),
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
