"""Measures of how a rhythm leans against its metre.

Pure.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from liveengine.rhythms.measures.onsets import Hits, Steps, Values, count, gaps, previous, where_struck
from liveengine.rhythms.metre import Tree, spans


def longuet_higgins_lee(hits: Hits, tree: Tree) -> Values:
    """Return how much stronger the rests are than the notes before them, summed over the bar's rests.

    The bar is divided along the tree until every part is one note (struck at its beginning and held), or one
    rest. A rest no deeper than the note before it counts by how much less deep it lies; a note of the turn before
    counts for a rest at the beginning. Source: Longuet-Higgins & Lee, "The rhythmic interpretation of monophonic
    music", Music Perception 1 (1984); summed over the bar as by Fitch & Rosenfeld 2007.
    """
    depths = np.array(tree.depths)
    note_depth = depths[previous(hits) % tree.steps]
    struck_before = np.concatenate([np.zeros((len(hits), 1), np.int64), np.cumsum(hits, axis=1)], axis=1)

    def divided(first: int, end: int) -> NDArray[np.bool_]:
        struck = struck_before[:, end] - struck_before[:, first]
        more: NDArray[np.bool_] = (struck > 0) & ~((struck == 1) & hits[:, first])
        return more

    whole = divided(0, tree.steps)
    opened: list[NDArray[np.bool_]] = []
    total = np.zeros(len(hits))
    for first, end, parent in spans(tree):
        rest = (opened[parent] if parent >= 0 else whole) & (struck_before[:, end] == struck_before[:, first])
        total += np.where(rest, np.maximum(note_depth[:, first] - depths[first], 0), 0)
        opened.append(divided(first, end))
    return where_struck(total, hits)


def keith_classes(hits: Hits) -> Steps:
    """Return Keith's number for every onset: 0, hesitation 1, anticipation 2, syncopation 3; 0 on unstruck steps.

    A note as long as the way to the next, cut down to a power of two, ought to begin and end on a multiple of
    that length. One that ends off it hesitates (1), one that begins off it anticipates (2).
    """
    gap = gaps(hits)
    length = np.exp2(np.floor(np.log2(np.maximum(gap, 1)))).astype(np.int64)
    begin = np.arange(hits.shape[1])
    classes = 2 * (begin % length != 0) + ((begin + gap) % length != 0)
    return np.where(hits, classes, 0)


def keith(hits: Hits) -> Values:
    """Return the sum of Keith's numbers over the onsets; NaN for steps that are no power of two.

    Source: Keith, "From Polychords to Pólya", 1991.
    """
    steps = hits.shape[1]
    if steps & (steps - 1):
        return np.full(len(hits), np.nan)
    return where_struck(keith_classes(hits).sum(axis=1).astype(np.float64), hits)


def metric_complexity(hits: Hits, tree: Tree) -> Values:
    """Return how far the onsets' weights stay below the greatest that as many onsets can have.

    A step weighs one more than the levels that lie below it: on sixteen, 5 1 2 1 3 1 2 1 4 …. Source: Toussaint,
    "A mathematical analysis of African, Brazilian and Cuban clave rhythms", Bridges 2002.
    """
    weights = max(tree.depths) + 1 - np.array(tree.depths)
    most = np.concatenate([[0], np.cumsum(np.sort(weights)[::-1])])
    return where_struck((most[count(hits)] - hits @ weights).astype(np.float64), hits)


def off_beatness(hits: Hits) -> Values:
    """Return how many onsets lie where no even division of the bar ever falls: on steps coprime to their number.

    Source: Toussaint, "Mathematical features for recognizing preference in sub-Saharan African traditional rhythm
    timelines", ICAPR 2005.
    """
    steps = hits.shape[1]
    never = [step > 0 and math.gcd(step, steps) == 1 for step in range(steps)]
    return where_struck((hits @ np.array(never, np.int64)).astype(np.float64), hits)


def note_to_beat(hits: Hits, tree: Tree) -> Values:
    """Return the weighted note-to-beat distance, the mean over the onsets.

    An onset on a beat counts nothing; one at the distance T from the nearest beat, in beats, counts 1/T, and 2/T
    where it is held over the next beat but not as far as the one after. Source: Gómez, Melvin, Rappaport &
    Toussaint, "Mathematical measures of syncopation", Bridges 2005.
    """
    edges = np.array([beat + turn * tree.steps for turn in range(3) for beat in tree.beats])
    begin = np.arange(tree.steps)
    place = np.searchsorted(edges, begin, side="right")
    last, following, after = edges[place - 1], edges[place], edges[place + 1]
    distance = np.minimum(begin - last, following - begin) / (following - last)
    nearness = np.divide(1.0, distance, out=np.zeros(tree.steps), where=distance > 0)
    end = begin + gaps(hits)
    held_over = (end > following) & (end < after)
    total = np.where(hits, nearness * (1 + held_over), 0.0).sum(axis=1)
    return where_struck(total / np.maximum(count(hits), 1), hits)
