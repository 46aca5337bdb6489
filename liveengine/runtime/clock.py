"""Whose time a set keeps: its own, a MIDI clock's, JACK's, or an Ableton Link session's.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from liveengine.music.spelling import did_you_mean

KINDS = ("internal", "midi", "jack", "link")


@dataclass(frozen=True, slots=True)
class Clock:
    """A source of time: one of KINDS, and for midi the pattern of the input that its clock comes in on."""

    kind: str = "internal"
    port: str = ""

    @classmethod
    def parse(cls, text: str) -> Clock:
        """Read internal, midi:PORT, jack or link. Raises ValueError for anything else."""
        kind, _, port = text.partition(":")
        if kind not in KINDS or (kind == "midi") != bool(port):
            near = did_you_mean(kind, KINDS) if kind not in KINDS else ""
            raise ValueError(f"--clock {text}: no such clock{near} (write internal, midi:PORT, jack or link)")
        return cls(kind, port)

    def __str__(self) -> str:
        return f"{self.kind}:{self.port}" if self.port else self.kind
