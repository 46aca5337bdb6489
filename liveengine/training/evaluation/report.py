"""A report of what was measured: Markdown, and one HTML file that needs no other, with a chart for each column.

Writes report.md and report.html, and a file for each picture that comes with the measures.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path

from liveengine.training.cards import table
from liveengine.training.data.plots import bars
from liveengine.training.evaluation.battery import Table

NAME = "report"

#: How the names of columns end that are one end of an interval.
_ENDS = ("low", "high")

_STYLE = (
    "body{font-family:sans-serif;max-width:52em;margin:2em auto;padding:0 1em;color:#222;background:#fff}"
    "table{border-collapse:collapse;margin:1em 0}td,th{border:1px solid #ccc;padding:.2em .6em;text-align:right}"
    "td:first-child{text-align:left}svg{display:block;margin:1em 0;max-width:40em}"
    "figure{margin:1em 0}figure svg{max-width:none}"
)

#: Values below 1 are drawn in thousandths: a chart's numbers have one digit after the point.
_SMALL, _SMALL_UNIT = 1000, "/ 1000"


#: No picture at all.
NO_PICTURES: Mapping[str, str] = {}


def write(
    folder: Path, name: str, measures: Mapping[str, Table], pictures: Mapping[str, str] = NO_PICTURES
) -> list[Path]:
    """Write all files and return where they are; `pictures` are SVG by name. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        f"{NAME}.md": as_markdown(name, measures, pictures),
        f"{NAME}.html": as_html(name, measures, pictures),
        **{f"{picture}.svg": svg for picture, svg in pictures.items()},
    }
    for file, text in texts.items():
        (folder / file).write_text(text, encoding="utf-8")
    return [folder / file for file in texts]


def as_markdown(name: str, measures: Mapping[str, Table], pictures: Mapping[str, str] = NO_PICTURES) -> str:
    """Return every table under its title, then the pictures, which lie beside."""
    parts = [f"# {name}", ""]
    for title, rows in measures.items():
        parts += [f"## {title}", "", *table(rows), ""]
    for picture in pictures:
        parts += [f"![{picture}]({picture}.svg)", ""]
    return "\n".join(parts)


def as_html(name: str, measures: Mapping[str, Table], pictures: Mapping[str, str] = NO_PICTURES) -> str:
    """Return the same with charts, and the pictures in it; intervals are tables alone."""
    parts = [f"<h1>{escape(name)}</h1>"]
    for title, rows in measures.items():
        parts += [f"<h2>{escape(title)}</h2>", _table(table(rows)), *charts(rows)]
    parts += [f"<figure>{svg}</figure>" for svg in pictures.values()]
    head = f'<meta charset="utf-8"><title>{escape(name)}</title><style>{_STYLE}</style>'
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body>\n' + "\n".join(parts) + "\n</body></html>\n"


def charts(rows: Table) -> list[str]:
    """Return a chart in SVG for each column that is not one end of an interval, of the rows that have it."""
    columns = dict.fromkeys(column for row in rows.values() for column in row if column.split()[-1] not in _ENDS)
    return [_chart(column, {name: row[column] for name, row in rows.items() if column in row}) for column in columns]


def _chart(column: str, values: Mapping[str, float]) -> str:
    small = all(abs(value) <= 1 for value in values.values())
    # A chart has no room to the left of nothing.
    shown = {name: max(value, 0.0) * (_SMALL if small else 1) for name, value in values.items()}
    return bars(column.replace("_", " "), shown, _SMALL_UNIT if small else "")


def _table(lines: list[str]) -> str:
    """Return a Markdown table as HTML: its first line the head, the second only dashes."""
    head, _, *body = ([escape(cell.strip()) for cell in line.strip("|").split("|")] for line in lines)
    rows = ["<tr>" + "".join(f"<th>{cell}</th>" for cell in head) + "</tr>"]
    rows += ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in body]
    return f"<table>{''.join(rows)}</table>"
