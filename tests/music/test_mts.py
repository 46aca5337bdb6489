"""MIDI Tuning Standard: byte for byte what the specification has."""

from __future__ import annotations

import functools
import operator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.music.mts import bulk_dump, frequency_bytes, note_change, octave_cents, octave_change
from liveengine.music.tuning import Tuning

semitones = st.floats(0, 127.9998)


def decoded(three: bytes) -> float:
    return three[0] + (three[1] * 128 + three[2]) / 16384


@pytest.mark.parametrize(
    ("hz_as_semitones", "three"),
    [
        # The table of the specification: 8.1758 Hz, 8.2104 … one step above, middle C, A4, and the highest.
        (0.0, "00 00 00"),
        (1 / 16384, "00 00 01"),
        (60.0, "3c 00 00"),
        (61.0, "3d 00 00"),
        (69.0, "45 00 00"),
        (69.0 + 1 / 16384, "45 00 01"),
        (127.0, "7f 00 00"),
        (200.0, "7f 7f 7e"),
        (-5.0, "00 00 00"),
    ],
)
def test_a_frequency_is_three_bytes(hz_as_semitones, three):
    assert frequency_bytes(hz_as_semitones).hex(" ") == three


@given(semitones)
def test_a_frequency_is_told_to_a_two_hundredth_of_a_cent(pitch):
    assert abs(decoded(frequency_bytes(pitch)) - pitch) <= 0.5 / 16384 + 1e-4 * (pitch > 127.9998)


@given(st.floats(-1e6, 1e6))
def test_no_change_is_never_said_and_no_byte_has_its_top_bit(pitch):
    three = frequency_bytes(pitch)
    assert three != b"\x7f\x7f\x7f"
    assert max(three) < 128


@given(st.lists(semitones, min_size=128, max_size=128), st.text(max_size=30), st.integers(0, 127))
def test_a_bulk_dump_is_408_bytes_as_the_specification_lays_them_out(keys, name, program):
    data = bulk_dump(keys, name, program)
    assert len(data) == 408
    assert data[:5] == bytes((0xF0, 0x7E, 0x7F, 0x08, 0x01))
    assert data[5] == program
    assert len(data[6:22]) == 16
    assert [decoded(data[22 + 3 * key : 25 + 3 * key]) for key in range(128)] == pytest.approx(keys, abs=2e-4)
    assert data[406] == functools.reduce(operator.xor, data[1:406]) & 0x7F
    assert data[407] == 0xF7
    assert max(data[1:407]) < 128


def test_equal_temperament_as_a_bulk_dump():
    data = bulk_dump([Tuning().semitones(key) for key in range(128)], "equal")
    assert data[6:22] == b"equal           "
    assert data[22:].startswith(bytes((0, 0, 0, 1, 0, 0, 2, 0, 0)))


def test_a_note_change_as_the_specification_lays_it_out():
    assert note_change({60: 60.5, 69: 69.0}, program=3, device=1).hex(" ") == (
        "f0 7f 01 08 02 03 02 3c 3c 40 00 45 45 00 00 f7"
    )


@given(st.dictionaries(st.integers(0, 127), semitones, min_size=1, max_size=127))
def test_a_note_change_has_four_bytes_a_key(keys):
    data = note_change(keys)
    assert len(data) == 8 + 4 * len(keys)
    assert data[6] == len(keys)
    assert max(data[1:-1]) < 128


def test_scale_and_octave_as_the_specification_lays_them_out():
    just = [0, 11.73, 3.91, 15.64, -13.69, -1.96, -9.78, 1.96, 13.69, -15.64, 17.6, -11.73]
    one = octave_change(just)
    assert one.hex(" ") == "f0 7f 7f 08 08 03 7f 7f 40 4c 44 50 32 3e 36 42 4e 30 52 34 f7"
    two = octave_change([-100.0, 0.0, 100.0 * 8191 / 8192, *[0.0] * 9], fine=True)
    assert two.hex(" ") == "f0 7f 7f 08 09 03 7f 7f 00 00 40 00 7f 7f" + " 40 00" * 9 + " f7"


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: bulk_dump([60.0]),
        lambda: note_change({}),
        lambda: octave_change([0.0] * 11),
        lambda: octave_change([64.0, *[0.0] * 11]),
        lambda: octave_change([101.0, *[0.0] * 11], fine=True),
    ],
)
def test_what_a_message_cannot_say_is_refused(wrong):
    with pytest.raises(ValueError, match=r"keys|distances"):
        wrong()


@given(st.lists(st.floats(-64, 63), min_size=12, max_size=12))
def test_what_is_alike_in_every_octave_is_told_by_twelve_notes(cents):
    keys = [key + cents[key % 12] / 100 for key in range(128)]
    assert octave_cents(keys) == pytest.approx(cents, abs=1e-6)


def test_what_is_not_alike_in_every_octave_or_too_far_is_refused():
    stretched = [key * 1.001 for key in range(128)]
    with pytest.raises(ValueError, match="C0 is not an octave"):
        octave_cents(stretched)
    with pytest.raises(ValueError, match=r"C-1 lies \+64\.0 cents"):
        octave_cents([key + 0.64 for key in range(128)])
    assert octave_cents([key + 0.64 for key in range(128)], fine=True) == pytest.approx([64.0] * 12)
