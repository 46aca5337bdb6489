"""Tracks, and the players that go through their patterns."""

from __future__ import annotations

import numpy as np

TRACKS = 256

TRACK = np.dtype(
    [
        ("port", "i8"),
        ("channel", "i8"),
        ("zone", "i8"),      # 1: each note has a channel of its own, in the port's zone
        ("muted", "i8"),
        ("locked", "i8"),    # parameters that its last step locked
        ("previous", "i8"),  # 1: its last step with a condition or a probability sounded
    ]
)  # fmt: skip

# Two players a track: the pattern that plays and the one that comes next (or the one that fades out).
PLAYER = np.dtype(
    [
        ("slot", "i8"),   # -1: nobody plays
        ("start", "i8"),  # song tick at which round 0 of the pattern begins
        ("head", "i8"),   # … and that of whoever comes after it and keeps the playhead
        ("begin", "i8"),  # song tick from which its notes belong to it …
        ("stop", "i8"),   # … and up to which
        ("cell", "i8"),   # the next cell to be opened, counted from the start
        ("stamp", "i8"),
    ]
)  # fmt: skip
