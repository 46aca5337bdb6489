"""Chords: names go round; a voicing stays in its register, clear, and moves little."""

import doctest
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.music import chord as chord_module
from liveengine.music.chord import _SAME_KIND, CLEAR_ABOVE, KINDS, Chord

chords = st.builds(Chord, st.integers(0, 11), st.sampled_from(sorted(KINDS)), st.none() | st.integers(0, 11))
registers = st.integers(40, 60).flatmap(lambda low: st.tuples(st.just(low), st.integers(low + 16, low + 40)))


def test_the_examples_are_true() -> None:
    assert doctest.testmod(chord_module).failed == 0


@given(chords)
def test_a_chord_name_goes_round(chord: Chord) -> None:
    assert Chord.parse(str(chord)) == chord


@pytest.mark.parametrize("sign", sorted(_SAME_KIND))
def test_every_other_sign_is_read(sign: str) -> None:
    assert Chord.parse(f"E{sign}").kind == _SAME_KIND[sign]


@pytest.mark.parametrize(
    ("text", "classes", "bass"),
    [
        ("Dm9", {2, 5, 9, 0, 4}, 2),
        ("G13", {7, 11, 2, 5, 9, 4}, 7),
        ("Cmaj7", {0, 4, 7, 11}, 0),
        ("F#m7b5", {6, 9, 0, 4}, 6),
        ("Asus4", {9, 2, 4}, 9),
        ("C/E", {0, 4, 7}, 4),
        ("Bb", {10, 2, 5}, 10),
        ("Eb7#11/Bb", {3, 7, 10, 1, 9}, 10),
        ("C6/9", {0, 4, 7, 9, 2}, 0),
    ],
)
def test_a_chord_has_the_notes_its_name_says(text: str, classes: set[int], bass: int) -> None:
    chord = Chord.parse(text)
    assert set(chord.classes) == classes
    assert chord.bass == bass


@given(chords, registers)
def test_a_voicing_stays_in_its_register_and_chord(chord: Chord, register: tuple[int, int]) -> None:
    low, high = register
    voicing = chord.voiced(low, high)
    assert list(voicing) == sorted(set(voicing))
    assert low <= voicing[0] <= voicing[-1] <= high
    assert {pitch % 12 for pitch in voicing} <= set(chord.classes)
    assert len(voicing) <= 4


@given(chords, registers)
def test_a_voicing_is_never_muddy(chord: Chord, register: tuple[int, int]) -> None:
    for lower, upper in pairwise(chord.voiced(*register)):
        assert lower >= CLEAR_ABOVE.get(upper - lower, 0)


@given(chords)
def test_a_voicing_keeps_the_notes_that_tell_the_chord(chord: Chord) -> None:
    third_or_sus = {(chord.root + i) % 12 for i in KINDS[chord.kind] if i in (2, 3, 4, 5)}
    seventh = {(chord.root + i) % 12 for i in KINDS[chord.kind] if i in (10, 11)}
    heard = {pitch % 12 for pitch in chord.voiced(48, 79)}
    assert third_or_sus <= heard
    assert seventh <= heard


@given(chords, chords)
def test_voices_move_less_than_a_fifth_to_the_next_chord(first: Chord, second: Chord) -> None:
    before = first.voiced(50, 79)
    after = second.voiced(50, 79, before)
    assert all(min(abs(new - old) for old in before) <= 6 for new in after)


@given(chords, registers)
def test_the_same_chord_again_does_not_move(chord: Chord, register: tuple[int, int]) -> None:
    voicing = chord.voiced(*register)
    assert chord.voiced(*register, voicing) == voicing


def test_two_five_one_leads_by_steps() -> None:
    voicing: tuple[int, ...] = ()
    for name in ("Dm7", "G7", "Cmaj7"):
        following = Chord.parse(name).voiced(52, 76, voicing)
        assert not voicing or sum(abs(a - b) for a, b in zip(voicing, following, strict=True)) <= 6
        voicing = following


def test_a_narrow_register_takes_what_fits_and_says_so_when_nothing_does() -> None:
    assert Chord.parse("C").voiced(60, 61) == (60,)
    with pytest.raises(ValueError, match=r"no note of C lies between C#4 and D4"):
        Chord.parse("C").voiced(61, 62)
    with pytest.raises(ValueError, match="register"):
        Chord.parse("C").voiced(62, 61)


def test_an_unknown_chord_names_the_nearest() -> None:
    with pytest.raises(ValueError, match=r"did you mean \"Dmaj7\""):
        Chord.parse("Dmajj7")


@pytest.mark.parametrize("text", ["", "H", "dm", "7", "C/", "C/x", "/E"])
def test_what_is_no_chord_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a chord"):
        Chord.parse(text)
