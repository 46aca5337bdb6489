"""Everything that is measured of a groove model before it ships, each beside what it has to beat.

Takes a minute or two of one core.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from liveengine.generators import features
from liveengine.generators.codecs.frames import (
    BARS,
    CONDITIONS,
    Floats,
    Frames,
    framed,
    unframed,
)
from liveengine.generators.codecs.grid import BAR_STEPS, STEPS_PER_BEAT, VOICES
from liveengine.generators.drawing import Drummer, drawn
from liveengine.training import tasks
from liveengine.training.evaluation.baselines import ByPlace
from liveengine.training.evaluation.held_out import each as model_sums
from liveengine.training.evaluation.learnt import Learnt
from liveengine.training.evaluation.markov import Markov
from liveengine.training.evaluation.nearest import Nearest, shuffled

Rows = Mapping[str, NDArray[Any]]
Table = dict[str, dict[str, float]]
#: By what is measured, summed over the hits of each groove, (n,).
Sums = dict[str, NDArray[np.float64]]

#: How many grooves are drawn for each measure, and in how many bins values are compared.
DRAWN = 384
BINS = 20

#: How often the held-out pieces are halved, and what real grooves of the drummers of training are called.
HALVINGS, OTHERS = 12, "other drummers"

#: The features of the forty that drums have.
_DRUM_FEATURES = slice(0, features.NAMES.index("pitch"))


class Baselines(NamedTuple):
    """What a model is measured beside: counted from its training rows, and learnt from them."""

    usual: ByPlace
    learnt: Mapping[str, Learnt]


def held_out_sums(
    model: Drummer, latent: int, beside: Baselines, train: Rows, rows: Rows, ranks: Mapping[str, list[float]]
) -> dict[str, Sums]:
    """Return how the model and the baselines do on rows that neither saw; timing and velocity: every hit known.

    Of each groove, summed over its hits: by row of the table, as `held_out.each`.
    """
    usual, told = beside.usual, tasks.plain(rows, ranks)
    frames = framed(rows["velocity"], rows["offset"])
    hits = frames.hits > 0
    step_ms = (60_000 / rows["tempo"] / STEPS_PER_BEAT)[:, None, None, None]
    count = hits.sum(axis=(1, 2, 3)).astype(np.float64)
    typical = np.full(hits.shape, np.median(frames.velocity[hits]))

    def feel(velocity: NDArray[Any], offset: NDArray[Any]) -> Sums:
        loud, late = np.abs(velocity - frames.velocity) * hits, np.abs(offset - frames.offset) * hits * step_ms
        return {"velocity": loud.sum(axis=(1, 2, 3)), "timing_ms": late.sum(axis=(1, 2, 3)), "hits": count}

    return {
        "model": model_sums(model, latent, rows, ranks),
        **{name: {"bits": each.bits(frames, told), "hits": count} for name, each in beside.learnt.items()},
        "Markov": {"bits": Markov(train).bits(frames), "hits": count},
        "usual at its place": {"bits": usual.bits(frames), **feel(*usual.played(len(hits)))},
        "nearest grooves": feel(*Nearest(train, usual).feel(frames)),
        "one velocity, on the step": feel(typical, np.zeros(hits.shape)),
    }


def means(sums: Mapping[str, Sums]) -> Table:
    """Return the table of what was summed."""
    table: Table = {}
    for name, of in sums.items():
        total = {what: float(values.sum()) for what, values in of.items()}
        row = {}
        if "bits" in of:
            row = {
                "bits_per_hit": total["bits"] / total["hits"],
                "bits_per_bar": total["bits"] / len(of["bits"]) / BARS,
            }
        row |= {what: total[what] / total["hits"] for what in ("velocity", "timing_ms") if what in of}
        table[name] = row
    return table


def likenesses(grooves: Mapping[str, Rows], train: Rows, test: Rows) -> Table:
    """Return how alike grooves, as `compared` draws them, are to those of held-out drummers, and how many are copies.

    `overlap` is the mean overlapping area of the histograms of the drum features, `kl` the mean of their divergences in
    nats, both with one half of the held-out pieces, meant over HALVINGS; `real` is the other half, and so what is to be
    had. `verbatim` is the share of grooves whose hits stand somewhere in training.
    """
    known, held_out = known_patterns(train), features_of(test)
    halves = [half.repeat(BARS) for half in halved(test)]
    table = {
        "real": {**_alike([(held_out[~half], held_out[half]) for half in halves]), "verbatim": verbatim(test, known)}
    }
    for name, rows in grooves.items():
        own = features_of(rows)
        table[name] = {**_alike([(own, held_out[half]) for half in halves]), "verbatim": verbatim(rows, known)}
    if OTHERS in table:
        del table[OTHERS]["verbatim"]  # they are training's own
    return table


def halved(rows: Rows) -> list[NDArray[np.bool_]]:
    """Return which rows belong to a half of the pieces, HALVINGS times thrown anew; of one piece to a half of its rows.

    Rows name their `piece`. Raises ValueError for a single row, which has no halves.
    """
    of = rows["piece"] if len(np.unique(rows["piece"])) > 1 else np.arange(len(rows["piece"]))
    chance, pieces = np.random.default_rng(43), np.unique(of)
    if len(pieces) < 2:
        raise ValueError("one groove was held out, and has no halves to compare; prepare more")
    return [np.isin(of, chance.permutation(pieces)[: len(pieces) // 2]) for _ in range(HALVINGS)]


def _alike(pairs: Sequence[tuple[NDArray[np.floating], NDArray[np.floating]]]) -> dict[str, float]:
    return {
        "overlap": float(np.mean([overlap(*pair) for pair in pairs])),
        "kl": float(np.mean([divergence(*pair) for pair in pairs])),
    }


def compared(
    model: Drummer, latent: int, beside: Baselines, train: Rows, test: Rows, ranks: Mapping[str, list[float]]
) -> dict[str, Rows]:
    """Return grooves of the drummers of training, the model's, and those of each baseline."""
    chance = np.random.default_rng(23)
    asked = chance.integers(len(test["tempo"]), size=DRAWN)
    without = tasks.plain(test, ranks)[asked]
    told = without.copy()
    told[:, CONDITIONS.index("latent told")] = 1.0
    some = train_sample(train, chance)
    return {
        OTHERS: some,
        "model, with latent": as_rows(drawn_each(model, told, latent, chance)),
        "model, without": as_rows(drawn_each(model, without, latent, chance)),
        **{name: as_rows(each.drawn(without, chance)) for name, each in beside.learnt.items()},
        **baselines(beside.usual, train, test, asked),
    }


def baselines(usual: ByPlace, train: Rows, test: Rows, asked: NDArray[np.integer]) -> dict[str, Rows]:
    """Return grooves of each baseline, one for each of the rows of `test` that are `asked`; the last are copies."""
    chance = np.random.default_rng(29)
    count = len(asked)
    some = train_sample(train, chance)
    usual_frames = Frames(usual.drawn(count, chance), *_flat_feel(count))
    density = framed(test["velocity"], test["offset"]).hits.mean()
    scattered = chance.random((count, *usual_frames.velocity.shape[1:])) < density
    random = Frames((scattered << np.arange(3)).sum(axis=-1).astype(np.uint8), *_flat_feel(count))
    return {
        "Markov": as_rows(Markov(train).drawn(count, chance)),
        "usual at its place": as_rows(usual_frames),
        "hits on any step": shuffled(some, chance, drums_stay=True),
        "shuffled": shuffled(some, chance),
        "random": as_rows(random),
        "copy": Nearest(train, usual).copies({name: test[name][asked] for name in ("style", "fill", "tempo")}, chance),
    }


def known_patterns(train: Rows) -> set[bytes]:
    """Return the hits of every groove, to find copies by."""
    return {row.tobytes() for row in framed(train["velocity"], train["offset"]).pattern}


def train_sample(train: Rows, chance: np.random.Generator) -> dict[str, NDArray[Any]]:
    """Return as many real rows as are drawn from a model."""
    chosen = chance.choice(len(train["tempo"]), min(DRAWN, len(train["tempo"])), replace=False)
    return {name: values[chosen] for name, values in train.items()}


def as_rows(frames: Frames) -> dict[str, Floats]:
    """Return grooves as rows: velocity, offset (n, 96, 9)."""
    hits, velocity, offset = unframed(frames)
    # The softest hit still is one.
    return {"velocity": np.where(hits > 0, np.maximum(velocity, 1 / 127), 0).astype(np.float32), "offset": offset}


def _flat_feel(count: int) -> tuple[Floats, Floats]:
    shape = (count, 32, len(VOICES), 3)
    return np.full(shape, 0.6, np.float32), np.zeros(shape, np.float32)


def drawn_each(
    model: Drummer, rows: Floats, latent: int, chance: np.random.Generator, wanted: NDArray[np.floating] | None = None
) -> Frames:
    """Draw a groove for each row of conditions; the latent is 0 where a row says that there is none."""
    latents = chance.standard_normal((len(rows), latent)) * rows[:, [CONDITIONS.index("latent told")]]
    return drawn(model, rows, latents.astype(np.float32), chance, wanted=wanted)


def features_of(rows: Rows) -> NDArray[np.float32]:
    """Return the drum features of every bar, (2 n, 31)."""
    bars = (-1, BAR_STEPS, len(VOICES))
    return features.of_hits(rows["velocity"].reshape(bars), rows["offset"].reshape(bars))[:, _DRUM_FEATURES]


def overlap(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    """Return the mean over columns of the area that two histograms share, 0-1. Source: Yang & Lerch 2020."""
    shared = []
    for a, b in zip(one.T, other.T, strict=True):
        shares = [np.histogram(values, edges(a, b))[0] / len(values) for values in (a, b)]
        shared.append(np.minimum(*shares).sum())
    return float(np.mean(shared))


def divergence(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    """Return the mean over columns of KL(other || one) of two histograms, in nats; half a count stands in every bin.

    Source: Yang & Lerch, "On the evaluation of generative models in music", 2020.
    """
    found = []
    for a, b in zip(one.T, other.T, strict=True):
        counts = [np.histogram(values, edges(a, b))[0] + 0.5 for values in (a, b)]
        likely, real = (count / count.sum() for count in counts)
        found.append(float((real * np.log(real / likely)).sum()))
    return float(np.mean(found))


def edges(a: NDArray[np.floating], b: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return where the bins of two columns begin, and the last ends, (BINS + 1,)."""
    return np.linspace(min(a.min(), b.min()), max(a.max(), b.max()) + 1e-9, BINS + 1)


def verbatim(rows: Rows, known: set[bytes]) -> float:
    """Return the share of grooves whose hits are known."""
    patterns = framed(rows["velocity"], rows["offset"]).pattern
    return float(np.mean([row.tobytes() in known for row in patterns]))
