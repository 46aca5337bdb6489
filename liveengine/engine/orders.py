"""What the engine wants done, in the imperative: everything that leaves the control thread.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from liveengine.engine.parameter import Setting
from liveengine.engine.spec import Patch
from liveengine.generators.contract import Controls
from liveengine.music.groove import Groove
from liveengine.music.modulation import Lfo
from liveengine.music.note import Bar
from liveengine.music.reading import PLAIN_READING, Reading
from liveengine.music.time import Metre


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
    """Write a bar, and how it is to be read, into a slot that nobody plays."""

    slot: int
    bar: Bar
    reading: Reading = PLAIN_READING


@dataclass(frozen=True, slots=True)
class SendLong:
    """Send a message of more than three bytes to a MIDI port, between what is on the beat."""

    port: int
    data: bytes


@dataclass(frozen=True, slots=True)
class WriteLfo:
    """Write an LFO that is off; `number` as `sequencer.slots.write_lfo` counts them."""

    number: int
    lfo: Lfo


@dataclass(frozen=True, slots=True)
class WriteGroove:
    """Write a groove that no pattern follows yet, under the number by which Readings name it."""

    number: int
    groove: Groove


@dataclass(frozen=True, slots=True)
class RequestBar:
    """Ask a generator for a bar. A newer request for the same track makes this one void.

    `metres` are those of its bars, round and round; empty where all are of the controls' metre.
    """

    ticket: int
    track: int
    generator: str
    source: Bar | None
    locks: frozenset[int]
    controls: Controls
    seed: int
    metres: tuple[Metre, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """Tell a parameter's value to the clients: to `to` alone, or to all but `but`."""

    address: str
    value: Setting
    to: str = ""
    but: str = ""


@dataclass(frozen=True, slots=True)
class ReportAll:
    """Tell many parameters' values, by their addresses, to the client `to`, in as few datagrams as may be."""

    values: Mapping[str, Setting]
    to: str


@dataclass(frozen=True, slots=True)
class Say:
    """Tell the player something in words."""

    text: str


@dataclass(frozen=True, slots=True)
class ShareTempo:
    """Change the tempo of the Link session: a player turned it."""

    tempo_bpm: float


@dataclass(frozen=True, slots=True)
class SharePlaying:
    """Start or stop the Link session: a player did so."""

    playing: bool


@dataclass(frozen=True, slots=True)
class LoadPatch:
    """Read a patch, by path or name (empty: the one that plays, again), and let it take over."""

    name: str = ""


@dataclass(frozen=True, slots=True)
class TakesOver:
    """Take note that this patch plays from the next bar line on."""

    patch: Patch


#: What is told to people and programs; the rest is the data plane's, or the generators'.
Told = Report | ReportAll | Say | ShareTempo | SharePlaying | LoadPatch | TakesOver
Order = ToSequencer | WriteSlot | WriteLfo | WriteGroove | SendLong | RequestBar | Told
