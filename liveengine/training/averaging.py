"""Averages of weights: a run keeps those at its best looks, and their mean may be better than any of them.

Each is the running mean at its look already; what is averaged here lies further apart.

Waits for the disk. Source: Izmailov et al., "Averaging Weights Leads to Wider Optima", UAI 2018.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from liveengine.training import checkpoints
from liveengine.training.config import Watch

Weights = Mapping[str, Tensor]

LOOKS = "looks"

#: How the names of the running mean's weights begin in a checkpoint.
_MEAN = "mean."

#: What weights tell of where they come from.
_ABOUT = ("config", "ranks", "step", "prior", "averaged")


def keep(run: Path, step: int, weights: Weights, told: Mapping[str, Any], watch: Watch) -> None:
    """Write the weights of a look into a run, and drop all but the best. Raises OSError."""
    (run / LOOKS).mkdir(parents=True, exist_ok=True)
    checkpoints.write_weights(run / LOOKS / f"step-{step:08d}{checkpoints.SUFFIX}", weights, told)
    checkpoints.drop(best(run, watch.measures[0])[watch.keep_best :])


def best(run: Path, measure: str) -> list[Path]:
    """Return the looks that a run has kept, the lowest in a measure first; of equals the earliest."""
    return sorted(
        filter(checkpoints.is_whole, checkpoints.steps(run / LOOKS)),
        key=lambda place: float(checkpoints.read(place)[1]["looked"][measure]),
    )


def of_best(run: Path, count: int, measure: str) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Return the mean of so many best looks, and what the best tells. Raises ValueError where fewer are kept."""
    return _mean([checkpoints.read(place) for place in _enough(best(run, measure), count, run / LOOKS, "keep_best")])


def of_last(run: Path, count: int) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Return the mean of so many newest checkpoints, and what the newest tells. Raises ValueError as well."""
    folder = run / "checkpoints"
    whole = [place for place in reversed(checkpoints.steps(folder)) if checkpoints.is_whole(place)]
    read = [checkpoints.read(place) for place in _enough(whole, count, folder, "keep")]
    own = [
        ({name.removeprefix(_MEAN): value for name, value in held.items() if name.startswith(_MEAN)}, told)
        for held, told in read
    ]
    weights, told = _mean(own)
    return weights, {name: told[name] for name in _ABOUT if name in told}


def _enough(places: Sequence[Path], count: int, where: Path, key: str) -> Sequence[Path]:
    if len(places) < count:
        raise ValueError(f"{where}: {len(places)} are kept, not {count} (`{key}` under [watch] says how many)")
    return places[:count]


def _mean(read: Sequence[tuple[Weights, dict[str, Any]]]) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Return the mean of weights, and what the first tells, with the steps of all."""
    told = {**read[0][1], "averaged": sorted(int(each["step"]) for _, each in read)}
    return mean([held for held, _ in read]), told


def mean(each: Sequence[Weights]) -> dict[str, Tensor]:
    """Return the mean of weights of one shape, counted in 64 bits."""
    return {
        name: torch.stack([held[name].double() for held in each]).mean(dim=0).to(value.dtype)
        for name, value in each[0].items()
    }
