"""A report: every number stands in both files, charts are whole, and nothing is fetched from elsewhere."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

pytest.importorskip("torch")

from liveengine.training.evaluation import report

MEASURES = {
    "Held-out <drummers>": {"model": {"bits_per_hit": 4.28, "velocity": 0.233}, "Markov": {"bits_per_hit": 5.02}},
    "Between": {"model": {"bits_per_hit low": 4.01, "bits_per_hit high": 4.61}},
}


def test_both_files_tell_every_number(tmp_path) -> None:
    for place in report.write(tmp_path / "new", "groove-toy", MEASURES):
        text = place.read_text(encoding="utf-8")
        assert all(number in text for number in ("groove-toy", "4.28", "0.233", "5.02", "4.01", "4.61"))


def test_the_page_needs_no_other_file_and_escapes_what_it_is_given() -> None:
    page = report.as_html("a & b", MEASURES)
    assert "a &amp; b" in page and "Held-out &lt;drummers&gt;" in page
    assert not re.search(r"(src|href)=|@import|url\(", page)


def test_pictures_lie_beside_and_stand_whole_in_the_page(tmp_path) -> None:
    drawn = {"walk": '<svg xmlns="http://www.w3.org/2000/svg"><text>kick</text></svg>'}
    places = report.write(tmp_path, "groove-toy", MEASURES, drawn)
    assert [place.name for place in places] == ["report.md", "report.html", "walk.svg"]
    markdown, page, alone = (place.read_text(encoding="utf-8") for place in places)
    assert "![walk](walk.svg)" in markdown and alone == drawn["walk"] and alone in page
    assert not re.search(r"(src|href)=", page)


def test_there_is_a_whole_chart_for_each_measure_and_none_for_ends_of_intervals() -> None:
    charts = report.charts(MEASURES["Held-out <drummers>"])
    texts = [[text.text for text in ElementTree.fromstring(chart).iter() if text.tag.endswith("text")]
             for chart in charts]  # fmt: skip
    assert texts == [["bits per hit", "model", "4.3", "Markov", "5.0"], ["velocity", "model", "233 / 1000"]]
    assert not report.charts(MEASURES["Between"])


def test_what_is_below_nothing_is_drawn_as_nothing() -> None:
    assert 'width="-' not in report.charts({"model": {"rho": -0.2}, "other": {"rho": 0.5}})[0]
