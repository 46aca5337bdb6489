"""What a groove model is asked to do while it learns: which cells it may know, which conditions are told.

One row, one task, drawn by its share. All chance comes from the generator handed in.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from liveengine.generators import features
from liveengine.generators.codecs.frames import (
    ASKED,
    CONDITIONS,
    FRAMES,
    RANKED,
    TEMPO_FULL_BPM,
    VOICE_COUNT,
    Flags,
    Floats,
    Frames,
    framed,
    view,
)
from liveengine.generators.codecs.grid import BAR_STEPS, NAMES
from liveengine.generators.codecs.vocabulary import STYLES

CELLS = (FRAMES, VOICE_COUNT)

#: How often a thing that could be asked is left open, and how often the latent is not to be had.
LEFT_OPEN = 0.3
NO_LATENT = 0.5

#: How often nothing is told but style, tempo and whether it is a fill: what models are compared by.
PLAIN = 0.4

#: Turns of a groove by whole beats keep no downbeat; by whole bars they do.
_TURNS = (0, BAR_STEPS)

Chance = np.random.Generator


class Batch(NamedTuple):
    """What one update reads; n rows, all float32 but `pattern`.

    `full` (n, 32, VIEW) is the whole groove for the encoder, `view` what the decoder may know, `condition` (n, 26)
    with "latent told" 0 where `latent` (n,) is 0. `pattern` (n, 32, 9) int64, `velocity`, `offset` and `hits`
    (n, 32, 9, 3) are the truth; `hits_hidden` and `feel_hidden` (n, 32, 9) say of which cells it counts.
    """

    full: Floats
    view: Floats
    condition: Floats
    latent: Floats
    pattern: NDArray[np.int64]
    hits: Floats
    velocity: Floats
    offset: Floats
    hits_hidden: Floats
    feel_hidden: Floats


def _new(chance: Chance) -> tuple[Flags, Flags]:
    return np.zeros(CELLS, np.bool_), np.zeros(CELLS, np.bool_)


def _scattered(chance: Chance) -> tuple[Flags, Flags]:
    """Some cells known, from none to nearly all; how they are played as well, or not."""
    known = chance.random(CELLS) < chance.random()
    return known, known & (chance.random() < 0.3)


def _stretch(chance: Chance) -> tuple[Flags, Flags]:
    """All known but one stretch of two beats to a bar and a half."""
    known = np.ones(CELLS, np.bool_)
    begins, length = chance.integers(FRAMES), chance.integers(4, 25)
    known[(begins + np.arange(length)) % FRAMES] = False
    return known, known & (chance.random() < 0.5)


def _voices(chance: Chance) -> tuple[Flags, Flags]:
    """Some voices known whole: answer a kick, add hats."""
    known = np.broadcast_to(chance.random(VOICE_COUNT) < 0.35, CELLS).copy()
    return known, known & (chance.random() < 0.3)


def _humanise(chance: Chance) -> tuple[Flags, Flags]:
    """Every hit known, but not how it is played."""
    return np.ones(CELLS, np.bool_), np.zeros(CELLS, np.bool_)


#: Every task with its share of the rows.
TASKS: tuple[tuple[str, float, Callable[[Chance], tuple[Flags, Flags]]], ...] = (
    ("new", 0.5, _new),
    ("scattered", 0.1, _scattered),
    ("stretch", 0.1, _stretch),
    ("voices", 0.1, _voices),
    ("humanise", 0.2, _humanise),
)
_SHARES = np.array([share for _, share, _ in TASKS])
assert abs(_SHARES.sum() - 1.0) < 1e-9


def asked(rows: Mapping[str, NDArray[Any]]) -> dict[str, Floats]:
    """Return what each rank is of, measured on grooves, (n,) each, the mean over their bars."""
    bars = (-1, BAR_STEPS, VOICE_COUNT)
    velocity, offset = rows["velocity"].reshape(bars), rows["offset"].reshape(bars)
    found = {}
    for name, (feature, voices) in RANKED.items():
        heard = [NAMES.index(voice) for voice in voices]
        values = features.one(feature, features.drums(velocity[..., heard], offset[..., heard]))
        found[name] = values.reshape(len(rows["velocity"]), -1).mean(axis=1).astype(np.float32)
    return found


def quantiles(rows: Mapping[str, NDArray[Any]], points: int = 21) -> dict[str, list[float]]:
    """Return, for each condition that is a rank, the values that lie evenly spaced in the data."""
    spaced = np.linspace(0, 1, points)
    return {n: [round(float(v), 6) for v in np.quantile(values, spaced)] for n, values in asked(rows).items()}


def rank(values: NDArray[np.floating], table: list[float]) -> Floats:
    """Return where values lie in the data, 0-1; where many are alike, in their middle."""
    places = np.linspace(0, 1, len(table))
    rising = np.asarray(table)
    low = places[np.clip(np.searchsorted(rising, values, "left"), 0, len(table) - 1)]
    high = places[np.clip(np.searchsorted(rising, values, "right") - 1, 0, len(table) - 1)]
    between = np.interp(values, rising, places)
    return np.where(high > low, (low + high) / 2, between).astype(np.float32)


def conditions(rows: Mapping[str, NDArray[Any]], ranks: Mapping[str, list[float]]) -> Floats:
    """Return everything that is true of rows, (n, 26), all told, the latent too."""
    told = np.zeros((len(rows["tempo"]), len(CONDITIONS)), np.float32)
    place = CONDITIONS.index
    for name, values in asked(rows).items():
        told[:, place(name)] = rank(values, ranks[name])
    told[:, place("tempo")] = rows["tempo"] / TEMPO_FULL_BPM
    told[:, [place(f"{name} told") for name in ASKED]] = 1.0
    told[:, place("fill")], told[:, place("latent told")] = rows["fill"], 1.0
    styled = np.flatnonzero(rows["style"] >= 0)
    told[styled, place(f"style {STYLES[0]}") + rows["style"][styled]] = 1.0
    return told


def plain(rows: Mapping[str, NDArray[Any]], ranks: Mapping[str, list[float]]) -> Floats:
    """Return the same with style, tempo and fill told, and nothing else."""
    return _plain(conditions(rows, ranks))


def _plain(told: Floats) -> Floats:
    left = told.copy()
    for name in RANKED:
        left[:, [CONDITIONS.index(name), CONDITIONS.index(f"{name} told")]] = 0.0
    left[:, CONDITIONS.index("latent told")] = 0.0
    return left


def left_open(told: Floats, chance: Chance) -> Floats:
    """Leave some of what could be asked open, and some rows without their latent; some rows are `plain`."""
    told = told.copy()
    place = CONDITIONS.index
    bare = chance.random(len(told)) < PLAIN
    told[bare] = _plain(told[bare])
    for name in ASKED:
        is_open = ~bare & (chance.random(len(told)) < LEFT_OPEN)
        told[is_open, place(name)], told[is_open, place(f"{name} told")] = 0.0, 0.0
    told[~bare & (chance.random(len(told)) < LEFT_OPEN), place(f"style {STYLES[0]}") :] = 0.0
    told[chance.random(len(told)) < NO_LATENT, place("latent told")] = 0.0
    return told


def batch(rows: Mapping[str, NDArray[Any]], ranks: Mapping[str, list[float]], chance: Chance) -> Batch:
    """Make of rows what one update reads: turned by a bar or not, a task each, some conditions left open."""
    turn = int(chance.choice(_TURNS))
    frames = framed(np.roll(rows["velocity"], turn, axis=1), np.roll(rows["offset"], turn, axis=1))
    tasks = chance.choice(len(TASKS), len(frames.pattern), p=_SHARES)
    masks = [TASKS[task][2](chance) for task in tasks]
    return posed(frames, np.stack([m[0] for m in masks]), np.stack([m[1] for m in masks]),
                 left_open(conditions(rows, ranks), chance))  # fmt: skip


def posed(frames: Frames, hits_known: Flags, feel_known: Flags, told: Floats) -> Batch:
    """Return the batch of one question: what is known, and what is told."""
    everything = np.ones_like(hits_known)
    return Batch(
        view(frames, everything, everything),
        view(frames, hits_known, feel_known),
        told,
        told[:, CONDITIONS.index("latent told")],
        frames.pattern.astype(np.int64),
        frames.hits,
        frames.velocity,
        frames.offset,
        (~hits_known).astype(np.float32),
        (~feel_known).astype(np.float32),
    )


def without_latent(batch: Batch) -> Batch:
    """Return a batch in which no row has its latent."""
    told = batch.condition.copy()
    told[:, CONDITIONS.index("latent told")] = 0.0
    return batch._replace(condition=told, latent=np.zeros_like(batch.latent))
