"""Forty numbers of a bar: finite for any bar, zero for none, and what their names say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from liveengine.generators.codecs.grid import Grid, encode
from liveengine.generators.features import COUNT, FEATURES, NAMES, of_bar, of_grid, of_hits
from liveengine.music.note import Bar, Note
from liveengine.music.rhythm import Rhythm
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_SIXTEENTH, Metre
from liveengine.rhythms.measures.table import find
from liveengine.rhythms.metre import tree

metres = st.sampled_from([Metre(4, 4), Metre(3, 4), Metre(7, 8), Metre(6, 8), Metre(1, 16)])
KICK, SNARE, HAT = 36, 38, 42


def grid_of(*hits: tuple[int, int, int], length: int = 4 * TICKS_PER_BEAT) -> Grid:
    return encode(Bar.of((Note(tick, pitch, velocity) for tick, pitch, velocity in hits), length)).grid


def value(grid: Grid, name: str) -> float:
    return float(of_grid(grid)[NAMES.index(name)])


@given(metres, st.data())
def test_the_numbers_of_any_bar_are_finite_and_shares_lie_within_one(metre: Metre, data: st.DataObject) -> None:
    steps = metre.bar_ticks // (TICKS_PER_BEAT // 12)
    velocity = data.draw(arrays(np.float32, (1, steps, 9), elements=st.sampled_from((0.0, 0.0, 0.25, 1.0))))
    offset = np.where(velocity > 0, np.float32(0.25), np.float32(0))
    found = of_hits(velocity, offset, metre)
    assert found.shape == (1, COUNT) and np.isfinite(found).all()
    for feature, number in zip(FEATURES, found[0], strict=True):
        if "share" in feature.meaning or feature.name in ("density", "evenness", "balance", "velocity", "swing"):
            assert -1e-6 <= number <= 1 + 1e-6, feature.name


def test_a_silent_bar_is_forty_times_zero() -> None:
    assert not of_grid(grid_of()).any() and not of_bar(Bar((), 4 * TICKS_PER_BEAT)).any()


@given(st.lists(st.integers(0, 15), unique=True, min_size=1))
def test_rhythm_is_measured_as_the_rhythm_command_does(steps: list[int]) -> None:
    grid = grid_of(*((step * TICKS_PER_SIXTEENTH, KICK, 100) for step in steps))
    rhythm, nested = Rhythm.on_steps(steps, 16), tree(16, Metre(4, 4))
    for name, measure, scale in (
        ("density", "density", 1),
        ("syncopation", "syncopation", 16),
        ("off_beatness", "offbeatness", 16),
        ("evenness", "evenness", 1),
        ("balance", "balance", 1),
        ("entropy", "entropy", 1),
    ):
        assert value(grid, name) == pytest.approx((find(measure).of(rhythm, nested) or 0.0) / scale, abs=1e-5)


@given(st.lists(st.integers(0, 15), unique=True, min_size=1), st.integers(0, 3))
def test_pitched_bars_and_drums_of_one_rhythm_measure_alike(steps: list[int], pitch: int) -> None:
    hits = [(step * TICKS_PER_SIXTEENTH, KICK, 100) for step in steps]
    drums = of_grid(grid_of(*hits))
    line = of_bar(Bar.of((Note(tick, 60 + pitch, 100) for tick, _, _ in hits), 4 * TICKS_PER_BEAT))
    same = [NAMES.index(name) for name in NAMES[:18]]
    assert np.allclose(drums[same], line[same])


def test_a_rock_bar_says_what_it_is() -> None:
    eighth = TICKS_PER_BEAT // 2
    rock = [(step * eighth, HAT, 60) for step in range(8)]
    rock += [(beat * TICKS_PER_BEAT, (KICK, SNARE)[beat % 2], 120) for beat in range(4)]
    grid = grid_of(*rock)
    told = {name: round(value(grid, name), 3) for name in NAMES}
    assert (told["density"], told["notes"], told["together"]) == (0.5, 0.75, 1.5)
    assert (told["beats"], told["eighths"], told["weak_sixteenths"]) == (1.0, 1.0, 0.0)
    assert (told["kick"], told["snare"], told["closed_hat"], told["ride"]) == (0.125, 0.125, 0.5, 0.0)
    assert (told["low_share"], told["mid_share"], told["high_share"]) == (0.167, 0.167, 0.667)
    assert told["syncopation"] == told["triplets"] == 0.0 and told["swing"] == 0.5
    assert told["accent"] == round(60 / 127, 3) and told["again_half_bar"] == 1.0


def test_shuffled_eighths_swing_and_late_hits_are_late() -> None:
    third = TICKS_PER_BEAT // 3
    shuffle = grid_of(*((beat * 3 * third + place * third, HAT, 90) for beat in range(4) for place in (0, 2)))
    assert value(shuffle, "swing") == pytest.approx(2 / 3, abs=1e-6) and value(shuffle, "triplets") == 0.5
    late = encode(Bar((Note(0, KICK, 90, offset=6006),), 4 * TICKS_PER_BEAT)).grid
    assert value(late, "lateness") == pytest.approx(0.1)


def test_a_pitched_bar_tells_its_register_and_moves() -> None:
    steps = (60, 62, 64, 72)
    notes = [Note(beat * TICKS_PER_BEAT, pitch, gate=TICKS_PER_BEAT) for beat, pitch in enumerate(steps)]
    told = dict(zip(NAMES, of_bar(Bar.of(notes, 4 * TICKS_PER_BEAT)), strict=True))
    assert told["pitch"] == pytest.approx(64.5 / 127) and told["pitch_range"] == pytest.approx(0.25)
    assert told["steps"] == pytest.approx(2 / 3) and told["gate"] == pytest.approx(0.25)
    assert not any(told[voice] for voice in ("kick", "snare", "ride", "low_share"))


def test_several_bars_are_the_mean_and_others_are_refused() -> None:
    full = grid_of(*((step * TICKS_PER_SIXTEENTH, HAT, 90) for step in range(16)))
    both = grid_of(*((step * TICKS_PER_SIXTEENTH, HAT, 90) for step in range(16)), length=8 * TICKS_PER_BEAT)
    assert value(both, "density") == pytest.approx(value(full, "density") / 2)
    with pytest.raises(ValueError, match="no whole number of bars"):
        of_grid(grid_of(length=TICKS_PER_BEAT))
    with pytest.raises(ValueError, match="not one of 4/4"):
        of_bar(Bar((), TICKS_PER_BEAT))
