"""Measures of a rhythm's own shape, round the circle, whatever its metre.

Pure.
"""

from __future__ import annotations

import numpy as np

from liveengine.rhythms.measures.onsets import Hits, Values, count, gaps, where_struck


def density(hits: Hits) -> Values:
    """Return onsets a step."""
    share: Values = count(hits) / hits.shape[1]
    return share


def variability(hits: Hits) -> Values:
    """Return the nPVI: how much each gap differs from the next, in percent of their mean, the mean over the pairs.

    The gap round the end is the last one; it has no pair with the first. NaN below two onsets. Source: Grabe &
    Low, "Durational variability in speech and the rhythm class hypothesis", 2002; of rhythms Toussaint 2013.
    """
    gap = gaps(hits)
    onset = hits & (np.arange(hits.shape[1]) + gap < hits.shape[1])
    following = np.take_along_axis(gap, (np.arange(hits.shape[1]) + gap) % hits.shape[1], axis=1)
    contrast = np.divide(np.abs(gap - following), (gap + following) / 2, out=np.zeros(hits.shape), where=onset)
    return where_struck(100.0 * contrast.sum(axis=1) / np.maximum(count(hits) - 1, 1), hits, 2)


def gap_entropy(hits: Hits) -> Values:
    """Return how unforeseeable a gap is, in bits: the entropy of how often each length comes (Shannon 1948)."""
    gap, onsets = gaps(hits), np.maximum(count(hits), 1)
    total = np.zeros(len(hits))
    for length in range(1, hits.shape[1] + 1):
        share = (gap == length).sum(axis=1) / onsets
        total -= np.where(share > 0, share * np.log2(np.maximum(share, 1e-300)), 0.0)
    return where_struck(np.maximum(total, 0.0), hits)


def evenness(hits: Hits) -> Values:
    """Return how near the onsets come to a regular polygon, 1 for one: the first coefficient of their transform.

    Source: Milne & Dean, "Computational creation and morphing of multilevel rhythms by control of evenness",
    Computer Music Journal 40 (2016).
    """
    onsets = np.maximum(count(hits), 1)
    order = np.cumsum(hits, axis=1) - 1
    angle = np.arange(hits.shape[1]) / hits.shape[1] - order / onsets[:, None]
    return where_struck(np.abs(np.where(hits, np.exp(2j * np.pi * angle), 0).sum(axis=1)) / onsets, hits)


def balance(hits: Hits) -> Values:
    """Return how near the onsets' centre of gravity is to the circle's, 1 where they meet, 0 for one onset alone.

    Source: Milne, Bulger & Herff, "Exploring the space of perfectly balanced rhythms and scales", Journal of
    Mathematics and Music 11 (2017).
    """
    turn = np.exp(2j * np.pi * np.arange(hits.shape[1]) / hits.shape[1])
    return where_struck(1.0 - np.abs(hits @ turn) / np.maximum(count(hits), 1), hits)


def spread(hits: Hits) -> Values:
    """Return the sum of the chords between all pairs of onsets, as a share of what a regular polygon's come to.

    NaN below two onsets. Source: Toussaint, "The geometry of musical rhythm", JCDCG 2004, after Block & Douthett
    1994.
    """
    steps, onsets = hits.shape[1], np.maximum(count(hits), 2)
    alike = np.fft.irfft(np.abs(np.fft.rfft(hits.astype(np.float64), axis=1)) ** 2, steps, axis=1)
    chords = alike @ np.sin(np.pi * np.arange(steps) / steps)
    return where_struck(chords * np.tan(np.pi / (2 * onsets)) / onsets, hits, 2)
