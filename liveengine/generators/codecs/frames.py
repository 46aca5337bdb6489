"""Two bars of drums as a groove model sees them: 32 frames, each a sixteenth with the step before and after it.

A frame holds, for each of nine voices, three steps. Which of the three are struck is one of eight *patterns*, so that
a hit early, on or late is one choice and never two hits. Bars loop: the step before the first sixteenth is the last.

What the model reads (the *view*) is the hits, velocities and offsets that it may know, and which it may; what is
asked of the music stands beside it, by name (CONDITIONS). What it writes follows what was struck some frames before
(the *past*). Every name goes into the vocabulary that a model carries.

Pure.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from liveengine.generators.codecs.grid import BAR_STEPS, NAMES, Grid
from liveengine.generators.codecs.vocabulary import STYLES

BARS = 2
STEPS = BARS * BAR_STEPS
#: Steps of one frame: early, on the sixteenth, late.
SUBSTEPS = 3
FRAMES = STEPS // SUBSTEPS
VOICE_COUNT = len(NAMES)
PATTERNS = 2**SUBSTEPS
assert FRAMES * SUBSTEPS == STEPS

#: Numbers of a frame's view: hits, velocities and offsets of each step, then what is known of each voice.
VIEW = 3 * VOICE_COUNT * SUBSTEPS + 2 * VOICE_COUNT

#: What may be asked as a number 0-1, and left open. The first three are ranks: 0.5 asks for the training data's median.
ASKED = ("density", "syncopation", "velocity", "tempo")
#: The model's further input: the numbers asked for, whether each is, two flags, and one number a style.
CONDITIONS = (*ASKED, *(f"{name} told" for name in ASKED), "fill", "latent told", *(f"style {s}" for s in STYLES))
_PLACE = {name: place for place, name in enumerate(CONDITIONS)}

#: The feature that each rank is of, and the voices it is measured on: hats in eighths would hide all syncopation.
RANKED = {
    "density": ("notes", NAMES),
    "syncopation": ("syncopation", ("kick", "snare")),
    "velocity": ("velocity", NAMES),
}

#: How many frames before one it is told what was struck: just now, then up to a beat, two, three, a bar and more ago.
LAGS = (1, 2, 3, 4, 8, 12, 16, 24)

#: Numbers that tell of a frame's patterns, and of those of all lags.
CELLS = VOICE_COUNT * PATTERNS
PAST = len(LAGS) * CELLS

#: The quantiles by which a model says how loud and how late a hit would be played: as likely below each as it says.
FEELS = (0.05, 0.25, 0.5, 0.75, 0.95)
MEDIAN = FEELS.index(0.5)

#: The tempo that counts as 1.
TEMPO_FULL_BPM = 240.0

Floats: TypeAlias = NDArray[np.float32]
Flags: TypeAlias = NDArray[np.bool_]

_ONE_OF = np.eye(PATTERNS + 1, PATTERNS, dtype=np.float32)  # the last is none of them
_BITS = (np.arange(PATTERNS)[:, None] >> np.arange(SUBSTEPS) & 1).astype(np.float32)


class Frames(NamedTuple):
    """Many grooves: `pattern` (n, 32, 9) uint8 0-7, bit s for sub-step s; `velocity`, `offset` (n, 32, 9, 3)."""

    pattern: NDArray[np.uint8]
    velocity: Floats
    offset: Floats

    @property
    def hits(self) -> Floats:
        """What is struck, (n, 32, 9, 3), 0 or 1."""
        struck: Floats = _BITS[self.pattern]
        return struck


def framed(velocity: Floats, offset: Floats) -> Frames:
    """Return frames of grids (n, 96, 9), velocity 0 where nothing is hit."""
    louder, later = _folded(velocity), _folded(offset)
    pattern = ((louder > 0) << np.arange(SUBSTEPS)).sum(axis=-1).astype(np.uint8)
    return Frames(pattern, louder, later)


def unframed(frames: Frames) -> Frames:
    """Return grids (n, 96, 9) of frames, as Frames whose `pattern` is 1 for a hit."""
    hits = _unfolded(frames.hits)
    return Frames(hits.astype(np.uint8), _unfolded(frames.velocity) * hits, _unfolded(frames.offset) * hits)


def grid_of(frames: Frames, number: int = 0) -> Grid:
    """Return one groove as a Grid of 96 steps."""
    hits, velocity, offset = (array[number] for array in unframed(frames))
    return Grid(hits > 0, velocity, offset)


def _folded(steps: Floats) -> Floats:
    """From (n, 96, 9) to (n, 32, 9, 3)."""
    rolled = np.roll(steps, 1, axis=1)
    return np.ascontiguousarray(rolled.reshape(len(steps), FRAMES, SUBSTEPS, VOICE_COUNT).swapaxes(2, 3))


def _unfolded(frames: Floats) -> Floats:
    """From (n, 32, 9, 3) to (n, 96, 9)."""
    flat = frames.swapaxes(2, 3).reshape(len(frames), STEPS, VOICE_COUNT)
    rolled: Floats = np.roll(flat, -1, axis=1)
    return rolled


def view(frames: Frames, hits_known: Flags, feel_known: Flags) -> Floats:
    """Return what the model reads, (n, 32, VIEW): cells (n, 32, 9) whose hits, and whose feel, it may know."""
    flat = (len(frames.pattern), FRAMES, VOICE_COUNT * SUBSTEPS)
    hits = (frames.hits * hits_known[..., None]).reshape(flat)
    velocity = (frames.velocity * feel_known[..., None]).reshape(flat)
    offset = (frames.offset * feel_known[..., None]).reshape(flat)
    known = (hits_known.astype(np.float32), feel_known.astype(np.float32))
    return np.concatenate([hits, velocity, offset, *known], axis=-1).astype(np.float32)


class Past:
    """What is told of the frames before one, of grooves as they are written: patterns struck LAGS frames ago."""

    def __init__(self, count: int) -> None:
        most = max(LAGS)
        self._pattern = np.full((count, most + FRAMES, VOICE_COUNT), PATTERNS, np.uint8)  # nothing, before the first
        self._ago = most - np.array(LAGS)

    def told(self, place: int) -> Floats:
        """Return what is told of the frames before one, (count, PAST); 0 before the first."""
        told: Floats = _ONE_OF[self._pattern[:, self._ago + place]].reshape(-1, PAST)
        return told

    def take(self, pattern: NDArray[np.uint8], place: int) -> None:
        """Note the patterns of a frame, (count, 9)."""
        self._pattern[:, max(LAGS) + place] = pattern


def condition(asked: Mapping[str, float | None], style: str = "", fill: bool = False, latent: bool = False) -> Floats:
    """Return one row of conditions, (26,). What is None or not named is left open.

    Raises KeyError for a name that does not stand in the table.
    """
    row = np.zeros(len(CONDITIONS), np.float32)
    for name, value in asked.items():
        if value is not None:
            row[_PLACE[name]], row[_PLACE[f"{name} told"]] = value, 1.0
    row[_PLACE["fill"]], row[_PLACE["latent told"]] = fill, latent
    if style:
        row[_PLACE[f"style {style}"]] = 1.0
    return row


def opened(told: Floats) -> Floats:
    """Return conditions (n, 26) with syncopation and velocity left open, as if nobody had asked for any."""
    left = told.copy()
    for name in ("syncopation", "velocity"):
        left[:, [_PLACE[name], _PLACE[f"{name} told"]]] = 0.0
    return left


def vocabulary(quantiles: Mapping[str, list[float]], latent: int, cache: Sequence[int]) -> dict[str, Any]:
    """Return what a model says that its numbers mean, with the hash of all that.

    `cache` is the shape of its keys and values.
    """
    told: dict[str, Any] = {
        "codec": "groove frames",
        "voices": list(NAMES),
        "steps": STEPS,
        "frames": FRAMES,
        "substeps": SUBSTEPS,
        "view": VIEW,
        "conditions": list(CONDITIONS),
        "latent": latent,
        "lags": list(LAGS),
        "feels": list(FEELS),
        "cache": list(cache),
        "ranks": {name: list(values) for name, values in quantiles.items()},
    }
    return {**told, "sha256": digest(told)}


def digest(told: Mapping[str, Any]) -> str:
    """Return the hash of a vocabulary, whatever hash it says itself."""
    plain = {name: value for name, value in told.items() if name != "sha256"}
    return hashlib.sha256(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def disagreement(told: Mapping[str, Any]) -> str:
    """Return the name of the first thing in which a model's vocabulary is not ours; empty where all agree."""
    ours = vocabulary(told.get("ranks", {}), told.get("latent", 0), told.get("cache", ()))
    if told.get("sha256") != digest(told):
        return "sha256"
    return next((name for name, value in ours.items() if told.get(name) != value), "")
