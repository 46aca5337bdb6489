"""Everything that is measured of a groove model before it ships, each beside what it has to beat.

Takes a minute or two of one core.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liveengine.generators import features
from liveengine.generators.codecs.frames import CONDITIONS, FRAMES, RANKED, Floats, Frames, condition, framed, unframed
from liveengine.generators.codecs.grid import BAR_STEPS, STEPS_PER_BEAT, VOICES
from liveengine.generators.drawing import Say, drawn
from liveengine.training import tasks
from liveengine.training.evaluation.baselines import ByPlace
from liveengine.training.evaluation.held_out import measured
from liveengine.training.models.groove import GrooveModel

Rows = Mapping[str, NDArray[Any]]
Table = dict[str, dict[str, float]]

#: How many grooves are drawn for each measure, and in how many bins values are compared.
DRAWN = 384
BINS = 20

#: The features of the forty that drums have.
_DRUM_FEATURES = slice(0, features.NAMES.index("pitch"))


def held_out(model: GrooveModel, usual: ByPlace, rows: Rows, ranks: Mapping[str, list[float]]) -> Table:
    """Return how the model and the baselines do on rows that neither saw; timing and velocity: every hit known."""
    said = measured(model, rows, ranks)
    frames = framed(rows["velocity"], rows["offset"])
    hits = frames.hits > 0
    velocity, offset = usual.feel(frames)
    step_ms = np.broadcast_to((60_000 / rows["tempo"] / STEPS_PER_BEAT)[:, None, None, None], hits.shape)[hits]
    bits, count = usual.bits(frames), hits.sum()
    loud, late = frames.velocity[hits], frames.offset[hits]
    return {
        "model": {name: said[name] for name in ("bits_per_hit", "bits_per_bar", "velocity", "timing_ms")},
        "usual at its place": {
            "bits_per_hit": bits / count,
            "bits_per_bar": bits / len(hits) / 2,
            "velocity": float(velocity.mean()),
            "timing_ms": float((offset * step_ms).mean()),
        },
        "one velocity, on the step": {
            "velocity": float(np.abs(loud - np.median(loud)).mean()),
            "timing_ms": float((np.abs(late) * step_ms).mean()),
        },
    }


def obedience(say: Say, latent: int, ranks: Mapping[str, list[float]]) -> Table:
    """Return Spearman's ρ between what each knob asks and what the groove measures."""
    table: Table = {}
    for place, name in enumerate(RANKED):
        chance = np.random.default_rng((17, place))
        asked = chance.random(DRAWN)
        rows = np.stack([condition({name: value}, latent=True) for value in asked])
        wanted = FRAMES * np.interp(asked, np.linspace(0, 1, len(ranks[name])), ranks[name])
        grooves = _drawn(say, rows, latent, chance, wanted=wanted if name == "density" else None)
        got = tasks.asked(as_rows(grooves))[name]
        table[name] = {"rho": spearman(asked, got)}
    return table


def likeness(say: Say, latent: int, usual: ByPlace, train: Rows, test: Rows, ranks: Mapping[str, list[float]]) -> Table:
    """Return how alike grooves are to those of held-out drummers, and how many are copies.

    `overlap` is the mean overlapping area of the histograms of the drum features; `verbatim` the share of grooves
    whose hits stand somewhere in training. Real ones of other drummers say what is to be had.
    """
    chance = np.random.default_rng(23)
    told = tasks.conditions(test, ranks)[chance.integers(len(test["tempo"]), size=DRAWN)]
    for name in RANKED:
        told[:, [CONDITIONS.index(name), CONDITIONS.index(f"{name} told")]] = 0.0
    some = train_sample(train, chance)
    without = told.copy()
    without[:, CONDITIONS.index("latent told")] = 0.0
    usual_frames = Frames(usual.drawn(DRAWN, chance), *_flat_feel(DRAWN))
    density = framed(test["velocity"], test["offset"]).hits.mean()
    scattered = chance.random((DRAWN, *usual_frames.velocity.shape[1:])) < density
    random = Frames((scattered << np.arange(3)).sum(axis=-1).astype(np.uint8), *_flat_feel(DRAWN))
    grooves = {
        "training drummers": some,
        "model, with latent": as_rows(_drawn(say, told, latent, chance)),
        "model, without": as_rows(_drawn(say, without, latent, chance)),
        "usual at its place": as_rows(usual_frames),
        "random": as_rows(random),
    }
    known = {row.tobytes() for row in framed(train["velocity"], train["offset"]).pattern}
    reference = _features(test)
    table = {
        name: {"overlap": overlap(_features(rows), reference), "verbatim": _verbatim(rows, known)}
        for name, rows in grooves.items()
        if name != "training drummers"
    }
    real = {"overlap": overlap(_features(some), reference), "verbatim": _verbatim(test, known)}
    return {"real": real, **table}


def train_sample(train: Rows, chance: np.random.Generator) -> dict[str, NDArray[Any]]:
    """Return as many real rows as are drawn from a model."""
    chosen = chance.choice(len(train["tempo"]), DRAWN, replace=False)
    return {name: values[chosen] for name, values in train.items()}


def as_rows(frames: Frames) -> dict[str, Floats]:
    """Return grooves as rows: velocity, offset (n, 96, 9)."""
    hits, velocity, offset = unframed(frames)
    # The softest hit still is one.
    return {"velocity": np.where(hits > 0, np.maximum(velocity, 1 / 127), 0).astype(np.float32), "offset": offset}


def _flat_feel(count: int) -> tuple[Floats, Floats]:
    shape = (count, 32, len(VOICES), 3)
    return np.full(shape, 0.6, np.float32), np.zeros(shape, np.float32)


def _drawn(
    say: Say, rows: Floats, latent: int, chance: np.random.Generator, wanted: NDArray[np.floating] | None = None
) -> Frames:
    """Draw a groove for each row of conditions; the latent is 0 where a row says that there is none."""
    latents = chance.standard_normal((len(rows), latent)) * rows[:, [CONDITIONS.index("latent told")]]
    return drawn(say, rows, latents.astype(np.float32), chance, wanted=wanted)


def _features(rows: Rows) -> NDArray[np.float32]:
    bars = (-1, BAR_STEPS, len(VOICES))
    return features.of_hits(rows["velocity"].reshape(bars), rows["offset"].reshape(bars))[:, _DRUM_FEATURES]


def overlap(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    """Return the mean over columns of the area that two histograms share, 0-1. Source: Yang & Lerch 2020."""
    shared = []
    for a, b in zip(one.T, other.T, strict=True):
        edges = np.linspace(min(a.min(), b.min()), max(a.max(), b.max()) + 1e-9, BINS + 1)
        shares = [np.histogram(values, edges)[0] / len(values) for values in (a, b)]
        shared.append(np.minimum(*shares).sum())
    return float(np.mean(shared))


def _verbatim(rows: Rows, known: set[bytes]) -> float:
    patterns = framed(rows["velocity"], rows["offset"]).pattern
    return float(np.mean([row.tobytes() in known for row in patterns]))


def spearman(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    """Return the correlation of ranks; equals share theirs.

    >>> spearman(np.array([1.0, 2.0, 3.0]), np.array([10.0, 20.0, 90.0]))
    1.0
    """
    return round(float(np.corrcoef(_ranks(one), _ranks(other))[0, 1]), 12)


def _ranks(values: NDArray[np.floating]) -> NDArray[np.float64]:
    rising = np.sort(values)
    return (np.searchsorted(rising, values, "left") + np.searchsorted(rising, values, "right")) / 2.0
