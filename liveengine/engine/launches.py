"""Launches under way: bars that were asked for together are launched together (L2).

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from liveengine.music.note import Bar
from liveengine.music.time import Metre
from liveengine.sequencer.records.patterns import SLOTS


@dataclass(slots=True)
class Launch:
    """Tracks that are to switch on one tick, once every bar is there."""

    quantum: int
    legato: bool
    is_fill: bool = False
    waiting: dict[int, int] = field(default_factory=dict)  # ticket → track
    bars: dict[int, Bar] = field(default_factory=dict)  # track → bar
    silences: list[int] = field(default_factory=list)
    metres: tuple[Metre, ...] = ()  # that begin with it; empty: those that are in force go on
    is_scene: bool = False


class Launches:
    """Every launch that still waits for bars. The newest request for a track is the only one that counts."""

    def __init__(self) -> None:
        self._launches: list[Launch] = []

    def add(self, launch: Launch) -> Iterator[Launch]:
        """Take a launch in; return those that can go now: itself, or one that waited for its track."""
        for older in self._launches:
            for track in [*launch.waiting.values(), *launch.bars, *launch.silences]:
                _let_go(older, track)
            if launch.metres:
                older.metres = ()
            if launch.is_scene:
                older.is_scene = False
        self._launches.append(launch)
        return self._ready()

    def without(self, tracks: Iterable[int]) -> Iterator[Launch]:
        """Take tracks out of every launch; return those that can go now."""
        for launch in self._launches:
            for track in tracks:
                _let_go(launch, track)
        return self._ready()

    def renew(self, track: int, ticket: int) -> bool:
        """Let a launch that waits for others too wait for this ticket instead; False where none holds the track."""
        for launch in self._launches:
            if not launch.is_fill and (track in launch.waiting.values() or track in launch.bars):
                _let_go(launch, track)
                launch.waiting = {**launch.waiting, ticket: track}
                return True
        return False

    def answer(self, ticket: int, bar: Bar | None) -> Iterator[Launch]:
        """Take in a bar (None: there will be none) and return the launches that can go now."""
        for launch in self._launches:
            if ticket in launch.waiting:
                track = launch.waiting[ticket]
                # Replaced, never changed: the status line reads it from another thread.
                launch.waiting = {other: t for other, t in launch.waiting.items() if other != ticket}
                if bar is not None:
                    launch.bars[track] = bar
        return self._ready()

    @property
    def waiting(self) -> set[int]:
        """Tracks for which a bar is being made."""
        return {track for launch in self._launches for track in launch.waiting.values()}

    def _ready(self) -> Iterator[Launch]:
        ready = [launch for launch in self._launches if not launch.waiting]
        self._launches = [launch for launch in self._launches if launch.waiting]
        return iter(ready)


def _let_go(launch: Launch, track: int) -> None:
    """Take a track out of a launch."""
    launch.waiting = {ticket: other for ticket, other in launch.waiting.items() if other != track}
    launch.bars.pop(track, None)
    launch.silences = [other for other in launch.silences if other != track]


class Slots:
    """Which slots of the data plane are free. A slot is free again when the data plane says so."""

    def __init__(self) -> None:
        self._free = list(range(SLOTS - 1, -1, -1))

    def take(self) -> int | None:
        """Return a slot that nobody plays, or None."""
        return self._free.pop() if self._free else None

    def give_back(self, slot: int) -> None:
        """Take back a slot that has ended."""
        if slot not in self._free:
            self._free.append(slot)
