"""Tunings: a reference that is exact, scales that come again, and the scales that come with the engine."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.music.temperament import PHI, TEMPERAMENTS, equal_division, find_scale
from liveengine.music.tuning import ALL_KEYS, EQUAL, MAPPINGS, Scale, Tuning, cents_of, equal_hz, ratio_of

cents = st.integers(1, 2400).map(float)  # No two so near that a sum of them is the same.
ratios = st.builds(Fraction, st.integers(1, 10**6), st.integers(1, 10**6))
rising = st.lists(cents, min_size=1, max_size=30, unique=True).map(lambda found: Scale("any", tuple(sorted(found))))
named = st.sampled_from([*TEMPERAMENTS.values(), equal_division(19), equal_division(7)])
tunings = st.builds(
    Tuning, rising | named, st.integers(0, 11), st.integers(0, 127), st.floats(20, 2000), st.sampled_from(MAPPINGS)
)


@given(ratios)
def test_cents_are_the_logarithm_of_a_ratio(ratio):
    assert math.isclose(ratio_of(cents_of(ratio)), float(ratio), rel_tol=1e-9)


@given(st.floats(-10_000, 10_000))
def test_a_ratio_of_cents_is_these_cents(wanted):
    assert math.isclose(1200 * math.log2(ratio_of(wanted)), wanted, abs_tol=1e-6)


@given(tunings)
def test_the_reference_is_exact(tuning):
    assert tuning.hz(tuning.reference) == tuning.reference_hz


@given(tunings, st.integers(0, 127))
def test_hertz_and_semitones_say_the_same(tuning, pitch):
    assert math.isclose(equal_hz(tuning.semitones(pitch)), tuning.hz(pitch), rel_tol=1e-9)


@given(rising | named, st.integers(-50, 50))
def test_a_scale_comes_again_after_its_period(scale, step):
    again = scale.cents(step + len(scale.degrees))
    assert math.isclose(again - scale.cents(step), scale.period_cents, abs_tol=1e-6)


@given(tunings)
def test_a_higher_key_is_never_lower(tuning):
    keys = tuning.table[:ALL_KEYS]
    assert all(low <= high + 1e-9 for low, high in itertools.pairwise(keys))
    if tuning.mapping == "linear":
        assert all(low < high for low, high in itertools.pairwise(keys))


@given(named, st.integers(0, 11), st.integers(0, 127))
def test_mapped_to_the_nearest_no_key_is_further_off_than_the_widest_step_allows(scale, root, pitch):
    tuning = Tuning(scale, root, reference=60 + root, reference_hz=equal_hz(60 + root), mapping="nearest")
    steps = [scale.cents(step + 1) - scale.cents(step) for step in range(len(scale.degrees))]
    assert abs(tuning.semitones(pitch) - pitch) * 100 <= max(steps) / 2 + 1e-6


@given(rising, st.floats(-3000, 3000))
def test_the_nearest_step_is_the_nearest_of_all(scale, wanted):
    brute = min(abs(scale.cents(step) - wanted) for step in range(-4000, 4000)) if scale.period_cents > 1 else None
    assert brute is None or math.isclose(abs(scale.nearest(wanted) - wanted), brute, abs_tol=1e-6)


def test_equal_temperament_at_440_leaves_every_key_in_its_place():
    assert Tuning().table == pytest.approx([*range(128), 0.0])
    assert Tuning().hz(69) == 440.0
    assert Tuning().hz(60) == pytest.approx(261.6256, abs=1e-4)


def test_c5_at_528_is_a4_at_444_less_a_little():
    tuning = Tuning(reference=72, reference_hz=528.0)
    assert tuning.hz(72) == 528.0
    assert tuning.hz(69) == pytest.approx(443.993, abs=1e-3)


@pytest.mark.parametrize(
    ("name", "ratios_from_root"),
    [
        ("just", {4: Fraction(5, 4), 7: Fraction(3, 2), 9: Fraction(5, 3), 12: Fraction(2)}),
        ("pythagorean", {2: Fraction(9, 8), 4: Fraction(81, 64), 6: Fraction(729, 512), 3: Fraction(32, 27)}),
        ("meantone", {4: Fraction(5, 4), 8: Fraction(25, 16), 12: Fraction(2)}),
        ("harmonic", {step: Fraction(8 + step, 8) for step in range(9)}),
    ],
)
def test_the_intervals_that_a_scale_is_known_for_are_pure(name, ratios_from_root):
    scale = find_scale(name)
    for step, ratio in ratios_from_root.items():
        if (name, step) == ("meantone", 8):
            continue  # The chain has Eb to G#, and so 25/16 on G#.
        assert scale.cents(step) == pytest.approx(cents_of(ratio), abs=1e-9), step


def test_golden_meantone_divides_the_fourth_so_that_whole_and_half_tone_are_golden():
    scale = find_scale("golden meantone")
    whole, half = scale.cents(2), scale.cents(5) - scale.cents(4)
    assert whole / half == pytest.approx(PHI)


def test_the_golden_scale_holds_the_golden_ratio_and_three_sizes_of_step():
    scale = find_scale("golden")
    assert any(math.isclose(cents_of(degree), 1200 * math.log2(PHI)) for degree in scale.degrees)
    steps = {round(scale.cents(step + 1) - scale.cents(step), 6) for step in range(12)}
    assert len(steps) <= 3  # The three-distance theorem (Sós 1958).


@pytest.mark.parametrize("parts", [1, 5, 12, 19, 31, 1200])
def test_equal_divisions_are_equal(parts):
    scale = find_scale(f"{parts}edo")
    assert len(scale.degrees) == parts
    assert scale.cents(parts) == 1200.0
    assert scale.cents(1) == pytest.approx(1200 / parts)


def test_every_scale_rises_to_an_octave_under_its_own_name():
    for name, scale in TEMPERAMENTS.items():
        assert scale.name == name and scale.about
        assert [*map(cents_of, scale.degrees)] == sorted(map(cents_of, scale.degrees))
        assert scale.period_cents == pytest.approx(1200.0)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: find_scale("pythagorian"), 'did you mean "pythagorean"'),
        (lambda: find_scale("0edo"), "1-1200 parts"),
        (lambda: Scale("x", ()), "1-2048 notes"),
        (lambda: Scale("x", (Fraction(-1, 2),)), "above 0"),
        (lambda: Scale("x", (math.nan,)), "finite"),
        (lambda: Scale("x", (100.0, Fraction(1))), "comes again higher"),
        (lambda: Tuning(EQUAL, 12), "pitch class"),
        (lambda: Tuning(reference_hz=0.0), "no frequency"),
        (lambda: Tuning(mapping="wide"), "no mapping"),
    ],
)
def test_what_cannot_be_tuned_is_refused_in_words(wrong, words):
    with pytest.raises(ValueError, match=words):
        wrong()
