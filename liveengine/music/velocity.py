"""Velocities of a take as a whole.

Pure.
"""

from __future__ import annotations

from dataclasses import replace

from liveengine.music.note import Bar


def normalised(bar: Bar, loudest: int) -> Bar:
    """Return `bar` with its loudest note at velocity `loudest`, 1-127, and all others in proportion.

    Raises ValueError for another velocity.
    """
    if not 1 <= loudest <= 127:
        raise ValueError(f"velocity {loudest} is outside 1-127")
    peak = max((note.velocity for note in bar.notes), default=1)
    notes = (replace(note, velocity=max(round(note.velocity * loudest / peak), 1)) for note in bar.notes)
    return Bar.of(notes, bar.length)
