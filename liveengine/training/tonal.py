"""What chords and voices cost, of probabilities of pitch classes: for whatever model says notes.

`classes` are probabilities (n, times, 12) that add up to 1 over the last axis, C first. Both measures are smooth
enough to learn by, each a number a row.

Pure.
"""

from __future__ import annotations

from torch import Tensor


def chord_fit(classes: Tensor, chords: Tensor) -> Tensor:
    """Return the share of what sounds that is not in its chord, 0-1, (n,), the mean over times that have one.

    Parameters: `chords` (n, times, 12), 1 for each class of the chord at that time, all 0 where there is none.
    """
    has = (chords.sum(dim=-1) > 0).to(classes.dtype)  # (n, times)
    away = 1.0 - (classes * chords).sum(dim=-1)
    return (away * has).sum(dim=-1) / has.sum(dim=-1).clamp(min=1.0)


def voice_leading(classes: Tensor, voices: int = 1) -> Tensor:
    """Return how far voices move from one time to the next, in semitones, (n,), the mean over moves.

    It is the least work that turns one distribution into the next around the circle of semitones, times `voices`:
    three voices that go from C major to A minor move by two, G to A. A chord that stays costs nothing.
    Sources: Tymoczko, "The Geometry of Musical Chords", Science 2006 (the distance); Werman et al., "Bipartite
    graph matching for points on a line or a circle", 1986 (its closed form: absolute differences of the sums from
    their median).
    """
    running = (classes[:, 1:] - classes[:, :-1]).cumsum(dim=-1)  # (n, moves, 12)
    middle = running.median(dim=-1, keepdim=True).values
    return voices * (running - middle).abs().sum(dim=-1).mean(dim=-1)
