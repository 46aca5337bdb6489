"""Checkpoints: the whole state of a run, in one file that is whole or not there.

Tensors are kept as safetensors, all else as JSON in its header; nothing is pickled. A checkpoint carries a hash of
itself, so that one torn by a crash is passed over for the one before.

Waits for the disk.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from safetensors.torch import load, save
from torch import Tensor
from torch.optim import Optimizer

from liveengine.formats import disk

SUFFIX = ".safetensors"
_HASH = ".sha256"


def write(folder: Path, step: int, tensors: Mapping[str, Tensor], told: Mapping[str, Any], keep: int) -> Path:
    """Write the checkpoint of a step and drop all but the newest `keep`. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / f"step-{step:08d}{SUFFIX}"
    write_weights(place, tensors, told)
    drop(steps(folder)[:-keep])
    return place


def drop(places: Iterable[Path]) -> None:
    """Take files away with their hashes. Raises OSError."""
    for place in places:
        place.unlink()
        place.with_suffix(_HASH).unlink(missing_ok=True)


def write_weights(place: Path, tensors: Mapping[str, Tensor], told: Mapping[str, Any]) -> None:
    """Write tensors with what is told of them, and their hash beside them. Raises OSError."""
    data = save({name: each.contiguous() for name, each in tensors.items()}, {"told": json.dumps(told)})
    disk.write_whole(place, data)
    disk.write_whole(place.with_suffix(_HASH), hashlib.sha256(data).hexdigest().encode())


def of_optimiser(name: str, optimiser: Optimizer) -> dict[str, Tensor]:
    """Return an optimiser's state as tensors: `name`, number of the weight, what it is of it."""
    state = optimiser.state_dict()["state"]
    return {f"{name}.{number}.{what}": value for number, each in state.items() for what, value in each.items()}


def to_optimiser(name: str, optimiser: Optimizer, held: Mapping[str, Tensor]) -> None:
    """Give an optimiser the state that `of_optimiser` returned."""
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in held.items():
        if key.startswith(f"{name}."):
            _, number, what = key.split(".")
            state.setdefault(int(number), {})[what] = value
    optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})


def steps(folder: Path) -> list[Path]:
    """Return the checkpoints of a folder, oldest first."""
    return sorted(folder.glob(f"step-*{SUFFIX}"))


def newest(folder: Path) -> Path | None:
    """Return the newest checkpoint that is whole."""
    return next((place for place in reversed(steps(folder)) if is_whole(place)), None)


def is_whole(place: Path) -> bool:
    """Say whether a checkpoint is as it was written."""
    told = place.with_suffix(_HASH)
    return told.is_file() and told.read_text() == hashlib.sha256(place.read_bytes()).hexdigest()


def read(place: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Return the tensors and the rest. Raises ValueError for a file that is not whole, OSError."""
    if not place.is_file():
        raise ValueError(f"{place}: there is no such file")
    if not is_whole(place):
        raise ValueError(f"{place}: not whole, or changed since it was written")
    data = place.read_bytes()
    # The header: its length in eight bytes, then JSON.
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    return load(data), json.loads(header["__metadata__"]["told"])
