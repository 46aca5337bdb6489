"""What can happen, in the past tense: everything that reaches the control thread.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from liveengine.engine.mapping import Action
from liveengine.engine.orders import ToSequencer
from liveengine.engine.spec import Patch
from liveengine.music.note import Bar


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody asked for a parameter to be turned. `origin` says who: 'keys', a MIDI port, an OSC client.

    `due_s` is the instant of the monotonic clock before which it is not to be done: the time tag of an OSC bundle.
    """

    action: Action
    origin: str = ""
    due_s: float = 0.0


@dataclass(frozen=True, slots=True)
class MidiCame:
    """A channel message came in on a MIDI port."""

    port: str
    data: bytes


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """A key of the computer keyboard was struck: its sign, or its name."""

    key: str


@dataclass(frozen=True, slots=True)
class BarReady:
    """A generator has answered the request with this ticket.

    `by_model` where a model was asked; `gave_way` says why a rule made the bar in its place; empty where none did.
    `said_again` counts what the model said again because it stood in what it learnt from.
    """

    ticket: int
    bar: Bar
    by_model: bool = False
    gave_way: str = ""
    said_again: int = 0


@dataclass(frozen=True, slots=True)
class BarFailed:
    """A generator could not answer; `reason` is in words for the player."""

    ticket: int
    reason: str


@dataclass(frozen=True, slots=True)
class BarBegan:
    """The data plane crossed a bar line; `number` counts from 0 at the song's beginning."""

    number: int


@dataclass(frozen=True, slots=True)
class MetreTold:
    """The metres that were ordered are in force: bar number `bar` begins at song tick `tick`, and is their first."""

    bar: int
    tick: int


@dataclass(frozen=True, slots=True)
class LaunchTold:
    """The data plane has taken a launch: `slot` (-1: silence) plays on `track` from song tick `tick` on."""

    track: int
    slot: int
    tick: int


@dataclass(frozen=True, slots=True)
class LaunchTakenBack:
    """The data plane has taken back a launch of `slot` (-1: silence); on track -1: so many metres to come."""

    track: int
    slot: int


@dataclass(frozen=True, slots=True)
class StartTold:
    """What `slot` holds is read on `track` as if it had begun at song tick `tick`."""

    track: int
    slot: int
    tick: int


@dataclass(frozen=True, slots=True)
class SlotEnded:
    """Nobody plays this slot any more."""

    slot: int


@dataclass(frozen=True, slots=True)
class TransportMoved:
    """The transport started, stopped or jumped."""

    playing: bool
    tick: int


@dataclass(frozen=True, slots=True)
class LatenessTold:
    """How the data plane keeps time: events late since the start, the 99th percentile in µs, and all of them.

    `histogram` counts them by octaves, as `/engine/histogram` tells it.
    """

    late: int
    p99_us: float
    histogram: str = ""


@dataclass(frozen=True, slots=True)
class BeatBegan:
    """A beat (a quarter note of its bar) began at song tick `tick`."""

    tick: int


@dataclass(frozen=True, slots=True)
class ClockTold:
    """Whose time is followed, and how well: `state` and `source` are words of `/clock/`, jitter is peak to peak.

    `sources` tells of all that are heard, as `/clock/sources` does.
    """

    source: str
    state: str
    jitter_us: float
    sources: str = ""


@dataclass(frozen=True, slots=True)
class LedTold:
    """Another source leads the beat: `source` is the data plane's number for it."""

    source: int


@dataclass(frozen=True, slots=True)
class TrafficTold:
    """Messages that went through each port since the start, as `engine.display.activity_words` writes them."""

    ports: str


@dataclass(frozen=True, slots=True)
class FaultsTold:
    """What went wrong since the start, as `/engine/faults` tells it."""

    faults: str


@dataclass(frozen=True, slots=True)
class TempoTold:
    """The beat has this tempo now: the player's own, a step of a ramp, or that of the clock that is followed."""

    tempo_bpm: float


@dataclass(frozen=True, slots=True)
class LinkTold:
    """The Link session, with `peers` others, is at `beat` (quarter notes) at instant `when` of the driver's clock."""

    beat: float
    tempo_bpm: float
    playing: bool
    when: int
    peers: int


@dataclass(frozen=True, slots=True)
class ModulationTold:
    """An LFO that turns no target of a track is at `value`; `group` counts the tracks, then the set, `number` in it."""

    group: int
    number: int
    value: float


@dataclass(frozen=True, slots=True)
class PatchLoaded:
    """A patch was read, to take over from the one that plays.

    `ports` are those of its tracks, -1 for none; `wiring` is what else is to change at the line.
    """

    patch: Patch
    ports: tuple[int, ...]
    wiring: tuple[ToSequencer, ...] = ()


@dataclass(frozen=True, slots=True)
class LineCrossed:
    """The data plane has done all that was ordered for the bar line at which a patch takes over."""


Event = (
    Asked | MidiCame | KeyPressed | BarReady | BarFailed | BarBegan | MetreTold | LaunchTold | StartTold | SlotEnded
    | LaunchTakenBack
    | TransportMoved | LatenessTold | BeatBegan | ClockTold | TrafficTold
    | FaultsTold | LinkTold | LedTold | TempoTold | ModulationTold | PatchLoaded
    | LineCrossed
)  # fmt: skip
