"""Strokes: notes that may sound, each with how much density it needs.

A writer strikes every note the bar could have. A stroke sounds when the
density asked for reaches its `need`, so turning density up never takes a
note away: the bare bones need 0, what is written needs less than a half,
what only fills needs more.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from liveengine.generators.pulse import sixteenths, strength
from liveengine.music.rhythm import Rhythm
from liveengine.music.time import TICKS_PER_SIXTEENTH, Metre

#: The density at which a rhythm is played as written.
AS_WRITTEN = 0.5


@dataclass(frozen=True, slots=True)
class Stroke:
    """A note that may sound from `tick`, on the grid.

    `accent` in [0, 1] says how strongly, `gate` how long at most, in ticks, and `share` how much of the time
    until its voice plays again. Until a writer gives it a pitch it has none, and cannot become a note.
    """

    tick: int
    accent: float
    need: float
    pitch: int = -1
    gate: int = TICKS_PER_SIXTEENTH
    share: float = 1.0


def written(rhythm: Rhythm, start: int, metre: Metre, anchors: Iterable[int] = ()) -> list[Stroke]:
    """Strike a one-bar rhythm from tick `start`, in order; thinned, it loses its weakest hits first.

    The strongest hit needs no density; nor do `anchors`, ticks in the bar.
    """
    kept = frozenset(anchors)
    weights = {
        tick: 0.6 * strength(tick, metre) + 0.4 * accent
        for tick, accent in zip(rhythm.onsets, rhythm.accents, strict=True)
    }
    ranked = sorted(weights, key=lambda tick: (tick not in kept, -weights[tick], tick))
    need = {tick: 0.0 if tick in kept else AS_WRITTEN * rank / len(ranked) for rank, tick in enumerate(ranked)}
    return [
        Stroke(start + tick, 0.35 * strength(tick, metre) + 0.65 * accent, need[tick])
        for tick, accent in zip(rhythm.onsets, rhythm.accents, strict=True)
    ]


def spare(rhythm: Rhythm, start: int, metre: Metre, share: float, avoid: Iterable[int] = ()) -> list[Stroke]:
    """Strike the sixteenths that a one-bar rhythm leaves free, softly, for densities over a half.

    Only `share` of them, the strongest; none nearer than half a sixteenth to a hit or a tick of `avoid`.
    """
    taken = [*rhythm.onsets, *avoid]
    grid = [step * TICKS_PER_SIXTEENTH for step in range(sixteenths(metre))]
    free = [tick for tick in grid if all(2 * abs(tick - hit) >= TICKS_PER_SIXTEENTH for hit in taken)]
    ranked = sorted(free, key=lambda tick: (-strength(tick, metre), tick))[: round(share * len(free))]
    return [
        Stroke(
            start + tick,
            0.3 * strength(tick, metre),
            AS_WRITTEN + (1 - AS_WRITTEN) * (rank + 1) / len(ranked),
        )
        for rank, tick in enumerate(ranked)
    ]


def thinned(strokes: Iterable[Stroke], density: float) -> list[Stroke]:
    """Keep what this density reaches, in order of time; of two on one tick and pitch the needier goes."""
    chosen: dict[tuple[int, int], Stroke] = {}
    for stroke in strokes:
        place = stroke.tick, stroke.pitch
        if stroke.need <= density and (place not in chosen or stroke.need < chosen[place].need):
            chosen[place] = stroke
    return [chosen[place] for place in sorted(chosen)]
