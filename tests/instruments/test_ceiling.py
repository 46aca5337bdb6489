"""The limiter's promise, and the balance of a full set before it."""

from __future__ import annotations

import numpy as np
import pytest
from desk import RATE, choose, decibels, let_go, render, rms, solo, strike, turn
from hypothesis import given, settings
from hypothesis import strategies as st

from liveengine.instruments.limiter import CEILING, limit_frame
from liveengine.instruments.rack import make_rack
from liveengine.music.sound import SOUNDS

BEAT = RATE // 2


def limited(loudness):
    """Send a list of mono samples through a new limiter."""
    rack, out = make_rack(RATE), []
    for place, sample in enumerate(loudness):
        pair = limit_frame(
            rack.limits[0], rack.ahead, rack.ahead_gains, rack.queue_gains, rack.queue_places, sample, -sample, place
        )
        out.append(pair)
    return np.array(out).T, rack.limits[0]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(-50, 50), st.integers(1, 200)), min_size=1, max_size=12))
def test_nothing_leaves_above_the_ceiling(steps):
    out, _ = limited([sample for sample, length in steps for _ in range(length)] + [0.0] * 100)
    assert np.abs(out).max() <= CEILING


def test_what_is_below_the_ceiling_is_only_delayed():
    wave = 0.85 * np.sin(np.arange(3_000) * 0.05)
    out, limit = limited(wave)
    ahead = int(limit["ahead"])
    assert np.array_equal(out[0, ahead:], wave[:-ahead])


def test_after_a_peak_the_gain_comes_all_the_way_back():
    out, limit = limited([9.0] * 50 + [0.5] * 3 * RATE)
    assert limit["gain"] == 1.0
    assert out[0, -1] == 0.5


@pytest.mark.parametrize("fault", [np.nan, np.inf, -np.inf, 1e30])
def test_F5_a_fault_upstream_is_silence_and_not_a_bang(fault):
    out, _ = limited([0.5] * 100 + [fault] * 10 + [0.5] * 500)
    assert np.isfinite(out).all()
    assert np.abs(out).max() <= 0.5
    assert out[0, -1] == 0.5


def test_sixty_four_loud_voices_stay_under_the_ceiling():
    score = [choose(track, SOUNDS[track % 4]) for track in range(16)]
    score += [turn(track, name, value) for track in range(16) for name, value in (("level", 6.0), ("reverb", 1.0))]
    score += [turn(-1, "level", 6.0)]
    score += [strike(7 * n, n % 16, (36, 40, 52, 55)[n // 16] + n % 16, 127) for n in range(64)]
    heard = render(score, 2)
    assert 0.8 < np.abs(heard).max() <= np.float32(CEILING) < 0.892


def typical():
    """Return four bars at 120 BPM: four on the floor, bass in eighths, chords, a pad."""
    parts = [[choose(track, sound)] for track, sound in enumerate(SOUNDS)]
    for beat in range(16):
        when = beat * BEAT
        parts[0] += [strike(when, 0, 36, 112), *([strike(when, 0, 38, 105)] if beat % 2 else [])]
        parts[0] += [strike(when + k * BEAT // 4, 0, 42, (95, 55, 80, 50)[k]) for k in range(4)]
        for half in range(2):
            start = when + half * BEAT // 2
            parts[1] += [strike(start, 1, 36 + beat % 4), let_go(start + BEAT // 3, 1, 36 + beat % 4)]
        if beat % 2 == 0:
            parts[2] += [e for p in (60, 63, 67, 70) for e in (strike(when, 2, p, 85), let_go(when + BEAT, 2, p))]
        if beat % 4 == 0:
            parts[3] += [
                e for p in (48, 63, 67, 74) for e in (strike(when, 3, p, 85), let_go(when + 4 * BEAT - 99, 3, p))
            ]
    return parts


def test_a_full_set_at_its_defaults_is_a_mix():
    parts = typical()
    alone = [decibels(rms(render(part, 8)[:, RATE:])) for part in parts]
    together = render([event for part in parts for event in part], 8)[:, RATE:]
    assert max(alone) - min(alone) < 9, alone
    assert -17 < decibels(rms(together)) < -12
    assert 9 < decibels(np.abs(together).max() / rms(together)) < 18
    # The limiter is a net, not a sound: without it hardly any frame would be over.
    quiet = render([turn(-1, "level", -12.0), *(event for part in parts for event in part)], 8)[:, RATE:]
    assert np.mean(np.abs(quiet).max(axis=0) * 10 ** (12 / 20) > CEILING) < 0.002


@pytest.mark.parametrize("sound", SOUNDS)
def test_velocity_is_loudness(sound):
    levels = [rms(render(solo(sound, strike(0, 0, 36, v)), 0.5)) for v in (1, 30, 60, 90, 110, 127)]
    assert levels == sorted(levels)
    assert levels[-1] > 3 * levels[0] > 0
