"""Scala's keyboard mappings: what a file says is what a key plays, and what cannot be read is told by its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.formats.keyboard_map import parse_keyboard, read_keyboard
from liveengine.formats.scala import ScalaError
from liveengine.music.keyboard_map import KeyboardMap
from liveengine.music.temperament import find_scale
from liveengine.music.tuning import Tuning, equal_hz

HEAD = "12\n0\n127\n60\n69\n440.0\n12\n"

#: The format page's own example: the white keys play a scale of seven, the black ones nothing.
WHITE = """! Template for a keyboard mapping
! Size of map. The pattern repeats every so many keys:
12
! First MIDI note number to retune:
0
! Last MIDI note number to retune:
127
! Middle note where the first entry of the mapping is mapped to:
60
! Reference note for which frequency is given:
69
! Frequency to tune the above note to
440.0 Hz
! Scale degree to consider as formal octave:
7
! Mapping.
0
x
1
x
2
3
x
4 the fifth
x
5
x
6
"""


def test_the_format_pages_own_example_is_read():
    keyboard = parse_keyboard(WHITE, "folder/white.kbm")
    assert keyboard == KeyboardMap("white.kbm", (0, None, 1, None, 2, 3, None, 4, None, 5, None, 6), octave=7)
    tuning = Tuning(find_scale("7edo"), reference=69, keyboard=keyboard)
    assert [tuning.hz(60 + key) / tuning.hz(60) for key in (2, 4, 5, 7, 9, 11, 12)] == pytest.approx(
        [2 ** (step / 7) for step in range(1, 8)]
    )


def test_an_empty_row_gives_every_key_the_next_degree():
    keyboard = parse_keyboard("0\n0\n127\n48\n48\n130.81\n0\n", "x.kbm")
    tuning = Tuning(find_scale("19edo"), reference=48, reference_hz=130.81, keyboard=keyboard)
    assert tuning.hz(48) == 130.81
    assert tuning.hz(48 + 19) == pytest.approx(2 * 130.81)
    assert tuning.hz(47) == pytest.approx(130.81 * 2 ** (-1 / 19))


def test_keys_outside_of_first_and_last_stay_where_they_are():
    keyboard = KeyboardMap("x", first=40, last=80, reference_hz=415.0)
    tuning = Tuning(find_scale("just"), reference_hz=415.0, keyboard=keyboard)
    assert [tuning.hz(key) for key in (0, 39, 81, 127)] == pytest.approx([equal_hz(k) for k in (0, 39, 81, 127)])
    assert tuning.semitones(39) == pytest.approx(39)
    assert tuning.hz(69) == 415.0


rows = st.lists(st.none() | st.integers(0, 40), min_size=1, max_size=30).filter(any)


@given(rows, st.integers(0, 127), st.integers(0, 127), st.integers(0, 40))
def test_the_row_comes_again_by_its_octave_and_the_reference_is_exact(row, middle, reference, octave):
    row[(reference - middle) % len(row)] = 3
    keyboard = KeyboardMap("x", tuple(row), 0, 127, middle, reference, 300.0, octave)
    tuning = Tuning(find_scale("meantone"), reference=reference, reference_hz=300.0, keyboard=keyboard)
    assert tuning.hz(reference) == 300.0
    period = tuning.scale.cents(octave or 12) / 100
    for key in range(128 - len(row)):
        low, high = keyboard.step(key), keyboard.step(key + len(row))
        assert high == (low[0] + 1, low[1])
        assert tuning.table[key + len(row)] - tuning.table[key] == pytest.approx(period)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "x.kbm: ends before the number of keys in the row"),
        ("12\n0\n", "x.kbm: ends before the last key"),
        ("many\n0\n127\n60\n69\n440\n12\n", 'x.kbm: line 1: "many" is no number of keys in the row'),
        ("! c\n9999\n0\n127\n60\n69\n440\n12\n", "x.kbm: line 2: 9999 is no number of keys in the row: 0-2048"),
        ("0\n0\n128\n60\n69\n440\n12\n", "x.kbm: line 3: 128 is no last key: 0-127"),
        ("0\n0\n127\n-1\n69\n440\n12\n", 'x.kbm: line 4: "-1" is no middle key'),
        ("0\n0\n127\n60\n69\nA440\n12\n", 'x.kbm: line 6: "A440" is no frequency'),
        ("0\n0\n127\n60\n69\n44000\n12\n", "x.kbm: line 6: 44000 Hz is outside 8.2-12544 Hz"),
        ("0\n80\n70\n60\n69\n440\n12\n", "x.kbm: the first key, 80, is above the last, 70"),
        (HEAD + "0\ny\n", 'x.kbm: line 9: "y" is no degree'),
        (HEAD + "0\n", "x.kbm: key 69 has the frequency that all keep to, but no degree"),
    ],
)
def test_what_cannot_be_read_is_told_by_file_line_and_value(text, words):
    with pytest.raises(ScalaError) as refused:
        parse_keyboard(text, "x.kbm")
    assert words in str(refused.value)


@given(st.text(max_size=300) | st.text(alphabet="!0123456789x. -\n", max_size=200))
def test_F5_any_text_is_a_mapping_or_an_error_in_words(text):
    try:
        Tuning(keyboard=parse_keyboard(text, "any.kbm")).table  # noqa: B018 - it must be there for every key
    except ScalaError as error:
        assert str(error).startswith("any.kbm: ")


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ScalaError, match=r"none\.kbm: cannot be read"):
        read_keyboard(tmp_path / "none.kbm")
