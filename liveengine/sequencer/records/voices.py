"""Notes that sound: which track struck each, and when it ends."""

from __future__ import annotations

import numpy as np

from liveengine.sequencer.records.ports import PORTS

VOICES = 4096
#: The most events that one entry of the agenda can cause: every sounding note ends, and every channel is reset.
BURST = VOICES + 1024
LEDGER_SIZE = PORTS * 16 * 128

LEDGER = np.dtype(
    [
        ("chain", "i8"),    # the notes that end together, of which it is one; -1: silent
        ("next", "i8"),     # the key after it in the chain, -1 for none, …
        ("before", "i8"),   # … and before it
        ("voice", "i8"),    # its place in the list of sounding notes
        ("track", "i8"),
        ("express", "f8"),  # 1: it came in from a keyboard, and goes out without waiting in a lane
    ]
)  # fmt: skip

# Notes that end at one tick, by one entry of the agenda.
CHAIN = np.dtype([("stamp", "i8"), ("tick", "i8"), ("first", "i8"), ("free", "i8")])  # free: the next chain in no use
