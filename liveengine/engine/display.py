"""What a window shows of the tracks: the steps that sound, where they began, and what is due.

The data plane tells of a launch before it is heard, so that what it brings
waits here for its beat.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from liveengine.engine.as_read import ORDER_KNOBS, AsRead
from liveengine.engine.parameter import Setting
from liveengine.music.note import Bar
from liveengine.music.reading import PLAIN_READING, Reading
from liveengine.music.time import TICKS_PER_BEAT

Told = Iterator[tuple[str, Setting]]


def activity_words(counts: Mapping[str, tuple[int, int]]) -> str:
    """Return messages out and in by port as `/port/activity` tells them: a line a port, `name=out/in`."""
    lines = (f"{' '.join(name.split())}={sent}/{came}" for name, (sent, came) in counts.items())
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Shown:
    """The pattern in a slot as it is shown, None for silence; `began_tick` is the song tick it is counted from."""

    pattern: AsRead | None = None
    began_tick: int = 0
    slot: int = -1

    def told(self, tick: int) -> tuple[int, str]:
        """Return the steps that are seen at song tick `tick`, and the tick at which the first of them stands."""
        if self.pattern is None:
            return self.began_tick, ""
        first = self.pattern.window_at(tick - self.began_tick)
        return self.began_tick + first, self.pattern.steps(first)

    def ends_before(self, tick: int, seen_tick: int) -> bool:
        """Say whether the steps that begin at `seen_tick` are over by song tick `tick`, and others follow."""
        return self.pattern is not None and self.pattern.is_endless and tick >= seen_tick + self.pattern.window_ticks

    def read_as(self, reading: Reading) -> Shown:
        """Return the same pattern, read otherwise."""
        return self if self.pattern is None else replace(self, pattern=self.pattern.turned(reading))


@dataclass(slots=True)
class _Row:
    now: Shown = field(default_factory=Shown)
    next: Shown | None = None
    due_tick: int = 0
    seen_tick: int = 0  # where the steps that were told begin


class Display:
    """Every track's row, in a set of this seed. Each method returns what is to be told, as (address, value)."""

    def __init__(self, tracks: int, seed: int = 0) -> None:
        self._rows = [_Row() for _ in range(tracks)]
        self._seed = seed
        self._written: dict[int, tuple[Bar, bool, Reading]] = {}
        self._now_tick = 0

    def resize(self, tracks: int, seed: int) -> None:
        """Have so many rows, in a set of this seed; those that stay show what they show."""
        self._seed = seed
        self._rows = [*self._rows[:tracks], *(_Row() for _ in range(tracks - len(self._rows)))]

    def write(self, slot: int, bar: Bar, legato: bool, reading: Reading = PLAIN_READING) -> None:
        """Take note of what a slot holds, how it is read, and whether it will keep the playhead."""
        self._written[slot] = bar, legato, reading

    def launch(self, track: int, slot: int, tick: int, playing: bool, began_tick: int | None = None) -> Told:
        """A slot (-1: silence) takes over at song tick `tick`; while stopped, at once.

        Its first step stands at `began_tick`: at `tick` if not given.
        """
        row = self._rows[track]
        began, pattern = tick if began_tick is None else began_tick, None
        if slot in self._written:
            bar, legato, reading = self._written[slot]
            pattern = AsRead(bar, reading, track, self._seed)
            if legato and row.now.pattern is not None:
                began = row.now.began_tick
        row.next = Shown(pattern, began, slot)
        row.due_tick = tick
        if playing and tick > self._now_tick:
            yield f"/track/{track + 1}/due", -(-tick // TICKS_PER_BEAT)
        else:
            yield from self._take_over(track, row)

    def take_back(self, track: int, slot: int) -> Told:
        """A launch of `slot` (-1: silence) was taken back: what sounds goes on."""
        row = self._rows[track]
        if row.next is not None and row.next.slot == slot:
            row.next = None
            yield f"/track/{track + 1}/due", 0

    def turn(self, track: int, knob: str, reading: Reading) -> Told:
        """A knob of how a track's pattern is read was turned: what sounds, and what is due, is read so."""
        row = self._rows[track]
        if knob in ORDER_KNOBS:
            row.next = row.next and row.next.read_as(reading)
            row.now = row.now.read_as(reading)
            yield from self._tell_steps(track, row)

    def counted_from(self, track: int, slot: int, tick: int) -> Told:
        """What a slot holds is read from song tick `tick` on: it was turned, and was to go on where it was."""
        row = self._rows[track]
        if row.next is not None and row.next.slot == slot:
            row.next = replace(row.next, began_tick=tick)
        elif row.now.slot == slot >= 0 and row.now.began_tick != tick:
            row.now = replace(row.now, began_tick=tick)
            yield from self._tell_steps(track, row)

    def beat(self, tick: int) -> Told:
        """A beat begins at song tick `tick`: what is due by now is shown."""
        self._now_tick = tick
        for track, row in enumerate(self._rows):
            if row.next is not None and row.due_tick <= tick:
                yield from self._take_over(track, row)
            elif row.now.ends_before(tick, row.seen_tick):
                yield from self._tell_steps(track, row)

    def move(self, tick: int, from_the_top: bool) -> Told:
        """The transport started, stopped or jumped: every launch has come to its end."""
        self._now_tick = tick
        for track, row in enumerate(self._rows):
            if from_the_top:
                row.next = replace(row.next or row.now, began_tick=0)
            if row.next is not None:
                yield from self._take_over(track, row)
            elif row.now.pattern is not None and row.now.pattern.is_endless:
                yield from self._tell_steps(track, row)

    def _take_over(self, track: int, row: _Row) -> Told:
        if row.next is not None:
            row.now, row.next = row.next, None
        yield from self._tell_steps(track, row)
        yield f"/track/{track + 1}/due", 0

    def _tell_steps(self, track: int, row: _Row) -> Told:
        row.seen_tick, steps = row.now.told(self._now_tick)
        yield f"/track/{track + 1}/began", row.seen_tick / TICKS_PER_BEAT
        yield f"/track/{track + 1}/steps", steps
