"""What a set is made of, once its file has been read and found right.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import lcm
from pathlib import Path

from liveengine.engine.clock import Sources
from liveengine.engine.follow import Follow
from liveengine.engine.written import Written
from liveengine.music.arpeggio import Arpeggio
from liveengine.music.chord import Chord
from liveengine.music.groove import Groove
from liveengine.music.modulation import Lfo
from liveengine.music.pitch import PITCH_MAX, PITCH_MIN, Key
from liveengine.music.reading import PLAIN_READING, Reading
from liveengine.music.time import Metre
from liveengine.music.tuning import Tuning

#: When a launch takes effect, in the words of a patch.
QUANTA = ("none", "beat", "bar", "2 bars", "4 bars", "8 bars")

#: Bytes a second that the wire behind an output carries, 0 for no limit worth minding. A DIN cable runs at 31,250
#: baud with ten bits a byte (MIDI 1.0 electrical specification).
WIRES = {"usb": 0.0, "din": 3125.0}
#: What a song does after its last scene.
SONG_ENDS = ("stop", "loop")

#: The scale that a patch names, where it is none of those that a knob goes through.
OWN_SCALE = "patch"

#: The sound of a track that plays on MIDI outputs alone.
NO_SOUND = "none"


@dataclass(frozen=True, slots=True)
class PatternSpec:
    """What a track loops: who proposes it and what is asked of them, or what is written; and how it is read.

    The sliders mean what they mean in `generators.contract.Controls`. `rhythm` is what the role plays (of
    drums the kick); `lanes` gives drums by name a rhythm each, and lets no others play. Both are in the
    notation of `rhythms.notation`; where both are empty the rhythm is the generator's. A `style` is for models that
    know it. With `every` 0 the
    bars loop until a re-roll is asked for; with N a fresh proposal comes each N times round. What is
    `written` by hand needs no generator, and leaves all of that empty. `groove` is what the patch calls
    the groove that it follows.
    """

    name: str
    generator: str = ""
    bars: int = 1
    density: float = 0.5
    accent: float = 0.5
    rhythm: str = ""
    lanes: Mapping[str, str] = field(default_factory=dict)
    style: str = ""
    every: int = 0
    reading: Reading = PLAIN_READING
    written: Written | None = None
    follow: Follow | None = None
    groove: str = ""

    def bars_under(self, metres: Sequence[Metre]) -> int:
        """Return how many bars it takes to come round under a cycle of metres."""
        return lcm(self.bars, len(metres))


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
    `listen` is a pattern for a MIDI input whose notes the track plays at once, empty for none. Of the tracks of
    one `mute_group` (0: none) one is heard at a time. With `legato` a pattern goes on where the one before it is.
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
    mute_group: int = 0
    legato: bool = False
    lfos: tuple[LfoSpec, ...] = ()
    arp: ArpSpec = field(default_factory=ArpSpec)


@dataclass(frozen=True, slots=True)
class SceneSpec:
    """Patterns that are launched together: track name → pattern name, empty for silence.

    A track that a scene does not name keeps what it plays. Without `metres` of its own the patch's are in force.
    """

    name: str
    patterns: Mapping[str, str] = field(default_factory=dict)
    metres: tuple[Metre, ...] = ()
    follow: Follow | None = None


@dataclass(frozen=True, slots=True)
class SongSpec:
    """An order of scenes: (number of the scene, bars that it plays) each; `end` is one of SONG_ENDS."""

    order: tuple[tuple[int, int], ...]
    end: str = "stop"


@dataclass(frozen=True, slots=True)
class Zone:
    """Channels, from 0, in which each note is bent by itself; `bend_range` is a whole bend in semitones."""

    first: int
    last: int
    bend_range: int

    @property
    def master(self) -> int:
        """The channel of what is meant for all its notes: MPE's master beside it, or its only one."""
        return self.first if self.first == self.last else 0 if self.first == 1 else 15

    @property
    def channels(self) -> set[int]:
        """Every channel that it takes up."""
        return {self.master, *range(self.first, self.last + 1)}


@dataclass(frozen=True, slots=True)
class OutputSpec:
    """What is to be known of a MIDI output; `port` is a pattern for its name.

    `latency_ms` is how long after a note is sent the device sounds: every other output waits for it. None where
    the patch does not say: then what was measured on this machine holds, or what the system reports.
    `clock_offset_ms` moves the clock against the notes, later where positive. `wire` is one of WIRES.
    `tuning` says how it is told of the tuning: "none", "bend" (then it has a `zone`), "mts",
    or, by twelve notes that are alike in every octave, "mts octave" and "mts octave fine".
    """

    port: str
    latency_ms: float | None = None
    clock: bool = False
    clock_offset_ms: float = 0.0
    clock_when_stopped: bool = False
    wire: str = "usb"
    tuning: str = "none"
    zone: Zone | None = None


@dataclass(frozen=True, slots=True)
class Patch:
    """A whole set. `quantum` is one of QUANTA; `outputs` tells what is known of MIDI outputs: latency, clock.

    `phrases` are stretches of bars, round and round, the last bar of each a fill.

    `follow` says whose time is kept on stage, where the player does not say otherwise. `metres` are those of its
    bars, one each, round and round. A Reading names one of `grooves` by its place.
    """

    path: Path
    title: str = ""
    about: str = ""
    tempo_bpm: float = 120.0
    metres: tuple[Metre, ...] = (Metre(),)
    seed: int = 1
    key: Key = field(default_factory=Key)
    chords: tuple[Chord, ...] = (Chord(),)
    quantum: str = "bar"
    tracks: tuple[TrackSpec, ...] = ()
    scenes: tuple[SceneSpec, ...] = ()
    outputs: tuple[OutputSpec, ...] = ()
    master: Mapping[str, float] = field(default_factory=dict)
    tuning: Tuning = field(default_factory=Tuning)
    lfos: tuple[LfoSpec, ...] = ()
    grooves: tuple[Groove, ...] = ()
    follow: Sources = field(default_factory=Sources)
    song: SongSpec | None = None
    phrases: tuple[int, ...] = ()

    @property
    def metre(self) -> Metre:
        """The metre of its first bar."""
        return self.metres[0]

    def scene_metres(self, scene: int) -> tuple[Metre, ...]:
        """Return the metres that are in force while a scene plays."""
        return self.scenes[scene].metres or self.metres
