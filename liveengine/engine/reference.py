"""The reference page `docs/parameters.md`, made from the parameter table.

`python -m liveengine.engine.reference > docs/parameters.md` writes it anew; a
test holds the two equal.

Pure.
"""

from __future__ import annotations

import re

from liveengine.engine.parameter import Parameter
from liveengine.engine.parameters import TABLE
from liveengine.engine.rows.kinds import COUNT_MAX
from liveengine.engine.wording import span

INTRODUCTION = """\
# Parameters

Everything that can be turned, and everything that is told. Each address is an OSC address, and is what
a mapping's `do` names. `{track}` is a track's number, counted from 1, or its name; `{lfo}` the number of an
LFO or lane of that track, or of the set, in the order of the patch, lanes last.

A number outside its range is taken to the nearest end; a whole number outside its range is refused. A word
may also be given as its number in its list, from 1. A trigger takes no value, or 1 when struck and 0 when
let go. A held parameter springs back to its default when its pad is let go. On a MIDI knob 0 and 127 are the
two ends of the range and 64 is the exact middle.

This page is made from the table in `liveengine/engine/parameters.py`:
`python -m liveengine.engine.reference > docs/parameters.md`
"""


_LFO = re.compile(r"/lfo/\d/")


def page() -> str:
    """Return the whole page, in Markdown."""
    return "\n".join((INTRODUCTION, *_part("To turn", "heard", False), "", *_part("To read", "told", True), ""))


def shown_address(parameter: Parameter) -> str:
    """Return an address as the page lists it: all LFOs as one."""
    return _LFO.sub("/lfo/{lfo}/", parameter.address)


def _part(title: str, effect: str, read_only: bool) -> list[str]:
    """Return one table of the page, line by line."""
    rows = dict.fromkeys(_row(parameter) for parameter in TABLE if parameter.read_only == read_only)
    return [
        f"## {title}",
        "",
        f"| address | type | range | default | {effect} | meaning |",
        "|---|---|---|---|---|---|",
        *rows,
    ]


def _row(parameter: Parameter) -> str:
    settable = not parameter.read_only and parameter.kind != "trigger"
    default = parameter.default if isinstance(parameter.default, str) else f"{parameter.default:g}"
    cells = (
        f"`{shown_address(parameter)}`",
        parameter.kind + (", held" if parameter.held else ""),
        _range(parameter),
        default if settable else "",
        parameter.effect,
        parameter.meaning,
    )
    return f"| {' | '.join(cells)} |"


def _range(parameter: Parameter) -> str:
    if parameter.kind == "word":
        return ", ".join(parameter.words)
    if parameter.kind not in ("float", "int"):
        return ""
    if parameter.high >= COUNT_MAX:
        return f"from {parameter.low:g}{' ' + parameter.unit if parameter.unit else ''}"
    return span(parameter.low, parameter.high, parameter.unit)


if __name__ == "__main__":
    print(page(), end="")
