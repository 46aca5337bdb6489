"""Weights & Biases: a run in a run's `wandb/`, offline unless WANDB_MODE says otherwise; `wandb sync` sends it later.

A run that goes on is the same run there: its id is kept beside, and `wandb sync` joins what each beginning has told.

Waits for the disk; with WANDB_MODE=online for the network.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import wandb

from liveengine.formats import disk
from liveengine.training.config import Config

PROJECT = "liveengine"

#: Where a run keeps the id that it has there.
ID = "wandb.id"


class Biases:
    """Writes each number by its step: `learnt/loss`, `looked/bits_per_hit`."""

    def __init__(self, run: Path, config: Config) -> None:
        run.mkdir(parents=True, exist_ok=True)
        kept = run / ID
        mode: Any = os.environ.get("WANDB_MODE", "offline")  # wandb says itself what it does not know
        self._run = wandb.init(
            project=PROJECT,
            name=config.name,
            config=config.told(),
            dir=run,
            mode=mode,
            id=kept.read_text(encoding="utf-8").strip() if kept.exists() else None,
            resume="allow",
            settings=wandb.Settings(silent=True, console="off"),
        )
        disk.write_whole(kept, self._run.id.encode())

    def tell(self, kind: str, step: int, numbers: Mapping[str, float | str]) -> None:
        """Write numbers of a kind."""
        self._run.log({f"{kind}/{name}": value for name, value in numbers.items()}, step=step)

    def close(self) -> None:
        """End the run, and wandb's own process, which may still be writing when a run has ended."""
        self._run.finish()
        wandb.teardown()


def opened(run: Path, config: Config) -> Biases:
    """Open a log of a run, or go on with it."""
    return Biases(run, config)
