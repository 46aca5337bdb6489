"""Drawing a groove from a model: cell by cell in an order left to chance, a few at a time, then how it is played.

A model says of every cell how likely each pattern is, given the cells that stand. Cells drawn at once do not know of
each other, so the first draws are of few cells, and later ones of more. Where so many hits are wanted, what is likely
is leant towards striking, or away from it, at each draw. Where syncopation or loudness is asked for, the model is asked
twice, with and without it, and what that changes is pulled further (Ho & Salimans, "Classifier-Free Diffusion
Guidance", 2022): by itself it heeds them little.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from liveengine.generators.codecs.frames import (
    FRAMES,
    PATTERNS,
    SUBSTEPS,
    VIEW,
    VOICE_COUNT,
    Flags,
    Floats,
    Frames,
    opened,
    view,
)

#: How often a model is asked for patterns; once more for how they are played.
PASSES = 6

Patterns: TypeAlias = NDArray[np.uint8]

CELLS = (FRAMES, VOICE_COUNT)


class Said(NamedTuple):
    """What a model says: `logits` (n, 32, 9, 8), `velocity` 0-1 and `offset` ±0.5 steps (n, 32, 9, 3)."""

    logits: Floats
    velocity: Floats
    offset: Floats


#: From view (n, 32, VIEW), condition (n, 26) and latent (n, latent) to what a model says.
Say: TypeAlias = Callable[[Floats, Floats, Floats], Said]

#: The furthest that likelihoods lean towards what is wanted, in nats, and how finely.
LEAN_MAX, LEAN_HALVINGS = 3.0, 10

#: How many times as far as by itself what is asked for moves what a model says.
PULL = 3.0

SHAPE_OF_STEPS = (*CELLS, SUBSTEPS)


def silence(count: int = 1) -> Frames:
    """Return grooves without a hit."""
    steps = np.zeros((count, *SHAPE_OF_STEPS), np.float32)
    return Frames(np.zeros((count, *CELLS), np.uint8), steps, steps)


def portions(passes: int = PASSES) -> Floats:
    """Return how much has been drawn after each pass, rising to 1.

    >>> [round(float(x), 2) for x in portions(3)]
    [0.13, 0.5, 1.0]
    """
    reached: Floats = (1.0 - np.cos(np.pi / 2 * np.arange(1, passes + 1) / passes)).astype(np.float32)
    return reached


def drawn(
    say: Say,
    condition: Floats,
    latent: Floats,
    chance: np.random.Generator,
    given: Frames | None = None,
    known: Flags | None = None,
    passes: int = PASSES,
    wanted: NDArray[np.floating] | None = None,
) -> Frames:
    """Return grooves, (n, …), one for each row of `condition` and `latent`.

    Cells that are `known` (n, 32, 9) stay as `given`. `wanted` (n,) cells are to be struck, if asked.
    Raises ValueError for a model that says what is no number.
    """
    count = len(condition)
    standing = np.zeros((count, *CELLS), np.bool_) if known is None else known.copy()
    pattern = np.where(standing, (given or silence(count)).pattern, 0).astype(np.uint8)
    # Places in the queue, the known first; only `random` is asked of chance, whose stream numpy keeps as it is.
    place = np.where(standing, -1.0, chance.random((count, *CELLS))).reshape(count, -1)
    rank = place.argsort(axis=1, kind="stable").argsort(axis=1).reshape(count, *CELLS)
    first = standing.sum(axis=(1, 2))
    for portion in portions(passes):
        until = first + np.ceil(portion * (FRAMES * VOICE_COUNT - first))
        now = ~standing & (rank < until[:, None, None])
        if now.any():
            said = _asked(say, Frames(pattern, *silence(count)[1:]), standing, condition, latent)
            logits = said.logits if wanted is None else leant(said.logits, pattern, standing, wanted)
            pattern[now] = _thrown(logits[now], chance.random((count, *CELLS))[now])
            standing |= now
    return felt(say, pattern, condition, latent)


def leant(logits: Floats, pattern: Patterns, standing: Flags, wanted: NDArray[np.floating]) -> Floats:
    """Return logits (n, 32, 9, 8) leaning so that, with what stands, about `wanted` (n,) cells are struck."""
    struck = logits[..., 1:]
    most = struck.max(axis=-1)
    odds = np.log(np.exp(struck - most[..., None]).sum(axis=-1)) + most - logits[..., 0]
    left = wanted - (standing & (pattern > 0)).sum(axis=(1, 2))
    low, high = np.full(len(logits), -LEAN_MAX), np.full(len(logits), LEAN_MAX)
    for _ in range(LEAN_HALVINGS):
        lean = (low + high) / 2
        likely = np.where(standing, 0.0, 1.0 / (1.0 + np.exp(-odds - lean[:, None, None]))).sum(axis=(1, 2))
        low, high = np.where(likely < left, lean, low), np.where(likely < left, high, lean)
    leaning = logits.copy()
    leaning[..., 1:] += ((low + high) / 2).astype(np.float32)[:, None, None, None]
    return leaning


def felt(say: Say, pattern: Patterns, condition: Floats, latent: Floats) -> Frames:
    """Return how a model would play hits that all stand; `pattern` (n, 32, 9)."""
    frames = Frames(pattern, *silence(len(pattern))[1:])
    said = _asked(say, frames, np.ones(pattern.shape, np.bool_), condition, latent)
    return Frames(pattern, said.velocity, said.offset)


def _asked(say: Say, frames: Frames, known: Flags, condition: Floats, latent: Floats) -> Said:
    seen = view(frames, known, np.zeros_like(known))
    assert seen.shape[1:] == (FRAMES, VIEW)
    said = say(seen, condition, latent)
    if not np.array_equal(left := opened(condition), condition):
        said = _pulled(say(seen, left, latent), said)
    if not all(np.isfinite(array).all() for array in said):
        raise ValueError("what the model says is no number")
    return said


def _pulled(unasked: Said, asked: Said) -> Said:
    """Return what is said with patterns and velocities moved on, from what is said where nothing is asked."""
    logits, velocity = (
        a + PULL * (b - a) for a, b in ((unasked.logits, asked.logits), (unasked.velocity, asked.velocity))
    )
    return Said(logits, np.clip(velocity, 0.0, 1.0), asked.offset)


def _thrown(logits: Floats, throws: NDArray[np.float64]) -> Patterns:
    """Throw a pattern for each cell: logits (cells, 8), throws (cells,) in [0, 1)."""
    likely = np.exp(logits - logits.max(axis=-1, keepdims=True), dtype=np.float64)
    reached = likely.cumsum(axis=-1)
    thrown = (throws[:, None] * reached[:, -1:] >= reached).sum(axis=-1)
    pattern: Patterns = np.minimum(thrown, PATTERNS - 1).astype(np.uint8)
    return pattern
