"""Drawing: each hit is thrown as its likelihood says, knows of all before it, and what is asked is pulled further."""

from __future__ import annotations

import math

import numpy as np
import pytest
from grooves import LATENT, OUT, Arithmetic, straight
from hypothesis import given
from hypothesis import strategies as st

from liveengine.generators.codecs.frames import (
    CONDITIONS,
    FEELS,
    FRAMES,
    LAGS,
    MEDIAN,
    PATTERNS,
    SUBSTEPS,
    VOICE_COUNT,
    Past,
    condition,
)
from liveengine.generators.drawing import PULL_VELOCITY, Read, drawn, felt, silence, surprise
from liveengine.generators.voices import LEAN, LEAN_MAX, PULL_HITS, Voices, throw

NONE = np.zeros((1, LATENT), np.float32)
_SHAPE = (1, FRAMES, VOICE_COUNT)


class _Echo(Arithmetic):
    """A model whose velocities are 0.4, and `step` more for each thing that it is told."""

    def __init__(self, step: float) -> None:
        super().__init__()
        self.step, self.asked = step, 0

    def read(self, view, told, latent) -> Read:
        self.asked += 1
        said = 0.4 + self.step * sum(told[0, CONDITIONS.index(f"{name} told")] for name in ("syncopation", "velocity"))
        velocity = np.full((*_SHAPE, SUBSTEPS, len(FEELS)), said, np.float32)
        return super().read(view, told, latent)._replace(velocity=velocity)


@given(st.floats(-0.1, 0.1), st.sets(st.sampled_from(["syncopation", "velocity"])), st.booleans())
def test_what_is_asked_moves_what_is_said_so_much_further_and_never_out_of_range(step, names, dense):
    model = _Echo(step)
    asked = {name: 0.7 for name in names} | ({"density": 0.9} if dense else {})
    played = felt(model, silence().pattern, condition(asked)[None], NONE)
    expected = np.clip(0.4 + PULL_VELOCITY * step * len(names), 0.0, 1.0)
    assert np.allclose(played.velocity, expected, atol=1e-6)
    assert model.asked == (2 if names else 1)


class _Player(Arithmetic):
    """A model that says quantiles of how loud and how late, in no order, all hits alike."""

    LOUD = np.array([0.2, 0.1, 0.5, 0.6, 0.9], np.float32)

    def read(self, view, told, latent) -> Read:
        shape = (len(view), FRAMES, VOICE_COUNT, SUBSTEPS, len(FEELS))
        said = np.broadcast_to(self.LOUD, shape)
        return super().read(view, told, latent)._replace(velocity=said, offset=said - 0.5)


def test_as_many_hits_are_played_below_each_quantile_as_are_said_to():
    pattern, told = np.ones((20, FRAMES, VOICE_COUNT), np.uint8), np.repeat(condition({})[None], 20, axis=0)
    played = felt(_Player(), pattern, told, NONE, np.random.default_rng(4))
    rising, wide = np.sort(_Player.LOUD), FEELS[-1] - FEELS[0]
    for values in (played.velocity, played.offset + 0.5):
        assert rising[0] <= values.min() < values.max() <= rising[-1]
        for below, value in zip(FEELS, rising, strict=True):
            assert (values < value).mean() == pytest.approx((below - FEELS[0]) / wide, abs=0.02)
    assert abs(np.corrcoef(played.velocity.ravel(), played.offset.ravel())[0, 1]) < 0.05
    usual = felt(_Player(), pattern, told, NONE)
    assert (usual.velocity == _Player.LOUD[MEDIAN]).all()
    assert (usual.offset == _Player.LOUD[MEDIAN] - 0.5).all()


class _Copyist(Arithmetic):
    """A model that strikes kicks evenly in the first beat, then what it struck a beat ago; and snares with kicks.

    It goes by the past, and by what voices of a frame tell each other, alone.
    """

    def __init__(self) -> None:
        self.voices = straight(2)
        self.voices.usual[:2, 2] = -OUT
        self.voices.usual[:, 0] = 20.0
        self.voices.say[0, 0, 2] = self.voices.say[1, 1, 2] = 1.0
        self.voices.told[0, 2, 1, 1] = 40.0  # the second voice strikes what the first does

    def write(self, heard, past, place, cache):
        kick = past.reshape(len(past), len(LAGS), VOICE_COUNT, PATTERNS)[:, LAGS.index(4), 0, 2]
        frame = np.zeros((len(heard), 2), np.float32)
        frame[:, 0] = np.where(place[0] < 4, 20.0, 40.0 * kick)
        return super().write(heard, past, place, cache)._replace(frame=frame)


def test_what_is_struck_follows_from_what_was_struck_before_it():
    told = np.repeat(condition({})[None], 20, axis=0)
    groove = drawn(_Copyist(), told, np.zeros((20, LATENT), np.float32), np.random.default_rng(1)).pattern
    first = groove[:, :4, 0]
    assert 0.3 < (first > 0).mean() < 0.7
    assert (groove[:, :, 0] == np.tile(first, 8)).all()
    assert (groove[:, :, 1] == groove[:, :, 0]).all()
    assert not groove[:, :, 2:].any()


@given(st.integers(0, 2**32), st.booleans(), st.booleans())
def test_each_voice_is_thrown_by_what_the_voices_before_it_came_to(seed, pulled, wanting):
    chance = np.random.default_rng(seed)

    def normal(*shape: int) -> np.ndarray:
        return chance.normal(0, 1, shape).astype(np.float32)

    width = 5
    voices = Voices(
        normal(VOICE_COUNT, PATTERNS, VOICE_COUNT, width),
        normal(VOICE_COUNT, width),
        normal(VOICE_COUNT, width, PATTERNS),
        normal(VOICE_COUNT, PATTERNS),
    )
    voices.told[:, 0] = 0.0
    frame, throws, behind = normal(1 + pulled, 3, width), normal(3, FRAMES, VOICE_COUNT, PATTERNS), 10 * normal(3)
    standing = chance.random((3, FRAMES, VOICE_COUNT)) < 0.3
    given_ = chance.integers(PATTERNS, size=(3, FRAMES, VOICE_COUNT), dtype=np.uint8)
    thrown, place = given_.copy(), int(chance.integers(FRAMES))
    left = behind.copy() if wanting else np.empty(0, np.float32)
    throw(voices, frame, place, throws, left, standing, thrown)
    elsewhere = standing | (np.arange(FRAMES) != place)[:, None]
    assert np.array_equal(thrown[elsewhere], given_[elsewhere])
    pattern, lean = thrown[:, place], np.clip(LEAN * behind, -LEAN_MAX, LEAN_MAX) * wanting
    assert not wanting or np.allclose(left, behind - (pattern > 0).sum(axis=1))
    for groove, voice in np.argwhere(~standing[:, place]):  # the slow twin
        before = sum((voices.told[v, pattern[groove, v], voice] for v in range(voice)), np.zeros(width))
        stands = frame[:, groove].astype(float) + voices.each[voice] + before
        said = (stands / (1 + np.exp(-stands))) @ voices.say[voice] + voices.usual[voice]
        moved = said[1] + PULL_HITS * (said[0] - said[1]) if pulled else said[0]
        told = moved + throws[groove, place, voice] + lean[groove] * (np.arange(PATTERNS) > 0)
        assert told[pattern[groove, voice]] >= told.max() - 1e-3, (groove, voice)


def test_the_past_is_what_was_struck_so_many_frames_ago():
    pattern = np.random.default_rng(1).integers(PATTERNS, size=(2, FRAMES, VOICE_COUNT), dtype=np.uint8)
    before = Past(2)
    for place in range(FRAMES):
        told = before.told(place).reshape(2, len(LAGS), VOICE_COUNT, PATTERNS)
        for number, lag in enumerate(LAGS):
            if lag > place:
                assert not told[:, number].any()
            else:
                assert np.array_equal(told[:, number].argmax(axis=-1), pattern[:, place - lag])
                assert (told[:, number].sum(axis=-1) == 1).all()
        before.take(pattern[:, place], place)


def test_surprise_is_that_of_all_hits_one_after_another():
    pattern = np.zeros(_SHAPE, np.uint8)
    pattern[0, 3, 2] = 1
    said = Arithmetic().read(np.zeros((1, FRAMES, 99), np.float32), NONE, NONE).heard[0].astype(float)
    each = np.exp(3.0 - said) + 2.0 + 5 * math.exp(-4.0)
    expected = (np.log(each) - (3.0 - said)).sum() + (3.0 - said[3, 2])
    found = surprise(Arithmetic(), pattern, condition({})[None], NONE)
    assert found.tolist() == pytest.approx([expected], rel=1e-6)


def test_a_groove_is_thrown_as_often_as_its_surprise_says():
    """Draws of the first voices of a model that says each cell by itself, against what it says is likely."""
    count = 4000
    told = np.repeat(condition({})[None], count, axis=0)
    groove = drawn(Arithmetic(), told, np.zeros((count, LATENT), np.float32), np.random.default_rng(2)).pattern
    said = Arithmetic().read(np.zeros((1, FRAMES, 99), np.float32), NONE, NONE).heard[0].astype(float)
    silent = np.exp(3.0 - said) / (np.exp(3.0 - said) + 2.0 + 5 * math.exp(-4.0))
    assert np.abs((groove == 0).mean(axis=0) - silent).max() < 5 * 0.5 / math.sqrt(count)
