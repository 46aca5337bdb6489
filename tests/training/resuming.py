"""The law of every run: broken off and begun anew, it is to the bit the run that was not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from liveengine.training.loop import Trainer

Run = Trainer[Any, Any]


def assert_same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> None:
    """Hold two states to be the same to the bit."""
    assert one.keys() == other.keys()
    assert [name for name, value in one.items() if not torch.equal(value, other[name])] == []


def finished(one: Run) -> Run:
    """Run to the end, every look as good as the one before."""
    one.run(lambda model: dict.fromkeys(one.config.watch.measures, 1.0), lambda text: None)
    return one


def goes_on_to_the_bit(begin: Callable[[Path], Run], folder: Path, kept: int = 2) -> Run:
    """Hold a run to be the same where it broke off after `kept` steps and went on; return it."""
    whole = finished(begin(folder / "whole")).state()  # now: torch's chance is one for the whole process
    broken = begin(folder / "broken")
    for _ in range(kept):
        broken.update()
    broken.save()
    broken.update()  # lost
    resumed = begin(folder / "broken")
    assert resumed.step == kept
    assert_same(finished(resumed).state(), whole)
    return resumed
