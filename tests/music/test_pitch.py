"""Pitch names, scales and keys: names go round, a snap is in the key and nothing in the key is nearer."""

import doctest
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.music import pitch
from liveengine.music.pitch import OCTAVE, SCALES, Key, class_of, pitch_name, pitch_of

keys = st.builds(Key, st.integers(0, 11), st.sampled_from(sorted(SCALES)))
pitches = st.integers(0, 127)


def test_the_examples_are_true() -> None:
    assert doctest.testmod(pitch).failed == 0


@given(pitches)
def test_a_pitch_name_goes_round(number: int) -> None:
    assert pitch_of(pitch_name(number)) == number


@given(keys)
def test_a_key_goes_round(key: Key) -> None:
    assert Key.parse(str(key)) == key


def test_every_scale_begins_on_its_tonic_and_rises_within_the_octave() -> None:
    for intervals in SCALES.values():
        assert intervals[0] == 0 and intervals[-1] < OCTAVE
        assert list(intervals) == sorted(set(intervals))


@given(keys, pitches)
def test_a_snap_is_the_nearest_pitch_of_the_key(key: Key, number: int) -> None:
    snapped = key.snap(number)
    distance = min(abs(number - other) for other in range(128) if other in key)
    assert snapped in key
    assert abs(snapped - number) == distance
    assert key.snap(snapped) == snapped


@given(keys, st.integers(30, 100), st.integers(-7, 7))
def test_steps_up_and_down_again_return(key: Key, number: int, steps: int) -> None:
    start = key.snap(number)
    there = key.step(start, steps)
    assert key.step(there, -steps) == start
    assert len([p for p in key.pitches if min(start, there) < p <= max(start, there)]) == abs(steps)


@given(keys, st.integers(-10, 20))
def test_a_degree_an_octave_up_is_twelve_semitones_up(key: Key, number: int) -> None:
    assert key.degree(number + len(SCALES[key.scale])) - key.degree(number) == OCTAVE
    assert key.degree(number) in key


def test_the_pitches_of_c_major_are_the_white_keys() -> None:
    assert [p for p in Key.parse("C").pitches if 60 <= p < 72] == [60, 62, 64, 65, 67, 69, 71]


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Am", "A minor"),
        ("Bb", "Bb major"),
        ("b minor", "B minor"),
        ("F# Harmonic  Minor", "F# harmonic minor"),
        ("G ionian", "G major"),
        ("Gb_lydian", "F# lydian"),
        ("Cb", "B major"),
    ],
)
def test_a_key_is_read_as_musicians_write_it(text: str, same: str) -> None:
    assert str(Key.parse(text)) == same


def test_flats_and_octaves_are_counted_from_the_letter() -> None:
    assert pitch_of("Cb4") == 59
    assert pitch_of("B#3") == 60
    assert class_of("Cb") == class_of("B")


def test_an_unknown_scale_names_the_nearest() -> None:
    with pytest.raises(ValueError, match=r'no scale called "dorain".*did you mean "dorian"'):
        Key.parse("D dorain")


@pytest.mark.parametrize("text", ["", "H major", "4", "#"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        Key.parse(text)


@pytest.mark.parametrize("text", ["C", "C-2", "G#9", "H3", "C4x"])
def test_what_is_no_pitch_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="pitch"):
        pitch_of(text)


def test_every_key_has_every_octave() -> None:
    for tonic, scale in product(range(12), SCALES):
        assert len(Key(tonic, scale).pitches) >= 10 * len(SCALES[scale])
