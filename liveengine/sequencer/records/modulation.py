"""LFOs and arpeggios."""

from __future__ import annotations

import numpy as np

from liveengine.music.modulation import LFOS
from liveengine.sequencer.records.tracks import TRACKS

#: LFOs stand in groups of LFOS: one group a track, and one more for the set.
LFO_ROWS = (TRACKS + 1) * LFOS
ARP_KEYS = 32

# An LFO; the fields from `shape` on are those of `music.modulation`.
LFO = np.dtype(
    [
        ("on", "i8"),
        ("stamp", "i8"),
        ("sent", "i8"),    # what it sent last, in the steps of its target; -1: nothing
        ("since", "f8"),   # seconds of music at which …
        ("turns", "f8"),   # … a free one had turned so often
        ("origin", "i8"),  # song tick from which a locked one is counted
        ("kind", "i8"),    # of its target; TOLD: the control plane
        ("number", "i8"),
        ("low", "f8"),
        ("high", "f8"),
        ("shape", "i8"),
        ("period", "i8"),
        ("rate_hz", "f8"),
        ("depth", "f8"),
        ("centre", "f8"),  # below 0: where the target stands
        ("phase", "f8"),
        ("points", "i8"),
        ("stepped", "i8"),
        ("with_pattern", "i8"),
        ("once", "i8"),
    ]
)  # fmt: skip
POINT = np.dtype([("place", "f8"), ("height", "f8")])

# An arpeggio and the keys it is fed with; the fields from `mode` on are those of `music.arpeggio`.
ARP = np.dtype(
    [
        ("on", "i8"),
        ("stamp", "i8"),  # of its one valid entry on the agenda; 0: it stands still
        ("count", "i8"),  # steps since its first key
        ("keys", "i8"),
        ("mode", "i8"),
        ("octaves", "i8"),
        ("rate", "i8"),
        ("gate", "f8"),
        ("latch", "i8"),
    ]
)  # fmt: skip
KEY = np.dtype(
    [
        ("pitch", "i8"),
        ("velocity", "i8"),
        ("ends", "i8"),  # run tick at which it is let go; NEVER while a hand holds it down
        ("hand", "i8"),  # 1: played by hand, 0: by the pattern
    ]
)  # fmt: skip
