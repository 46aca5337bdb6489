"""Grooves: how late and how loud each step of a loop is played.

A groove is taken from notes that were played, or made by a formula
(`music.groove_formulas`), and given to others: the data plane adds it to
whatever a pattern says.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from liveengine.music.note import OFFSET_LIMIT, Note
from liveengine.music.rhythm import step_tick
from liveengine.music.time import TICKS_PER_BEAT

#: The most steps of a groove: four bars of sixteenths.
STEPS_MAX = 64

#: The loudest that a step can be, as a factor.
LEVEL_MAX = 8.0


@dataclass(frozen=True, slots=True)
class GrooveStep:
    """One step: `offset` ticks later than the grid, `level` times as loud, as `evidence` notes have shown."""

    offset: int = 0
    level: float = 1.0
    evidence: int = 0

    def __post_init__(self) -> None:
        if abs(self.offset) > OFFSET_LIMIT:
            raise ValueError(f"a groove moves a step by half a beat at most, not by {self.offset} ticks")
        if not 0.0 <= self.level <= LEVEL_MAX:
            raise ValueError(f"a groove's level is a factor of 0-{LEVEL_MAX:g}, not {self.level:g}")


@dataclass(frozen=True, slots=True)
class Groove:
    """Steps that share `length` ticks out evenly, round and round."""

    name: str
    length: int
    steps: tuple[GrooveStep, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.steps) <= STEPS_MAX:
            raise ValueError(f"a groove has 1-{STEPS_MAX} steps, not {len(self.steps)}")
        if self.length < len(self.steps):
            raise ValueError(f"{len(self.steps)} steps do not fit in {self.length} ticks")

    @property
    def step_ticks(self) -> float:
        """Length of a step."""
        return self.length / len(self.steps)

    def place(self, number: int) -> int:
        """Return the tick on the grid of a step, counted from 0 on through the rounds."""
        return step_tick(number, len(self.steps), self.length)

    def nearest(self, tick: int) -> int:
        """Return the number of the step nearest to a tick, counted on through the rounds; of two the later.

        >>> Groove("", 8, (GrooveStep(),) * 4).nearest(7)
        4
        """
        count = len(self.steps)
        return (2 * tick * count + self.length) // (2 * self.length)


def extracted(notes: Iterable[Note], length: int, steps: int, name: str = "") -> Groove:
    """Return the groove of what was played, over rounds of `length` ticks.

    A step's offset is the median of how late its notes are, its level the median of their velocities relative to
    the other steps': a slip or a ghost note more does not move it. A step without notes (`evidence` 0) goes as
    those at the same place of other beats go, else as its like do, on or off the eighth, else straight.
    """
    grid = Groove(name, length, (GrooveStep(),) * steps)
    late: list[list[int]] = [[] for _ in range(steps)]
    loud: list[list[int]] = [[] for _ in range(steps)]
    for note in notes:
        played = note.tick + note.offset
        number = grid.nearest(played)
        late[number % steps].append(played - grid.place(number))
        loud[number % steps].append(note.velocity)
    mean = fmean([median(velocities) for velocities in loud if velocities] or [1.0])
    offsets = [median(each) if each else None for each in late]
    levels = [median(each) / mean if each else None for each in loud]
    in_beat = max(round(TICKS_PER_BEAT / grid.step_ticks), 1)
    return Groove(
        name,
        length,
        tuple(
            GrooveStep(round(offset), min(round(level, 4), LEVEL_MAX), len(each))
            for offset, level, each in zip(
                _filled(offsets, in_beat, 0.0), _filled(levels, in_beat, 1.0), late, strict=True
            )
        ),
    )


def _filled(values: Sequence[float | None], in_beat: int, otherwise: float) -> Iterator[float]:
    """Yield the values; for those missing the median of their like."""
    for number, value in enumerate(values):
        if value is not None:
            yield value
            continue
        like: list[float] = []
        for period in (in_beat, 2) if in_beat % 2 == 0 else (in_beat,):
            like = like or [each for each in values[number % period :: period] if each is not None]
        yield median(like) if like else otherwise


def swing_of(groove: Groove) -> float | None:
    """Return where the second of every two steps falls in them, 0.5 for straight; None where nothing shows it."""
    seconds = [step.offset for step in groove.steps[1::2] if step.evidence]
    firsts = [step.offset for step in groove.steps[::2] if step.evidence]
    if not seconds or len(groove.steps) % 2:
        return None
    return 0.5 + (median(seconds) - (median(firsts) if firsts else 0.0)) / (2.0 * groove.step_ticks)
