"""Weights & Biases: a run in a run's `wandb/`, offline unless WANDB_MODE says otherwise; `wandb sync` sends it later.

Waits for the disk; with WANDB_MODE=online for the network.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import wandb

from liveengine.training.config import Config

PROJECT = "liveengine"


class Biases:
    """Writes each number by its step: `learnt/loss`, `looked/bits_per_hit`."""

    def __init__(self, folder: Path, config: Config) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        mode: Any = os.environ.get("WANDB_MODE", "offline")  # wandb says itself what it does not know
        self._run = wandb.init(
            project=PROJECT,
            name=config.name,
            config=config.told(),
            dir=folder,
            mode=mode,
            settings=wandb.Settings(silent=True, console="off"),
        )

    def tell(self, kind: str, step: int, numbers: Mapping[str, float]) -> None:
        """Write numbers of a kind."""
        self._run.log({f"{kind}/{name}": value for name, value in numbers.items()}, step=step)

    def close(self) -> None:
        """End the run."""
        self._run.finish()


def opened(run: Path, config: Config) -> Biases:
    """Open a log of a run; a run that goes on is another to Weights & Biases, in the same folder."""
    return Biases(run, config)
