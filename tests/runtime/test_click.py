"""The click is found again: to a part of a sample, at any level, upside down, in noise; and nothing else is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liveengine.runtime.litmus.click import PEAK, find_click, make_click
from liveengine.runtime.litmus.clicks import EVERY_S, SECONDS_MAX, Tape

RATE = 48_000.0
WINDOW = 8_192
CLICK = make_click(RATE)


def heard(place: float, gain: float = 1.0, noise: float = 0.0, seed: int = 0) -> np.ndarray:
    """Return a window with the click at a place between samples, as a card's filters would carry it."""
    sound = np.zeros(WINDOW)
    sound[: CLICK.size] = CLICK
    turned = np.fft.rfft(sound) * np.exp(-2j * np.pi * np.fft.rfftfreq(WINDOW) * place)
    hiss = np.random.default_rng(seed).normal(0, noise, WINDOW) if noise else 0.0
    return (gain * np.fft.irfft(turned, WINDOW) + hiss).astype(np.float32)


gains = st.one_of(st.floats(0.002, 2.0), st.floats(-2.0, -0.002))


@given(st.floats(1, WINDOW - CLICK.size - 1), gains)
def test_a_clean_click_is_found_to_a_fiftieth_of_a_sample(place, gain):
    assert find_click(heard(place, gain), CLICK) == pytest.approx(place, abs=0.02)


@settings(max_examples=40)
@given(st.floats(1, WINDOW - CLICK.size - 1), st.integers(0, 1000))
def test_in_noise_20_db_below_its_peak_it_is_found_to_half_a_sample(place, seed):
    assert find_click(heard(place, noise=PEAK / 10, seed=seed), CLICK) == pytest.approx(place, abs=0.5)


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.floats(1e-6, 1.0))
def test_noise_is_no_click(seed, level):
    hiss = np.random.default_rng(seed).normal(0, level, 24_000).astype(np.float32)
    assert find_click(hiss, CLICK) is None


@given(st.floats(20, 20_000), st.floats(-1, 1))
def test_neither_hum_nor_direct_current_is_a_click(hz, level):
    tone = np.sin(2 * np.pi * hz * np.arange(WINDOW) / RATE)
    assert find_click((level * tone).astype(np.float32), CLICK) is None
    assert find_click(np.full(WINDOW, level, np.float32), CLICK) is None


def test_silence_and_what_is_shorter_than_a_click_hold_none():
    assert find_click(np.zeros(WINDOW, np.float32), CLICK) is None
    assert find_click(CLICK[:-1], CLICK) is None


@pytest.mark.parametrize("rate", [44_100.0, 48_000.0, 96_000.0, 192_000.0])
def test_a_click_is_as_long_and_as_loud_at_every_rate(rate):
    click = make_click(rate)
    assert click.size == round(0.005 * rate)
    assert 0.9 * PEAK < np.abs(click).max() <= PEAK
    assert find_click(np.concatenate((np.zeros(500, np.float32), click, np.zeros(500, np.float32))), click) == (
        pytest.approx(500, abs=0.01)
    )


# -- the tape ------------------------------------------------------------------


def looped(seconds: float, delay: int, sizes: list[int], lost: frozenset[int] = frozenset()) -> Tape:
    """Turn a tape whose output comes back after `delay` frames; the clicks numbered in `lost` do not."""
    tape = Tape(RATE, seconds)
    line = np.zeros(tape.played.size + 20_000 + delay, np.float32)
    turn = 0
    while tape.share < 1.0:
        size = sizes[turn % len(sizes)]
        start, out = tape.place, np.zeros(size, np.float32)
        tape.turn(start, out, line[start : start + size].copy())
        line[start + delay : start + delay + size] = out
        turn += 1
        for number in lost:
            begin = tape.begins[number] + delay
            line[begin : begin + CLICK.size] = 0.0
    return tape


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 20_000), st.lists(st.integers(1, 4096).filter(lambda n: n > 31), min_size=1, max_size=4))
def test_whatever_the_buffers_the_round_trip_is_exact(delay, sizes):
    delay = max(delay, *sizes)  # what comes back in the same buffer would have to be heard before it is played
    found = looped(1.5, delay, sizes).round()
    assert found.sent == 3
    assert found.delays == pytest.approx((delay,) * 3, abs=0.01)
    assert found.stalls == 0


def test_clicks_that_get_lost_are_missing():
    found = looped(2.0, 300, [128], frozenset({1})).round()
    assert (found.sent, len(found.delays)) == (4, 3)


def test_buffers_that_the_device_left_out_are_counted_and_do_not_move_the_rest():
    tape = Tape(RATE, 1.0)
    out, silence = np.zeros(128, np.float32), np.zeros(128, np.float32)
    tape.turn(0, out, silence)
    tape.turn(1280, out, silence)
    assert tape.skipped == 1
    tape.turn(tape.begins[0], out, silence)
    assert np.array_equal(out, CLICK[:128])


def test_each_click_begins_elsewhere_in_the_period():
    begins = Tape(RATE, 20.0).begins
    assert len({begin % 128 for begin in begins}) > 30
    assert np.diff(begins).min() > EVERY_S * RATE - 1024


def test_longer_than_a_tape_is_refused():
    with pytest.raises(ValueError, match=r"--seconds 301: clicks are listened to for 300 s at most"):
        Tape(RATE, SECONDS_MAX + 1)
