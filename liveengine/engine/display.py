"""What a window shows of the tracks: the steps that sound, where they began, and what is due.

The data plane tells of a launch before it is heard, so that what it brings
waits here for its beat.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from liveengine.engine.parameter import Setting
from liveengine.music.note import Bar
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_SIXTEENTH

#: A step whose loudest note has this velocity or more is drawn as an accent.
ACCENT_VELOCITY = 100

Told = Iterator[tuple[str, Setting]]


def steps_of(bar: Bar) -> str:
    """Return a bar as one sign a sixteenth: '.' for a rest, 'x' for a hit, 'X' for an accent.

    A note between two sixteenths counts for the one before it; several notes on one count as the loudest.
    """
    loudest = [0] * -(-bar.length // TICKS_PER_SIXTEENTH)
    for note in bar.notes:
        step = note.tick // TICKS_PER_SIXTEENTH
        loudest[step] = max(loudest[step], note.velocity)
    return "".join("." if not velocity else "X" if velocity >= ACCENT_VELOCITY else "x" for velocity in loudest)


def activity_words(counts: Mapping[str, tuple[int, int]]) -> str:
    """Return messages out and in by port as `/port/activity` tells them: a line a port, `name=out/in`."""
    lines = (f"{' '.join(name.split())}={sent}/{came}" for name, (sent, came) in counts.items())
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Shown:
    """A pattern as it is shown; `began_tick` is the song tick at which its first step stands."""

    steps: str = ""
    began_tick: int = 0


@dataclass(slots=True)
class _Row:
    now: Shown = field(default_factory=Shown)
    next: Shown | None = None
    due_tick: int = 0


class Display:
    """Every track's row. Each method returns what is to be told, as (address, value)."""

    def __init__(self, tracks: int) -> None:
        self._rows = [_Row() for _ in range(tracks)]
        self._written: dict[int, tuple[str, bool]] = {}
        self._now_tick = 0

    def resize(self, tracks: int) -> None:
        """Have so many rows; those that stay show what they show."""
        self._rows = [*self._rows[:tracks], *(_Row() for _ in range(tracks - len(self._rows)))]

    def write(self, slot: int, bar: Bar, legato: bool) -> None:
        """Take note of what a slot holds, and of whether it will keep the playhead."""
        self._written[slot] = steps_of(bar), legato

    def launch(self, track: int, slot: int, tick: int, playing: bool, began_tick: int | None = None) -> Told:
        """A slot (-1: silence) takes over at song tick `tick`; while stopped, at once.

        Its first step stands at `began_tick`: at `tick` if not given.
        """
        row = self._rows[track]
        steps, legato = self._written.get(slot, ("", False))
        began = tick if began_tick is None else began_tick
        row.next = Shown(steps, row.now.began_tick if legato and row.now.steps else began)
        row.due_tick = tick
        if playing and tick > self._now_tick:
            yield f"/track/{track + 1}/due", -(-tick // TICKS_PER_BEAT)
        else:
            yield from self._take_over(track, row)

    def beat(self, tick: int) -> Told:
        """A beat begins at song tick `tick`: what is due by now is shown."""
        self._now_tick = tick
        for track, row in enumerate(self._rows):
            if row.next is not None and row.due_tick <= tick:
                yield from self._take_over(track, row)

    def move(self, tick: int, from_the_top: bool) -> Told:
        """The transport started, stopped or jumped: every launch has come to its end."""
        self._now_tick = tick
        for track, row in enumerate(self._rows):
            if from_the_top:
                row.next = Shown((row.next or row.now).steps, 0)
            if row.next is not None:
                yield from self._take_over(track, row)

    def _take_over(self, track: int, row: _Row) -> Told:
        if row.next is not None:
            row.now, row.next = row.next, None
        yield f"/track/{track + 1}/began", row.now.began_tick / TICKS_PER_BEAT
        yield f"/track/{track + 1}/steps", row.now.steps
        yield f"/track/{track + 1}/due", 0
