"""Intervals: pieces are drawn whole, more pieces say more, and what never varies has none."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from toy import ToyRows

from liveengine.training.evaluation import battery, intervals


def rows(pieces: int, each: int) -> dict[str, np.ndarray]:
    return {"piece": np.arange(pieces).repeat(each)}


def width(pieces: int, each: int) -> float:
    """Return how wide the interval is of numbers that are one throughout a piece."""
    values = np.random.default_rng(pieces).normal(size=pieces).repeat(each)
    sums = {"one": {"velocity": values, "hits": np.ones(len(values))}}
    told = intervals.held_out(sums, intervals.draws(rows(pieces, each)))["one"]
    assert told["velocity low"] < values.mean() < told["velocity high"]
    return told["velocity high"] - told["velocity low"]


def test_every_row_of_a_piece_is_drawn_as_often_as_the_others() -> None:
    counted = intervals.draws(rows(10, 4)).reshape(intervals.RESAMPLED, 10, 4)
    assert (counted == counted[:, :, :1]).all()
    assert (counted[:, :, 0].sum(axis=1) == 10).all()


def test_more_bars_of_the_same_pieces_promise_nothing_more_and_more_pieces_do() -> None:
    assert width(20, 50) == pytest.approx(width(20, 1))
    assert width(2000, 1) < width(20, 1) / 5


def test_a_mean_has_the_interval_that_theory_gives_it() -> None:
    assert width(500, 1) == pytest.approx(2 * 1.96 / np.sqrt(500), rel=0.15)


def test_what_is_hard_for_both_says_nothing_of_which_is_better() -> None:
    hard = np.random.default_rng(1).normal(50, 20, 60)
    one = np.ones(60)
    sums = {"model": {"bits": hard, "hits": one}, "worse": {"bits": hard + 0.5, "hits": one}, "feel": {"hits": one}}
    apart = intervals.beyond(sums, intervals.draws(rows(60, 1)))
    assert apart == {"worse": pytest.approx({f"bits_per_hit{end}": 0.5 for end in ("", " low", " high")})}


def test_an_overlap_lies_in_its_interval() -> None:
    toy = {**ToyRows(40).all, "piece": np.arange(40) // 2}
    grooves = {"same": toy, "others": ToyRows(64).all}
    told = intervals.overlaps(grooves, toy, intervals.draws(toy))
    reference = battery.features_of(toy)
    lone = intervals.overlaps(grooves, toy, np.ones((1, 40)))
    for name, one in grooves.items():
        assert lone[name]["overlap low"] == pytest.approx(battery.overlap(battery.features_of(one), reference))
        assert told[name]["overlap low"] < told[name]["overlap high"] <= 1.0
