"""Toroidal patterns: steps go round, voices go round, and one figure is turned by as much from voice to voice.

Shifted by one voice and by the turn, the whole pattern lies on itself. So
however many voices play, none is the first.

Pure.
"""

from __future__ import annotations

from liveengine.music.rhythm import Rhythm


def turned(rhythm: Rhythm, voices: int, turn: int = 0) -> tuple[Rhythm, ...]:
    """Return a rhythm for every voice, each `turn` steps later than the one before; 0: once round over all.

    Raises ValueError where the last voice would not lead back to the first.

    >>> [str(voice) for voice in turned(Rhythm.from_text("xx......"), 4)]
    ['xx......', '..xx....', '....xx..', '......xx']
    """
    if voices < 1:
        raise ValueError(f"a torus has one voice or more, not {voices}")
    if turn == 0 and rhythm.steps % voices:
        raise ValueError(f"{rhythm.steps} steps do not divide among {voices} voices; say a turn")
    shift = turn or rhythm.steps // voices
    if rhythm.rotated(shift * voices) != rhythm:
        raise ValueError(f"{voices} turns of {shift} steps do not lead back to the beginning of {rhythm.steps}")
    return tuple(rhythm.rotated(shift * number) for number in range(voices))


def torus(rhythm: Rhythm, voice: int = 1, voices: int = 4, turn: int = 0) -> Rhythm:
    """Give one voice's part of a figure that is turned by `turn` steps from voice to voice; 0: once round over all.

    Raises ValueError where the last voice would not lead back to the first.

    >>> str(torus(Rhythm.from_text("x..x...."), 2))
    '..x..x..'
    """
    if not 1 <= voice <= voices:
        raise ValueError(f"there is no voice {voice} among {voices}")
    return turned(rhythm, voices, turn)[voice - 1]
