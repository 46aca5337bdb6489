"""The one shape of everything that proposes a bar.

`propose(source, locks, controls, seed, model) -> Bar` is deterministic: the
same again gives the same bar. Rules, variation, evolution and neural models
are all Proposers.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from liveengine.generators.codecs.vocabulary import STYLES
from liveengine.music.chord import Chord
from liveengine.music.note import Bar
from liveengine.music.pitch import PITCH_MAX, PITCH_MIN, Key
from liveengine.music.spelling import did_you_mean
from liveengine.music.time import Metre

ROLES = ("drums", "bass", "chords", "lead")


@dataclass(frozen=True, slots=True)
class Controls:
    """What is asked of a bar.

    `bars` bars of `metre` over `chords` (one a bar, repeating). The two sliders mean the same to every
    proposer: density 0-1 (0.5: the rhythm as written, 0 the bare bones, 1 as full as it goes), accent 0-1 (how
    far velocities spread). Swing and all else that can be done to a bar as it is read is the data plane's.
    """

    role: str = "drums"
    bars: int = 1
    metre: Metre = field(default_factory=Metre)
    key: Key = field(default_factory=Key)
    chords: tuple[Chord, ...] = (Chord(),)
    low: int = 36
    high: int = 84
    density: float = 0.5
    accent: float = 0.5
    fill: bool = False
    #: A rhythm in the notation of `rhythms.parse` (for drums the kick's); empty: the proposer's own idea.
    rhythm: str = ""
    #: What a model may be told besides: a style, the section by any name, and the tempo. Empty and 0 are untold.
    style: str = ""
    section: str = ""
    tempo_bpm: float = 0.0
    #: A rhythm for each drum by its name in DRUM_NOTES, in the same notation; these drums and no others play.
    lanes: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise ValueError(f'no role "{self.role}"{did_you_mean(self.role, ROLES)}')
        if self.bars < 1:
            raise ValueError(f"bars must be 1 or more, not {self.bars}")
        if not self.chords:
            raise ValueError("chords must name at least one chord")
        if not PITCH_MIN <= self.low <= self.high <= PITCH_MAX:
            raise ValueError(f"low {self.low} and high {self.high} must be pitches 0-127, low first")
        if self.style and self.style not in STYLES:
            raise ValueError(f'no style "{self.style}"{did_you_mean(self.style, STYLES)}')
        for name in ("density", "accent"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise ValueError(f"{name} must lie in 0-1, not {getattr(self, name)}")

    def chord_at(self, bar: int) -> Chord:
        """Return the chord of a bar, counted from 0; the chords repeat."""
        return self.chords[bar % len(self.chords)]

    @property
    def length(self) -> int:
        """Ticks asked for."""
        return self.bars * self.metre.bar_ticks


class Proposer(Protocol):
    """Proposes a bar. Raises ValueError with a musician's words when what is asked cannot be."""

    def __call__(self, source: Bar | None, locks: frozenset[int], controls: Controls, seed: int, model: str) -> Bar:
        """Return a bar of `controls.length` ticks.

        `source` is the bar to vary, if any; the sixteenths whose numbers stand in `locks` are taken over
        from it unchanged. `model` names the weights of a neural proposer and is empty for a rule.
        """
        ...
