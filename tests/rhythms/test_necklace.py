"""The necklace: each onset is drawn once, where it falls; the picture is XML whatever it is called."""

from __future__ import annotations

import math
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveengine.music.rhythm import Rhythm
from liveengine.rhythms.euclid import euclid
from liveengine.rhythms.necklace import ACCENT, HIT, RESTS_UP_TO, ROWS, SIZE, in_svg, in_text, point
from liveengine.rhythms.notation import parse

SVG = "{http://www.w3.org/2000/svg}"
texts = st.text("xX.", min_size=1, max_size=24)


@given(texts)
def test_each_onset_is_one_sign_in_the_terminal(text: str) -> None:
    drawing = in_text(Rhythm.from_text(text))
    assert (drawing.count(ACCENT), drawing.count(HIT)) == (text.count("X"), text.count("x"))
    lines = drawing.split("\n")
    assert len(lines) == ROWS and max(map(len, lines)) <= 2 * ROWS + 1


def test_the_first_step_is_at_the_top_and_time_goes_clockwise() -> None:
    lines = in_text(Rhythm.from_text("Xx.."), (0, 1, 2, 3)).split("\n")
    rows = {sign: row for row, line in enumerate(lines) for sign in line if sign in (ACCENT, HIT)}
    assert rows[ACCENT] < rows[HIT] == ROWS // 2
    assert lines[ROWS // 2].index(HIT) > ROWS and lines[ROWS // 2].rstrip().endswith("2")
    assert [round(number, 9) for number in (*point(0.0), *point(0.25))] == [0, -1, 1, 0]


def test_the_polygon_is_closed() -> None:
    lines = [line.ljust(2 * ROWS + 1) for line in in_text(euclid(3, 12)).split("\n")]
    left = sum(sign >= "\u2801" for line in lines for sign in line[:ROWS])
    right = sum(sign >= "\u2801" for line in lines for sign in line[ROWS + 1 :])
    assert left > ROWS and abs(left - right) <= 2


@pytest.mark.parametrize("text", ["." * 16, "x", "golden(9)", "polyrhythm(7, 11, 13)", "euclid(200, 400)"])
def test_every_rhythm_can_be_drawn(text: str) -> None:
    rhythm = parse(text)
    assert len(in_text(rhythm).split("\n")) == ROWS
    ElementTree.fromstring(in_svg(rhythm, text))


@given(texts, st.text(max_size=60))
def test_the_picture_is_xml_with_a_dot_for_each_step_and_accents_larger(text: str, title: str) -> None:
    root = ElementTree.fromstring(in_svg(Rhythm.from_text(text), title, (0,)))
    dots = [float(dot.get("r", "0")) for dot in root.iter(f"{SVG}circle") if dot.get("cx")]
    assert len(dots) == len(text)
    assert [sum(dot == size for dot in dots) for size in (12.0, 8.0, 3.0)] == [text.count(sign) for sign in "Xx."]
    corners = next(root.iter(f"{SVG}polygon")).get("points", "").split()
    assert len(corners) == text.count("x") + text.count("X")
    for corner in corners:
        x, y = map(float, corner.split(","))
        assert math.hypot(x, y) == pytest.approx(150.0, abs=0.2)


def test_beats_are_bold_and_numbered_from_one() -> None:
    root = ElementTree.fromstring(in_svg(euclid(3, 8), "tresillo", (0, 4)))
    bold = [text.text for text in root.iter(f"{SVG}text") if text.get("font-weight") == "bold"]
    assert bold == ["1", "5"]
    assert root.get("width") == str(SIZE)


def test_where_steps_would_run_together_only_beats_are_numbered() -> None:
    steps = RESTS_UP_TO + 16
    root = ElementTree.fromstring(in_svg(euclid(5, steps), "long", (0, 16)))
    numbers = [text.text for text in root.iter(f"{SVG}text") if text.get("dominant-baseline")]
    assert numbers == ["1", "17"]
