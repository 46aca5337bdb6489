"""The sequencer's slow, obvious twin: lists, dictionaries and brute force, no heap and no window.

It jumps from tick to tick, and at each looks through everything that could
happen there. It shares no code with the data plane but the values of `music`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np
from slow_modulation import GRID, SlowArp, SlowLfo, height, on_grid

from liveengine.music.dice import uniform
from liveengine.music.modulation import LFOS, Lfo
from liveengine.music.note import GATE_MIN, OFFSET_LIMIT, Bar, Note
from liveengine.music.reading import DIRECTIONS, PLAIN_READING, STRAY_TICKS, STRAY_VELOCITY, Reading
from liveengine.music.target import BEND, PRESSURE, SOUND, Lock, Target
from liveengine.music.time import TICKS_PER_PULSE, TICKS_PER_SIXTEENTH, Timeline, units_per_tick

FOREVER = 1 << 62

#: The fields of a reading, in the order in which commands number them.
READING_FIELDS = (
    "direction", "rate", "rotation", "length", "swing", "swing_unit", "humanise", "groove", "groove_timing",
    "groove_velocity", "quantise", "transpose", "scale", "tonic", "velocity_low", "velocity_high", "velocity_curve",
)  # fmt: skip
Sent = tuple[int, int, int, tuple[float, ...]]  # when, port, track, bytes


@dataclass
class Order:
    """What the control plane asks, at an instant of the clock."""

    when: int
    word: str
    track: int = -1
    quantum: int = 0
    a: int = 0
    b: int = 0
    x: float = 0.0


def steps_of(bar: Bar) -> list[list[Note]]:
    """Notes that one throw and one condition decide together, in the order in which they are asked."""

    def alike(note: Note) -> tuple:
        die = note.pitch if note.die < 0 else note.die
        return note.tick, note.offset, die, note.probability, note.condition, note.ratchet, note.locks

    groups: dict[tuple, list[Note]] = {}
    for note in bar.notes:
        groups.setdefault(alike(note), []).append(note)
    return [groups[key] for key in sorted(groups)]


@dataclass(eq=False)
class Player:
    place: int
    bar: Bar
    reading: Reading
    start: int
    begin: int
    seek: int
    track: int
    head: int
    stop: int = FOREVER
    opened: int = 0  # the next cell to be read
    waiting: list[tuple[int, int, int]] = field(default_factory=list)  # (sounds, step, owned), in song ticks
    strikes: list[tuple[int, int, int, int]] = field(default_factory=list)  # (run tick, step, begun, number)

    @property
    def length(self) -> int:
        wanted = self.reading.length
        return min(max(wanted, self.reading.step), self.bar.length) if wanted else self.bar.length

    @property
    def cells(self) -> int:
        return max(1, self.length // self.reading.step)

    def edge(self, cell: int) -> int:
        return math.floor(Fraction(cell * self.length, self.cells))

    def at(self, ticks: int) -> int:
        return self.start + math.floor(ticks / self.reading.rate)

    def cell_song(self, count: int) -> int:
        return self.at(count // self.cells * self.length + self.edge(count % self.cells))

    def count_at(self, song: int) -> int:
        ticks = math.floor((song - self.start) * self.reading.rate)
        place = ticks % self.length
        return ticks // self.length * self.cells + max(c for c in range(self.cells) if self.edge(c) <= place)

    def source(self, count: int, seed: int) -> int:
        """Which cell is read as the `count`-th."""
        around, place = count // self.cells, count % self.cells
        match self.reading.direction:
            case "reverse":
                place = self.cells - 1 - place
            case "pingpong" if around % 2:
                place = self.cells - 1 - place
            case "random":
                place = int(uniform(seed, self.track, count, 256) * self.cells)
            case "brownian":
                throws = [uniform(seed, self.track, around * self.cells + i, 256) for i in range(1, place + 1)]
                place = sum(1 if u < 0.5 else -1 if u < 0.75 else 0 for u in throws)
        return (place - self.reading.rotation) % self.cells

    def go_to(self, song: int, seed: int, offset: Callable) -> None:
        self.seek, self.waiting, self.strikes = song, [], []
        self.opened = self.count_at(song - OFFSET_LIMIT)
        self.read_on(song, seed, offset)

    def read_on(self, song: int, seed: int, offset: Callable) -> None:
        """Read every cell that is due by song tick `song`."""
        steps = steps_of(self.bar)
        while steps and self.cell_song(self.opened) - OFFSET_LIMIT <= song:
            cell = self.source(self.opened, seed)
            around, place = self.opened // self.cells, self.opened % self.cells
            for index, step in enumerate(steps):
                tick = step[0].tick
                if self.edge(cell) <= tick < self.edge(cell + 1):
                    owned = self.at(around * self.length + self.edge(place) + tick - self.edge(cell))
                    sounds = owned + offset(self, step[0], owned)
                    if max(sounds, owned) >= self.seek:
                        self.waiting.append((max(sounds, self.seek), index, owned))
            self.opened += 1
        # Cells without a step are not waited for: the next to be read is the next that holds one.
        if steps and self.reading.direction == "forward" and self.reading.rotation == 0:
            for count in range(self.opened, self.opened + 2 * self.cells):
                cell = count % self.cells
                if any(self.edge(cell) <= step[0].tick < self.edge(cell + 1) for step in steps):
                    self.opened = count
                    break

    def read_otherwise(self, reading: Reading) -> None:
        song = self.cell_song(self.opened)
        around, place = divmod(self.opened, self.cells)
        self.reading = reading
        self.opened = around * self.cells + place if place < self.cells else (around + 1) * self.cells
        moved = song - self.cell_song(self.opened)
        if self.head == self.start:
            self.head += moved
        self.start += moved


class Twin:
    def __init__(
        self,
        tempo: float,
        metre: list[int],
        seed: int,
        bars: list[Bar],
        readings: list[Reading],
        rate: float,
        lfos: dict[int, Lfo] | None = None,
    ) -> None:
        self.timeline = Timeline(tempo, 0, 0.0, rate)
        self.metre, self.seed, self.bars, self.readings = metre, seed, bars, readings
        self.grooves: dict[int, tuple[int, list[tuple[float, float]]]] = {}  # length, (offset, level) of each step
        self.fill = False
        self.previous: dict[int, bool] = {}
        self.held: dict[int, dict[Target, float]] = {}
        self.bases: dict[tuple[int, Target], float] = {}
        self.standing: dict[tuple[int, Target], float] = {}
        self.lfos = {number: SlowLfo(lfo) for number, lfo in (lfos or {}).items()}
        self.arps: dict[int, SlowArp] = {}
        self.hears = -1  # the track that a keyboard plays
        self.by_hand: set[tuple[int, int, int]] = set()
        self.seconds, self.seconds_tick = 0.0, 0
        self.players: dict[int, list[Player]] = {}
        self.muted: set[int] = set()
        self.route: dict[int, tuple[int, int]] = {}
        self.zoned: set[int] = set()  # tracks that have a zone
        self.zones: dict[int, tuple[int, int, int]] = {}  # port: first and last channel, semitones of a whole bend
        self.having: dict[tuple[int, int], int] = {}  # pitch that has a port's channel
        self.sent_keys: dict[tuple[int, int], int] = {}  # … and the key of equal temperament that was sent for it
        self.since: dict[tuple[int, int], int] = {}  # since when a channel has been taken, or free
        self.tuning = [*map(float, range(128)), 0.0]
        self.clock: dict[int, bool] = {}
        self.sounding: dict[tuple[int, int, int], tuple[int, int]] = {}  # key: (ends, track)
        self.playing, self.origin, self.position = False, 0, 0
        self.pulse = FOREVER
        self.kept: list[tuple[int, int, Order]] = []
        self.sent: list[Sent] = []
        self.tick = 0

    def song(self) -> int:
        return self.tick - self.origin if self.playing else self.position

    def send(self, port: int, track: int, *data: float) -> None:
        self.sent.append((self.timeline.when_at(self.tick), port, track, data))

    def to_clock_ports(self, *data: int) -> None:
        for port in sorted(self.clock):
            self.send(port, -1, *data)

    # -- orders ------------------------------------------------------------

    def take(self, order: Order) -> None:
        due = self.tick
        if order.word in ("start", "continue") and not self.playing and any(self.clock.values()):
            due = max(self.pulse, self.tick)
        elif order.quantum and self.playing:
            song = self.tick - self.origin
            due = self.origin + -(-song // order.quantum) * order.quantum
            if order.quantum < 0:
                due = self.origin + next(
                    line for bar, line in self.bar_lines() if line >= song and bar % -order.quantum == 0
                )
        elif order.word in ("start", "locate") and self.playing and self.clock:
            due = max(self.pulse, self.tick)
        if order.word == "launch":
            line = self.position - self.position % order.quantum if order.quantum > 0 else self.position
            if order.quantum < 0:
                lines = itertools.takewhile(lambda line: line <= self.position, (line for _, line in self.bar_lines()))
                line = max(lines)
            self.launch(order, due - self.origin if self.playing else line)
        elif due > self.tick:
            self.kept.append((due, len(self.kept), order))
        else:
            self.carry_out(order)

    def carry_out(self, order: Order) -> None:
        match order.word:
            case "start":
                self.halt()
                self.roll(0, True)
            case "stop":
                self.kept = [kept for kept in self.kept if kept[2].word not in ("start", "continue")]
                self.halt()
            case "continue" if not self.playing:
                self.roll(-(-self.position // TICKS_PER_SIXTEENTH) * TICKS_PER_SIXTEENTH, False)
            case "locate" if self.playing:
                self.halt()
                self.roll(order.a, False)
            case "locate":
                self.position = order.a
                self.song_position(order.a)
            case "tempo":
                self.seconds, self.seconds_tick = self.seconds_now(), self.tick
                self.timeline = self.timeline.with_tempo(order.x, self.tick)
            case "cancel":
                self.cancel(order.track)
            case "mute":
                (self.muted.add if order.a else self.muted.discard)(order.track)
                if order.a:
                    self.end_all(order.track)
            case "turn":
                target = Target(order.a, order.b)
                self.bases[order.track, target] = order.x
                self.stand(order.track, target, order.x)
            case "lfo":
                self.turn_lfo(order)
            case "arp":
                self.turn_arp(order)
            case "fill":
                self.fill = bool(order.a)
            case "reading":
                self.read_otherwise(order)
            case "route":
                self.route[order.track] = (order.a, order.b)
                (self.zoned.add if order.x == 1 else self.zoned.discard)(order.track)
                for number, lfo in self.lfos.items():
                    lfo.sent = lfo.sent if number // LFOS != order.track else -1
            case "zone":
                self.open_zone(order.track, order.a, order.b, int(order.x))
            case "tune":
                self.tune(order.a, order.x)
            case "clock":
                self.clock[order.track] = bool(order.b)
                if not self.playing:
                    running = self.tick if self.pulse == FOREVER else self.pulse
                    self.pulse = running if any(self.clock.values()) else FOREVER

    def bar_lines(self) -> Iterator[tuple[int, int]]:
        """Number and song tick of each bar, for ever."""
        line = 0
        for bar in itertools.count():
            yield bar, line
            line += self.metre[bar % len(self.metre)]

    def song_position(self, song: int) -> None:
        sixteenths = min(song // TICKS_PER_SIXTEENTH, 16383)
        self.to_clock_ports(0xF2, sixteenths & 127, sixteenths >> 7)

    def roll(self, song: int, top: bool) -> None:
        if top:
            self.to_clock_ports(0xFA)
        else:
            self.song_position(song)
            self.to_clock_ports(0xFB)
        self.playing, self.origin, self.pulse = True, self.tick - song, self.tick
        for players in self.players.values():
            for player in players:
                player.begin = song
                if top:
                    player.start = player.head = song
                player.go_to(song, self.seed, self.offset)
        if top:
            self.seconds, self.seconds_tick = 0.0, self.tick
        for lfo in self.lfos.values():
            if top:
                lfo.since, lfo.turned, lfo.origin = 0.0, 0.0, 0
            self.expect_lfo(lfo)
        for arp in self.arps.values():
            if arp.keys:
                arp.count = 0
                arp.next = on_grid(self.tick, self.origin, arp.rate)

    def halt(self) -> None:
        if not self.playing:
            return
        self.end_all(-1)
        for track in list(self.held):
            self.lock(track, ())
        for arp in self.arps.values():
            arp.keys, arp.next = [key for key in arp.keys if key.ends == FOREVER], FOREVER
        for lfo in self.lfos.values():
            lfo.next = lfo.next if lfo.is_free else FOREVER
        self.to_clock_ports(0xFC)
        for track, players in self.players.items():
            self.players[track] = [p for p in players if p.stop == FOREVER]
        self.position, self.playing = self.tick - self.origin, False
        if not any(self.clock.values()):
            self.pulse = FOREVER

    def owner(self, track: int) -> Player | None:
        for player in self.players.get(track, []):
            if player.begin <= self.song() < player.stop:
                return player
        return None

    def cancel(self, track: int) -> None:
        self.players[track] = [p for p in self.players.get(track, []) if p.begin <= self.song()]
        if heard := self.owner(track):
            heard.stop = FOREVER

    def launch(self, order: Order, at: int) -> None:
        self.cancel(order.track)
        players = self.players[order.track]
        heard = self.owner(order.track)
        start = head = at
        match order.b:
            case 1 if heard:
                start = head = heard.head
            case 2 if heard:
                head = heard.head
            case 3:
                start = head = at - at % sum(self.metre)
        if heard:
            heard.stop = at
            if not self.playing:
                players.remove(heard)
        if order.a < 0:
            return
        place = 1 if heard and heard.place == 0 else 0
        players[:] = [p for p in players if p.place != place]
        seek = max(self.tick - self.origin, at - OFFSET_LIMIT)
        player = Player(place, self.bars[order.a], self.readings[order.a], start, at, seek, order.track, head)
        players.append(player)
        if self.playing:
            player.go_to(seek, self.seed, self.offset)

    # -- notes -------------------------------------------------------------

    def end(self, key: tuple[int, int, int]) -> None:
        self.by_hand.discard(key)
        _, track = self.sounding.pop(key)
        self.send(key[0], track, 0x80 | key[1], key[2], 0)
        if key in map(self.sent_as, self.having):
            del self.having[key[:2]], self.sent_keys[key[:2]]
            self.since[key[:2]] = self.tick

    def end_all(self, track: int) -> None:
        for key, (_, owner) in list(self.sounding.items()):
            if track in (-1, owner):
                self.end(key)

    def strike(self, track: int, note: Note, reading: Reading, owned: int, strike: int) -> None:
        pitch = self.pitch(reading, note.pitch)
        ratchet = note.ratchet
        gate = max(math.floor(note.gate / (reading.rate * ratchet.count)), GATE_MIN)
        level = 1.0
        if ratchet.count > 1:
            slope = float(np.float32(ratchet.slope))
            back = ratchet.count - 1 - strike if slope > 0 else strike
            level = 1.0 - abs(slope) * back / (ratchet.count - 1)
        velocity = self.velocity(track, reading, note, note.velocity * level, owned)
        if self.arp(track).on:
            self.hold(track, pitch, velocity, self.tick + gate)
        else:
            self.strike_on(track, pitch, velocity, gate)

    def strike_on(self, track: int, pitch: int, velocity: int, gate: int) -> None:
        places = [(0, track)] if track < 16 else []
        if track in self.route and self.route[track][0] > 0:
            places.append(self.route[track])
        for place in places:
            self.strike_at(place, track, pitch, velocity, self.tick + gate)

    def strike_at(
        self, place: tuple[int, int], track: int, pitch: int, velocity: int, ends: int
    ) -> tuple[int, int, int]:
        key = (*place, pitch)
        bends = self.has_zone(place[0], track)
        if bends:
            place = self.place_for(place[0], pitch)
            if place in self.having:
                self.end(self.sent_as(place))
            key = (*place, min(max(math.floor(self.tuned(pitch) + 0.5), 0), 127))
        if key in self.sounding:
            self.end(key)
        self.sounding[key] = (ends, track)
        if bends:
            self.having[place], self.sent_keys[place] = pitch, key[2]
            self.since[place] = self.tick
            self.bend(place)
        self.send(place[0], track, 0x90 | key[1], key[2], velocity)
        return key

    # -- tuning ------------------------------------------------------------

    def has_zone(self, port: int, track: int) -> bool:
        return port > 0 and track in self.zoned and port in self.zones

    def tuned(self, pitch: int) -> float:
        return self.tuning[pitch] + self.tuning[128]

    def struck_as(self, key: tuple[int, int, int]) -> int:
        place = key[:2]
        return self.having[place] if place in self.having and self.sent_as(place) == key else key[2]

    def sent_as(self, place: tuple[int, int]) -> tuple[int, int, int]:
        return (*place, self.sent_keys[place])

    def place_for(self, port: int, pitch: int) -> tuple[int, int]:
        """Where it sounds; else what has been free longest; else what has been taken longest."""
        first, last, _ = self.zones[port]
        places = [(port, channel) for channel in range(first, last + 1)]
        for place in places:
            if self.having.get(place) == pitch:
                return place
        return min(places, key=lambda place: (place in self.having, self.since.get(place, 0), place))

    def bend(self, place: tuple[int, int]) -> None:
        _, track = self.sounding[self.sent_as(place)]
        away = Fraction(self.tuned(self.having[place])) - self.sent_keys[place]
        bend = min(max(math.floor(8192 + 8192 * away / self.zones[place[0]][2] + Fraction(1, 2)), 0), 16383)
        self.send(place[0], track, 0xE0 | place[1], bend & 127, bend >> 7)

    def tune(self, key: int, semitones: float) -> None:
        self.tuning[key] = semitones
        self.send(0, -1, key, float(np.float32(semitones)))
        for place, pitch in list(self.having.items()):
            if key in (128, pitch):
                self.bend(place)

    def open_zone(self, port: int, first: int, last: int, semitones: int) -> None:
        self.zones[port] = (first, last, semitones)
        told = [(channel, 0, semitones) for channel in range(first, last + 1)]
        if last > first:
            told.insert(0, (0 if first == 1 else 15, 6, last - first + 1))
        for channel, parameter, value in told:
            for number, byte in [(101, 0), (100, parameter), (6, value), (38, 0), (101, 127), (100, 127)]:
                self.send(port, -1, 0xB0 | channel, number, byte)

    def pitch(self, reading: Reading, pitch: int) -> int:
        pitch += reading.transpose
        while not 0 <= pitch <= 127:
            pitch += 12 if pitch < 0 else -12
        fitting = [p for p in range(128) if reading.scale >> (p - reading.tonic) % 12 & 1]
        return min(fitting, key=lambda p: (abs(p - pitch), p))

    def groove_step(self, reading: Reading, owned: int) -> tuple[float, float]:
        if reading.groove not in self.grooves:
            return 0.0, 1.0
        length, steps = self.grooves[reading.groove]
        nearest = math.floor(Fraction(owned % length * len(steps), length) + Fraction(1, 2))
        return steps[nearest % len(steps)]

    def velocity(self, track: int, reading: Reading, note: Note, velocity: float, owned: int) -> int:
        _, level = self.groove_step(reading, owned)
        velocity *= 1.0 + reading.groove_velocity * (level - 1.0)
        if reading.humanise:
            luck = uniform(self.seed, track, owned, 1536 + die_of(note))
            velocity += reading.humanise * STRAY_VELOCITY * (2.0 * luck - 1.0)
        share = (min(max(velocity, 1.0), 127.0) / 127.0) ** reading.velocity_curve
        bent = reading.velocity_low + (reading.velocity_high - reading.velocity_low) * share
        return min(max(math.floor(bent + 0.5), 1), 127)

    def offset(self, player: Player, note: Note, owned: int) -> int:
        if self.arp(player.track).on:
            return 0
        reading = player.reading
        shift = note.offset * (1.0 - reading.quantise) * reading.rate.denominator / reading.rate.numerator
        lines = itertools.takewhile(lambda line: line <= owned, (line for _, line in self.bar_lines()))
        line = max(lines, default=0)
        pair = 2 * reading.swing_unit
        place = (owned - line) % pair
        shift += 2.0 * (reading.swing - 0.5) * min(place, pair - place)
        shift += reading.groove_timing * self.groove_step(reading, owned)[0]
        if reading.humanise:
            early = uniform(self.seed, player.track, owned, 512 + die_of(note))
            late = uniform(self.seed, player.track, owned, 1024 + die_of(note))
            shift += reading.humanise * STRAY_TICKS * (early + late - 1.0)
        return min(max(math.floor(shift + 0.5), -OFFSET_LIMIT), OFFSET_LIMIT)

    # -- parameters --------------------------------------------------------

    def turn(self, track: int, target: Target, value: float) -> None:
        if target.kind == SOUND:
            if track < 16:
                self.send(0, track, target.number, float(np.float32(value)))
            return
        port, channel = self.route.get(track, (-1, 0))
        if port <= 0:
            return
        if target.kind == BEND:
            bend = min(max(math.floor(8192 + value * 8192 + 0.5), 0), 16383)
            self.send(port, track, 0xE0 | channel, bend & 127, bend >> 7)
        elif target.kind == PRESSURE:
            self.send(port, track, 0xD0 | channel, math.floor(value + 0.5))
        else:
            self.send(port, track, 0xB0 | channel, target.number, math.floor(value + 0.5))

    def stand(self, track: int, target: Target, value: float) -> None:
        self.standing[track, target] = value
        for number, lfo in sorted(self.lfos.items()):
            if lfo.on and lfo.lfo.target == target and number // LFOS == track:
                self.swing(number)
                return
        if not math.isnan(value):
            self.turn(track, target, value)

    def lock(self, track: int, locks: tuple[Lock, ...]) -> None:
        wanted = {lock.target: lock.value for lock in locks}
        for target in self.held.get(track, {}):
            if target not in wanted:
                self.stand(track, target, self.bases.get((track, target), math.nan))
        for target, value in wanted.items():
            self.stand(track, target, value)
        self.held[track] = wanted

    def read_otherwise(self, order: Order) -> None:
        name = READING_FIELDS[order.a]
        value: object = order.x if isinstance(getattr(PLAIN_READING, name), float) else order.b
        if name == "direction":
            value = DIRECTIONS[order.b]
        elif name == "rate":
            value = Fraction(*divmod(order.b, 256))
        for player in self.players.get(order.track, []):
            reading = replace(player.reading, **{name: value})
            if self.playing and player.bar.notes:
                player.read_otherwise(reading)
            else:
                player.reading = reading
            self.readings[self.bars.index(player.bar)] = reading

    # -- LFOs --------------------------------------------------------------

    def seconds_now(self) -> float:
        return self.seconds + (self.tick - self.seconds_tick) * self.timeline_unit() / self.timeline.rate

    def timeline_unit(self) -> float:
        return units_per_tick(self.timeline.tempo_bpm, self.timeline.rate)

    def turns(self, number: int) -> float:
        heard = self.owner(number // LFOS)
        return self.lfos[number].turns(self.song(), self.seconds_now(), heard.head if heard else 0)

    def swing(self, number: int) -> None:
        """Send where an LFO is now, if that is another step than it sent last."""
        one, (track, place) = self.lfos[number], divmod(number, LFOS)
        target = one.lfo.target
        low, high = target.span
        centre = one.lfo.centre
        if centre is None:
            standing = self.standing.get((track, target), math.nan)
            centre = 0.5 if math.isnan(standing) else (standing - low) / (high - low)
        share = centre + one.lfo.depth * (height(one.lfo, self.turns(number), self.seed, track, place) - 0.5)
        step = math.floor(min(max(share, 0.0), 1.0) * one.steps + 0.5 + 1e-9)  # half-way goes up
        if step != one.sent:
            one.sent = step
            self.turn(track, target, low + (high - low) * step / one.steps)

    def expect_lfo(self, one: SlowLfo) -> None:
        one.next = FOREVER
        if one.on and (self.playing or one.is_free):
            one.next = on_grid(self.tick, self.origin if self.playing else 0, GRID)

    def turn_lfo(self, order: Order) -> None:
        one, (track, _) = self.lfos[order.track], divmod(order.track, LFOS)
        if order.a == 0:
            if not order.b and one.on:
                one.on, one.next = False, FOREVER
                low, high = one.lfo.target.span
                middle = low + (high - low) * (0.5 if one.lfo.centre is None else one.lfo.centre)
                standing = self.standing.get((track, one.lfo.target), math.nan)
                self.turn(track, one.lfo.target, middle if math.isnan(standing) else standing)
            elif order.b:
                one.on, one.sent = True, -1
                one.since, one.turned, one.origin = self.seconds_now(), 0.0, self.song() if one.lfo.once else 0
        elif order.a in (4, 5):
            one.turned, one.since = self.turns(order.track) - one.lfo.phase, self.seconds_now()
        one.turn(order.a, order.b, order.x)
        if one.on:
            self.swing(order.track)
            self.expect_lfo(one)

    def look_at_lfo(self, number: int) -> None:
        self.swing(number)
        self.lfos[number].next += GRID

    # -- arpeggios ---------------------------------------------------------

    def arp(self, track: int) -> SlowArp:
        return self.arps.setdefault(track, SlowArp())

    def turn_arp(self, order: Order) -> None:
        arp = self.arp(order.track)
        if order.a == 0 and bool(order.b) != arp.on:
            arp.on, arp.keys, arp.next = bool(order.b), [], FOREVER
            if arp.on:
                held = [key for key in self.by_hand if self.sounding[key][1] == order.track]
                struck = {self.struck_as(key) for key in held}
                for key in held:
                    self.end(key)
                for pitch in sorted(struck):
                    self.hold(order.track, pitch, 100, FOREVER)
        arp.turn(order.a, order.b, order.x)
        if order.a == 3 and arp.next != FOREVER:
            arp.next = on_grid(self.tick, self.origin if self.playing else 0, arp.rate)

    def hold(self, track: int, pitch: int, velocity: int, ends: int) -> None:
        arp = self.arp(track)
        arp.hold(pitch, velocity, ends, self.tick)
        if arp.next == FOREVER:
            arp.count = 0
            arp.next = on_grid(self.tick, self.origin if self.playing else 0, arp.rate)

    def step_arp(self, track: int) -> None:
        arp = self.arp(track)
        plays = self.owner(track) is not None
        arp.keys = [k for k in arp.keys if k.ends > self.tick or (arp.latch and (k.hand or plays))]
        if not arp.keys:
            arp.next = FOREVER
            return
        if track not in self.muted:
            for pitch, velocity in arp.struck(self.seed, track, self.song()):
                self.strike_on(track, pitch, velocity, arp.sounds)
        arp.count += 1
        arp.next += arp.rate

    def key(self, pitch: int, velocity: int) -> None:
        """A key of the keyboard goes down, or up where `velocity` is 0."""
        track = self.hears
        if self.arp(track).on:
            if velocity:
                self.hold(track, pitch, velocity, FOREVER)
            else:
                self.arp(track).release(pitch, self.tick)
            return
        route = self.route.get(track, (-1, 0))
        for place in [(0, track), *([route] if route[0] >= 0 else [])]:
            if velocity:
                self.by_hand.add(self.strike_at(place, track, pitch, velocity, FOREVER))
                continue
            key = (*place, pitch)
            if self.has_zone(place[0], track):
                key = next((self.sent_as(p) for p, had in self.having.items() if (p[0], had) == (place[0], pitch)), key)
            if key in self.sounding and self.sounding[key][1] == track:
                self.end(key)

    # -- time --------------------------------------------------------------

    def run_until(self, when: int) -> None:
        """Let everything happen whose instant lies before `when`."""
        while True:
            end = self.timeline.tick_at(when)
            due = self.due()
            if not due or due[0][0] >= end:
                self.tick = max(end, self.tick)
                return
            tick, _, _, act = due[0]
            self.tick = max(tick, self.tick)
            act()

    def due(self) -> list:
        """Everything that could happen next, first first: (tick, class, which, what to do)."""
        agenda = [(tick, 0, number, lambda e=(tick, number, o): self.kept_order(e)) for tick, number, o in self.kept]
        if self.pulse != FOREVER:
            agenda.append((self.pulse, 2, 0, self.send_pulse))
        for (port, channel, pitch), (ends, _) in self.sounding.items():
            key = (port << 11) | (channel << 7) | pitch
            agenda.append((ends, 3, key, lambda k=(port, channel, pitch): self.end(k)))
        agenda += [(arp.next, 8, track, lambda t=track: self.step_arp(t)) for track, arp in self.arps.items()]
        agenda += [(lfo.next, 9, number, lambda n=number: self.look_at_lfo(n)) for number, lfo in self.lfos.items()]
        if self.playing:
            for track, players in self.players.items():
                for player in players:
                    agenda += self.steps_due(track, player)
        return sorted(agenda, key=lambda e: e[:3])

    def steps_due(self, track: int, player: Player) -> list:
        """Everything that a player could do next."""
        number = 2 * track + player.place
        reads = self.origin + player.cell_song(player.opened) - OFFSET_LIMIT
        found = []
        if player.stop != FOREVER:
            ends = self.origin + player.stop + OFFSET_LIMIT
            found.append((ends, 4, number, lambda: self.players[track].remove(player)))
        if player.bar.notes:
            found.append((reads, 5, number, lambda: player.read_on(self.tick - self.origin, self.seed, self.offset)))
        for entry in player.waiting:
            sounds, index, _ = entry
            found.append((
                self.origin + sounds, 6, number * 512 + index, lambda e=entry: self.play(track, player, e)
            ))  # fmt: skip
        for strike in player.strikes:
            found.append((strike[0], 7, number * 512 + strike[1], lambda e=strike: self.play_strike(track, player, e)))
        return found

    def kept_order(self, entry: tuple[int, int, Order]) -> None:
        self.kept.remove(entry)
        self.carry_out(entry[2])

    def send_pulse(self) -> None:
        for port, when_stopped in sorted(self.clock.items()):
            if self.playing or when_stopped:
                self.send(port, -1, 0xF8)
        self.pulse += TICKS_PER_PULSE

    def play(self, track: int, player: Player, entry: tuple[int, int, int]) -> None:
        player.waiting.remove(entry)
        _, index, owned = entry
        step = steps_of(player.bar)[index]
        if not player.begin <= owned < player.stop:
            return
        if not self.may_sound(track, player, step[0], owned) or track in self.muted:
            return
        self.lock(track, step[0].locks)
        self.strike_all(track, player, index, owned, self.tick, 0)

    def play_strike(self, track: int, player: Player, entry: tuple[int, int, int, int]) -> None:
        player.strikes.remove(entry)
        _, index, begun, number = entry
        self.strike_all(track, player, index, begun - self.origin, begun, number)

    def strike_all(self, track: int, player: Player, index: int, owned: int, begun: int, number: int) -> None:
        step = steps_of(player.bar)[index]
        if track not in self.muted:
            for note in step:
                self.strike(track, note, player.reading, owned, number)
        ratchet = step[0].ratchet
        if number + 1 < ratchet.count:
            later = math.floor((number + 1) * ratchet.span / (player.reading.rate * ratchet.count))
            player.strikes.append((begun + later, index, begun, number + 1))

    def may_sound(self, track: int, player: Player, note: Note, owned: int) -> bool:
        condition = note.condition
        around = player.count_at(owned) // player.cells
        match condition.kind:
            case 0:
                holds = True
            case 1:
                holds = around == 0
            case 2:
                holds = around % condition.cycle == condition.turn - 1
            case 3:
                holds = self.fill
            case _:
                holds = self.previous.get(track, False)
        holds = holds != condition.negated
        if note.probability < 1:
            holds = holds and uniform(self.seed, track, owned, die_of(note)) < note.probability
        if condition.kind != 4 and not (condition.kind == 0 and note.probability >= 1):
            self.previous[track] = holds
        return holds


def die_of(note: Note) -> int:
    return note.pitch if note.die < 0 else note.die
