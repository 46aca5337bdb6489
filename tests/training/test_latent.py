"""What a latent holds, on latents of which it is known, and on a small model."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("safetensors")

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from toy import ToyRows

from liveengine.training import tasks
from liveengine.training.config import Size
from liveengine.training.evaluation import latent
from liveengine.training.models.groove import GrooveModel

CHANCE = np.random.default_rng(5)
NUMBERS = CHANCE.standard_normal((4000, 4))


def test_where_each_thing_is_one_number_the_gaps_are_wide():
    table = latent.disentanglement(NUMBERS, {"one": NUMBERS[:, 2], "bent": np.exp(NUMBERS[:, 0])})
    for row in table.values():
        assert row["mig"] > 0.95
        assert row["rho"] == pytest.approx(1.0)
    assert table["one"]["sap"] > 0.95


def test_where_a_thing_is_turned_between_two_numbers_there_is_no_gap():
    turned = {"both": (NUMBERS[:, 1] + NUMBERS[:, 3]) / np.sqrt(2)}
    row = latent.disentanglement(NUMBERS, turned)["both"]
    assert abs(row["mig"]) < 0.03
    assert abs(row["sap"]) < 0.05


@settings(max_examples=30)
@given(st.integers(2, 400), st.integers(0, 100))
def test_nothing_tells_more_of_a_thing_than_it_tells_of_itself(count, seed):
    one, other = np.random.default_rng(seed).standard_normal((2, count))
    assert -1e-12 <= latent.mutual_information(one, other) <= latent.mutual_information(one, one) + 1e-12
    assert latent.mutual_information(one, other) == pytest.approx(latent.mutual_information(other, one))


def test_a_thing_that_never_varies_is_told_by_nobody():
    row = latent.disentanglement(NUMBERS, {"none": np.zeros(len(NUMBERS))})["none"]
    assert (row["mig"], row["sap"], row["rho"]) == (0.0, 0.0, 0.0)


def test_numbers_in_use_are_those_whose_mean_varies():
    mean = NUMBERS * [1.0, 0.0, 0.2, 0.01]
    nats = np.tile([0.5, 1.5, 0.05, 0.09], (len(mean), 1))
    assert latent.in_use(mean, nats) == {"numbers": 4, "in_use": 2, "holding": 2, "nats": pytest.approx(2.14)}
    # The second holds the most, and says the same of every groove.
    assert latent.fullest(mean, nats).tolist() == [0, 2, 1, 3]


def test_a_model_is_measured_whole_and_the_same_twice(monkeypatch):
    monkeypatch.setattr(latent, "HEARD", 2)
    rows = ToyRows(24).all
    torch.manual_seed(1)
    model = GrooveModel(Size(16, 2, 1, 1, 1, latent=3, bar_latent=2)).eval()
    once, twice = (latent.tables(model, rows, rows) for _ in range(2))
    assert once == twice
    in_use, nats, gaps, walked, between, valid = once.values()
    assert in_use["all numbers"]["numbers"] == model.latent == 7
    assert sum(row["nats"] for row in nats.values()) == pytest.approx(in_use["all numbers"]["nats"])
    assert list(nats) == list(walked)
    assert set(gaps) == set(tasks.asked(rows)) and len(walked) == 7
    assert 0 < between["all pairs"]["even"] <= 1
    # The rows are their own nearest, so that only how many hits they have can be against them.
    assert valid["real grooves"]["overlap"] == 1.0 and valid["real grooves"]["valid"] == valid["real grooves"]["hits"]


def test_walks_cross_where_all_numbers_are_nothing():
    torch.manual_seed(1)
    model = GrooveModel(Size(16, 2, 1, 1, 1, latent=3)).eval()
    grooves = latent.walked(model, np.array([2, 0]))
    assert grooves.shape == (2, len(latent.VALUES), 96, 9)
    assert np.array_equal(grooves[0, 2], grooves[1, 2])
    assert not np.array_equal(grooves[0, 0], grooves[0, 4])
    drawn = latent.pictures(model, ToyRows(24).all)["traversal"]
    assert drawn.count("number ") == 3 and "−2" in drawn
