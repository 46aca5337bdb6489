"""Drum grids in SVG: every hit stands once where and as dark as it is, in its own grid, and nothing beside the page."""

from __future__ import annotations

from collections import Counter
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liveengine.generators.codecs.grid import NAMES
from liveengine.training.evaluation.rolls import rolls

NOTHING = np.zeros((2, 3, 96, 9), np.float32)
NAMED = (["number 7", "number <1>"], ["−2", "0", "+2"])


def shapes(velocity) -> tuple[ElementTree.Element, Counter[tuple[str, ...]]]:
    """Return the picture, and its boxes: left, top, width, height, fill."""
    root = ElementTree.fromstring(rolls("a title", *NAMED, velocity))
    names = ("x", "y", "width", "height", "fill")
    return root, Counter(tuple(box.get(name, "0") for name in names) for box in root if box.tag.endswith("rect"))


def marks(velocity) -> list[tuple[float, float, float, float, int]]:
    """Return what hits add to the picture of none."""
    new = shapes(velocity)[1] - shapes(NOTHING)[1]
    return sorted((*map(float, box[:4]), int(box[4][1:3], 16)) for box in new.elements())


def one(row: int, column: int, step: int, voice: int, velocity: float = 0.5):
    struck = NOTHING.copy()
    struck[row, column, step, voice] = velocity
    ((left, top, wide, high, grey),) = marks(struck)
    return left, top, wide, high, grey


def test_it_has_its_title_the_names_of_rows_and_columns_and_of_voices_beside_each_row():
    root, _ = shapes(NOTHING)
    texts = Counter(text.text for text in root if text.tag.endswith("text"))
    assert texts == Counter(["a title", "soft", "loud", *NAMED[0], *NAMED[1], *NAMES, *NAMES])


@settings(max_examples=30)
@given(st.sets(st.tuples(st.integers(0, 1), st.integers(0, 2), st.integers(0, 95), st.integers(0, 8)), max_size=20))
def test_a_mark_for_each_hit_none_twice_and_all_within_the_page(hits):
    velocity = NOTHING.copy()
    for place in hits:
        velocity[place] = 0.7
    found = marks(velocity)
    assert len(found) == len(set(found)) == len(hits)
    _, _, width, height = map(float, shapes(velocity)[0].get("viewBox", "").split())
    assert all(x >= 0 and x + wide <= width and y >= 0 and y + high <= height for x, y, wide, high, _ in found)


def test_later_is_to_the_right_the_kick_is_lowest_and_louder_is_darker():
    left, top, wide, high, grey = one(0, 0, 12, 0)
    assert one(0, 0, 13, 0)[0] == pytest.approx(left + wide / 3, abs=0.3)
    assert one(0, 0, 12, 1)[1] < top
    assert one(0, 0, 12, 0, 0.9)[4] < grey < one(0, 0, 12, 0, 0.1)[4]
    assert one(0, 1, 12, 0) == (
        pytest.approx(one(0, 2, 12, 0)[0] - (one(0, 1, 12, 0)[0] - left)),
        top,
        wide,
        high,
        grey,
    )
    assert one(1, 0, 12, 8)[1] > top
