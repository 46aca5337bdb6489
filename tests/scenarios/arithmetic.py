"""The arithmetic of what is heard: ticks to exact frames, and each note-on with its note-off.

Pure.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterable, Sequence

from playing import RATE, Event

from liveengine.music.time import TICKS_PER_SIXTEENTH, units_per_tick


def grid(frames: Sequence[int], ticks: Iterable[int], tempo: float, rate: float = RATE) -> tuple[float, float] | None:
    """Return the bounds of the instant of tick 0 for which every frame is its tick's to the sample; None for none.

    Each frame is the nearest to its tick's true instant, so it tells that instant to half a sample; all of them
    together must leave room for one and the same tick 0.
    """
    unit = units_per_tick(tempo, rate)
    places = [frame - tick * unit for frame, tick in zip(frames, ticks, strict=True)]
    low, high = max(places) - 0.5, min(places) + 0.5
    return (low, high) if low <= high + 1e-6 else None


def steps(pattern: str, count: int) -> list[int]:
    """Return the ticks of the first `count` hits of a written bar of sixteenths that goes round and round."""
    hits = [step for step, sign in enumerate(pattern) if sign in "xX"]
    rounds = math.ceil(count / len(hits))
    every = [(turn * len(pattern) + hit) * TICKS_PER_SIXTEENTH for turn in range(rounds) for hit in hits]
    return every[:count]


def unmatched(events: Iterable[Event], begun_early: Iterable[str] = ()) -> list[tuple[str, int, int]]:
    """Return every key (port, channel, pitch) whose note-on did not have exactly one note-off (N1).

    On ports `begun_early` notes may have been sounding already: the first thing heard of a key may be its off.
    """
    sounding: dict[tuple[str, int, int], bool] = {}
    wrong = []
    for _, port, data in events:
        if data[0] & 0xE0 != 0x80:
            continue
        key = (port, data[0] & 0x0F, data[1])
        begins = data[0] & 0x10 != 0 and data[2] > 0
        if sounding.get(key, not begins and port in begun_early) == begins:
            wrong.append(key)
        sounding[key] = begins
    return wrong + sorted(key for key, sounds in sounding.items() if sounds)


def calm(frames: Iterable[int], disturbed: Iterable[int], after: int, before: int = 2048) -> list[int]:
    """Return those frames that are not just before, nor for `after` frames after, a period that the server missed."""
    troubles = list(disturbed)
    return [frame for frame in frames if not any(-before <= frame - trouble < after for trouble in troubles)]


def off(frames: Iterable[int], grid_frames: Sequence[int]) -> list[int]:
    """Return by how many frames each is later than the nearest line of a grid, whose lines are in order."""
    found = []
    for frame in frames:
        place = bisect.bisect(grid_frames, frame)
        near = grid_frames[max(place - 1, 0) : place + 1]
        found.append(min((frame - line for line in near), key=abs))
    return found


def percentile(values: Iterable[int], share: float) -> int:
    """Return the least that `share` of the magnitudes do not exceed; there must be some."""
    magnitudes = sorted(abs(value) for value in values)
    return magnitudes[math.ceil(share * len(magnitudes)) - 1]
