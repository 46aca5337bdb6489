"""Symmetries: a rhythm turned, mirrored, or changed for what it leaves out.

The mirror stands at the downbeat, which therefore stays. Source: Toussaint,
"The Geometry of Musical Rhythm", 2013; Messiaen's non-retrogradable rhythms.

Pure.
"""

from __future__ import annotations

from liveengine.music.rhythm import Rhythm


def rotate(rhythm: Rhythm, rotation: int = 1) -> Rhythm:
    """Move a rhythm later by `rotation` of its steps, round the end.

    >>> str(rotate(Rhythm.from_text("x..x..x."), 2))
    'x.x..x..'
    """
    return rhythm.rotated(rotation)


def complement(rhythm: Rhythm) -> Rhythm:
    """Strike every step that a rhythm leaves empty.

    >>> str(complement(Rhythm.from_text("x..x..x.")))
    '.xx.xx.x'
    """
    return rhythm.complement()


def retrograde(rhythm: Rhythm) -> Rhythm:
    """Turn a rhythm round in time: from the downbeat its gaps come in the other order.

    >>> str(retrograde(Rhythm.from_text("x..x..x.")))
    'x.x..x..'
    """
    if rhythm.on_grid:
        return Rhythm.on_steps([-hit for hit in rhythm.hits], rhythm.steps, rhythm.length, rhythm.accents)
    mirrored = (-tick % rhythm.length for tick in rhythm.onsets)
    return Rhythm.gathered(zip(mirrored, rhythm.accents, strict=True), rhythm.steps, rhythm.length)


def palindrome(rhythm: Rhythm) -> Rhythm:
    """Play the first half, then the same backwards: a rhythm that is its own retrograde.

    >>> str(palindrome(Rhythm.from_text("x..x.x.x")))
    'x..x.x..'
    """
    if rhythm.on_grid:
        halves = [(hit, 2 * hit <= rhythm.steps) for hit in rhythm.hits]
    else:
        halves = [(tick, 2 * tick <= rhythm.length) for tick in rhythm.onsets]
    kept = [(place, accent) for (place, first), accent in zip(halves, rhythm.accents, strict=True) if first]
    if rhythm.on_grid:
        hits = [place for place, _ in kept]
        half = Rhythm.on_steps(hits, rhythm.steps, rhythm.length, [accent for _, accent in kept])
    else:
        half = Rhythm.gathered(kept, rhythm.steps, rhythm.length)
    return half.merged(retrograde(half))
