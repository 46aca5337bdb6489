"""A click that is found again in whatever comes back of it, to a part of a sample.

It is a short sweep, whose energy is spread over the band that every card and cable lets through. A matched filter
finds it: in noise, at any level, and upside down.

Pure.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float32]

CLICK_S = 0.005
PEAK = 0.5
LOW_HZ, HIGH_HZ = 500.0, 8000.0

#: A place counts as the click where it looks like it by this much, from 0 to 1: noise of any level stays below.
LIKENESS = 0.5

#: What is quieter than this is nothing (-80 dB below full scale).
FLOOR = 1e-4


def make_click(rate_hz: float) -> Sound:
    """Return the click: float32 (CLICK_S of frames), rising from LOW_HZ to HIGH_HZ and fading at both ends."""
    seconds = np.arange(round(CLICK_S * rate_hz)) / rate_hz
    turns = LOW_HZ * seconds + (HIGH_HZ - LOW_HZ) * seconds**2 / (2 * CLICK_S)
    return (PEAK * np.hanning(seconds.size) * np.sin(2 * np.pi * turns)).astype(np.float32)


def find_click(heard: Sound, click: Sound) -> float | None:
    """Return in which frame of `heard` the click begins, with its fraction; None where it is not there."""
    if heard.size < click.size or float(np.abs(heard).max()) < FLOOR:
        return None
    sound = heard.astype(np.float64)
    likeness = np.abs(_correlate(sound, click.astype(np.float64)))
    place = int(likeness.argmax())
    part = sound[place : place + click.size]
    if likeness[place] < LIKENESS * float(np.linalg.norm(click) * np.linalg.norm(part)):
        return None
    if not 0 < place < likeness.size - 1:
        return float(place)
    # The top of the parabola through the three highest: a click between two samples is found there.
    before, top, after = likeness[place - 1 : place + 2]
    return place + 0.5 * float(before - after) / float(before - 2 * top + after)


def _correlate(sound: NDArray[np.float64], click: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how much of the click is at every place at which it fits in whole: float64 (sound - click + 1)."""
    size = sound.size + click.size
    spectrum = np.fft.rfft(sound, size) * np.conj(np.fft.rfft(click, size))
    return np.fft.irfft(spectrum, size)[: sound.size - click.size + 1]
