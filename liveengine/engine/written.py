"""Patterns written by hand: steps of pitches, or a rhythm for each drum, and what every hit carries.

What hits carry is written as lists that go round over the hits, not over the
steps between them: each hit is a trig with its own values, as on a drum
machine, and a list of two against seven hits goes on counting through the
pattern. Every round of the pattern begins the lists anew.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import lcm

from liveengine.engine.takespec import TakeSpec
from liveengine.generators.drums import GATE, GATES
from liveengine.generators.performance import LOUDER, SOFTER, VELOCITY
from liveengine.music.condition import FILL, UNCONDITIONAL, Condition
from liveengine.music.note import GATE_MIN, OFFSET_LIMIT, ONCE, Bar, Note, Ratchet
from liveengine.music.sound import DRUM_NOTES
from liveengine.music.target import Lock, Target
from liveengine.music.time import Metre
from liveengine.rhythms.notation import parse
from liveengine.rhythms.steps import Steps

#: How much of what is written of a pitch sounds, and how loud it is, where nothing else is said.
STEP_GATE = 0.9
STEP_VELOCITY = 100


@dataclass(frozen=True, slots=True)
class Hit:
    """A place where something is struck: `ticks` is how long it is written, `step_ticks` the grid under it."""

    tick: int
    ticks: int
    step_ticks: int
    velocity: int
    gate: int


@dataclass(frozen=True, slots=True)
class Touch:
    """What hits carry, in lists that go round. Empty ones leave it to the hit.

    `gate` is a share of what is written, `push` a share of a step, later above 0; `ratchet` is how many strikes
    and the slope of their velocities. `locks` turn targets; a None there says nothing of its target.
    """

    velocity: tuple[int, ...] = ()
    gate: tuple[float, ...] = ()
    probability: tuple[float, ...] = (1.0,)
    ratchet: tuple[tuple[int, float], ...] = ((1, 0.0),)
    condition: tuple[Condition, ...] = (UNCONDITIONAL,)
    push: tuple[float, ...] = (0.0,)
    locks: tuple[tuple[Target, tuple[float | None, ...]], ...] = ()

    def note(self, number: int, hit: Hit, pitch: int, die: int = -1) -> Note:
        """Return the note of the `number`-th hit. Raises ValueError where its strikes do not fit."""
        strikes, slope = self.ratchet[number % len(self.ratchet)]
        gate = round(self.gate[number % len(self.gate)] * hit.ticks) if self.gate else hit.gate
        offset = round(self.push[number % len(self.push)] * hit.step_ticks)
        return Note(
            tick=hit.tick,
            pitch=pitch,
            velocity=self.velocity[number % len(self.velocity)] if self.velocity else hit.velocity,
            gate=max(GATE_MIN, gate),
            offset=min(max(offset, -OFFSET_LIMIT), OFFSET_LIMIT),
            probability=self.probability[number % len(self.probability)],
            condition=self.condition[number % len(self.condition)],
            ratchet=ONCE if strikes == 1 else Ratchet(strikes, hit.ticks, slope),
            die=die,
            locks=tuple(self._locks(number)),
        )

    def _locks(self, number: int) -> Iterator[Lock]:
        for target, values in self.locks:
            value = values[number % len(values)]
            if value is not None:
                yield Lock(target, value)

    @property
    def waits_for_fill(self) -> bool:
        """Whether a fill changes what is heard."""
        return any(condition.kind == FILL for condition in self.condition)


@dataclass(frozen=True, slots=True)
class WrittenSteps:
    """Steps of pitches, each of `step_ticks`. It is as long as its steps, whatever the metre."""

    steps: Steps
    step_ticks: int
    touch: Touch = Touch()

    def bar(self, metres: Sequence[Metre]) -> Bar:
        """Return what is written. Pitches that are struck together share their luck."""
        notes = []
        for number, step in enumerate(self.steps.struck):
            ticks = step.held * self.step_ticks
            gate = round(STEP_GATE * ticks)
            hit = Hit(step.place * self.step_ticks, ticks, self.step_ticks, STEP_VELOCITY, gate)
            notes += [self.touch.note(number, hit, pitch, die=0) for pitch in step.pitches]
        return Bar.of(notes, self.steps.count * self.step_ticks)

    @property
    def touches(self) -> tuple[Touch, ...]:
        """What its hits carry."""
        return (self.touch,)


@dataclass(frozen=True, slots=True)
class Lane:
    """One drum: a rhythm in the notation of `rhythms.notation`, which fills each bar, and what its hits carry."""

    drum: str
    rhythm: str
    touch: Touch = Touch()


@dataclass(frozen=True, slots=True)
class WrittenLanes:
    """A rhythm for each drum, over so many bars; `accent` as a generator takes it."""

    lanes: tuple[Lane, ...]
    bars: int = 1
    accent: float = 0.5

    def bar(self, metres: Sequence[Metre]) -> Bar:
        """Return as many bars as it takes to come round under a cycle of metres."""
        lengths = [metres[bar % len(metres)].bar_ticks for bar in range(lcm(self.bars, len(metres)))]
        notes = [note for lane in self.lanes for note in self._notes(lane, lengths)]
        return Bar.of(notes, sum(lengths))

    def _notes(self, lane: Lane, lengths: Sequence[int]) -> Iterator[Note]:
        number, line = 0, 0
        for length in lengths:
            rhythm = parse(lane.rhythm, length)
            step = length // rhythm.steps
            for onset, accent in zip(rhythm.onsets, rhythm.accents, strict=True):
                hit = Hit(line + onset, step, step, self._velocity(accent), GATES.get(lane.drum, GATE))
                yield lane.touch.note(number, hit, DRUM_NOTES[lane.drum])
                number += 1
            line += length

    def _velocity(self, accent: float) -> int:
        reach = (accent - 0.5) * 2
        return round(VELOCITY + self.accent * reach * (LOUDER if reach > 0 else SOFTER))

    @property
    def touches(self) -> tuple[Touch, ...]:
        """What its hits carry."""
        return tuple(lane.touch for lane in self.lanes)


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken from a MIDI file; as long as that is, whatever the metre."""

    asked: TakeSpec
    notes: Bar

    def bar(self, metres: Sequence[Metre]) -> Bar:
        """Return what was taken."""
        return self.notes

    @property
    def touches(self) -> tuple[Touch, ...]:
        """What its hits carry: nothing but themselves."""
        return ()


Written = WrittenSteps | WrittenLanes | Taken


def waits_for_fill(written: Written | None) -> bool:
    """Say whether a fill changes what is heard of a pattern."""
    return written is not None and any(touch.waits_for_fill for touch in written.touches)


def locked_targets(written: Written | None) -> set[Target]:
    """Return everything that the steps of a pattern turn."""
    return {target for touch in (written.touches if written else ()) for target, _ in touch.locks}
