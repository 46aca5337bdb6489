"""What the options of several commands take: argparse calls these, and tells what they raise."""

from __future__ import annotations

import argparse


def seconds(text: str) -> float:
    """Read a length of time."""
    length = float(text)
    if not 0 < length < 1e9:
        raise argparse.ArgumentTypeError(f"{text} is no length of time (seconds above 0)")
    return length


def count(text: str) -> int:
    """Read a number of whatever can be counted."""
    number = int(text)
    if not 0 < number <= 100_000:
        raise argparse.ArgumentTypeError(f"{text} is not a number of 1-100000")
    return number


def tempo(text: str) -> float:
    """Read a tempo in BPM."""
    from liveengine.music.time import TEMPO_MAX_BPM, TEMPO_MIN_BPM

    bpm = float(text)
    if not TEMPO_MIN_BPM <= bpm <= TEMPO_MAX_BPM:
        raise argparse.ArgumentTypeError(f"{text} is no tempo ({TEMPO_MIN_BPM:g}-{TEMPO_MAX_BPM:g} BPM)")
    return bpm


def seed(text: str) -> int:
    """Read a seed of all chance."""
    number = int(text)
    if not 0 <= number < 1 << 63:
        raise argparse.ArgumentTypeError(f"{text} is no seed (0 to 2^63 - 1)")
    return number
