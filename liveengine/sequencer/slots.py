"""Patterns go into free slots here, and LFOs into their rows; only then does a command switch to one.

The control thread alone calls these, on slots that nobody plays and LFOs that are off.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from numpy.typing import NDArray

from liveengine.music.modulation import LFOS, POINTS_MAX, SHAPES, Lfo
from liveengine.music.note import Bar, Note
from liveengine.music.reading import DIRECTIONS, PLAIN_READING, Reading
from liveengine.music.time import TICKS_PER_SIXTEENTH
from liveengine.sequencer.modulation import TOLD
from liveengine.sequencer.records.patterns import GROOVE_STEPS, SLOT_LOCKS, SLOT_NOTES, SLOT_STEPS
from liveengine.sequencer.records.tracks import TRACKS
from liveengine.sequencer.state import State


def write_slot(state: State, slot: int, bar: Bar, reading: Reading = PLAIN_READING) -> None:
    """Write a bar, and how it is to be read, into a slot. Raises ValueError as `check_fits` does."""
    check_fits(bar)
    steps: list[tuple[Any, ...]] = []
    notes: list[tuple[Any, ...]] = []
    locks: list[tuple[Any, ...]] = []
    for struck in _steps_of(bar):
        one = struck[0]
        condition, ratchet = one.condition, one.ratchet
        steps.append((
            one.tick, one.offset, ratchet.span, one.probability, ratchet.slope, len(notes), len(struck), len(locks),
            len(one.locks), _die(one), condition.kind, condition.turn, condition.cycle, condition.negated,
            ratchet.count,
        ))  # fmt: skip
        notes += [(note.gate, note.pitch, note.velocity) for note in struck]
        locks += [(lock.value, lock.target.kind, lock.target.number) for lock in one.locks]
    _fill(state.steps, slot * SLOT_STEPS, steps)
    _fill(state.notes, slot * SLOT_NOTES, notes)
    _fill(state.locks, slot * SLOT_LOCKS, locks)
    length = min(max(reading.length, reading.step), bar.length) if reading.length else bar.length
    state.slots[slot] = (
        bar.length, length, max(length // reading.step, 1), len(steps), DIRECTIONS.index(reading.direction),
        reading.rate.numerator, reading.rate.denominator, reading.rotation, reading.step, reading.swing,
        reading.swing_unit, reading.humanise, reading.groove, reading.groove_timing, reading.groove_velocity,
        reading.quantise, reading.transpose, reading.scale, reading.tonic, reading.velocity_low,
        reading.velocity_high, reading.velocity_curve,
    )  # fmt: skip


def write_groove(state: State, number: int, length: int, steps: Sequence[tuple[float, float]]) -> None:
    """Write a groove template that no reading names yet: its length in ticks and, for each of its steps, how many ticks
    later that comes and by which factor it is louder.

    Raises ValueError when it has no steps, or more than GROOVE_STEPS.
    """
    if not 1 <= len(steps) <= GROOVE_STEPS:
        raise ValueError(f"a groove has 1-{GROOVE_STEPS} steps, not {len(steps)}")
    _fill(state.groove_steps, number * GROOVE_STEPS, list(steps))
    state.grooves[number] = (length, len(steps))


def write_lfo(state: State, number: int, lfo: Lfo) -> None:
    """Write an LFO that is off; `number` counts LFOS for each track, and then those of the set, whose target is None.

    Raises ValueError where a track has no part in it, and one of its targets is named.
    """
    if lfo.target is not None and number >= TRACKS * LFOS:
        raise ValueError(f"{lfo.target} is turned on a track; the set has no such target")
    kind, target, (low, high) = TOLD, 0, (lfo.low, lfo.high)
    if lfo.target is not None:
        kind, target, (low, high) = lfo.target.kind, lfo.target.number, lfo.target.span
    _fill(state.points, number * POINTS_MAX, list(lfo.points))
    state.lfos[number] = (
        0, 0, -1, 0.0, 0.0, 0, kind, target, low, high, SHAPES.index(lfo.shape), lfo.period, lfo.rate_hz, lfo.depth,
        -1.0 if lfo.centre is None else lfo.centre, lfo.phase, len(lfo.points), lfo.stepped, lfo.with_pattern, lfo.once,
    )  # fmt: skip


def _die(note: Note) -> int:
    return note.die if note.die >= 0 else note.pitch


def check_fits(bar: Bar) -> None:
    """Raise ValueError when a bar has more notes, steps or locks than a slot holds, or is shorter than a sixteenth."""
    steps = _steps_of(bar)
    locks = sum(len(struck[0].locks) for struck in steps)
    for count, most, noun in (
        (len(bar.notes), SLOT_NOTES, "notes"), (len(steps), SLOT_STEPS, "steps"), (locks, SLOT_LOCKS, "locks"),
    ):  # fmt: skip
        if count > most:
            raise ValueError(f"a pattern holds {most} {noun}, this one has {count}")
    if bar.length < TICKS_PER_SIXTEENTH:
        raise ValueError(f"a pattern is a sixteenth long at least, this one has {bar.length} ticks")


def _steps_of(bar: Bar) -> list[list[Note]]:
    """Return the notes that are struck as one step together, in the order of the steps."""
    return [list(group) for _, group in groupby(sorted(bar.notes, key=_struck_with), key=_struck_with)]


def _struck_with(note: Note) -> tuple[Any, ...]:
    """Return what notes have in common that are struck as one step: all but pitch, gate and velocity.

    Each pitch throws a die of its own where no other is named, so that notes with the same probability part.
    """
    return note.tick, note.offset, _die(note), note.probability, note.condition, note.ratchet, note.locks


def _fill(rows: NDArray[Any], first: int, values: list[tuple[Any, ...]]) -> None:
    if values:
        rows[first : first + len(values)] = values
