"""Whether a style is heard: known where there is enough of it, near where grooves strike the same."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.append(str(Path(__file__).resolve().parents[1] / "generators"))

from grooves import LATENT, Arithmetic

from liveengine.generators.codecs.frames import CONDITIONS, FRAMES, STEPS, VOICE_COUNT
from liveengine.generators.codecs.vocabulary import STYLES
from liveengine.generators.drawing import Read
from liveengine.training.evaluation import styles
from liveengine.training.evaluation.styles import apart, struck

shares = st.lists(st.integers(0, 9), min_size=6, max_size=6).filter(any).map(lambda n: np.array(n) / sum(n))


@given(shares, shares)
def test_a_distance_is_none_from_itself_the_same_both_ways_and_a_bit_at_most(one, other):
    assert apart(one, one) == pytest.approx(0.0)
    assert apart(one, other) == pytest.approx(apart(other, one))
    assert -1e-12 <= apart(one, other) <= 1 + 1e-12
    assert (apart(one, other) < 1e-9) == np.allclose(one, other)


def test_what_is_struck_where_is_counted_over_both_bars():
    pattern = np.zeros((2, FRAMES, VOICE_COUNT), np.uint8)
    pattern[0, [0, 16], 3] = 5
    pattern[1, 4, 1] = 1
    expected = np.zeros((16, VOICE_COUNT))
    expected[0, 3], expected[4, 1] = 2 / 3, 1 / 3
    assert np.allclose(struck(pattern), expected)


class _Stylist(Arithmetic):
    """A model that strikes the first voice where it is told jazz, the second where it is told rock, else either."""

    def read(self, view, told, latent) -> Read:
        read = super().read(view, told, latent)
        heard = np.full_like(read.heard, 10.0)  # so much does silence cost
        jazz, rock = (told[:, CONDITIONS.index(f"style {name}")] for name in ("jazz", "rock"))
        heard[:, :, 0] = 10.0 - 30.0 * (jazz + 0.5 * (1 - jazz - rock))[:, None]
        heard[:, :, 1] = 10.0 - 30.0 * (rock + 0.5 * (1 - jazz - rock))[:, None]
        return read._replace(heard=-heard)


def rows(**counts: int) -> dict[str, np.ndarray]:
    """Return grooves that strike one voice on every sixteenth, another for each style."""
    velocity = np.zeros((sum(counts.values()), STEPS, VOICE_COUNT), np.float32)
    style = np.repeat([STYLES.index(name) for name in counts], list(counts.values()))
    for voice, name in enumerate(counts):
        velocity[style == STYLES.index(name), ::3, voice] = 0.5
    flat = np.zeros_like(velocity)
    return {
        "velocity": velocity,
        "offset": flat,
        "style": style,
        "fill": np.zeros(len(style)),
        "tempo": np.full(len(style), 120.0),
    }


def test_a_style_that_is_heeded_is_near_and_known_only_where_there_is_enough_of_it(monkeypatch):
    monkeypatch.setattr(styles, "DRAWN", 8)
    train = rows(jazz=styles.LEAST, rock=styles.LEAST + 1, funk=styles.LEAST - 1)
    assert list(styles.known(train)) == ["jazz", "rock"]
    for name, row in styles.table(_Stylist(), LATENT, train).items():
        assert row["told"] < 0.1 < row["untold"] < row["from another"], (name, row)
