"""How far events are from the grid: lateness, spread, drift, and the tempo that a clock shows.

Two measures, because not every program tells when its grid began. Lateness is |actual − ideal| where the ideal
instant is known, and takes every constant delay with it. Spread is the distance from the best straight line
through the events: a constant delay and a wrong tempo are forgiven.

Instants are in µs throughout. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BPM = 120.0
SIXTEENTH_US = 60e6 / BPM / 4
PULSE_US = 60e6 / BPM / 24
PULSES_PER_BEAT = 24

Instants = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Spread:
    """Where a measure's values lie, in µs."""

    count: int
    p50_us: float
    p99_us: float
    p999_us: float
    max_us: float


@dataclass(frozen=True, slots=True)
class Origin:
    """From one instant on, the grid begins (or, where a stall was collapsed, seems to have begun) at another."""

    since_us: float
    begins_us: float


def origins_of(first_us: float, collapses: Sequence[tuple[float, float]]) -> list[Origin]:
    """Return where a grid began, from the first origin on: each collapse (since when, by how much) slid it on."""
    origins = [Origin(-np.inf, first_us)]
    for since_us, slid_us in collapses:
        origins.append(Origin(since_us, origins[-1].begins_us + slid_us))
    return origins


def spread_of(errors_us: Iterable[float]) -> Spread:
    """Return count, percentiles and maximum of |error|; zeros where there is none."""
    sizes = np.abs(np.fromiter(errors_us, np.float64))
    if not sizes.size:
        return Spread(0, 0.0, 0.0, 0.0, 0.0)
    # "higher": a value that was seen, never one between two.
    p50, p99, p999 = np.percentile(sizes, (50, 99, 99.9), method="higher")
    return Spread(sizes.size, float(p50), float(p99), float(p999), float(sizes.max()))


def lateness(instants: Instants, origins: Sequence[Origin], step_us: float) -> Instants:
    """Return how late each event is after its nearest grid line; negative is early."""
    since = np.array([origin.since_us for origin in origins])
    begins = np.array([origin.begins_us for origin in origins])
    place = np.maximum(np.searchsorted(since, instants, side="right") - 1, 0)
    after = instants - begins[place]
    return np.asarray(after - np.round(after / step_us) * step_us)


def while_it_ran(instants: Instants, late: Instants, stood: Sequence[tuple[float, float]]) -> NDArray[np.bool_]:
    """Say of each event whether the machine ran from its ideal instant to its own; `stood` says when it did not."""
    kept = np.ones(instants.size, np.bool_)
    for begins, ends in stood:
        kept &= (instants < begins) | (instants - np.maximum(late, 0.0) > ends)
    return kept


def missing(instants: Instants, step_us: float) -> int:
    """Return how many lines of the grid passed in silence between the first event and the last."""
    if instants.size < 2:
        return 0
    return max(0, round(float(instants[-1] - instants[0]) / step_us) + 1 - instants.size)


def fitted(instants: Instants, step_us: float) -> tuple[Instants, float]:
    """Return each event's distance from the least-squares line through all, and the line's drift in ppm."""
    count = np.arange(instants.size)
    slope, begin = np.polyfit(count, instants - instants[0], 1)
    return np.asarray(instants - instants[0] - begin - slope * count), float((slope / step_us - 1.0) * 1e6)


def tempo_spread(pulses: Instants, kept: NDArray[np.bool_]) -> tuple[float, float]:
    """Return the slowest and fastest tempo that a follower reads, in BPM, over a beat of 24 pulses at a time.

    A beat with a pulse that is not `kept`, or with one missing, is left out.
    """
    if pulses.size <= PULSES_PER_BEAT:
        return 0.0, 0.0
    beats_us = pulses[PULSES_PER_BEAT:] - pulses[:-PULSES_PER_BEAT]
    broken = ~kept
    broken[1:] |= np.diff(pulses) > 1.5 * PULSE_US
    broken_so_far = np.concatenate(([0], np.cumsum(broken)))
    whole = broken_so_far[PULSES_PER_BEAT + 1 :] == broken_so_far[: -PULSES_PER_BEAT - 1]
    if not whole.any():
        return 0.0, 0.0
    return 60e6 / float(beats_us[whole].max()), 60e6 / float(beats_us[whole].min())


def histogram_spread(counts: dict[int, int]) -> Spread:
    """Return the spread of a histogram that gives how often each whole µs was seen."""
    return spread_of(np.repeat(np.array(list(counts), np.float64), list(counts.values()))) if counts else spread_of(())


def read_cyclictest(text: str) -> dict[int, int]:
    """Read the histogram that `cyclictest -q -h` prints: µs and how often, for every µs that was seen."""
    counts: dict[int, int] = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) >= 2 and words[0].isdigit() and words[1].isdigit() and int(words[1]):
            counts[int(words[0])] = sum(map(int, words[1:]))
    return counts


#: Bytes in a MIDI message, by the upper half of its status byte; 0xF0 stands for the real-time messages.
_SIZES = {0x80: 3, 0x90: 3, 0xA0: 3, 0xB0: 3, 0xC0: 2, 0xD0: 2, 0xE0: 3, 0xF0: 1}


def strikes_and_pulses(reads: Iterable[tuple[float, bytes]]) -> tuple[dict[int, Instants], Instants]:
    """Sort raw MIDI by kind: the instants of the note-ons of each channel (from 0), and those of the clock pulses.

    `reads` gives an instant and the bytes that came at it; a message may be spread over two of them, and counts
    where it begins. There is no running status in what the engine sends.
    """
    notes: dict[int, list[float]] = {}
    pulses: list[float] = []
    message: list[int] = []
    begun = 0.0
    for instant, data in reads:
        for byte in data:
            if not message:
                begun = instant
            message.append(byte)
            if len(message) < _SIZES[message[0] & 0xF0]:
                continue
            if message[0] & 0xF0 == 0x90 and message[2] > 0:
                notes.setdefault(message[0] & 0x0F, []).append(begun)
            elif message[0] == 0xF8:
                pulses.append(begun)
            message = []
    return {channel: np.array(found) for channel, found in sorted(notes.items())}, np.array(pulses)
