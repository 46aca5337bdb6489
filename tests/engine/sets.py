"""A small set made by hand, and an engine whose orders are kept and whose generators a test answers itself."""

from __future__ import annotations

from pathlib import Path

from liveengine.engine.engine import Engine
from liveengine.engine.events import Asked, BarBegan, BarFailed, BarReady, LaunchTold, MetreTold, TransportMoved
from liveengine.engine.mapping import Action
from liveengine.engine.orders import Order, Report, RequestBar, Say, ToSequencer, WriteSlot
from liveengine.engine.spec import Patch, PatternSpec, SceneSpec, TrackSpec
from liveengine.music.chord import Chord
from liveengine.music.note import Bar, Note
from liveengine.music.time import Metre
from liveengine.sequencer import commands as do

METRE = Metre(4, 4)
BAR = METRE.bar_ticks

DRUMS = TrackSpec(
    "drums",
    "drums",
    "drums",
    channel=10,
    patterns=(PatternSpec("one", "euclid"), PatternSpec("two", "fibonacci", bars=2, density=0.25, every=2)),
)
BASS = TrackSpec(
    "bass",
    "bass",
    "bass",
    controls={"level": -6.0},
    program=34,
    patterns=(PatternSpec("low", "phi", bars=4), PatternSpec("lower", "euclid")),
)
SCENES = (
    SceneSpec("both", {"drums": "one", "bass": "low"}),
    SceneSpec("other", {"drums": "two", "bass": "lower"}),
    SceneSpec("drums alone", {"drums": "one", "bass": ""}),
    SceneSpec("bass alone", {"bass": "lower"}),
)


def small_set(quantum: str = "bar", scenes: tuple[SceneSpec, ...] = SCENES, **more: object) -> Patch:
    """Return a set of two tracks and four scenes."""
    chords = tuple(Chord.parse(name) for name in ("Dm7", "G7", "C6", "A7"))
    given = {"seed": 7, "metres": (METRE,), "chords": chords, "tracks": (DRUMS, BASS), "master": {"reverb_size": 0.5}}
    return Patch(Path("small.toml"), "Small", quantum=quantum, scenes=scenes, **{**given, **more})  # type: ignore[arg-type]


def bar_for(request: RequestBar, pitch: int = 60) -> Bar:
    """Return a bar of the length asked for, with one note a beat."""
    beat = METRE.bar_ticks // 4
    return Bar.of((Note(tick, pitch) for tick in range(0, request.controls.length, beat)), request.controls.length)


class Desk:
    """An engine under a test's hands: every order is kept, and nothing happens that the test does not do."""

    def __init__(self, patch: Patch | None = None, **more: object) -> None:
        self.engine = Engine(patch or small_set(), **more)  # type: ignore[arg-type]
        self.orders: list[Order] = self.engine.begin()

    def of(self, kind: type) -> list:  # type: ignore[type-arg]
        """Return the orders of one kind that the last event caused."""
        return [order for order in self.orders if isinstance(order, kind)]

    def commands(self, *kinds: int) -> list[ToSequencer]:
        """Return the commands that the last event caused, of these kinds."""
        return [order for order in self.of(ToSequencer) if not kinds or order.kind in kinds]

    @property
    def requests(self) -> list[RequestBar]:
        """The bars that the last event asked for."""
        return self.of(RequestBar)

    @property
    def launches(self) -> list[ToSequencer]:
        """The launches that the last event caused."""
        return self.commands(do.DO_LAUNCH)

    @property
    def said(self) -> str:
        """What the last event told the player."""
        return "\n".join(say.text for say in self.of(Say))

    @property
    def told(self) -> dict[str, object]:
        """The values that the last event reported."""
        return {report.address: report.value for report in self.of(Report)}

    @property
    def written(self) -> list[Bar]:
        """The bars that the last event wrote into slots."""
        return [order.bar for order in self.of(WriteSlot)]

    def feed(self, event: object) -> Desk:
        """Let the engine respond to one event."""
        self.orders = self.engine.handle(event)  # type: ignore[arg-type]
        return self

    def ask(self, address: str, value: object = None, add: float | None = None, origin: str = "me") -> Desk:
        """Turn one parameter."""
        return self.feed(Asked(Action(address, value, add), origin))  # type: ignore[arg-type]

    def answer(self, request: RequestBar, pitch: int = 60) -> Desk:
        """Let the generator answer, and the data plane take what is then launched."""
        return self.feed(BarReady(request.ticket, bar_for(request, pitch)))

    def fail(self, request: RequestBar) -> Desk:
        """Let the generator fail."""
        return self.feed(BarFailed(request.ticket, f"{request.generator} could not make a bar: no idea"))

    def tell_launches(self) -> Desk:
        """Let the data plane tell that it took the launches of the last event."""
        engine, launches = self.engine, self.launches
        for launch in launches:
            here = max(engine.bar, 0) * BAR
            quantum = -launch.quantum * BAR if launch.quantum < 0 else launch.quantum or 1
            at = -(-(here + 1) // quantum) * quantum if engine.playing else 0
            engine.handle(LaunchTold(launch.track, launch.a, at if launch.quantum else here))
        return self

    def bar(self, number: int) -> Desk:
        """Let a bar begin."""
        return self.feed(BarBegan(number))


def playing(patch: Patch | None = None, **more: object) -> Desk:
    """Return a desk on which the first scene plays, in its first bar."""
    desk = Desk(patch, **more)
    for request in desk.requests:
        desk.answer(request)
    for track in desk.engine.tracks:
        if track.fresh_slot >= 0:
            desk.feed(LaunchTold(track.number, track.fresh_slot, 0))
    desk.feed(MetreTold(0, 0)).feed(TransportMoved(True, 0))
    return desk.bar(0)
