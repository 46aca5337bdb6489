"""One track as the control plane sees it: what it plays, what is asked of its generator, what comes next.

Pure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from liveengine.engine.follow import Stay
from liveengine.engine.orders import RequestBar
from liveengine.engine.spec import Patch, PatternSpec, TrackSpec
from liveengine.generators.contract import Controls
from liveengine.music.bars import Bars
from liveengine.music.dice import roll
from liveengine.music.note import Bar
from liveengine.music.reading import PLAIN_READING, Reading
from liveengine.music.time import Metre

#: What a generator is asked for.
SLIDERS = ("density", "accent")

#: What a track takes up with a pattern.
_CHOICE = (
    "pattern", "sliders", "reading", "round_bars", "stay", "home", "anchor_bar", "fresh_slot", "fresh_bar",
    "choice_tick",
)  # fmt: skip


@dataclass(slots=True)
class Track:
    """What the engine knows of one track. `number` counts from 0."""

    number: int
    spec: TrackSpec
    pattern: int | None = None  # which of its patterns; None: silent
    sliders: dict[str, float] = field(default_factory=dict)
    reading: Reading = PLAIN_READING
    round_bars: int = 1  # bars until its pattern comes round
    stay: Stay = field(default_factory=Stay)
    rolls: int = 0  # how often it was re-rolled
    home: Bar | None = None  # what it plays when no fill does
    due_tick: int = 0  # song tick at which what was launched last is heard
    anchor_bar: int = 0  # song bar at which its pattern began
    fresh_slot: int = -1  # the slot whose launch begins the pattern anew
    fresh_bar: float = -1  # song bar in which it begins; infinite until the data plane has told
    fill_slot: int = -1  # the slot of a fill after which home was not launched yet
    fill_bar: float = -1  # song bar that the fill takes up; infinite until the data plane has told
    choice_tick: float = 0  # song tick at which what it took up last is heard; infinite until the data plane has told
    before: Track | None = None  # as it was when it took that up
    gives_up: bool = False  # a player has taken that back; whether it was in time the data plane tells

    def choose(self, pattern: int | None, now_tick: int = 0) -> None:
        """Take up a pattern: its sliders, and how it is read, are the track's from now on."""
        self.begin_anew(now_tick, pattern)
        if pattern is not None:
            spec = self.spec.patterns[pattern]
            self.sliders = {name: getattr(spec, name) for name in SLIDERS}
            self.reading = spec.reading

    def awaits(self, now_tick: int) -> bool:
        """Say whether what it took up last is still to be heard at song tick `now_tick`."""
        return self.choice_tick > now_tick

    def take_back(self) -> bool:
        """Be again as it was before it took up what it awaits; False where that is not known."""
        was, self.gives_up = self.before, False
        if was is None:
            return False
        for name in _CHOICE:
            setattr(self, name, getattr(was, name))
        self.before, self.due_tick = None, 0
        return True

    def begin_anew(self, now_tick: int, pattern: int | None) -> None:
        """Expect a pattern to begin at its beginning."""
        if not self.awaits(now_tick):
            self.before = replace(self, before=None, stay=replace(self.stay))
        self.choice_tick, self.gives_up = math.inf, False
        self.pattern = pattern
        self.fresh_bar = -1 if self.pattern is None else math.inf
        self.stay.wait()

    @property
    def playing(self) -> PatternSpec | None:
        """The pattern it plays."""
        return None if self.pattern is None else self.spec.patterns[self.pattern]

    def written(self, metres: tuple[Metre, ...]) -> Bar | None:
        """Return what its pattern has written for bars of these metres; None where a generator is to be asked."""
        spec = self.playing
        if spec is None or spec.written is None:
            return None
        self.round_bars = spec.bars_under(metres)
        return spec.written.bar(metres)

    def request(
        self, patch: Patch, ticket: int, metres: tuple[Metre, ...], tempo_bpm: float = 0.0, scene: int = -1
    ) -> RequestBar:
        """Ask for what the pattern says, in bars of `metres`, under the track's own seed; tempo and scene are told."""
        spec = self.playing
        assert spec is not None, "a silent track asks for nothing"
        sliders = self.sliders
        self.round_bars = spec.bars_under(metres)
        controls = Controls(
            role=self.spec.role,
            bars=self.round_bars,
            metre=metres[0],
            key=patch.key,
            chords=patch.chords,
            low=self.spec.low,
            high=self.spec.high,
            rhythm=spec.rhythm,
            lanes=spec.lanes,
            style=spec.style,
            section=patch.scenes[scene].name if scene >= 0 else "",
            tempo_bpm=tempo_bpm,
            density=sliders["density"],
            accent=sliders["accent"],
        )
        seed = roll(patch.seed, self.number, self.pattern or 0, self.rolls)
        return RequestBar(ticket, self.number, spec.generator, None, frozenset(), controls, seed, metres)

    def request_fill(
        self, patch: Patch, ticket: int, bar: int, bars: Bars, tempo_bpm: float = 0.0, scene: int = -1
    ) -> RequestBar:
        """Ask for one bar of fill, to sound in song bar `bar` of `bars`."""
        request = self.request(patch, ticket, bars.metres, tempo_bpm, scene)
        place = (bar - self.anchor_bar) % self.round_bars % len(patch.chords)
        metre = bars.metre_of(bar)
        controls = replace(request.controls, bars=1, metre=metre, fill=True, chords=(patch.chords[place],))
        return replace(request, controls=controls, metres=(metre,), seed=roll(request.seed, bar))

    def is_due(self, bar: int) -> bool:
        """Say whether the pattern it took up is still to begin, in song bar `bar`."""
        return self.fresh_bar > bar

    def is_last_time_round(self, bar: int) -> bool:
        """Say whether song bar `bar` is the last before a fresh proposal is due."""
        spec = self.playing
        if spec is None or spec.every == 0 or bar < self.fresh_bar < math.inf:
            return False
        return (bar - self.anchor_bar + 1) % (self.round_bars * spec.every) == 0

    def launched(self, slot: int, tick: int, bar: int, first_bar: int, playing: bool) -> None:
        """Take note that a slot (-1: silence) takes over at song tick `tick`, in `bar`; while stopped, at once.

        A pattern that begins does so as if in `first_bar`.
        """
        self.due_tick = tick
        if slot < 0 or slot == self.fresh_slot:
            self.choice_tick = tick if playing else 0
        if slot < 0:
            return
        if slot == self.fill_slot:
            self.fill_bar = bar
        elif slot == self.fresh_slot:
            self.fresh_slot = -1  # The same slot may come again with another bar.
            self.anchor_bar = first_bar
            self.fresh_bar = bar if playing else -1
            self.stay.begin(self.fresh_bar)

    def transport_moved(self, playing: bool, first_bar: int, from_the_top: bool) -> None:
        """Take note of a start in song bar `first_bar`, or of a stop, which brings every launch to its end."""
        self.due_tick = 0
        if self.choice_tick < math.inf:
            self.choice_tick = 0
        if self.fresh_bar < math.inf:
            self.fresh_bar = -1
        if playing and from_the_top:
            self.anchor_bar = 0
            self.stay.begin()
        self.fill_bar = first_bar if playing and self.fill_slot >= 0 else -1
