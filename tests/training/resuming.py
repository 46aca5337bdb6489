"""The law of every run: broken off and begun anew, it is to the bit the run that was not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
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


SLAIN = """
import importlib, sys
from pathlib import Path
one = getattr(importlib.import_module(sys.argv[1]), sys.argv[2])(Path(sys.argv[3]))
for _ in range(6):
    one.update()
one.save()
print("saved", flush=True)
while True:
    one.update()
    one.save()
"""


def killed_goes_on_to_the_bit(begin: Callable[[Path], Run], folder: Path) -> None:
    """Hold a run that `kill -9` ends somewhere while it saves to go on as one that was not; `begin` is of a module."""
    code = [sys.executable, "-c", SLAIN, begin.__module__, begin.__name__, str(folder / "killed")]
    paths = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(code, stdout=subprocess.PIPE, env=paths) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"saved\n"
        os.kill(process.pid, signal.SIGKILL)
    reached = begin(folder / "killed").step
    assert reached >= 6
    # One after the other: torch's chance is one for the whole process.
    unbroken = begin(folder / "unbroken")
    for _ in range(reached + 1):
        unbroken.update()
    state = unbroken.state()
    resumed = begin(folder / "killed")
    assert resumed.step == reached
    resumed.update()
    assert_same(resumed.state(), state)
