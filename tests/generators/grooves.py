"""A groove model made of arithmetic: it strikes what a table says, always the same way."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from liveengine.generators.codecs.frames import FEELS, FRAMES, PATTERNS, SUBSTEPS, VOICE_COUNT, Floats
from liveengine.generators.drawing import Drummer, Read, Written
from liveengine.generators.neural import Groove
from liveengine.generators.voices import Voices

LATENT = 4
DENSITY = (0.0, 1.0, 2.0)

_ODDS = np.sin(np.arange(FRAMES * VOICE_COUNT)).reshape(FRAMES, VOICE_COUNT).astype(np.float32)

#: So far out what stands for a voice is said as it is: silu(x) is x.
OUT = 40.0


def straight(width: int) -> Voices:
    """Return voices that tell each other nothing, and say the first pattern with odds of 3, the last five of -4."""
    usual = np.zeros((VOICE_COUNT, PATTERNS), np.float32)
    usual[:, 0], usual[:, 3:] = 3.0, -4.0
    return Voices(
        np.zeros((VOICE_COUNT, PATTERNS, VOICE_COUNT, width), np.float32),
        np.full((VOICE_COUNT, width), OUT, np.float32),
        np.zeros((VOICE_COUNT, width, PATTERNS), np.float32),
        usual,
    )


class Arithmetic:
    """A `Drummer` that strikes each cell with odds that follow from its place; its cache keeps the frames' numbers."""

    cache = (1, 2, 1, 1, FRAMES)

    def __init__(self) -> None:
        self.voices = straight(VOICE_COUNT)
        for voice in range(VOICE_COUNT):
            self.voices.say[voice, voice, 0] = -1.0
        self.voices.usual[:, 0] += OUT

    def read(self, view: Floats, condition: Floats, latent: Floats) -> Read:
        """Hear of each frame its odds."""
        steps = (len(view), FRAMES, VOICE_COUNT, SUBSTEPS, len(FEELS))
        struck = view[:, :, :27].sum(axis=(1, 2))[:, None, None, None, None]
        velocity = np.broadcast_to(0.3 + 0.1 * _ODDS[None, ..., None, None], steps).astype(np.float32)
        offset = np.broadcast_to(0.2 * np.cos(struck), steps).astype(np.float32)
        return Read(np.repeat(_ODDS[None], len(view), axis=0), velocity, offset)

    def write(self, heard: Floats, past: Floats, place: NDArray[np.int64], cache: Floats) -> Written:
        """Say what was heard."""
        assert np.array_equal(cache[0, 0, 0, 0, 0, : place[0]], np.arange(place[0]))  # what it kept, and no more
        assert not cache[..., place[0] :].any()
        return Written(heard.copy(), np.full((len(heard), 1, 2, 1, 1, 1), place[0], np.float32))


def groove(model: Drummer | None = None) -> Groove:
    """Return a Proposer over it, or another model."""
    return Groove("made", lambda bars: model or Arithmetic(), LATENT, DENSITY)
