"""Between two grooves: ways of which it is known how they are, mixes, and what counts as a bar."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("safetensors")

from hypothesis import given, settings
from hypothesis import strategies as st
from toy import ToyRows

from liveengine.training.evaluation import between
from liveengine.training.evaluation.between import Bounds

ROWS = ToyRows(40).all["velocity"]
ENDS = np.stack([ROWS[:20], 0.5 * ROWS[20:]])
SHARES = np.array([0.25, 0.75])


def test_a_way_that_jumps_is_uneven_and_one_that_turns_back_is_not_straight():
    jump = np.array([[[0.0], [0.0], [0.0], [3.0]]])
    assert between.evenness(jump) == {"even": pytest.approx(1 / 3), "straight": 1.0}
    back = np.array([[[0.0], [2.0], [1.0]]])
    assert between.evenness(back)["straight"] == pytest.approx(1 / 3)


def test_who_plays_both_strikes_what_either_strikes_as_loud_as_its_share():
    (quarter, three), (first, second) = between.faded(ENDS, SHARES).reshape(2, *ENDS.shape[1:]), ENDS
    assert ((quarter > 0) == ((first > 0) | (second > 0))).all()
    np.testing.assert_allclose(quarter, 0.75 * first + 0.25 * second, rtol=1e-6)
    np.testing.assert_allclose(quarter + three, first + second, rtol=1e-6)


def test_a_sixteenth_is_of_one_end_or_the_other_with_the_steps_beside_it():
    ends = np.stack([np.ones((200, 96, 9), np.float32), np.full((200, 96, 9), 0.5, np.float32)])
    mixed = between.crossed(ends, SHARES, np.random.default_rng(1))
    sixteenths = np.roll(mixed, 1, axis=1).reshape(2, 200, 32, 27)
    assert (sixteenths == sixteenths[..., :1]).all()
    assert (sixteenths[..., 0] == 0.5).mean(axis=(1, 2)) == pytest.approx(SHARES, abs=0.02)
    whole = between.crossed(ENDS, np.array([0.0, 1.0]), np.random.default_rng(1))
    assert np.array_equal(whole, ENDS.reshape(whole.shape))


@settings(max_examples=50)
@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 99))
def test_the_nearest_is_the_one_with_most_in_common(bars, others, seed):
    chance = np.random.default_rng(seed)
    some, known = chance.random((bars, 12)) < 0.4, chance.random((others, 12)) < 0.4

    def shared(one, other) -> float:
        return (one & other).sum() / (one | other).sum() if (one | other).any() else 1.0

    expected = [max(shared(one, other) for other in known) for one in some]
    assert between.nearest(some, known) == pytest.approx(expected)


def test_nine_of_ten_real_bars_are_valid_and_too_few_hits_too_many_and_stray_ones_are_not():
    chance = np.random.default_rng(2)
    known = np.zeros((400, 144), np.bool_)
    known[:, ::12] = chance.random((400, 12)) < 0.8
    real, known = known[:200], known[200:]
    bounds = Bounds.of(real, known)
    kept = bounds.keeps(real)
    assert kept["valid"] >= 0.9 and kept["hits"] >= 0.95 and kept["overlap"] >= 0.95
    stray = np.roll(real, 5, axis=1)
    assert bounds.keeps(stray) == {"valid": 0.0, "hits": kept["hits"], "overlap": 0.0}
    full, none = np.ones((1, 144), np.bool_), np.zeros((1, 144), np.bool_)
    assert bounds.keeps(full)["hits"] == bounds.keeps(none)["hits"] == 0.0
    assert bounds.keeps(known[:1])["overlap"] == 1.0
