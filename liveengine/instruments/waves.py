"""Saw waves that never fold back: one table for every third of an octave.

Each table holds only the harmonics that stay below half the sample rate at
the top of its range, so a note cannot alias however high it is played. A
pitch between two tables hears a blend of both, and a slide across them is
seamless. A pulse is one saw less another. The last table is a sine.

`make_waves` is for start-up; the kernels are Pure and Realtime-safe.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from liveengine.compiled import compiled

#: Samples in one turn of a wave; each table repeats its first sample at the end, for interpolation.
SIZE = 2048
STRIDE = SIZE + 1
# Indices are unsigned: the compiler then asks of none of them whether it counts from the end.
HALF, WRAP = np.uint32(SIZE // 2), np.uint32(SIZE - 1)
TABLES_AN_OCTAVE = 3

#: More harmonics than this the interpolation would not carry cleanly. At 40 Hz they reach 16 kHz.
MOST_HARMONICS = 400

#: The increment (turns a sample) up to which the first table serves.
FIRST_INCREMENT = 0.5 / MOST_HARMONICS * 2.0 ** (-1 / TABLES_AN_OCTAVE)
LOG_FIRST = math.log2(FIRST_INCREMENT)

#: Tables up to an increment of one half, and one of silence above.
SAWS = math.ceil((-1 - LOG_FIRST) * TABLES_AN_OCTAVE) + 2
SINE = SAWS
TABLES = SAWS + 1
WAVE_SAMPLES = TABLES * STRIDE


def make_waves() -> NDArray[np.float32]:
    """Return all tables in a row, float32 (WAVE_SAMPLES,): SAWS falling saws of peak about 1, then a sine."""
    tables = np.zeros((TABLES, STRIDE))
    for number in range(SAWS):
        highest_increment = FIRST_INCREMENT * 2.0 ** ((number + 1) / TABLES_AN_OCTAVE)
        harmonics = min(math.floor(0.5 / highest_increment + 1e-9), MOST_HARMONICS)
        spectrum = np.zeros(SIZE // 2 + 1, dtype=complex)
        for harmonic in range(1, harmonics + 1):
            spectrum[harmonic] = -1j / (math.pi * harmonic) * SIZE
        tables[number, :SIZE] = np.fft.irfft(spectrum, SIZE)
    tables[SINE, :SIZE] = np.sin(2 * np.pi * np.arange(SIZE) / SIZE)
    tables[:, SIZE] = tables[:, 0]
    return tables.astype(np.float32).ravel()


@compiled
def table_at(increment: float) -> float:
    """Return the place of an increment (turns a sample) among the saws: table number and blend in one."""
    place = (math.log2(max(increment, 1e-9)) - LOG_FIRST) * TABLES_AN_OCTAVE
    return min(max(place, 0.0), SAWS - 1.001)


@compiled
def read(waves: NDArray[np.float32], first: int, phase: float) -> float:
    """Read the table that starts at sample `first` at a phase in [0, 1)."""
    place = phase * SIZE
    whole = np.uint32(place)
    index = np.uint32(first) + whole
    here = waves[index]
    return here + (place - whole) * (waves[index + 1] - here)


@compiled
def pulse(waves: NDArray[np.float32], first: int, blend: float, phase: float, shape: float) -> float:
    """Read a saw (shape 0) that becomes a square (shape 1), blended as in `table_at`."""
    place = phase * SIZE
    whole = np.uint32(place)
    part = place - whole
    index = np.uint32(first) + whole
    opposite = np.uint32(first) + ((whole + HALF) & WRAP)
    low = waves[index] - shape * waves[opposite]
    low += part * (waves[index + 1] - shape * waves[opposite + 1] - low)
    index += STRIDE
    opposite += STRIDE
    high = waves[index] - shape * waves[opposite]
    high += part * (waves[index + 1] - shape * waves[opposite + 1] - high)
    return low + blend * (high - low)


@compiled
def square(waves: NDArray[np.float32], first: int, whole: int) -> float:
    """Return a square at a sample of the table at `first`: good enough where nobody hears a pitch."""
    return waves[np.uint32(first) + whole] - waves[np.uint32(first) + ((whole + HALF) & WRAP)]


@compiled
def sine(waves: NDArray[np.float32], turns: float) -> float:
    """Return the sine of any number of turns."""
    return read(waves, SINE * STRIDE, turns - math.floor(turns))
