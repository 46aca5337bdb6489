"""Rhythms: when things are struck and how strongly, in exact ticks.

Pure.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from liveengine.music.time import TICKS_PER_BEAT

#: One bar of 4/4, the length of a rhythm when none is given.
BAR_TICKS = 4 * TICKS_PER_BEAT

#: The finest grid a rhythm may have.
STEPS_MAX = 4096

PLAIN = 0.5  # the accent of an ordinary hit, written x
LOUD = 1.0  # the accent of an accented one, written X
_SHOWN_LOUD = 0.75  # accents from here on are shown as X


def checked_steps(steps: int) -> int:
    """Return `steps`. Raises ValueError outside 1 … STEPS_MAX."""
    if not 1 <= steps <= STEPS_MAX:
        raise ValueError(f"steps must lie in 1-{STEPS_MAX}, not {steps}")
    return steps


def step_tick(step: int, steps: int, length: int) -> int:
    """Return the tick of a step of `steps` over `length` ticks, rounded to the nearest tick, halves up."""
    return (2 * step * length + steps) // (2 * steps)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Onsets in ticks, each in [0, length) and later than the one before; an accent in [0, 1] for each.

    `steps` is the grid that it is written and rotated on; an onset need not lie on it.

    >>> str(Rhythm.from_text("x..x..x.").rotated(1))
    '.x..x..x'
    """

    length: int
    onsets: tuple[int, ...]
    accents: tuple[float, ...]
    steps: int

    def __post_init__(self) -> None:
        checked_steps(self.steps)
        if self.length < self.steps:
            raise ValueError(f"{self.steps} steps do not fit in {self.length} ticks")
        if len(self.accents) != len(self.onsets):
            raise ValueError(f"{len(self.onsets)} onsets need as many accents, not {len(self.accents)}")
        if any(later <= earlier for earlier, later in pairwise(self.onsets)):
            raise ValueError("onsets must rise, none twice")
        if self.onsets and not 0 <= self.onsets[0] <= self.onsets[-1] < self.length:
            raise ValueError(f"onsets must lie in [0, {self.length}) ticks")
        if not all(0.0 <= accent <= 1.0 for accent in self.accents):
            raise ValueError("accents must lie in 0-1")

    @classmethod
    def gathered(cls, struck: Iterable[tuple[int, float]], steps: int, length: int = BAR_TICKS) -> Rhythm:
        """Make a rhythm of (tick, accent) in any order; of two on one tick the louder stays."""
        loudest: dict[int, float] = {}
        for tick, accent in struck:
            loudest[tick] = max(accent, loudest.get(tick, 0.0))
        onsets = tuple(sorted(loudest))
        return cls(length, onsets, tuple(loudest[tick] for tick in onsets), steps)

    @classmethod
    def on_steps(
        cls,
        hits: Sequence[int],
        steps: int,
        length: int = BAR_TICKS,
        accents: Sequence[float] | None = None,
    ) -> Rhythm:
        """Make a rhythm of step numbers, modulo `steps`, each with its accent (PLAIN where none is given)."""
        checked_steps(steps)
        strengths = [PLAIN] * len(hits) if accents is None else accents
        return cls.gathered(
            ((step_tick(hit % steps, steps, length), accent) for hit, accent in zip(hits, strengths, strict=True)),
            steps,
            length,
        )

    @classmethod
    def from_text(cls, text: str, length: int = BAR_TICKS) -> Rhythm:
        """Read x hit, X accent, . or - rest; spaces and | are ignored. Raises ValueError for other signs."""
        signs = [sign for sign in text if not sign.isspace() and sign != "|"]
        if strange := sorted(set(signs) - set("xX.-")):
            raise ValueError(f"{text!r}: {strange[0]!r} is no rhythm sign (x hit, X accent, . or - rest)")
        if not signs:
            raise ValueError("a rhythm needs at least one step (x hit, X accent, . or - rest)")
        hits = [step for step, sign in enumerate(signs) if sign in "xX"]
        return cls.on_steps(hits, len(signs), length, [LOUD if signs[hit] == "X" else PLAIN for hit in hits])

    def __str__(self) -> str:
        signs = ["."] * self.steps
        for step, accent in zip(self.hits, self.accents, strict=True):
            signs[step] = "X" if accent >= _SHOWN_LOUD or signs[step] == "X" else "x"
        return "".join(signs)

    @property
    def hits(self) -> tuple[int, ...]:
        """The step each onset falls in: the last one that begins at or before it."""
        return tuple(self._step_of(tick) for tick in self.onsets)

    @property
    def on_grid(self) -> bool:
        """Whether every onset lies on a step."""
        return all(self._tick(self._step_of(tick)) == tick for tick in self.onsets)

    @property
    def density(self) -> float:
        """Onsets a step."""
        return len(self.onsets) / self.steps

    @property
    def gaps(self) -> tuple[int, ...]:
        """Ticks from each onset to the next, the last one round the end; they add up to the length."""
        following = (*self.onsets[1:], self.length + self.onsets[0]) if self.onsets else ()
        return tuple(later - tick for tick, later in zip(self.onsets, following, strict=True))

    def rotated(self, steps: int) -> Rhythm:
        """Move everything later by `steps` of the grid, round the end."""
        if self.on_grid:
            return Rhythm.on_steps([hit + steps for hit in self.hits], self.steps, self.length, self.accents)
        shift = self._tick(steps % self.steps)
        moved = ((tick + shift) % self.length for tick in self.onsets)
        return Rhythm.gathered(zip(moved, self.accents, strict=True), self.steps, self.length)

    def scaled(self, length: int) -> Rhythm:
        """Stretch to another length: steps stay steps, other onsets go to the nearest tick."""
        if self.on_grid:
            return Rhythm.on_steps(self.hits, self.steps, length, self.accents)
        moved = (min(step_tick(tick, self.length, length), length - 1) for tick in self.onsets)
        return Rhythm.gathered(zip(moved, self.accents, strict=True), self.steps, length)

    def repeated(self, times: int) -> Rhythm:
        """Play it `times` times over; as much longer."""
        starts = [turn * self.length for turn in range(times)]
        onsets = tuple(start + tick for start in starts for tick in self.onsets)
        return Rhythm(self.length * times, onsets, self.accents * times, self.steps * times)

    def merged(self, other: Rhythm) -> Rhythm:
        """Play both at once; where they meet the louder stays. Raises ValueError for different lengths."""
        if other.length != self.length:
            raise ValueError(f"cannot merge rhythms of {self.length} and {other.length} ticks")
        common = math.lcm(self.steps, other.steps)
        steps = common if common <= min(STEPS_MAX, self.length) else max(self.steps, other.steps)
        struck = [
            *zip(self.onsets, self.accents, strict=True),
            *zip(other.onsets, other.accents, strict=True),
        ]
        return Rhythm.gathered(struck, steps, self.length)

    def complement(self) -> Rhythm:
        """Strike every step that this rhythm leaves empty, unaccented."""
        taken = set(self.hits)
        return Rhythm.on_steps([s for s in range(self.steps) if s not in taken], self.steps, self.length)

    def accented(self, accents: Sequence[float]) -> Rhythm:
        """Return the same onsets with other accents."""
        return Rhythm(self.length, self.onsets, tuple(accents), self.steps)

    def _tick(self, step: int) -> int:
        return step_tick(step, self.steps, self.length)

    def _step_of(self, tick: int) -> int:
        step = tick * self.steps // self.length
        # Rounding may have put the next step's tick just before its exact place.
        return step + 1 if step + 1 < self.steps and self._tick(step + 1) <= tick else step
