"""Whose time a set keeps: its own, a MIDI clock's, JACK's, an Ableton Link session's, in order of priority.

Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from liveengine.music.spelling import did_you_mean
from liveengine.sequencer.records import sources

#: The words for a source, and the data plane's numbers for it.
KINDS: dict[str, int] = {"internal": sources.OWN, "midi": sources.PULSES, "link": sources.LINK, "jack": sources.JACK}

#: Sources whose transport starts ours, or whose first word does: until then a session's bar lines are not known.
_STARTS_US = ("midi", "jack", "link")


@dataclass(frozen=True, slots=True)
class Source:
    """A source of time: one of KINDS, and for midi the pattern of the input that its clock comes in on."""

    kind: str = "internal"
    port: str = ""

    @classmethod
    def parse(cls, text: str) -> Source:
        """Read internal, midi:PORT, jack or link. Raises ValueError for anything else."""
        kind, _, port = text.strip().partition(":")
        if kind not in KINDS or (kind == "midi") != bool(port):
            near = did_you_mean(kind, KINDS) if kind not in KINDS else ""
            raise ValueError(f'no clock "{text}"{near} (write internal, midi:PORT, jack or link)')
        return cls(kind, port)

    @property
    def number(self) -> int:
        """The data plane's number for it."""
        return KINDS[self.kind]

    def __str__(self) -> str:
        return f"{self.kind}:{self.port}" if self.port else self.kind


@dataclass(frozen=True, slots=True)
class Sources:
    """The sources of a set, the best first: it leads while it lives, else the next does.

    Where `internal` is not among them our own time is kept only while nobody else lives.
    """

    ranked: tuple[Source, ...] = (Source(),)

    def __post_init__(self) -> None:
        kinds = [source.kind for source in self.ranked]
        for kind in kinds:
            if kinds.count(kind) > 1:
                raise ValueError(f"{', '.join(map(str, self.ranked))}: {kind} stands twice (one {kind} clock at most)")

    @classmethod
    def parse(cls, text: str) -> Sources:
        """Read sources with commas between. Raises ValueError for what is none, or stands twice."""
        return cls(tuple(map(Source.parse, text.split(","))))

    @property
    def port(self) -> str:
        """The pattern of the MIDI input whose clock is heard; empty for none."""
        return next((source.port for source in self.ranked if source.port), "")

    @property
    def starts_us(self) -> bool:
        """Whether the first of them has a transport for which a set waits."""
        return self.ranked[0].kind in _STARTS_US

    def has(self, kind: str) -> bool:
        """Say whether one of them is of this kind."""
        return any(source.kind == kind for source in self.ranked)

    def name_of(self, number: int) -> str:
        """Return what a player calls the data plane's source of this number; empty where it is none of these."""
        return next((str(source) for source in self.ranked if source.number == number), "")

    def order(self, first: int = 1) -> int:
        """Return their numbers as DO_PREFER takes them, with the one that stands `first` (from 1) before the rest."""
        preferred: Sequence[Source] = sorted(self.ranked, key=lambda source: source != self.ranked[first - 1])
        return sum(source.number << (8 * rank) for rank, source in enumerate(preferred))

    def __str__(self) -> str:
        return ",".join(map(str, self.ranked))
