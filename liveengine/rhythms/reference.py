"""The reference page `docs/rhythms.md`, made from the catalogue.

`python -m liveengine.rhythms.reference > docs/rhythms.md` writes it anew; a
test holds the two equal.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from liveengine.music.time import TICKS_PER_BEAT
from liveengine.rhythms.catalogue import FAMILIES, RHYTHMS, Entry
from liveengine.rhythms.notation import parse
from liveengine.rhythms.words import TEXTS, WORDS

INTRODUCTION = """\
# Rhythms

Every rhythm that a patch can name, with a picture of an example: `x` is a hit, `X` an accent, `.` a rest. What is
left out takes the value after `=`; what stands without one must be given, unless it is `=…`. A name that needs
nothing may be written bare: `"son"`. Where a rhythm is taken, any rhythm goes, written out or by name, `+` and all:
`"rotate(euclid(3, 8) + X......., 2)"`, up to eight deep. A rhythm always fills one bar; a step that does not
divide the bar goes to the nearest tick, 720,720 to the quarter note.

This page is made from the catalogue in `liveengine/rhythms/catalogue.py`:
`python -m liveengine.rhythms.reference > docs/rhythms.md`
"""


def page() -> str:
    """Return the whole page, in Markdown."""
    lines = [INTRODUCTION]
    for family, about in FAMILIES.items():
        entries = [entry for entry in RHYTHMS.values() if entry.family == family]
        lines += [f"## {family}", "", about, "", *_table(entries), "", "```", *_pictures(entries), "```", ""]
    return "\n".join([*lines, *_words(), ""])


def _table(entries: list[Entry]) -> Iterator[str]:
    yield from ("| rhythm | what it does |", "|---|---|")
    yield from (f"| `{entry.usage}` | {entry.meaning} |" for entry in entries)


def _pictures(entries: list[Entry]) -> Iterator[str]:
    width = max(len(entry.example) for entry in entries)
    for entry in entries:
        rhythm = parse(entry.example)
        beats = ", ".join(f"{tick / TICKS_PER_BEAT:.2f}" for tick in rhythm.onsets)
        yield f"{entry.example:{width}}  {rhythm}{'' if rhythm.on_grid else f'  at beats {beats}'}"


def _words() -> Iterator[str]:
    yield from ("## What they take", "", "| word | range | meaning |", "|---|---|---|")
    yield from (f"| `{name}` | {word.span} | {word.meaning} |" for name, word in WORDS.items())
    yield from (f"| `{name}` | | {meaning} |" for name, meaning in TEXTS.items())


if __name__ == "__main__":
    print(page(), end="")
