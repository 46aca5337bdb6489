"""The slow twins of LFOs and arpeggios: plain lists, and the formulas of their documents."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from liveengine.music.arpeggio import MODES
from liveengine.music.dice import uniform
from liveengine.music.modulation import SHAPES, Lfo
from liveengine.music.note import GATE_MIN
from liveengine.music.target import BEND, SOUND

FOREVER = 1 << 62

#: A sixth of a clock pulse.
GRID = 5005


def on_grid(tick: int, origin: int, grid: int) -> int:
    """The first tick at `tick` or after that lies on a grid through `origin`."""
    return origin + math.ceil((tick - origin) / grid) * grid if tick != origin else tick


def height(lfo: Lfo, turns: float, seed: int, group: int, place: int) -> float:  # noqa: PLR0911 - one answer a shape
    """The height, 0 to 1, of an LFO's shape after so many turns."""
    turn = math.floor(turns)
    share = turns - turn
    if lfo.once and not 0 <= turns < 1:
        turn, share = 0, float(turns >= 1)

    def throw(number: int) -> float:
        return uniform(seed, group, number, 2304 + place)

    match lfo.shape:
        case "sine":
            return 0.5 + 0.5 * math.sin(2 * math.pi * share)
        case "triangle":
            rising = 0.5 + 2 * share
            return rising if share <= 0.25 else 2 * share - 1.5 if share >= 0.75 else 1.5 - 2 * share
        case "up":
            return share
        case "down":
            return 1 - share
        case "square":
            return float(share < 0.5)
        case "random":
            return throw(turn)
        case "smooth":
            return throw(turn) + (throw(turn + 1) - throw(turn)) * (3 * share**2 - 2 * share**3)
    before = [point for point in lfo.points if point[0] <= share]
    after = [point for point in lfo.points if point[0] > share]
    if not before or not after or lfo.stepped:
        return (before[-1] if before else after[0])[1]
    (left, low), (right, high) = before[-1], after[0]
    return low + (high - low) * (share - left) / (right - left)


@dataclass
class SlowLfo:
    """One LFO as its commands have turned it."""

    lfo: Lfo
    on: bool = False
    since: float = 0.0
    turned: float = 0.0
    origin: int = 0
    next: int = FOREVER
    sent: int = -1

    @property
    def is_free(self) -> bool:
        return self.lfo.rate_hz > 0

    @property
    def steps(self) -> int:
        assert self.lfo.target
        return {BEND: 16382, SOUND: 1024}.get(self.lfo.target.kind, 127)

    def turns(self, song: int, seconds: float, pattern_start: int) -> float:
        if self.is_free:
            return self.turned + (seconds - self.since) * self.lfo.rate_hz + self.lfo.phase
        origin = pattern_start if self.lfo.with_pattern else self.origin
        return (song - origin) / self.lfo.period + self.lfo.phase

    def turn(self, name: int, whole: int, share: float) -> None:
        match name:
            case 1:
                self.lfo = replace(self.lfo, depth=share)
            case 2:
                self.lfo = replace(self.lfo, centre=share if share >= 0 else None)
            case 3:
                self.lfo = replace(self.lfo, phase=share)
            case 4:
                self.lfo = replace(self.lfo, rate_hz=share)
            case 5:
                self.lfo = replace(self.lfo, rate_hz=0.0, period=whole)
            case 6:
                self.lfo = replace(self.lfo, shape=SHAPES[whole])


@dataclass
class SlowKey:
    pitch: int
    velocity: int
    ends: int
    hand: bool


@dataclass
class SlowArp:
    """One track's arpeggio: its keys in the order in which they came."""

    on: bool = False
    mode: str = "up"
    octaves: int = 1
    rate: int = 180_180
    gate: float = 0.8
    latch: bool = False
    keys: list[SlowKey] = field(default_factory=list)
    count: int = 0
    next: int = FOREVER

    def turn(self, name: int, whole: int, share: float) -> None:
        match name:
            case 1:
                self.mode = MODES[whole]
            case 2:
                self.octaves = whole
            case 3:
                self.rate = whole
            case 4:
                self.gate = share
            case 5:
                self.latch = bool(whole)

    def hold(self, pitch: int, velocity: int, ends: int, tick: int) -> None:
        if all(key.ends <= tick for key in self.keys):
            self.keys = []
        for key in self.keys:
            if key.pitch == pitch:
                key.velocity, key.ends, key.hand = velocity, max(ends, key.ends), ends == FOREVER
                return
        self.keys.append(SlowKey(pitch, velocity, ends, ends == FOREVER))

    def release(self, pitch: int, tick: int) -> None:
        for key in self.keys:
            if key.pitch == pitch:
                key.ends = min(key.ends, tick)

    def struck(self, seed: int, track: int, song: int) -> list[tuple[int, int]]:
        """What is struck now: (pitch, velocity)."""
        rising = sorted(self.keys, key=lambda key: key.pitch)
        if self.mode == "chord":
            return [self.at(key, self.count % self.octaves) for key in self.keys]
        order = self.keys if self.mode == "played" else rising
        every = [self.at(key, octave) for octave in range(self.octaves) for key in order]
        there_and_back = every + every[-2:0:-1]
        back_and_there = every[::-1] + every[1:-1]
        match self.mode:
            case "down":
                every = every[::-1]
            case "updown":
                every = there_and_back
            case "downup":
                every = back_and_there
            case "random":
                return [every[int(uniform(seed, track, song, 2048) * len(every))]]
            case "golden":
                return [every[int(self.count * (math.sqrt(5) - 1) / 2 % 1 * len(every))]]
        return [every[self.count % len(every)]]

    def at(self, key: SlowKey, octave: int) -> tuple[int, int]:
        pitch = key.pitch + 12 * octave
        while pitch > 127:
            pitch -= 12
        return pitch, key.velocity

    @property
    def sounds(self) -> int:
        """Ticks that a note sounds."""
        return max(math.floor(self.rate * self.gate), GATE_MIN)
