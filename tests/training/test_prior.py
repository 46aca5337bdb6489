"""The mixture prior: its estimate is right where the right one is known, and it is learnt, kept and gone on with."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

pytest.importorskip("torch")
pytest.importorskip("safetensors")

import torch
from resuming import goes_on_to_the_bit
from test_team import assert_alike, losses, still, together
from toy import ToyRows, toy

from liveengine.training import checkpoints, tasks
from liveengine.training.config import Config
from liveengine.training.groove_loop import GrooveTrainer
from liveengine.training.losses import divergence
from liveengine.training.prior import Mixture
from liveengine.training.team import Team

ROWS = ToyRows(24)
RANKS = tasks.quantiles(ROWS.all)


def hilly() -> Config:
    return replace(still(), divergence=replace(still().divergence, components=3, draws=4))


def test_one_hill_has_the_divergence_of_the_closed_form():
    chance = torch.Generator().manual_seed(1)
    mean, log_variance = torch.randn(3, 4, generator=chance), 0.5 * torch.randn(3, 4, generator=chance)
    noise = torch.randn(40_000, 3, 4, generator=chance)
    found = Mixture(1, 4).divergence(mean, log_variance, noise)
    assert found.tolist() == pytest.approx(divergence(mean, log_variance).sum(dim=1).tolist(), abs=0.05)


def test_hills_in_the_same_place_are_one_and_far_ones_count_by_their_share():
    noise = torch.randn(2000, 1, 2, generator=torch.Generator().manual_seed(1))
    here, flat = torch.zeros(1, 2), torch.zeros(1, 2)
    same = Mixture(3, 2)
    with torch.no_grad():
        same.mean.zero_()
    assert same.divergence(here, flat, noise).item() == pytest.approx(0.0, abs=1e-5)
    apart = Mixture(2, 2)
    with torch.no_grad():
        apart.mean.copy_(torch.tensor([[0.0, 0.0], [100.0, 0.0]]))
        apart.share.copy_(torch.tensor([0.25, 0.75]).log())
    # The same as the near hill, which holds a quarter: ln 4.
    assert apart.divergence(here, flat, noise).item() == pytest.approx(math.log(4), abs=1e-4)
    assert apart.told()["share"] == pytest.approx([0.25, 0.75])


def test_a_run_with_hills_goes_on_to_the_bit_and_tells_them(tmp_path):
    config = replace(hilly(), size=toy().size, schedule=toy(steps=4).schedule)
    begun = GrooveTrainer(config, ROWS, tmp_path, RANKS).beside["prior"].mean
    resumed = goes_on_to_the_bit(lambda folder: GrooveTrainer(config, ROWS, folder, RANKS), tmp_path)
    assert not torch.equal(resumed.beside["prior"].mean, begun)
    _, told = checkpoints.read(resumed.folder / "best.safetensors")
    assert told["prior"] == json.loads(json.dumps(resumed.beside["prior"].told()))


@pytest.mark.timeout(180)
def test_two_processes_learn_the_same_hills(tmp_path):
    first, second = together(tmp_path / "two", "hilly", "test_prior")
    assert first == second
    assert_alike(losses(hilly(), tmp_path / "one", Team()), first)
