"""Orbits: rhythms that are one another turned, mirrored or inverted.

A necklace is a rhythm without its beginning, a bracelet one without its
direction as well; each is shown by the member that strikes earliest. Source:
Toussaint, "The Geometry of Musical Rhythm", 2013.

Pure.
"""

from __future__ import annotations

from liveengine.music.rhythm import Rhythm
from liveengine.rhythms.symmetry import retrograde


def rotations(rhythm: Rhythm) -> tuple[Rhythm, ...]:
    """Return all different rotations, beginning with the rhythm itself."""
    return tuple(dict.fromkeys(rhythm.rotated(step) for step in range(rhythm.steps)))


def orbit(rhythm: Rhythm, mirrored: bool = False, inverted: bool = False) -> tuple[Rhythm, ...]:
    """Return all that rotation, mirroring and inversion (hits for rests) make of a rhythm, each once."""
    members = [rhythm, rhythm.complement()] if inverted else [rhythm]
    if mirrored:
        members += [retrograde(member) for member in members]
    return tuple(dict.fromkeys(turned for member in members for turned in rotations(member)))


def _spelt(rhythm: Rhythm) -> tuple[str, str]:
    """Return what a rhythm strikes, and how strongly, a letter a step; of two, the greater strikes earlier."""
    accents = dict(zip(rhythm.hits, rhythm.accents, strict=True))
    ranks = {accent: chr(rank) for rank, accent in enumerate(sorted(set(accents.values())), 1)}
    steps = range(rhythm.steps)
    return "".join("x" if step in accents else "." for step in steps), "".join(
        ranks[accents[step]] if step in accents else "\0" for step in steps
    )


def necklace(rhythm: Rhythm) -> Rhythm:
    """Turn a rhythm to where it strikes as early as it can: the same for all its rotations.

    >>> str(necklace(Rhythm.from_text("x..x..x."))), str(necklace(Rhythm.from_text("..x.x..x")))
    ('x.x..x..', 'x.x..x..')
    """
    struck, accents = _spelt(rhythm)
    first = max(range(rhythm.steps), key=lambda step: (struck[step:] + struck[:step], accents[step:] + accents[:step]))
    return rhythm.rotated(-first)


def bracelet(rhythm: Rhythm) -> Rhythm:
    """Turn a rhythm, mirrored or not, to where it strikes as early as it can: the same for its whole orbit.

    >>> str(bracelet(Rhythm.from_text("x.x.x.xx.x.x"))), str(bracelet(Rhythm.from_text("x.xx...")))
    ('xx.x.xx.x.x.', 'xx.x...')
    """
    return max(necklace(rhythm), necklace(retrograde(rhythm)), key=_spelt)
