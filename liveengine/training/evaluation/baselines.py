"""The least that a groove model has to beat: what is usual at each place of the bar, and nothing known at all.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liveengine.generators.codecs.frames import FRAMES, PATTERNS, VOICE_COUNT, Frames, framed

BAR_FRAMES = FRAMES // 2

#: So many times each pattern is taken to have been seen at each place before counting.
SMOOTHING = 0.5


class ByPlace:
    """How often each pattern stands at each place of the bar for each voice, and how a hit there is played."""

    def __init__(self, rows: Mapping[str, NDArray[Any]]) -> None:
        frames = framed(rows["velocity"], rows["offset"])
        seen = _bars(frames.pattern)[..., None] == np.arange(PATTERNS)
        count = seen.sum(axis=0) + SMOOTHING
        self.likely: NDArray[np.float64] = count / count.sum(axis=-1, keepdims=True)  # (16, 9, 8)
        hits = _bars(frames.hits) > 0
        struck = np.maximum(hits.sum(axis=0), 1)
        self.velocity: NDArray[np.float64] = _bars(frames.velocity).sum(axis=0) / struck
        self.offset: NDArray[np.float64] = (_bars(frames.offset) * hits).sum(axis=0) / struck

    def bits(self, frames: Frames) -> NDArray[np.float64]:
        """Return bits of all patterns of each groove, (n,)."""
        pattern = _bars(frames.pattern)
        frame, voice = np.ogrid[:BAR_FRAMES, :VOICE_COUNT]
        bits: NDArray[np.float64] = -np.log2(self.likely[frame, voice, pattern]).sum(axis=(1, 2))
        return bits.reshape(-1, 2).sum(axis=1)

    def drawn(self, count: int, chance: np.random.Generator) -> NDArray[np.uint8]:
        """Return patterns of grooves, (count, 32, 9), each cell for itself."""
        throws = chance.random((count, 2, BAR_FRAMES, VOICE_COUNT, 1))
        pattern = (throws >= self.likely.cumsum(axis=-1)).sum(axis=-1)
        return np.minimum(pattern, PATTERNS - 1).astype(np.uint8).reshape(count, FRAMES, VOICE_COUNT)

    def played(self, count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return usual velocities and offsets of so many grooves, (count, 32, 9, 3) each."""
        velocity, offset = (np.concatenate([bar, bar])[None] for bar in (self.velocity, self.offset))
        return velocity.repeat(count, axis=0), offset.repeat(count, axis=0)


def _bars(array: NDArray[Any]) -> NDArray[Any]:
    """From (n, 32, …) to (2 n, 16, …)."""
    return array.reshape(-1, BAR_FRAMES, *array.shape[2:])
