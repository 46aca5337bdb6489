"""Scala's files: what is written is read again, and what cannot be read is told by file, line and value."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.formats.scala import FILE_LIMIT_BYTES, ScalaError, format_scale, parse_scale, read_scale
from liveengine.music.temperament import TEMPERAMENTS
from liveengine.music.tuning import Scale

#: Every form that the format's own page shows.
MEANTONE = """! meanquar.scl
!
1/4-comma meantone scale. Pietro Aaron's temperament (1523)
 12
!
 76.04900
 193.15686
 310.26471
 5/4
 503.42157
 579.47057
 696.57843
 25/16
 889.73529
 1006.84314
 1082.89214
 2/1
"""

millionths = st.integers(-(10**10), 10**10).map(lambda cents: cents / 1e6)
degrees = millionths | st.builds(Fraction, st.integers(1, 2**31), st.integers(1, 2**31))
scales = st.builds(
    lambda first, last: Scale("any.scl", (*first, last)), st.lists(degrees, max_size=40), st.floats(1e-3, 5000)
)


@given(scales)
def test_what_is_written_is_read_again(scale):
    assert parse_scale(format_scale(scale), "any.scl").degrees == scale.degrees


@given(st.text(max_size=400) | st.text(alphabet="!0123456789/. -e\n", max_size=200))
def test_F5_any_text_is_a_scale_or_an_error_in_words(text):
    try:
        assert len(parse_scale(text, "any.scl").degrees) >= 1
    except ScalaError as error:
        assert str(error).startswith("any.scl: ")


@given(st.binary(max_size=300))
def test_F5_any_bytes_are_survived(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "bytes.scl"
    path.write_bytes(data)
    try:
        read_scale(path)
    except ScalaError as error:
        assert "bytes.scl" in str(error)


@pytest.mark.parametrize("scale", TEMPERAMENTS.values(), ids=str)
def test_every_scale_that_comes_with_the_engine_can_be_written(scale):
    assert parse_scale(format_scale(scale), "x.scl").degrees == scale.degrees


def test_the_format_pages_own_example_is_read():
    scale = parse_scale(MEANTONE, "meanquar.scl")
    assert len(scale.degrees) == 12
    assert scale.degrees[3] == Fraction(5, 4)
    assert scale.about.startswith("1/4-comma")
    assert scale.period_cents == 1200.0


@pytest.mark.parametrize(
    ("line", "degree"),
    [
        ("81/64", Fraction(81, 64)), ("408.0", 408.0), ("408.", 408.0), ("5", Fraction(5)), ("-5.0", -5.0),
        ("10/20", Fraction(1, 2)), ("100.0 cents", 100.0), ("100.0 C#", 100.0), ("5/4   E\\", Fraction(5, 4)),
        ("\t3 / 2 fifth", Fraction(3, 2)), (".5", 0.5),
    ],
)  # fmt: skip
def test_every_form_of_a_note_is_understood(line, degree):
    assert parse_scale(f"about\n2\n{line}\n2/1\n", "x.scl").degrees[0] == degree


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "x.scl: ends before the number of notes"),
        ("about\ntwelve\n", 'x.scl: line 2: "twelve" is not a number of notes'),
        ("! c\nabout\n! c\n3\n100.0\n2/1\n", "x.scl: line 4: says 3 notes, but 2 lines follow"),
        ("about\n2\nfifth\n2/1\n", 'x.scl: line 3: "fifth" is neither a ratio'),
        ("about\n1\n-3/2\n", 'x.scl: line 3: "-3/2" is no ratio of frequencies'),
        ("about\n1\n3/0\n", 'x.scl: line 3: "3/0" is no ratio of frequencies'),
        ("about\n1\n" + "9" * 30 + "\n", "more than 20 digits"),
        ("about\n0\n", "x.scl: line 2: a scale has 1-2048 notes, not 0"),
        ("about\n1\n1/1\n", "comes again higher"),
    ],
)
def test_what_cannot_be_read_is_told_by_file_line_and_value(text, words):
    with pytest.raises(ScalaError) as refused:
        parse_scale(text, "x.scl")
    assert words in str(refused.value)


def test_a_file_that_is_not_there_or_far_too_large_is_told(tmp_path):
    with pytest.raises(ScalaError, match=r"none\.scl: cannot be read"):
        read_scale(tmp_path / "none.scl")
    (tmp_path / "large.scl").write_bytes(b"x" * (FILE_LIMIT_BYTES + 1))
    with pytest.raises(ScalaError, match="larger than 256 KiB"):
        read_scale(tmp_path / "large.scl")
