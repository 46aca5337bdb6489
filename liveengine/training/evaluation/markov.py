"""A Markov chain of grooves: each voice's pattern from the two before it, backing off to one, and to none.

What is counted for two patterns is mixed with what is likely after one, and that with what is likely at all; so
nothing is impossible, and what was often seen is believed (interpolated back-off, after Jelinek & Mercer 1980).
Voices and places of the bar know nothing of each other. Hits are played as some hit of their voice was.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liveengine.generators.codecs.frames import FRAMES, PATTERNS, VOICE_COUNT, Frames, framed

#: The pattern before the first.
BEGIN = PATTERNS

#: What is likely after a shorter context counts as much as so many frames seen.
BELIEF = 4.0

#: So many times each pattern is taken to have been seen in each voice before counting.
SMOOTHING = 0.5


class Played:
    """How the hits of each voice were played in training."""

    def __init__(self, frames: Frames) -> None:
        hits = frames.hits > 0
        self._voices = [
            (frames.velocity[:, :, voice][hits[:, :, voice]], frames.offset[:, :, voice][hits[:, :, voice]])
            for voice in range(VOICE_COUNT)
        ]

    def frames(self, pattern: NDArray[np.uint8], chance: np.random.Generator) -> Frames:
        """Return grooves of these patterns (n, 32, 9), each hit played as some hit of its voice was."""
        velocity = np.zeros((*pattern.shape, 3), np.float32)
        offset = np.zeros_like(velocity)
        for voice, (loud, late) in enumerate(self._voices):
            if len(loud):
                chosen = chance.integers(len(loud), size=(len(pattern), FRAMES, 3))
                velocity[:, :, voice], offset[:, :, voice] = loud[chosen], late[chosen]
        return Frames(pattern, velocity, offset)


class Markov:
    """How likely each pattern is after two others of its voice, `likely` (9 voices, 9, 9, 8), the nearest last."""

    def __init__(self, rows: Mapping[str, NDArray[Any]]) -> None:
        frames = framed(rows["velocity"], rows["offset"])
        before, last = _before(frames.pattern)
        seen = np.zeros((VOICE_COUNT, PATTERNS + 1, PATTERNS + 1, PATTERNS))
        voices = np.broadcast_to(np.arange(VOICE_COUNT), frames.pattern.shape)
        np.add.at(seen, (voices, before, last, frames.pattern), 1)
        none = seen.sum(axis=(1, 2)) + SMOOTHING
        none /= none.sum(axis=-1, keepdims=True)
        one = _mixed(seen.sum(axis=1), none[:, None])
        self.likely: NDArray[np.float64] = _mixed(seen, one[:, None])
        self._played = Played(frames)

    def bits(self, frames: Frames) -> NDArray[np.float64]:
        """Return bits of all patterns of each groove, (n,)."""
        before, last = _before(frames.pattern)
        voices = np.arange(VOICE_COUNT)
        summed: NDArray[np.float64] = -np.log2(self.likely[voices, before, last, frames.pattern]).sum(axis=(1, 2))
        return summed

    def drawn(self, count: int, chance: np.random.Generator) -> Frames:
        """Return so many grooves."""
        pattern = np.zeros((count, FRAMES, VOICE_COUNT), np.uint8)
        before = last = np.full((count, VOICE_COUNT), BEGIN)
        voices = np.arange(VOICE_COUNT)
        for frame in range(FRAMES):
            reached = self.likely[voices, before, last].cumsum(axis=-1)
            thrown = (chance.random((count, VOICE_COUNT, 1)) >= reached).sum(axis=-1)
            pattern[:, frame] = np.minimum(thrown, PATTERNS - 1)
            before, last = last, pattern[:, frame].astype(int)
        return self._played.frames(pattern, chance)


def _before(pattern: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the pattern two before each, and the one before it, (n, 32, 9) each."""
    padded = np.pad(pattern.astype(np.int64), ((0, 0), (2, 0), (0, 0)), constant_values=BEGIN)
    return padded[:, :-2], padded[:, 1:-1]


def _mixed(seen: NDArray[np.float64], shorter: NDArray[np.float64]) -> NDArray[np.float64]:
    mixed: NDArray[np.float64] = (seen + BELIEF * shorter) / (seen.sum(axis=-1, keepdims=True) + BELIEF)
    return mixed
