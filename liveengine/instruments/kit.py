"""The drum kit, as facts: what each drum is made of.

Every drum is a body (a falling sine and one partial above it), an air
(noise and six square waves, through a filter), or both. The numbers are
here; `drum.py` plays them.

Pure.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from liveengine.music.sound import DRUM_NOTES, NOTE_DRUM

DRUM = np.dtype(
    [
        ("gain", "f8"),           # of the whole drum
        ("pan", "f8"),            # -1 to 1 at full spread
        ("body_gain", "f8"),
        ("body_hz", "f8"),        # where the fall ends
        ("fall", "f8"),           # how far above that it starts, as a ratio less one
        ("fall_s", "f8"),         # time constant of the fall
        ("body_s", "f8"),         # time constant of the body's decay
        ("partial_gain", "f8"),   # of the second sine, against the first
        ("partial_ratio", "f8"),
        ("noise_gain", "f8"),
        ("metal_gain", "f8"),
        ("metal_hz", "f8"),       # lowest of the six squares
        ("air_hz", "f8"),         # the filter on noise and metal
        ("air_q", "f8"),
        ("air_band", "f8"),       # 0: high-pass, 1: band-pass
        ("air_s", "f8"),          # time constant of the air's decay
        ("bursts", "i8"),         # how often the air is struck again before it rings
        ("burst_s", "f8"),        # time between those
        ("group", "i8"),          # drums of one group above zero silence each other
    ],
    align=True,
)  # fmt: skip

#: The drums in the order of their rows.
DRUMS = tuple(DRUM_NOTES)

#: What each drum is made of. What a row does not name is zero.
RECIPES: dict[str, dict[str, float]] = {
    "kick": {
        "gain": 0.66, "body_gain": 1.0, "body_hz": 48, "fall": 4.4, "fall_s": 0.019, "body_s": 0.15,
        "noise_gain": 0.25, "air_hz": 2800, "air_q": 0.7, "air_band": 1, "air_s": 0.004,
    },
    "rim": {
        "gain": 0.3, "pan": -0.25, "body_gain": 0.8, "body_hz": 820, "body_s": 0.012,
        "partial_gain": 0.9, "partial_ratio": 2.16,
        "noise_gain": 0.6, "air_hz": 3600, "air_q": 1.0, "air_band": 1, "air_s": 0.006,
    },
    "snare": {
        "gain": 0.72, "body_gain": 0.5, "body_hz": 184, "fall": 0.8, "fall_s": 0.012, "body_s": 0.06,
        "partial_gain": 0.55, "partial_ratio": 1.83,
        "noise_gain": 1.0, "air_hz": 3300, "air_q": 0.6, "air_band": 0.72, "air_s": 0.085,
    },
    "clap": {
        "gain": 0.9, "pan": 0.1, "noise_gain": 1.2, "air_hz": 1250, "air_q": 1.5, "air_band": 0.94,
        "air_s": 0.085, "bursts": 3, "burst_s": 0.0105,
    },
    "hat": {
        "gain": 0.8, "pan": 0.3, "noise_gain": 0.4, "metal_gain": 1.1, "metal_hz": 317,
        "air_hz": 8600, "air_q": 1.3, "air_band": 0.7, "air_s": 0.026, "group": 1,
    },
    "open": {
        "gain": 0.58, "pan": 0.3, "noise_gain": 0.4, "metal_gain": 1.1, "metal_hz": 317,
        "air_hz": 8100, "air_q": 1.2, "air_band": 0.7, "air_s": 0.17, "group": 1,
    },
    "lowtom": {
        "gain": 0.52, "pan": 0.4, "body_gain": 1.0, "body_hz": 82, "fall": 0.9, "fall_s": 0.045,
        "body_s": 0.18, "noise_gain": 0.3, "air_hz": 1100, "air_q": 0.7, "air_band": 1, "air_s": 0.02,
    },
    "midtom": {
        "gain": 0.5, "pan": 0.1, "body_gain": 1.0, "body_hz": 123, "fall": 0.8, "fall_s": 0.04,
        "body_s": 0.15, "noise_gain": 0.3, "air_hz": 1400, "air_q": 0.7, "air_band": 1, "air_s": 0.02,
    },
    "hightom": {
        "gain": 0.48, "pan": -0.3, "body_gain": 1.0, "body_hz": 178, "fall": 0.7, "fall_s": 0.035,
        "body_s": 0.12, "noise_gain": 0.3, "air_hz": 1800, "air_q": 0.7, "air_band": 1, "air_s": 0.02,
    },
    "crash": {
        "gain": 0.42, "pan": -0.45, "noise_gain": 0.8, "metal_gain": 0.9, "metal_hz": 411,
        "air_hz": 5600, "air_q": 0.7, "air_band": 0.65, "air_s": 0.7,
    },
    "ride": {
        "gain": 0.4, "pan": 0.45, "body_gain": 0.09, "body_hz": 2240, "body_s": 0.2,
        "partial_gain": 0.6, "partial_ratio": 1.47,
        "noise_gain": 0.25, "metal_gain": 1.2, "metal_hz": 523, "air_hz": 7200, "air_q": 0.9,
        "air_band": 0.65, "air_s": 0.45,
    },
}  # fmt: skip

#: The six squares of the metal, against the lowest: no two make a simple ratio, so no pitch is heard.
METAL_RATIOS = (1.0, 1.4471, 1.6818, 1.9265, 2.5028, 2.6637)

#: The row of each MIDI note; -1 where the kit has no drum.
DRUM_OF_NOTE = tuple(DRUMS.index(NOTE_DRUM[note]) if note in NOTE_DRUM else -1 for note in range(128))


def make_kit() -> NDArray[np.void]:
    """Return the rows of the kit, DRUM (len(DRUMS),)."""
    kit = np.zeros(len(DRUMS), DRUM)
    for row, name in enumerate(DRUMS):
        for field, value in RECIPES[name].items():
            kit[row][field] = value
    return kit
