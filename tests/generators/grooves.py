"""A groove model made of arithmetic: it strikes what a table says, always the same way."""

from __future__ import annotations

import numpy as np

from liveengine.generators.codecs.frames import FRAMES, PATTERNS, SUBSTEPS, VOICE_COUNT, Floats
from liveengine.generators.drawing import Said, Say
from liveengine.generators.neural import Groove

LATENT = 4
DENSITY = (0.0, 1.0, 2.0)


def arithmetic(view: Floats, condition: Floats, latent: Floats) -> Said:
    """Say that each cell is struck or not with odds that follow from its place, a fill's oftener."""
    count = len(view)
    odds = np.sin(np.arange(FRAMES * VOICE_COUNT)).reshape(FRAMES, VOICE_COUNT)
    logits = np.zeros((count, FRAMES, VOICE_COUNT, PATTERNS), np.float32)
    logits[..., 0] = 3.0 - odds
    logits[..., 3:] = -4.0
    steps = (count, FRAMES, VOICE_COUNT, SUBSTEPS)
    heard = view[:, :, :27].sum(axis=(1, 2))[:, None, None, None]
    feel = np.broadcast_to(0.3 + 0.1 * odds[None, ..., None], steps).astype(np.float32)
    return Said(logits, feel, np.broadcast_to(0.2 * np.cos(heard), steps).astype(np.float32))


def groove(say: Say = arithmetic) -> Groove:
    """Return a Proposer over it."""
    return Groove("made", lambda bars: say, LATENT, DENSITY)
