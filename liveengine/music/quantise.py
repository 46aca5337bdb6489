"""Quantising what was played: to a grid, to its own groove, or to the grid that fits each beat.

Where a note sounds is split into its place on the grid and an offset from it.
A strength between 0, which leaves every note where it sounds, and 1 says how
much of the way it is moved. No note is lost, and none passes another.

Pure.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from liveengine.music.note import OFFSET_LIMIT, Bar, Note
from liveengine.music.reading import STRAIGHT, SWING_MAX
from liveengine.music.spelling import did_you_mean
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_SIXTEENTH

#: To the grid; to what the take's own rounds have in common; to straight time or triplets, beat by beat.
MODES = ("strict", "groove", "adaptive")

#: The grids that there are words for, as note values; 1/12 are triplets of eighths, 1/24 of sixteenths.
GRIDS = {f"1/{parts}": 4 * TICKS_PER_BEAT // parts for parts in (4, 6, 8, 12, 16, 24, 32, 48)}

#: How far players are from where they mean to be, in ticks: 10 ms at 120 BPM.
SLIP_TICKS = TICKS_PER_BEAT / 50.0

#: What one note can say at most against a grid, and what a change of grid costs, as logarithms of probability:
#: one note alone never changes the grid, two do.
DOUBT_MAX = 4.5
CHANGE_COST = 3.0

#: How fast drift is followed: the share of each note's deviation.
FOLLOWED = 0.2


@dataclass(frozen=True, slots=True)
class Quantise:
    """How to quantise: to a grid of `grid` ticks, by `strength`, in one of MODES.

    Under `strict` every second place may `swing`, as a Reading's.
    """

    grid: int = TICKS_PER_SIXTEENTH
    strength: float = 1.0
    mode: str = "strict"
    swing: float = STRAIGHT

    def __post_init__(self) -> None:
        if not 1 <= self.grid <= 2 * OFFSET_LIMIT:
            raise ValueError(f"the grid is a beat at most, not {self.grid} ticks")
        if not 0.0 <= self.strength <= 1.0:
            raise ValueError(f"strength {self.strength:g} is outside 0-1")
        if self.mode not in MODES:
            raise ValueError(f'no way to quantise is called "{self.mode}"{did_you_mean(self.mode, MODES)}')
        if not STRAIGHT <= self.swing <= SWING_MAX:
            raise ValueError(f"swing {self.swing:g} is outside {STRAIGHT:g}-{SWING_MAX:g}")
        if self.mode == "adaptive" and TICKS_PER_BEAT % self.grid:
            raise ValueError("a grid that adapts has to divide the beat: 1/4, 1/8, 1/16, 1/32")


#: Places on the grid, and leaves everything where it sounds.
AS_PLAYED = Quantise(strength=0.0)


def quantised(bar: Bar, how: Quantise, round_ticks: int = 0) -> Bar:
    """Return `bar` quantised; every offset is then half a place of the grid at most.

    What sounds nearer to its end than to the last place before stands on tick 0 of the next time round, early.
    `round_ticks` is how long the groove of the take is, for `groove`: a bar, mostly; 0 for the whole. Raises
    ValueError where the grid does not divide it.
    """
    if how.mode == "groove" and (round_ticks or bar.length) % how.grid:
        raise ValueError("the groove of a take needs a grid that divides its bars")
    played = [note.tick + note.offset for note in bar.notes]
    places = _places(how.grid, bar.length)
    match how.mode:
        case "groove":
            goals = _own_groove(bar, how.grid, round_ticks or bar.length)
        case "adaptive":
            places = _adapted(bar, how.grid)
            goals = [_nearest(tick, places, bar.length) for tick in played]
        case _:
            swung = [place + _swung(place, how) for place in places]
            goals = [_nearest(tick, swung, bar.length) for tick in played]
    moved = [_between(tick, goal, how.strength) for tick, goal in zip(played, goals, strict=True)]
    return Bar.of(
        (_placed(note, tick, places, bar.length) for note, tick in zip(bar.notes, moved, strict=True)), bar.length
    )


def excerpt(bar: Bar, begin: int, end: int) -> Bar:
    """Return the notes that [begin, end) owns, by their places on the grid."""
    inside = (note for note in bar.notes if begin <= note.tick < end)
    return Bar.of((replace(note, tick=note.tick - begin) for note in inside), end - begin)


def _places(grid: int, length: int) -> list[int]:
    return list(range(0, length, grid))


def _swung(place: int, how: Quantise) -> int:
    """Return how much later the second of two places comes."""
    return round(2 * how.grid * (how.swing - STRAIGHT)) if place // how.grid % 2 else 0


def _nearest(tick: int, places: Sequence[int], length: int) -> int:
    """Return the place nearest to a tick, going round after `length`; of two the later."""
    line = tick // length * length
    at = bisect_right(places, tick - line)
    before = places[at - 1] if at else places[-1] - length
    after = places[at] if at < len(places) else places[0] + length
    return line + (before if tick - line - before < line + after - tick else after)


def _between(tick: int, goal: int, strength: float) -> int:
    return math.floor(tick + strength * (goal - tick) + 0.5)


def _placed(note: Note, tick: int, places: Sequence[int], length: int) -> Note:
    place = _nearest(tick, places, length)
    return replace(note, tick=place % length, offset=tick - place)


# -- to the take's own groove ---------------------------------------------------------


def _own_groove(bar: Bar, grid: int, round_ticks: int) -> list[int]:
    """Return where each note would sound had every round been played as all are in common, from beat to beat in time.

    A tempo that was a little off shows in how much later each step comes from round to round. What notes on beats
    then have in common is taken for lateness of the whole. Both go; what is left is the groove.
    """
    numbers, late = _followed(bar, grid)
    in_round = max(round(round_ticks / grid), 1)
    by_step: dict[int, list[tuple[int, int]]] = {}
    for each in sorted(zip(numbers, late, strict=True)):
        by_step.setdefault(each[0] % in_round, []).append(each)
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for each in by_step.values() for a, b in pairwise(each) if a[0] < b[0]]
    slope = median(slopes) if slopes else 0.0
    common = {step: median(ticks - slope * number for number, ticks in each) for step, each in by_step.items()}
    in_beat = max(round(TICKS_PER_BEAT / grid), 1)
    on_beats = [ticks for step, ticks in common.items() if step % in_beat == 0]
    whole = median(on_beats or common.values() or [0.0])
    goals = [round(number * grid + common[number % in_round] - whole) for number in numbers]
    highest = min(goals, default=0)
    for index in _as_played(bar):
        goals[index] = highest = max(highest, goals[index])  # wild offsets of two steps must not cross
    return goals


def _as_played(bar: Bar) -> list[int]:
    """Return the notes' places in the bar, in the order in which they sound."""
    return sorted(range(len(bar.notes)), key=lambda index: bar.notes[index].tick + bar.notes[index].offset)


def _followed(bar: Bar, grid: int) -> tuple[list[int], list[int]]:
    """Return the number of the place that each note means, and by how much it is late there.

    Drift is followed from note to note, so that each finds its place however far a take has strayed from the beat.
    """
    numbers, late = [0] * len(bar.notes), [0] * len(bar.notes)
    drift = 0.0
    for index in _as_played(bar):
        played = bar.notes[index].tick + bar.notes[index].offset
        numbers[index] = math.floor((played - drift) / grid + 0.5)
        late[index] = played - numbers[index] * grid
        drift += FOLLOWED * (late[index] - drift)
    return numbers, late


# -- to the grid that fits --------------------------------------------------------------


def divisions(bar: Bar, grid: int) -> list[int]:
    """Return into how many places each beat is best divided: as `grid` does, or into triplets slower or faster.

    What is the likeliest is found for all beats together (Viterbi): a finer grid is likelier only where notes need it,
    and each change of grid has its cost.
    """
    straight = TICKS_PER_BEAT // grid
    known = [straight, *(straight * up // 4 for up in (3, 6) if straight * up % 4 == 0)]
    beats = -(-bar.length // TICKS_PER_BEAT)
    costs = [[0.0] * len(known) for _ in range(beats)]
    for note in bar.notes:
        beat, within = divmod((note.tick + note.offset) % bar.length, TICKS_PER_BEAT)
        for k, parts in enumerate(known):
            costs[beat][k] += _doubt(within, parts)
    best, came_from = costs[0], []
    for cost in costs[1:]:
        before = [_predecessor(best, k) for k in range(len(known))]
        best = [best[j] + CHANGE_COST * (j != k) + cost[k] for k, j in enumerate(before)]
        came_from.append(before)
    at = min(range(len(known)), key=lambda k: best[k])
    chosen = [at]
    for before in reversed(came_from):
        at = before[at]
        chosen.append(at)
    return [known[k] for k in reversed(chosen)]


def _predecessor(costs: Sequence[float], k: int) -> int:
    """Return which division of the beat before is the likeliest, if the `k`-th follows."""
    return min(range(len(costs)), key=lambda j: costs[j] + CHANGE_COST * (j != k))


def _doubt(within: int, parts: int) -> float:
    """Return how unlikely a note is so many ticks after the beat, if the beat has so many places."""
    place = TICKS_PER_BEAT / parts
    away = within - math.floor(within / place + 0.5) * place
    return min(0.5 * (away / SLIP_TICKS) ** 2, DOUBT_MAX) + math.log(parts)


def _adapted(bar: Bar, grid: int) -> list[int]:
    """Return the places of each beat as it is best divided."""
    return [
        place
        for beat, parts in enumerate(divisions(bar, grid))
        for place in range(beat * TICKS_PER_BEAT, (beat + 1) * TICKS_PER_BEAT, TICKS_PER_BEAT // parts)
        if place < bar.length
    ]
