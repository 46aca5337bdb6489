"""What the engine wants done, in the imperative: everything that leaves the control thread.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from liveengine.engine.parameter import Setting
from liveengine.generators.contract import Controls
from liveengine.music.note import Bar


@dataclass(frozen=True, slots=True)
class ToSequencer:
    """Hand a command to the data plane; the fields are those of `sequencer.commands.push`.

    All that one event causes is handed over together, so that the data plane takes it on one tick.
    """

    kind: int
    track: int = -1
    quantum: int = 0
    a: int = 0
    b: int = 0
    x: float = 0.0


@dataclass(frozen=True, slots=True)
class WriteSlot:
    """Write a bar into a slot that nobody plays."""

    slot: int
    bar: Bar


@dataclass(frozen=True, slots=True)
class SendLong:
    """Send a message of more than three bytes to a MIDI port, between what is on the beat."""

    port: int
    data: bytes


@dataclass(frozen=True, slots=True)
class RequestBar:
    """Ask a generator for a bar. A newer request for the same track makes this one void."""

    ticket: int
    track: int
    generator: str
    source: Bar | None
    locks: frozenset[int]
    controls: Controls
    seed: int


@dataclass(frozen=True, slots=True)
class Report:
    """Tell a parameter's value to the clients: to `to` alone, or to all but `but`."""

    address: str
    value: Setting
    to: str = ""
    but: str = ""


@dataclass(frozen=True, slots=True)
class Say:
    """Tell the player something in words."""

    text: str


Order = ToSequencer | WriteSlot | SendLong | RequestBar | Report | Say
