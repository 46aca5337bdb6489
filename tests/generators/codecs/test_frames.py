"""The groove model's view: frames and grids are the same thing, and nothing is seen that is not known."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.generators.codecs import frames
from liveengine.generators.codecs.frames import (
    FRAMES,
    STEPS,
    VIEW,
    VOICE_COUNT,
    Frames,
    condition,
    framed,
    unframed,
    view,
)


def grids(seed: int, count: int = 3) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    hits = chance.random((count, STEPS, VOICE_COUNT)) < 0.2
    velocity = np.where(hits, chance.integers(1, 128, hits.shape) / 127, 0).astype(np.float32)
    return velocity, np.where(hits, chance.random(hits.shape) - 0.5, 0).astype(np.float32)


@given(st.integers(0, 2**32))
def test_a_grid_comes_back_exactly(seed):
    velocity, offset = grids(seed)
    hits, louder, later = unframed(framed(velocity, offset))
    assert np.array_equal(hits > 0, velocity > 0)
    assert np.array_equal(louder, velocity)
    assert np.array_equal(later, offset)


def test_the_step_before_the_first_sixteenth_belongs_to_it_round_the_loop():
    velocity = np.zeros((1, STEPS, VOICE_COUNT), np.float32)
    velocity[0, [STEPS - 1, 0, 1, 3], [0, 1, 2, 3]] = 1.0
    pattern = framed(velocity, velocity * 0).pattern[0]
    assert list(pattern[0, :4]) == [0b001, 0b010, 0b100, 0]
    assert pattern[1, 3] == 0b010


@given(st.integers(0, 2**32))
def test_what_is_not_known_does_not_change_the_view(seed):
    chance = np.random.default_rng(seed)
    one, other = framed(*grids(seed)), framed(*grids(seed + 1))
    hits, feel = (chance.random((3, FRAMES, VOICE_COUNT)) < 0.5 for _ in range(2))
    mixed = Frames(
        np.where(hits, one.pattern, other.pattern),
        np.where(feel[..., None], one.velocity, other.velocity),
        np.where(feel[..., None], one.offset, other.offset),
    )
    assert np.array_equal(view(one, hits, feel), view(mixed, hits, feel))
    assert view(one, hits, feel).shape == (3, FRAMES, VIEW)


def test_what_is_not_asked_is_left_open():
    row = dict(zip(frames.CONDITIONS, condition({"density": 0.25, "tempo": None}, "jazz"), strict=True))
    assert {name for name, value in row.items() if value} == {"density", "density told", "style jazz"}
    with pytest.raises(KeyError):
        condition({"loudness": 1.0})


def test_a_vocabulary_that_is_not_ours_is_refused_by_name():
    ours = json.loads(json.dumps(frames.vocabulary({"density": [0.0, 1.0]}, 32, (2, 2, 4, 20, 32))))
    assert frames.disagreement(ours) == ""
    assert frames.disagreement({**ours, "frames": 16}) == "sha256"
    other = {**ours, "voices": ["kick"]}
    assert frames.disagreement({**other, "sha256": frames.digest(other)}) == "voices"
