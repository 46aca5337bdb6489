"""Rows of how a track's pattern is read."""

from __future__ import annotations

from collections.abc import Iterator

from liveengine.engine.parameter import Kind, Parameter
from liveengine.engine.readings import (
    CURVE_MAX,
    CURVE_MIN,
    LENGTH_MAX,
    RATES,
    ROTATION_MAX,
    SWING_UNITS,
    TRANSPOSE_MAX,
    setting_of,
)
from liveengine.music.pitch import SCALES
from liveengine.music.reading import DIRECTIONS, PLAIN_READING, STRAIGHT, SWING_MAX


def readings(track: str) -> Iterator[Parameter]:
    """Yield what can be turned of how a track's pattern is read; the pattern stays as it was written."""
    plain = PLAIN_READING

    def words(name: str, known: tuple[str, ...], meaning: str) -> Parameter:
        default = str(setting_of(plain, name))
        return Parameter(track + name, "word", 1, len(known), default, "", "now", meaning, words=known)

    def number(name: str, kind: Kind, low: float, high: float, unit: str, meaning: str) -> Parameter:
        return Parameter(track + name, kind, low, high, float(getattr(plain, name)), unit, "now", meaning)

    yield words("direction", DIRECTIONS, "Order in which the steps are read")
    yield words("rate", RATES, "How much faster than written; a patch may write other fractions too")
    yield number("rotation", "int", -ROTATION_MAX, ROTATION_MAX, "steps", "So much later, round the end")
    yield number("length", "int", 0, LENGTH_MAX, "steps", "Only the first so many are played; 0 plays all")
    yield number("swing", "float", STRAIGHT, SWING_MAX, "", "Where the off-beat falls: 0.5 straight, 0.618 phi")
    yield words("swing_unit", SWING_UNITS, "Which notes swing in pairs")
    yield number("humanise", "float", 0.0, 1.0, "", "How far timing and velocity stray from what is written")
    yield number("groove_timing", "float", 0.0, 1.0, "", "How much of its groove's timing it follows")
    yield number("groove_velocity", "float", 0.0, 1.0, "", "How much of its groove's velocities it follows")
    yield number("quantise", "float", 0.0, 1.0, "", "How much of the written micro-timing is taken away")
    yield number("transpose", "int", -TRANSPOSE_MAX, TRANSPOSE_MAX, "semitones", "Pitches higher or lower than written")
    yield words("scale", tuple(SCALES), "Pitches go to the nearest of this scale on the key's tonic")
    yield number("velocity_low", "int", 0, 127, "", "What velocity 0 becomes")
    yield number("velocity_high", "int", 0, 127, "", "What velocity 127 becomes")
    yield number("velocity_curve", "float", CURVE_MIN, CURVE_MAX, "", "Above 1 soft notes are softer, below 1 louder")
