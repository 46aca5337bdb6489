"""The sequencer's slow, obvious twin: lists, dictionaries and brute force, no heap and no window.

It jumps from tick to tick, and at each looks through everything that could
happen there. It shares no code with the data plane but the values of `music`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from liveengine.music.dice import uniform
from liveengine.music.note import OFFSET_LIMIT, Bar, Note
from liveengine.music.time import TICKS_PER_PULSE, TICKS_PER_SIXTEENTH, Timeline

FOREVER = 1 << 62
Sent = tuple[int, int, int, tuple[int, ...]]  # when, port, track, bytes


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


@dataclass(eq=False)
class Player:
    place: int
    bar: Bar
    start: int
    begin: int
    seek: int
    stop: int = FOREVER
    played: set[tuple[int, Note, int]] = field(default_factory=set)

    def onsets(self) -> list[tuple[int, int, int, tuple[int, Note, int]]]:
        """Every (song tick it sounds, rank among those, song tick that owns it, identity) not played yet.

        From `seek` on; those that should have sounded before it come first, in the order of the pattern.
        """
        found = []
        first = (self.seek - self.start) // self.bar.length - 2
        latest = max((round_ for round_, _, _ in self.played), default=first)
        for round_ in range(first, max(latest, first) + 8):
            for index, note in enumerate(self.bar.notes):
                owned = self.start + round_ * self.bar.length + note.tick
                sounds = owned + note.offset
                rank = FOREVER if sounds >= self.seek else (sounds - self.start) % self.bar.length
                if sounds < self.seek <= owned:
                    sounds = self.seek
                if sounds >= self.seek and (round_, note, index) not in self.played:
                    found.append((sounds, rank, owned, (round_, note, index)))
        return found


class Twin:
    def __init__(self, tempo: float, bar_ticks: int, seed: int, bars: list[Bar], rate: float) -> None:
        self.timeline = Timeline(tempo, 0, 0.0, rate)
        self.bar_ticks, self.seed, self.bars = bar_ticks, seed, bars
        self.players: dict[int, list[Player]] = {}
        self.muted: set[int] = set()
        self.route: dict[int, tuple[int, int]] = {}
        self.clock: dict[int, bool] = {}
        self.sounding: dict[tuple[int, int, int], tuple[int, int]] = {}  # key: (ends, track)
        self.playing, self.origin, self.position = False, 0, 0
        self.pulse = FOREVER
        self.kept: list[tuple[int, int, Order]] = []
        self.sent: list[Sent] = []
        self.tick = 0

    def song(self) -> int:
        return self.tick - self.origin if self.playing else self.position

    def send(self, port: int, track: int, *data: int) -> None:
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
        elif order.word in ("start", "locate") and self.playing and self.clock:
            due = max(self.pulse, self.tick)
        if order.word == "launch":
            line = self.position - self.position % order.quantum if order.quantum else self.position
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
                self.timeline = self.timeline.with_tempo(order.x, self.tick)
            case "cancel":
                self.cancel(order.track)
            case "mute":
                (self.muted.add if order.a else self.muted.discard)(order.track)
                if order.a:
                    self.end_all(order.track)
            case "route":
                self.route[order.track] = (order.a, order.b)
            case "clock":
                self.clock[order.track] = bool(order.b)
                if not self.playing:
                    running = self.tick if self.pulse == FOREVER else self.pulse
                    self.pulse = running if any(self.clock.values()) else FOREVER

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
                player.begin = player.seek = song
                player.start = song if top else player.start
                player.played = set()

    def halt(self) -> None:
        if not self.playing:
            return
        self.end_all(-1)
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
        start = heard.start if heard and order.b else at
        if heard:
            heard.stop = at
            if not self.playing:
                players.remove(heard)
        if order.a < 0:
            return
        place = 1 if heard and heard.place == 0 else 0
        players[:] = [p for p in players if p.place != place]
        seek = max(self.tick - self.origin, at - OFFSET_LIMIT)
        players.append(Player(place, self.bars[order.a], start, at, seek))

    # -- notes -------------------------------------------------------------

    def end(self, key: tuple[int, int, int]) -> None:
        _, track = self.sounding.pop(key)
        self.send(key[0], track, 0x80 | key[1], key[2], 0)

    def end_all(self, track: int) -> None:
        for key, (_, owner) in list(self.sounding.items()):
            if track in (-1, owner):
                self.end(key)

    def strike(self, track: int, note: Note) -> None:
        places = [(0, track)]
        if track in self.route and self.route[track][0] > 0:
            places.append(self.route[track])
        for port, channel in places:
            key = (port, channel, note.pitch)
            if key in self.sounding:
                self.end(key)
            self.sounding[key] = (self.tick + note.gate, track)
            self.send(port, track, 0x90 | channel, note.pitch, note.velocity)

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
        if self.playing:
            for track, players in self.players.items():
                for player in players:
                    if onsets := player.onsets():
                        sounds, _, owned, which = min(onsets, key=lambda o: (*o[:3], o[3][1:]))
                        agenda.append(
                            (self.origin + sounds, 5, 2 * track + player.place,
                             lambda t=track, p=player, o=owned, w=which: self.play(t, p, o, w))
                        )  # fmt: skip
        return sorted(agenda, key=lambda e: e[:3])

    def kept_order(self, entry: tuple[int, int, Order]) -> None:
        self.kept.remove(entry)
        self.carry_out(entry[2])

    def send_pulse(self) -> None:
        for port, when_stopped in sorted(self.clock.items()):
            if self.playing or when_stopped:
                self.send(port, -1, 0xF8)
        self.pulse += TICKS_PER_PULSE

    def play(self, track: int, player: Player, owned: int, which: tuple[int, Note, int]) -> None:
        player.played.add(which)
        note = which[1]
        if not player.begin <= owned < player.stop or track in self.muted:
            return
        if note.probability < 1 and uniform(self.seed, track, owned, note.pitch) >= note.probability:
            return
        self.strike(track, note)
