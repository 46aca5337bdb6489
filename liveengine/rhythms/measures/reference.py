"""The reference page `docs/measures.md`, made from the table of measures.

`python -m liveengine.rhythms.measures.reference > docs/measures.md` writes it
anew; a test holds the two equal.

Pure.
"""

from __future__ import annotations

from liveengine.music.rhythm import Rhythm
from liveengine.music.time import Metre
from liveengine.rhythms.measures.table import MEASURES, measured
from liveengine.rhythms.metre import tree

#: Six timelines that the literature measures again and again (Toussaint 2002).
CLAVES = {
    "shiko": "x...x.x...x.x...",
    "son": "x..x..x...x.x...",
    "soukous": "x..x..x...xx....",
    "rumba": "x..x...x..x.x...",
    "bossa-nova": "x..x..x...x..x..",
    "gahu": "x..x..x...x...x.",
}

INTRODUCTION = """\
# Measures of a rhythm

What `liveengine rhythm NAME --measure` tells, and what `liveengine rhythm --search` looks for. Each number is one
author's idea of what makes a rhythm full, syncopated or even; none says whether it is good.

```sh
liveengine rhythm euclid 5 16 --measure
liveengine rhythm "x..x..x...x.x..." --measure --json
liveengine rhythm "x..x..x." --metre 3+3+2/8 --measure
liveengine rhythm --search syncopation=0.4 density=0.3 --must "x...x...x...x..." --play
```

A rhythm is measured as one bar that repeats. An onset off the grid counts as on the step it falls in. How strong a step
is follows from the metre: the bar is divided into its groups (`7/8` is 2+2+3; `--metre 3+2+2/8` says otherwise), those
into beats, and those by twos, threes and fives. Without `--metre` a rhythm is in 4/4 where the beats fall on its steps,
else in as many eighths as it has steps.

Where there is nothing to measure there is no number: `–` in the terminal, `null` in JSON. Silence has a density, 0, and
nothing else; one onset has no gap to compare and no chord.

`--search` takes each measure as on a fader, 0 to 1: 0 is none, 1 the most that any rhythm of as many steps has. Up to
16 steps every rhythm there is gets measured; beyond, up to 64, a climb finds a good one, not always the best. `--seed`
chooses among those that are as good. Listeners have been found to want to move most at a medium syncopation (Witek et
al. 2014); where your medium lies is yours to say.

This page is made from the table in `liveengine/rhythms/measures/table.py`:
`python -m liveengine.rhythms.measures.reference > docs/measures.md`
"""

KIT = """\
## Between the drums of a kit

`liveengine rhythm KICK --snare RHYTHM --hat RHYTHM` tells the polyphonic syncopation of the three (Witek, Clarke,
Wallentin, Kringelbach & Vuust 2014): each stroke of kick or snare that is answered without it on a step as strong or
stronger counts by how much stronger that step is, and by who answers: the other two drums 2 (kick) or 1 (snare), the
hat alone 5, a rest 6. Kick and snare alone have no weight in it, and count nothing.
"""


def page() -> str:
    """Return the whole page, in Markdown."""
    return "\n".join((INTRODUCTION, *_table(), "", *_claves(), "", KIT))


def _table() -> list[str]:
    rows = [
        f"| `{measure.name}` | {measure.range} | {measure.meaning} | {measure.needs} | {measure.source} |"
        for measure in MEASURES.values()
    ]
    return ["## The measures", "", "| name | range | meaning | needs | source |", "|---|---|---|---|---|", *rows]


def _claves() -> list[str]:
    """Return what six well-known timelines come to, as computed."""
    bar = tree(16, Metre(4, 4))
    head = ["## Six timelines", "", f"| | {' | '.join(MEASURES)} |", f"|---|{'---|' * len(MEASURES)}"]
    rows = []
    for name, text in CLAVES.items():
        values = (f"{value:.3g}" for value in measured(Rhythm.from_text(text), bar).values() if value is not None)
        rows.append(f"| {name} `{text}` | {' | '.join(values)} |")
    return [*head, *rows]


if __name__ == "__main__":
    print(page(), end="")
