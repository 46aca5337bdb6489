"""Where a pitch class or a wish lies within the pitches a track may use.

Pure.
"""

from __future__ import annotations

from collections.abc import Container

from liveengine.music.pitch import OCTAVE, pitch_name


def placed(pitch_class: int, low: int, high: int, around: int) -> int | None:
    """Return the pitch of a class in [low, high] nearest to `around`, the lower of two, if there is one."""
    found = [pitch for pitch in range(low, high + 1) if pitch % OCTAVE == pitch_class]
    return min(found, key=lambda pitch: abs(pitch - around), default=None)


def nearest(pitch: int, low: int, high: int, *allowed: Container[int]) -> int:
    """Return the pitch in [low, high] nearest to `pitch` in the first of `allowed` that has one there.

    Raises ValueError when none has.
    """
    for choice in allowed:
        found = [near for near in range(low, high + 1) if near in choice]
        if found:
            return min(found, key=lambda near: abs(near - pitch))
    words = " or ".join(str(choice) for choice in allowed)
    raise ValueError(f"no note of {words} lies between {pitch_name(low)} and {pitch_name(high)}")
