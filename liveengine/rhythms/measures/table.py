"""Every measure by the name that the command line, the search and docs/measures.md call it.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from liveengine.music.rhythm import Rhythm
from liveengine.music.spelling import did_you_mean
from liveengine.rhythms.measures import shape, syncopation
from liveengine.rhythms.measures.onsets import Hits, Values, hits_of
from liveengine.rhythms.metre import Tree


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure: what it says, from where to where it goes, and who invented it.

    `values` measures many rhythms, (rhythms, steps), in a metre, None for one whose beats do not fall on steps;
    NaN where there is nothing to measure. A measure begins at 0; `high` is None where only the number of steps
    sets an end. `needs` says what a rhythm must have, besides an onset, lest there be nothing.
    """

    name: str
    values: Callable[[Hits, Tree | None], Values]
    meaning: str
    high: float | None
    unit: str
    source: str
    needs: str = ""

    @property
    def range(self) -> str:
        """From where to where it goes, with its unit."""
        return (f"0–{self.high:g}" if self.high is not None else "from 0") + (f" {self.unit}" if self.unit else "")

    def of(self, rhythm: Rhythm, tree: Tree | None) -> float | None:
        """Measure one rhythm in a metre; None where there is nothing to measure."""
        value = float(self.values(hits_of(rhythm), tree)[0])
        return None if np.isnan(value) else value


def _metrical(function: Callable[[Hits, Tree], Values]) -> Callable[[Hits, Tree | None], Values]:
    return lambda hits, tree: np.full(len(hits), np.nan) if tree is None else function(hits, tree)


def _plain(function: Callable[[Hits], Values]) -> Callable[[Hits, Tree | None], Values]:
    return lambda hits, _tree: function(hits)


_METRE = "a metre whose beats fall on steps"
_PAIR = "two onsets"

MEASURES: dict[str, Measure] = {
    measure.name: measure
    for measure in (
        Measure("density", _plain(shape.density), "how many of the steps are struck", 1.0, "", "onsets / steps"),
        Measure("syncopation", _metrical(syncopation.longuet_higgins_lee), "rests stronger than the notes before them",
                None, "", "Longuet-Higgins & Lee 1984", _METRE),
        Measure("keith", _plain(syncopation.keith), "hesitations 1, anticipations 2, syncopations 3",
                None, "", "Keith 1991", "2, 4, 8, 16 … steps"),
        Measure("complexity", _metrical(syncopation.metric_complexity),
                "how far the onsets stay off the strongest steps", None, "", "Toussaint 2002", _METRE),
        Measure("offbeatness", _plain(syncopation.off_beatness), "onsets where no even division of the bar falls",
                None, "", "Toussaint 2005"),
        Measure("wnbd", _metrical(syncopation.note_to_beat), "onsets near a beat, and held over the next",
                None, "", "Gómez, Melvin, Rappaport & Toussaint 2005", _METRE),
        Measure("npvi", _plain(shape.variability), "how much each gap differs from the next",
                200.0, "%", "Grabe & Low 2002", _PAIR),
        Measure("entropy", _plain(shape.gap_entropy), "how unforeseeable the next gap is",
                None, "bits", "Shannon 1948, of the gaps between onsets"),
        Measure("evenness", _plain(shape.evenness), "how near the onsets come to a regular polygon",
                1.0, "", "Milne & Dean 2016"),
        Measure("spread", _plain(shape.spread), "the onsets' chords, against a regular polygon's",
                1.0, "", "Toussaint 2004, after Block & Douthett 1994", _PAIR),
        Measure("balance", _plain(shape.balance), "how near the centre of gravity is to the circle's",
                1.0, "", "Milne, Bulger & Herff 2017"),
    )
}  # fmt: skip

assert all(len(measure.meaning) <= 50 for measure in MEASURES.values())  # a line of a terminal


def find(name: str) -> Measure:
    """Return the measure of this name. Raises ValueError, naming the nearest."""
    if name not in MEASURES:
        raise ValueError(f'no measure called "{name}"{did_you_mean(name, MEASURES)}')
    return MEASURES[name]


def measured(rhythm: Rhythm, tree: Tree | None) -> dict[str, float | None]:
    """Return every measure of a rhythm in a metre, None where there is nothing to measure."""
    return {name: measure.of(rhythm, tree) for name, measure in MEASURES.items()}
