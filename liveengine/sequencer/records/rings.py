"""What passes between the planes, in rings of one producer and one consumer each."""

from __future__ import annotations

import numpy as np

from liveengine.music.event import LONG_BYTES_MAX

# Each ring's two ends live on cache lines of their own: [0] written so far, [8] read so far.
ENDS_SIZE = 16
WRITTEN = 0
READ = 8

COMMANDS_SIZE = 1024
COMMAND = np.dtype(
    [
        ("kind", "i8"),
        ("track", "i8"),
        ("quantum", "i8"),  # ticks: the next multiple of this in the song; 0: at once
        ("at", "i8"),       # run tick, or -1 where `quantum` decides
        ("a", "i8"),
        ("b", "i8"),
        ("x", "f8"),
    ]
)  # fmt: skip

LONGS = 256
# A message of more than three bytes.
LONG_MESSAGE = np.dtype([("port", "i8"), ("size", "i8"), ("bytes", "u1", (LONG_BYTES_MAX,))])

LOG_SIZE = 32_768
LOG = np.dtype(
    [
        ("kind", "i8"),
        ("track", "i8"),
        ("when", "i8"),
        ("tick", "i8"),  # song tick
        ("run", "i8"),   # run tick
        ("a", "i8"),
        ("x", "f8"),
        ("port", "i2"),
        ("size", "u1"),
        ("b0", "u1"),
        ("b1", "u1"),
        ("b2", "u1"),
    ],
    align=True,
)  # fmt: skip

INBOX_SIZE = 1024
