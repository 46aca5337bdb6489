"""Pitch and purity: notes are where they should be, and nothing folds back."""

from __future__ import annotations

import numpy as np
import pytest
from desk import decibels, event, render, rms, solo, spectrum, strike, tune, turn

from liveengine.instruments.waves import SAWS, SINE, STRIDE, make_waves
from liveengine.music.event import PITCH_BEND
from liveengine.music.temperament import find_scale
from liveengine.music.tuning import ALL_KEYS, Tuning


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
        score = solo(sound, tune(ALL_KEYS, 12 * np.log2(a4_hz / 440)), turn(0, "spread", 0.0), strike(0, 0, pitch))
        heard = render(score, 2.2)[0, 9_600:]
        assert abs(cents_away(heard, a4_hz * 2 ** ((pitch - 69) / 12))) < 2, pitch


@pytest.mark.parametrize("sound", ["bass", "keys", "pad"])
@pytest.mark.parametrize(
    "tuning",
    [
        Tuning(find_scale("just"), root=2, reference_hz=432.0),
        Tuning(find_scale("harmonic"), reference=72, reference_hz=528.0, mapping="nearest"),
        Tuning(find_scale("19edo")),
    ],
    ids=["just on D, A4 = 432", "harmonics on C, C5 = 528", "19 equal steps"],
)
def test_every_key_of_a_tuning_is_within_a_cent_from_its_first_moment(sound, tuning):
    told = [tune(key, value) for key, value in enumerate(tuning.table)]
    for pitch in range(50, 80, 7):
        score = solo(sound, *told, turn(0, "spread", 0.0), strike(0, 0, pitch))
        heard = render(score, 2.2)[0]
        assert abs(cents_away(heard[9_600:], tuning.hz(pitch))) < 1, pitch
        assert abs(cents_away(heard[: 9_600 * 4], tuning.hz(pitch))) < 3, pitch  # It does not slide there.


@pytest.mark.parametrize("sound", ["bass", "keys", "pad"])
@pytest.mark.parametrize(("key", "value"), [(69, 69.4), (ALL_KEYS, -0.3177)])
def test_what_sounds_takes_a_new_tuning(sound, key, value):
    score = solo(sound, turn(0, "spread", 0.0), strike(0, 0, 69), tune(key, value, when=24_000))
    heard = render(score, 3.0)[0]
    semitones = value - 69 if key == 69 else value
    assert abs(cents_away(heard[2_400:24_000], 440.0)) < 3
    assert abs(cents_away(heard[40_000:], 440.0 * 2 ** (semitones / 12))) < 1


def test_a_key_beyond_the_table_or_no_pitch_at_all_is_dropped():
    plain = render(solo("keys", strike(0, 0, 69)), 0.5)
    odd = render(solo("keys", tune(200, 3.0), tune(69, np.nan), tune(69, np.inf), strike(0, 0, 69)), 0.5)
    assert np.array_equal(plain, odd)


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
