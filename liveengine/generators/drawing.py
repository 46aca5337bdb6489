"""Drawing a groove from a model: frame after frame, voice after voice, each hit knowing of all before it.

A model *reads* once what is known of a groove and what is asked, and then *writes* frames in their order, against a
cache of keys and values that whoever asks keeps. What is known stays as it is; so filling in, answering and thinning
out are the same thing as a new groove. Once all hits stand they are read again: that says how each is played.

Where syncopation or loudness is asked for, the model is asked twice, with and without it, and what that changes is
pulled further (Ho & Salimans, "Classifier-Free Diffusion Guidance", 2022): by itself it heeds them little. Where so
many hits are wanted, what is likely leans towards striking, or away from it, by how many are missing so far.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from liveengine.generators.codecs.frames import (
    FEELS,
    FRAMES,
    MEDIAN,
    PATTERNS,
    SUBSTEPS,
    VOICE_COUNT,
    Flags,
    Floats,
    Frames,
    Past,
    opened,
    view,
)
from liveengine.generators.voices import Patterns, Voices, throw

CELLS = (FRAMES, VOICE_COUNT)

#: How many times as far as by itself what is asked for moves what a model says of velocities.
PULL_VELOCITY = 3.0

SHAPE_OF_STEPS = (*CELLS, SUBSTEPS)


class Read(NamedTuple):
    """What a model makes of what is known.

    `heard` (n, 32, width) is what each frame is written from; `velocity` 0-1 and `offset` ±0.5 steps (n, 32, 9, 3, 5)
    how each step would be played, by the quantiles FEELS.
    """

    heard: Floats
    velocity: Floats
    offset: Floats


class Written(NamedTuple):
    """What stands for one frame, (n, width), and what the cache is to keep of it, (n, layers, 2, heads, size, 1)."""

    frame: Floats
    kept: Floats


NO_NUMBER = "what the model says is no number"


class Drummer(Protocol):
    """A model that can be asked; on stage for one groove at a time. What it raises comes through whoever asks."""

    @property
    def voices(self) -> Voices:
        """How it says voices."""
        ...

    @property
    def cache(self) -> tuple[int, ...]:
        """The shape of keys and values: layers, 2, heads, numbers of each, 32."""
        ...

    def read(self, view: Floats, condition: Floats, latent: Floats) -> Read:
        """Read what is known, (n, 32, VIEW), conditions (n, 26) and latents (n, latent)."""
        ...

    def write(self, heard: Floats, past: Floats, place: NDArray[np.int64], cache: Floats) -> Written:
        """Write the frame `place` (1,) from what was heard there (n, width), frames before (n, PAST) and caches."""
        ...


class Writing:
    """Grooves as they are written: hands frame after frame to a model and keeps its cache."""

    def __init__(self, model: Drummer, seen: Floats, condition: Floats, latent: Floats) -> None:
        self._model, self._heard = model, _sound(model.read(seen, condition, latent)).heard
        self._cache = np.zeros((len(seen), *model.cache), np.float32)
        #: What stands for each frame, (n, 32, width), so far.
        self.frames = np.zeros((len(seen), FRAMES, model.voices.each.shape[-1]), np.float32)

    def frame(self, before: Floats, place: int) -> Floats:
        """Return what stands for a frame, (n, width), told of the frames `before`, (n, PAST). Frames come in order."""
        written = self._model.write(self._heard[:, place], before, np.array([place]), self._cache)
        self._cache[..., place], self.frames[:, place] = written.kept[..., 0], written.frame
        return written.frame

    def check(self) -> None:
        """Raise ValueError where anything that was written is no number."""
        if not (np.isfinite(self._cache).all() and np.isfinite(self.frames).all()):
            raise ValueError(NO_NUMBER)


def silence(count: int = 1) -> Frames:
    """Return grooves without a hit."""
    steps = np.zeros((count, *SHAPE_OF_STEPS), np.float32)
    return Frames(np.zeros((count, *CELLS), np.uint8), steps, steps)


def drawn(
    model: Drummer,
    condition: Floats,
    latent: Floats,
    chance: np.random.Generator,
    given: Frames | None = None,
    known: Flags | None = None,
    wanted: NDArray[np.floating] | None = None,
) -> Frames:
    """Return grooves, (n, …), one for each row of `condition` and `latent`; cells `known` (n, 32, 9) stay as `given`.

    `wanted` (n,) cells are to be struck, if asked. Chance is thrown for each cell, known or not: whatever is known, the
    rest hears the same throws. Raises ValueError for a model that says what is no number.
    """
    count = len(condition)
    standing = np.zeros((count, *CELLS), np.bool_) if known is None else known
    pattern: Patterns = np.where(standing, (given or silence(count)).pattern, 0).astype(np.uint8)
    throws = _gumbel(chance.random((count, *CELLS, PATTERNS)))
    seen = view(Frames(pattern, *silence(count)[1:]), standing, np.zeros_like(standing))
    asked = Writing(model, seen, condition, latent)
    left = opened(condition)
    writings = [asked] if np.array_equal(left, condition) else [asked, Writing(model, seen, left, latent)]
    before, share = Past(count), np.empty(0, np.float32) if wanted is None else (wanted / FRAMES).astype(np.float32)
    behind = np.zeros_like(share)
    frame = np.empty((len(writings), *asked.frames.shape[::2]), np.float32)
    for place in range(FRAMES):
        told = before.told(place)
        for way, writing in enumerate(writings):
            frame[way] = writing.frame(told, place)
        throw(model.voices, frame, place, throws, behind, standing, pattern)
        behind += share
        before.take(pattern[:, place], place)
    for writing in writings:
        writing.check()
    return felt(model, pattern, condition, latent, chance)


def felt(
    model: Drummer, pattern: Patterns, condition: Floats, latent: Floats, chance: np.random.Generator | None = None
) -> Frames:
    """Return how a model would play hits that all stand; `pattern` (n, 32, 9). Without `chance`, each as usual."""
    every = np.ones(pattern.shape, np.bool_)
    seen = view(Frames(pattern, *silence(len(pattern))[1:]), every, ~every)
    read = _sound(model.read(seen, condition, latent))
    velocity = read.velocity
    if not np.array_equal(left := opened(condition), condition):
        unasked = _sound(model.read(seen, left, latent))
        moved = unasked.velocity + PULL_VELOCITY * (velocity - unasked.velocity)
        velocity = np.clip(moved, 0.0, 1.0).astype(np.float32)
    return Frames(pattern, _played(velocity, chance), _played(read.offset, chance))


def surprise(model: Drummer, pattern: Patterns, condition: Floats, latent: Floats) -> NDArray[np.float64]:
    """Return the nats of all hits of grooves, (n,), of which the model knows nothing; `pattern` (n, 32, 9)."""
    nothing = np.zeros(pattern.shape, np.bool_)
    writing = Writing(model, view(Frames(pattern, *silence(len(pattern))[1:]), nothing, nothing), condition, latent)
    before = Past(len(pattern))
    for place in range(FRAMES):
        writing.frame(before.told(place), place)
        before.take(pattern[:, place], place)
    writing.check()
    cells, voices = np.eye(PATTERNS, dtype=np.float32)[pattern], model.voices
    half = 0.5 * (
        writing.frames[:, :, None] + voices.each + np.einsum("nfvp,vpuw->nfuw", cells, voices.told, optimize=True)
    )
    said = np.einsum("nfvw,vwp->nfvp", half + half * np.tanh(half), voices.say, optimize=True).astype(np.float64)
    said += voices.usual
    most = said.max(axis=-1, keepdims=True)
    every = np.log(np.exp(said - most).sum(axis=-1)) + most[..., 0]
    nats: NDArray[np.float64] = (every - (said * cells).sum(axis=-1)).sum(axis=(1, 2))
    return nats


def _played(said: Floats, chance: np.random.Generator | None) -> Floats:
    """Return one of what is said by quantiles, (…, 5): thrown between the outermost, or the median."""
    if chance is None:
        return said[..., MEDIAN]
    thrown = FEELS[0] + (FEELS[-1] - FEELS[0]) * chance.random(said.shape[:-1])
    place = np.interp(thrown, FEELS, np.arange(len(FEELS)))[..., None]
    below, rising = np.minimum(place.astype(np.int64), len(FEELS) - 2), np.sort(said, axis=-1)
    low, high = (np.take_along_axis(rising, at, axis=-1) for at in (below, below + 1))
    played: Floats = (low + (place - below) * (high - low))[..., 0].astype(np.float32)
    return played


def _gumbel(even: NDArray[np.float64]) -> Floats:
    """Return numbers that make the likeliest of what they are added to a draw; `even` ones are in [0, 1)."""
    thrown: Floats = -np.log(-np.log(even + 2.0**-54)).astype(np.float32)
    return thrown


def _sound(said: Read) -> Read:
    if not all(np.isfinite(array).all() for array in said):
        raise ValueError(NO_NUMBER)
    return said
