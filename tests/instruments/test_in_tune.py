"""Pitch and purity: notes are where they should be, and nothing folds back."""

from __future__ import annotations

import numpy as np
import pytest
from desk import decibels, event, render, rms, solo, spectrum, strike, turn

from liveengine.instruments.waves import SAWS, SINE, STRIDE, make_waves
from liveengine.music.event import PITCH_BEND


def cents_away(sound, wanted_hz):
    """Measure the strongest partial near `wanted_hz`, by a parabola through its logarithm."""
    hertz, magnitude = spectrum(sound)
    near = np.where(np.abs(hertz / wanted_hz - 1) < 0.03, magnitude, 0)
    peak = int(np.argmax(near))
    low, top, high = np.log(magnitude[peak - 1 : peak + 2])
    found = (peak + 0.5 * (low - high) / (low - 2 * top + high)) * hertz[1]
    return 1200 * np.log2(found / wanted_hz)


@pytest.mark.parametrize("sound", ["bass", "keys", "pad"])
@pytest.mark.parametrize("a4_hz", [440.0, 432.0])
def test_every_octave_is_within_two_cents_at_any_tuning(sound, a4_hz):
    for pitch in range(28, 106, 11):
        score = solo(sound, turn(-1, "tuning", a4_hz), turn(0, "spread", 0.0), strike(0, 0, pitch))
        heard = render(score, 2.2)[0, 9_600:]
        assert abs(cents_away(heard, a4_hz * 2 ** ((pitch - 69) / 12))) < 2, pitch


def test_a_wide_pad_stays_in_tune_as_a_whole():
    heard = render(solo("pad", turn(0, "spread", 1.0), strike(0, 0, 69)), 4)[:, 24_000:].mean(axis=0)
    hertz, magnitude = spectrum(heard)
    near = np.abs(hertz / 440 - 1) < 0.02
    mean = np.sum(hertz[near] * magnitude[near] ** 2) / np.sum(magnitude[near] ** 2)
    assert abs(1200 * np.log2(mean / 440)) < 2


def test_bend_goes_two_semitones_and_tune_as_many_as_it_says():
    bent = render(solo("keys", event(0, 0, PITCH_BEND, 127, 127), strike(0, 0, 69)), 1)[0, 9_600:]
    tuned = render(solo("keys", turn(0, "tune", -12), strike(0, 0, 69)), 1)[0, 9_600:]
    assert abs(cents_away(bent, 440 * 2 ** (2 / 12))) < 2
    assert abs(cents_away(tuned, 220)) < 2


@pytest.mark.parametrize("rate", [44_100, 48_000])
@pytest.mark.parametrize("sound", ["bass", "keys", "pad"])
@pytest.mark.parametrize("pitch", [84, 96, 101, 105, 108])
def test_the_brightest_high_note_has_no_alias_above_minus_75_db(rate, sound, pitch):
    score = solo(sound, turn(0, "tone", 1.0), turn(0, "spread", 0.0), strike(0, 0, pitch))
    heard = render(score, 1.5, rate)[0, rate // 2 :]
    hertz, magnitude = spectrum(heard, rate)
    wanted = 440 * 2 ** ((pitch - 69) / 12)
    harmonic = np.abs(hertz - np.round(hertz / wanted) * wanted) < 40
    stray = magnitude[~harmonic & (hertz > 30)].max()
    assert decibels(stray / magnitude[harmonic].max()) < -75


def test_each_saw_holds_only_harmonics_that_its_range_can_carry():
    tables = make_waves().reshape(-1, STRIDE)
    counts = [int(np.sum(np.abs(np.fft.rfft(table[:-1])) > 0.1)) for table in tables[:SAWS]]
    assert counts[0] == 400
    assert counts[-1] == 0
    assert counts == sorted(counts, reverse=True)
    assert np.allclose(tables[SINE, :-1], np.sin(2 * np.pi * np.arange(STRIDE - 1) / (STRIDE - 1)), atol=1e-6)


@pytest.mark.parametrize("sound", ["drums", "bass", "keys", "pad"])
def test_no_sound_pushes_the_cone_aside(sound):
    heard = render(solo(sound, turn(0, "drive", 0.7), strike(0, 0, 36)), 3)
    assert np.all(np.abs(heard[:, 48_000:].mean(axis=1)) < 0.003 * rms(heard[:, :48_000]))
