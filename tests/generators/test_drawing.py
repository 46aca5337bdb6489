"""Drawing: what is asked for is pulled further than the model goes by itself, and only then is it asked twice."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from liveengine.generators.codecs.frames import CONDITIONS, FRAMES, PATTERNS, SUBSTEPS, VOICE_COUNT, condition
from liveengine.generators.drawing import PULL, Said, felt, silence

LATENT = np.zeros((1, 4), np.float32)
_SHAPE = (1, FRAMES, VOICE_COUNT)


class _Echo:
    """A model whose velocities are 0.4, and `step` more for each thing that it is told."""

    def __init__(self, step: float) -> None:
        self.step, self.asked = step, 0

    def __call__(self, view, told, latent) -> Said:
        self.asked += 1
        said = 0.4 + self.step * sum(told[0, CONDITIONS.index(f"{name} told")] for name in ("syncopation", "velocity"))
        return Said(
            np.zeros((*_SHAPE, PATTERNS), np.float32),
            np.full((*_SHAPE, SUBSTEPS), said, np.float32),
            np.zeros((*_SHAPE, SUBSTEPS), np.float32),
        )


@given(st.floats(-0.1, 0.1), st.sets(st.sampled_from(["syncopation", "velocity"])), st.booleans())
def test_what_is_asked_moves_what_is_said_so_much_further_and_never_out_of_range(step, names, dense):
    model = _Echo(step)
    asked = {name: 0.7 for name in names} | ({"density": 0.9} if dense else {})
    played = felt(model, silence().pattern, condition(asked)[None], LATENT)
    expected = np.clip(0.4 + PULL * step * len(names), 0.0, 1.0)
    assert np.allclose(played.velocity, expected, atol=1e-6)
    assert model.asked == (2 if names else 1)
