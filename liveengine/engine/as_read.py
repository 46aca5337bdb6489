"""A pattern as it is heard: its steps in the order and at the speed in which they are read, sixteenth by sixteenth.

What the data plane does with a reading (`sequencer.reading`) is done here
again, slowly, for whoever draws it. Swing, humanise and grooves move what is
heard by less than a step: they are left out.

Pure.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator

from liveengine.music.dice import uniform
from liveengine.music.note import Bar
from liveengine.music.reading import PLAIN_READING, Reading
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_SIXTEENTH
from liveengine.sequencer.reading import THROW_ORDER

#: A step whose loudest note has this velocity or more is drawn as an accent.
ACCENT_VELOCITY = 100

#: So many steps are drawn at once of what does not come again within them; of one round, as many as a pattern has.
STEPS_MAX = 256
ROUND_STEPS_MAX = 1024

#: The knobs of a reading that change which step is heard when.
ORDER_KNOBS = ("direction", "rate", "rotation", "length")

_THROWN = ("random", "brownian")


def steps_of(bar: Bar) -> str:
    """Return a bar as one sign a sixteenth: '.' for a rest, 'x' for a hit, 'X' for an accent.

    A note between two sixteenths counts for the one before it; several notes on one count as the loudest.
    """
    loudest = [0] * -(-bar.length // TICKS_PER_SIXTEENTH)
    for note in bar.notes:
        step = note.tick // TICKS_PER_SIXTEENTH
        loudest[step] = max(loudest[step], note.velocity)
    return signs(loudest)


def signs(loudest: list[int]) -> str:
    """Return velocities as steps; 0 is a rest."""
    return "".join("." if not velocity else "X" if velocity >= ACCENT_VELOCITY else "x" for velocity in loudest)


class AsRead:
    """A bar as track `track` reads it, under a set's `seed`. What follows counts ticks of the song from its start."""

    def __init__(self, bar: Bar, reading: Reading = PLAIN_READING, track: int = 0, seed: int = 0) -> None:
        self.bar = bar
        self.reading = reading
        self.track = track
        self.seed = seed
        self._length = min(max(reading.length, reading.step), bar.length) if reading.length else bar.length
        self._up, self._down = reading.rate.as_integer_ratio()
        self._walk = 0, 0  # how far a walk had come, and at which count: each goes on from the one before
        self._cells = max(self._length // reading.step, 1)
        self._notes: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for note in bar.notes:
            if note.tick < self._length:
                self._notes[self._cell_of(note.tick)].append((note.tick, note.velocity))
        self.window_ticks, self.is_endless = self._window()

    def turned(self, reading: Reading) -> AsRead:
        """Return it as it is read otherwise."""
        return AsRead(self.bar, reading, self.track, self.seed)

    def _window(self) -> tuple[int, bool]:
        """Return how many ticks are drawn at once, and whether others follow that look different."""
        thrown = self.reading.direction in _THROWN
        round_ = self._length * (2 if self.reading.direction == "pingpong" else 1) / self.reading.rate
        # Whole steps, and of what is thrown anew whole beats: on a beat the next are told.
        grid = TICKS_PER_BEAT if thrown else TICKS_PER_SIXTEENTH
        rounds = (round_ / grid).denominator
        ticks = int(round_ * rounds)
        most = ROUND_STEPS_MAX if rounds == 1 else STEPS_MAX
        return (ticks, thrown) if ticks <= most * TICKS_PER_SIXTEENTH else (STEPS_MAX * TICKS_PER_SIXTEENTH, True)

    def window_at(self, ticks: int) -> int:
        """Return where what is drawn at an instant begins; 0 for what looks the same whenever it comes again."""
        return max(ticks, 0) // self.window_ticks * self.window_ticks if self.is_endless else 0

    def steps(self, first: int = 0) -> str:
        """Return the steps from tick `first` on, as many as are drawn at once."""
        loudest = [0] * (self.window_ticks // TICKS_PER_SIXTEENTH)
        for tick, velocity in self._heard(first, first + self.window_ticks):
            step = (tick - first) // TICKS_PER_SIXTEENTH
            loudest[step] = max(loudest[step], velocity)
        return signs(loudest)

    def _heard(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """Yield tick and velocity of every note within [first, last)."""
        round_, place = divmod(int(first * self.reading.rate), self._length)
        count = round_ * self._cells + self._cell_of(place)
        while self._song_of(self._begin_of(count)) < last:
            cell = self._read(count)
            before = self._begin_of(count) - self._begin_of(cell)
            for tick, velocity in self._notes.get(cell, ()):
                heard = self._song_of(before + tick)
                if first <= heard < last:
                    yield heard, velocity
            count += 1

    def _song_of(self, pattern_ticks: int) -> int:
        return pattern_ticks * self._down // self._up

    def _begin_of(self, count: int) -> int:
        """Return the pattern tick at which the `count`-th cell from the start begins."""
        round_, cell = divmod(count, self._cells)
        return round_ * self._length + cell * self._length // self._cells

    def _cell_of(self, tick: int) -> int:
        """Return the cell of the pattern that holds one of its ticks."""
        return ((tick + 1) * self._cells - 1) // self._length

    def _read(self, count: int) -> int:
        """Return which cell of the pattern is read as the `count`-th."""
        round_, place = divmod(count, self._cells)
        match self.reading.direction:
            case "reverse":
                place = self._cells - 1 - place
            case "pingpong" if round_ % 2:
                place = self._cells - 1 - place
            case "random":
                place = math.floor(uniform(self.seed, self.track, count, THROW_ORDER) * self._cells)
            case "brownian":
                place = self._wandered(count, place)
        return (place - self.reading.rotation) % self._cells

    def _wandered(self, count: int, place: int) -> int:
        """Return how far the walk of a round has come at its cell `place`, the `count`-th from the start."""
        come, at = self._walk
        if not count - place <= at <= count:
            come, at = 0, count - place
        for k in range(at + 1, count + 1):
            luck = uniform(self.seed, self.track, k, THROW_ORDER)
            come += 1 if luck < 0.5 else -1 if luck < 0.75 else 0
        self._walk = come, count
        return come
