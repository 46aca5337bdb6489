"""Patterns as they are written and read, and the grooves they are read with."""

from __future__ import annotations

import numpy as np

SLOTS = 512
SLOT_STEPS = 512
SLOT_NOTES = 1024
SLOT_LOCKS = 256
GROOVES = 32
GROOVE_STEPS = 64

# A pattern, and how it is read: the fields from `direction` on are those of `music.reading`.
SLOT = np.dtype(
    [
        ("written", "i8"),  # ticks that were written, of which …
        ("length", "i8"),   # … so many are played, …
        ("cells", "i8"),    # … in so many cells
        ("steps", "i8"),
        ("direction", "i8"),
        ("rate_up", "i8"),    # pattern ticks …
        ("rate_down", "i8"),  # … in so many song ticks
        ("rotation", "i8"),
        ("step", "i8"),
        ("swing", "f8"),
        ("swing_unit", "i8"),
        ("humanise", "f8"),
        ("groove", "i8"),
        ("groove_timing", "f8"),
        ("groove_velocity", "f8"),
        ("quantise", "f8"),
        ("transpose", "i8"),
        ("scale", "i8"),
        ("tonic", "i8"),
        ("velocity_low", "i8"),
        ("velocity_high", "i8"),
        ("velocity_curve", "f8"),
    ]
)  # fmt: skip

# Notes that are struck together, by one throw and under one condition.
STEP = np.dtype(
    [
        ("tick", "i8"),    # its place on the grid, which says who owns it
        ("offset", "i8"),  # how far from there it sounds
        ("span", "i8"),    # ticks that its ratchet takes up
        ("probability", "f8"),
        ("slope", "f4"),
        ("first", "i2"),   # of its notes
        ("notes", "i2"),
        ("first_lock", "i2"),
        ("locks", "i2"),
        ("die", "i2"),
        ("condition", "i1"),
        ("turn", "i1"),
        ("cycle", "i1"),
        ("negated", "i1"),
        ("strikes", "i1"),
    ],
    align=True,
)  # fmt: skip

NOTE = np.dtype([("gate", "i8"), ("pitch", "i2"), ("velocity", "i2")], align=True)

LOCK = np.dtype([("value", "f8"), ("kind", "i4"), ("number", "i4")])

GROOVE = np.dtype([("length", "i8"), ("steps", "i8")])
GROOVE_STEP = np.dtype([("offset", "f8"), ("level", "f8")])  # ticks later, and a factor of the velocity
