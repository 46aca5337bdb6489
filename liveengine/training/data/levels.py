"""Velocities on one scale, whoever played them and on whatever, and back again exactly.

A drummer's soft is another's loud. Each part's velocities are measured against its own middle and spread, so what a
model sees is accent and ghost, not the kit's sensitivity. Order and proportions stay; nothing is clipped.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Where the middle and one spread above it come to lie.
MIDDLE, SPREAD = 0.5, 0.15

#: A part with less spread is even, not expressive; its small differences are not to be blown up.
SPREAD_LEAST = 4.0


@dataclass(frozen=True, slots=True)
class Levels:
    """The middle and the spread of a part's velocities: mean and standard deviation, in MIDI's steps."""

    middle: float
    spread: float

    def __post_init__(self) -> None:
        if self.spread <= 0:
            raise ValueError(f"a spread must be above 0, not {self.spread}")

    @classmethod
    def of(cls, velocities: NDArray[np.integer]) -> Levels:
        """Measure velocities 1-127; those of no notes have the middle of the range."""
        if not len(velocities):
            return cls(64.0, SPREAD_LEAST)
        return cls(float(np.mean(velocities)), max(float(np.std(velocities)), SPREAD_LEAST))

    def normalised(self, velocities: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return velocities on the common scale: 0.5 the middle, 0.15 a spread."""
        scaled = MIDDLE + SPREAD * (velocities.astype(np.float64) - self.middle) / self.spread
        return scaled.astype(np.float32)

    def restored(self, levels: NDArray[np.floating]) -> NDArray[np.uint8]:
        """Return the velocities that `normalised` was given; anything else comes to the nearest of 1-127."""
        back = self.middle + (levels.astype(np.float64) - MIDDLE) / SPREAD * self.spread
        return np.clip(np.rint(back), 1, 127).astype(np.uint8)
