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

from liveengine.music.chord import Chord
from liveengine.music.note import Bar
from liveengine.music.pitch import Key
from liveengine.music.time import Metre

ROLES = ("drums", "bass", "chords", "lead")


@dataclass(frozen=True, slots=True)
class Controls:
    """What is asked of a bar.

    `bars` bars of `metre` over `chords` (one a bar, repeating). The four sliders `density`, `accent`,
    `humanise` and `swing` mean the same to every proposer: density 0-1 (0.5: the rhythm as written, 0 the
    bare bones, 1 as full as it goes), accent 0-1 (how far velocities spread), humanise 0-1 (how far timing
    and velocity stray), swing 0.5-0.75 (where the off-beat sixteenth falls in its eighth; 0.618 is phi).
    """

    role: str = "drums"
    bars: int = 1
    metre: Metre = Metre()
    key: Key = Key()
    chords: tuple[Chord, ...] = (Chord(),)
    low: int = 36
    high: int = 84
    density: float = 0.5
    accent: float = 0.5
    humanise: float = 0.0
    swing: float = 0.5
    fill: bool = False
    #: A rhythm in the notation of `rhythms.parse`, for pitched roles; empty: the proposer's own idea.
    rhythm: str = ""
    #: A rhythm for each drum voice by name, in the same notation.
    lanes: Mapping[str, str] = field(default_factory=dict)

    @property
    def length(self) -> int:
        """Ticks asked for."""
        return self.bars * self.metre.bar_ticks


class Proposer(Protocol):
    """Proposes a bar. Raises ValueError with a musician's words when what is asked cannot be."""

    def __call__(
        self, source: Bar | None, locks: frozenset[int], controls: Controls, seed: int, model: str
    ) -> Bar:
        """Return a bar of `controls.length` ticks.

        `source` is the bar to vary, if any; the sixteenths whose numbers stand in `locks` are taken over
        from it unchanged. `model` names the weights of a neural proposer and is empty for a rule.
        """
        ...
