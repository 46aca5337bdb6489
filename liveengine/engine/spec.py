"""What a set is made of, once its file has been read and found right.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from liveengine.music.chord import Chord
from liveengine.music.pitch import PITCH_MAX, PITCH_MIN, Key
from liveengine.music.time import Metre
from liveengine.music.tuning import Tuning

#: When a launch takes effect, in the words of a patch.
QUANTA = ("none", "beat", "bar", "2 bars", "4 bars", "8 bars")

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


@dataclass(frozen=True, slots=True)
class SceneSpec:
    """Patterns that are launched together: track name → pattern name, empty for silence.

    A track that a scene does not name keeps what it plays.
    """

    name: str
    patterns: Mapping[str, str] = field(default_factory=dict)


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

    `latency_ms` is how long after a note is sent the device sounds: every other output waits for it.
    `clock_offset_ms` moves the clock against the notes, later where positive.
    `tuning` says how it is told of the tuning: "none", "bend" (then it has a `zone`) or "mts".
    """

    port: str
    latency_ms: float = 0.0
    clock: bool = False
    clock_offset_ms: float = 0.0
    clock_when_stopped: bool = False
    tuning: str = "none"
    zone: Zone | None = None


@dataclass(frozen=True, slots=True)
class Patch:
    """A whole set. `quantum` is one of QUANTA; `outputs` tells what is known of MIDI outputs: latency, clock."""

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
    tuning: Tuning = field(default_factory=Tuning)
