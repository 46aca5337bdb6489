"""Rows to learn from, made by two rules of thumb: enough to see that something is learnt."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from liveengine.generators.codecs.frames import STEPS, VOICE_COUNT
from liveengine.training.config import Config, Divergence, Schedule, Size, Watch


class ToyRows:
    """Rock beats with a random kick, the hat late; as `GrooveRows`."""

    def __init__(self, count: int = 64) -> None:
        chance = np.random.default_rng(3)
        self.velocity = np.zeros((count, STEPS, VOICE_COUNT), np.float32)
        self.offset = np.zeros_like(self.velocity)
        self.velocity[:, ::6, 2] = 0.5
        self.offset[:, ::6, 2] = 0.25
        self.velocity[:, 12::24, 1] = 0.9
        kicks = chance.random((count, STEPS // 12)) < 0.5
        self.velocity[:, ::12, 0] = kicks * 0.75
        self.style = np.arange(count) % 16 - 1

    def __len__(self) -> int:
        return len(self.velocity)

    @property
    def files(self) -> int:
        """Each is of its own."""
        return len(self)

    def batch(self, numbers: NDArray[np.integer]) -> dict[str, NDArray[Any]]:
        """Return many rows."""
        return {
            "velocity": self.velocity[numbers],
            "offset": self.offset[numbers],
            "style": self.style[numbers],
            "tempo": np.full(len(numbers), 120.0, np.float32),
            "fill": np.zeros(len(numbers), np.bool_),
        }

    def weights(self) -> NDArray[np.float64]:
        """All alike."""
        return np.full(len(self), 1 / len(self))

    @property
    def all(self) -> dict[str, NDArray[Any]]:
        """Every row."""
        return self.batch(np.arange(len(self)))


def toy(**schedule: Any) -> Config:
    """Return the config of a run of seconds."""
    return Config(
        "toy",
        size=Size(width=16, heads=2, encoder_layers=1, reader_layers=1, writer_layers=1, latent=4, dropout=0.1),
        schedule=Schedule(**{"steps": 20, "batch": 8, "rate": 1e-2, "warm_up": 2, **schedule}),
        divergence=Divergence(steps=10),
        watch=Watch(every=10, patience=100),
    )
