"""What a set is made of, once its file has been read and found right.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from liveengine.engine.clock import Sources
from liveengine.music.arpeggio import Arpeggio
from liveengine.music.chord import Chord
from liveengine.music.modulation import Lfo
from liveengine.music.pitch import PITCH_MAX, PITCH_MIN, Key
from liveengine.music.time import Metre

#: When a launch takes effect, in the words of a patch.
QUANTA = ("none", "beat", "bar", "2 bars", "4 bars", "8 bars")

#: Bytes a second that the wire behind an output carries, 0 for no limit worth minding. A DIN cable runs at 31,250
#: baud with ten bits a byte (MIDI 1.0 electrical specification).
WIRES = {"usb": 0.0, "din": 3125.0}

#: The sound of a track that plays on MIDI outputs alone.
NO_SOUND = "none"


@dataclass(frozen=True, slots=True)
class PatternSpec:
    """What a track loops: who proposes it, and what is asked of them.

    The sliders mean what they mean in `generators.contract.Controls`. `rhythm` is what the role plays (of
    drums the kick); `lanes` gives drums by name a rhythm each, and lets no others play. Both are in the
    notation of `rhythms.notation`; where both are empty the rhythm is the generator's. With `every` 0 the
    bars loop until a re-roll is asked for; with N a fresh proposal comes each N times round.
    """

    name: str
    generator: str
    bars: int = 1
    density: float = 0.5
    swing: float = 0.5
    humanise: float = 0.0
    accent: float = 0.5
    rhythm: str = ""
    lanes: Mapping[str, str] = field(default_factory=dict)
    every: int = 0


@dataclass(frozen=True, slots=True)
class LfoSpec:
    """An LFO or an automation lane, and whether it is `on` from the start.

    `address` is empty where it turns a target of its track; else it names a parameter, or, where it `is_foreign`,
    something of another program that listens to OSC.
    """

    lfo: Lfo
    on: bool = True
    address: str = ""
    is_foreign: bool = False

    @property
    def shown_target(self) -> str:
        """What it turns, as a patch writes it."""
        return self.address or str(self.lfo.target or "")


@dataclass(frozen=True, slots=True)
class ArpSpec:
    """A track's arpeggiator, and whether it is `on` from the start."""

    arpeggio: Arpeggio = field(default_factory=Arpeggio)
    on: bool = False


@dataclass(frozen=True, slots=True)
class TrackSpec:
    """One voice of the set.

    `controls` holds only what the patch sets, by the names of SOUND_CONTROLS. `port` is a pattern for a MIDI
    output's name, empty for the default output; `channel` 1–16; `program` 1–128 or None for none sent.
    `listen` is a pattern for a MIDI input whose notes the track plays at once, empty for none.
    """

    name: str
    role: str
    sound: str
    controls: Mapping[str, float] = field(default_factory=dict)
    port: str = ""
    channel: int = 1
    program: int | None = None
    listen: str = ""
    low: int = PITCH_MIN
    high: int = PITCH_MAX
    patterns: tuple[PatternSpec, ...] = ()
    lfos: tuple[LfoSpec, ...] = ()
    arp: ArpSpec = field(default_factory=ArpSpec)


@dataclass(frozen=True, slots=True)
class SceneSpec:
    """Patterns that are launched together: track name → pattern name, empty for silence.

    A track that a scene does not name keeps what it plays.
    """

    name: str
    patterns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OutputSpec:
    """What is to be known of a MIDI output; `port` is a pattern for its name.

    `latency_ms` is how long after a note is sent the device sounds: every other output waits for it. None where
    the patch does not say: then what was measured on this machine holds, or what the system reports.
    `clock_offset_ms` moves the clock against the notes, later where positive. `wire` is one of WIRES.
    """

    port: str
    latency_ms: float | None = None
    clock: bool = False
    clock_offset_ms: float = 0.0
    clock_when_stopped: bool = False
    wire: str = "usb"


@dataclass(frozen=True, slots=True)
class Patch:
    """A whole set. `quantum` is one of QUANTA; `outputs` tells what is known of MIDI outputs: latency, clock.

    `follow` says whose time is kept on stage, where the player does not say otherwise.
    """

    path: Path
    title: str = ""
    about: str = ""
    tempo_bpm: float = 120.0
    metre: Metre = field(default_factory=Metre)
    seed: int = 1
    key: Key = field(default_factory=Key)
    chords: tuple[Chord, ...] = (Chord(),)
    quantum: str = "bar"
    tracks: tuple[TrackSpec, ...] = ()
    scenes: tuple[SceneSpec, ...] = ()
    outputs: tuple[OutputSpec, ...] = ()
    master: Mapping[str, float] = field(default_factory=dict)
    lfos: tuple[LfoSpec, ...] = ()
    follow: Sources = field(default_factory=Sources)
