"""What the JACK callbacks work with: libjack's functions, its records, and the arrays that they find again.

Realtime-safe, but for `load_library`.
"""

from __future__ import annotations

import ctypes.util
from typing import Any

import llvmlite.binding
import numpy as np
from numpy.typing import NDArray

from liveengine.drivers.pointers import array_at
from liveengine.instruments.rack import Rack
from liveengine.memory import Memory, memory_at
from liveengine.music.event import EVENT
from liveengine.sequencer.records.ports import IN_PORTS, PORTS
from liveengine.sequencer.state import State

# Places in `handles`.
CLIENT = 0
LEFT = 1
RIGHT = 2
RUNNING = 3
FOLLOWS = 4  # 1: keep to JACK's transport
LEADS = 5  # 1: let JACK's transport do as we do
IN = 8
OUT = 16
assert IN + IN_PORTS <= OUT

# Places in `counts`.
CYCLES = 0
MISSED = 1  # frames the server skipped (xruns)
OUT_FULL = 2  # events that found a port's buffer full
LONG = 3  # messages over three bytes, which are not taken
FRAMES_HIGH = 4  # the frame clock's upper bits
LAST_FRAME = 5
CAME_LOST = 6  # messages beyond what a period can bring

# Places in `told`: what JACK's transport was last told to do.
PLAYING = 0
PLACE = 1  # the run tick of the song's beginning while it plays, else the song tick at which it stands

#: Messages that a period can bring.
CAME_SIZE = 512


class JackMissing(OSError):
    """There is no JACK library, or no server."""


# struct jack_midi_event_t {jack_nframes_t time; size_t size; jack_midi_data_t *buffer;}
_MIDI_EVENT = np.dtype([("time", "u4"), ("pad", "u4"), ("size", "u8"), ("buffer", "i8")])

# struct jack_position_t, packed, as far as it is used: the bar, beat and tick stand in it when `valid` has BBT.
POSITION = np.dtype(
    [
        ("unique_1", "u8"), ("usecs", "u8"), ("frame_rate", "u4"), ("frame", "u4"), ("valid", "u4"),
        ("bar", "i4"), ("beat", "i4"), ("tick", "i4"), ("bar_start_tick", "f8"), ("beats_per_bar", "f4"),
        ("beat_type", "f4"), ("ticks_per_beat", "f8"), ("beats_per_minute", "f8"), ("rest", "u1", (128,)),
    ]
)  # fmt: skip
BBT = 0x10
ROLLING = 1

JACK_LAYOUT: tuple[tuple[str, int, np.dtype[Any]], ...] = (
    ("handles", OUT + PORTS, np.dtype(np.int64)),
    ("counts", 8, np.dtype(np.int64)),
    ("told", 2, np.dtype(np.int64)),
    ("peak", 1, np.dtype(np.float64)),
    ("came", CAME_SIZE, EVENT),
    ("found", 1, _MIDI_EVENT),
    ("position", 1, POSITION),
)


class Jack(Memory, layout=JACK_LAYOUT):
    """What the callbacks work with, besides the sequencer and the rack."""

    handles: NDArray[np.int64]
    counts: NDArray[np.int64]
    told: NDArray[np.int64]
    peak: NDArray[np.float64]
    came: NDArray[Any]  # EVENTs that came in this period
    found: NDArray[Any]  # room for one jack_midi_event_t
    position: NDArray[Any]  # … and one jack_position_t


# A callback gets their three addresses.
addresses_at = array_at(np.int64)
state_at = memory_at(State)
rack_at = memory_at(Rack)
jack_at = memory_at(Jack)
HANDED = 3


def load_library() -> None:
    """Make libjack's functions known to compiled code. Raises OSError where there is no libjack."""
    name = ctypes.util.find_library("jack")
    if name is None:
        raise JackMissing("there is no JACK library here (Debian: apt install libjack-jackd2-0)")
    llvmlite.binding.load_library_permanently(name)
