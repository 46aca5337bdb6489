"""Latency compensation: who waits how long, so that all is heard together.

Every output sounds some time after it is sent to. The slowest is sent to at
once, and every other waits for it. A clock may be moved against the notes;
what would have to come early is had by letting all the rest wait longer.

Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Latency:
    """How late an output sounds after it is sent to, and how much later than its notes its clock is wanted, in ms."""

    notes_ms: float = 0.0
    clock_offset_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Waits:
    """How long each output's notes and clock wait, and how early all must be made to sound on the beat, in ms."""

    notes_ms: tuple[float, ...]
    clock_ms: tuple[float, ...]
    lead_ms: float


def compensate(outputs: Sequence[Latency]) -> Waits:
    """Return who waits how long; the waits are the least that bring all together, and none is negative.

    >>> compensate([Latency(10.0), Latency(2.0, clock_offset_ms=-3.0)])
    Waits(notes_ms=(0.0, 8.0), clock_ms=(0.0, 5.0), lead_ms=10.0)
    """
    slowest = max((output.notes_ms for output in outputs), default=0.0)
    notes = [slowest - output.notes_ms for output in outputs]
    clocks = [wait + output.clock_offset_ms for wait, output in zip(notes, outputs, strict=True)]
    more = max(0.0, -min([0.0, *clocks]))
    return Waits(tuple(wait + more for wait in notes), tuple(wait + more for wait in clocks), slowest + more)
