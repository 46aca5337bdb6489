"""Ports, and what stands between them and the beat: zones of channels, lanes that delay, wires that fill up."""

from __future__ import annotations

import numpy as np

PORTS = 16
IN_PORTS = 8
OUT_SIZE = 16_384

#: Lateness is counted in eighths of an octave of microseconds: bin k holds [2^(k/8), 2^((k+1)/8)) µs, bin 0 all below.
LATENESS_BINS = 192

PORT = np.dtype(
    [
        ("clock", "i8"),
        ("clock_when_stopped", "i8"),
        ("channels", "i8"),    # a bit for each that was used
        ("zone_first", "i8"),  # channels in which each note is bent by itself, from here …
        ("zone_last", "i8"),   # … to here
        ("bend_range", "f8"),  # semitones of a whole bend; 0: there is no zone
    ]
)  # fmt: skip

# A channel of a zone.
CHANNEL = np.dtype(
    [
        ("key", "i8"),    # of the ledger: the note that sounds there, -1 for none …
        ("pitch", "i8"),  # … and the key that was struck for it
        ("since", "i8"),  # run tick since which it has been so, taken or free
    ]
)  # fmt: skip

# A lane delays what goes to one port: its notes, or its clock.
LANE = np.dtype(
    [
        ("delay", "i8"),    # units that it is to delay, and
        ("present", "i8"),  # those that it does: a shorter delay is slid to
        ("last", "i8"),     # instant of the last event that came into it
        ("first", "i8"),
        ("count", "i8"),
    ]
)  # fmt: skip
# A port's lanes: its notes' has its number, its clock's and that of what must not wait come PORTS and EXPRESS later.
EXPRESS = 2 * PORTS
LANES = 3 * PORTS
LANE_SIZE = 512

# The wire behind a port, which carries one byte after the other.
WIRE = np.dtype(
    [
        ("byte_units", "f8"),  # how long a byte takes; 0: no time at all
        ("free", "f8"),        # instant from which it can carry the next
        ("busy", "f8"),        # run tick until which it carries what has been rendered, if nothing waits in lanes
        ("lags", "i8"),        # 1 from when it fell too far behind until it has caught up
        ("overloads", "i8"),   # times that it fell too far behind
        ("thinned", "i8"),     # values of controllers that gave way to newer ones
    ]
)  # fmt: skip
