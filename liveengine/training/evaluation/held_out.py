"""What a groove model makes of rows it never saw: how surprised it is by hits, how far off in velocity and timing.

Everything is asked without the latent, which has read the answer.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from liveengine.generators.codecs.frames import FRAMES, VOICE_COUNT, framed
from liveengine.generators.codecs.grid import STEPS_PER_BEAT
from liveengine.training import tasks
from liveengine.training.groove_loop import tensors
from liveengine.training.losses import hits, offset, velocity
from liveengine.training.models.groove import GrooveModel, Said

#: At how many places in a random order of its cells a groove is asked for the rest.
DRAWS = 8

#: From view (n, 32, VIEW), condition (n, 26) and latent (n, latent) to what a decoder says.
Decode: TypeAlias = Callable[[Tensor, Tensor, Tensor], Said]


def measured(
    model: GrooveModel, rows: Mapping[str, NDArray[Any]], ranks: Mapping[str, list[float]], seed: int = 1
) -> dict[str, float]:
    """Return `bits_per_hit`, `bits_per_bar`, `velocity` (mean error, 0-1), `offset` (steps) and `timing_ms`.

    Bits are those of drawing the cells in a random order, estimated without bias (Hoogeboom et al. 2022, eq. 7);
    only style, tempo and whether it is a fill are told. Velocity and offset: all hits known, nothing of the feel.
    """
    sums = {name: float(values.sum()) for name, values in each(model.decoder, model.latent, rows, ranks, seed).items()}
    return {
        "bits_per_hit": sums["bits"] / sums["hits"],
        "bits_per_bar": sums["bits"] / len(rows["tempo"]) / 2,
        **{name: sums[name] / sums["hits"] for name in ("velocity", "offset", "timing_ms")},
    }


@torch.no_grad()
def each(
    decode: Decode, latent: int, rows: Mapping[str, NDArray[Any]], ranks: Mapping[str, list[float]], seed: int = 1
) -> dict[str, NDArray[np.float64]]:
    """Return for each groove, summed over its hits, (n,): `bits`, `velocity`, `offset`, `timing_ms`, and `hits`."""
    chance = np.random.default_rng(seed)
    frames = framed(rows["velocity"], rows["offset"])
    told = tasks.plain(rows, ranks)
    none = torch.zeros(len(told), latent)

    cells = FRAMES * VOICE_COUNT
    nats = np.zeros(len(told))
    for draw in range(DRAWS):
        # How many are known: spread evenly, so that few draws tell as much as many.
        known_count = ((draw + chance.random(len(told))) / DRAWS * cells).astype(int)
        order = chance.permuted(np.tile(np.arange(cells), (len(told), 1)), axis=1)
        known = (order < known_count[:, None]).reshape(-1, FRAMES, VOICE_COUNT)
        truth = tensors(tasks.posed(frames, known, np.zeros_like(known), told))
        said = decode(truth["view"], truth["condition"], none)
        left = torch.from_numpy(cells - known_count).float()
        nats += (hits(said, truth) / left).double().numpy() * cells / DRAWS
    every = np.ones_like(known)
    truth = tensors(tasks.posed(frames, every, ~every, told))
    said = decode(truth["view"], truth["condition"], none)
    step_ms = 60_000 / rows["tempo"] / STEPS_PER_BEAT
    late = offset(said, truth).double().numpy()
    return {
        "bits": nats / np.log(2),
        "velocity": velocity(said, truth).double().numpy(),
        "offset": late,
        "timing_ms": late * step_ms,
        "hits": (frames.velocity > 0).sum(axis=(1, 2, 3)).astype(np.float64),
    }
