"""Modes: without a latent, with one, and with a critic beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("safetensors")

import numpy as np
import torch
from resuming import goes_on_to_the_bit, killed_goes_on_to_the_bit
from test_team import assert_alike, losses, still, together
from toy import ToyRows, toy

from liveengine.generators.codecs.frames import FRAMES, PATTERNS, VOICE_COUNT
from liveengine.training import adversary, tasks
from liveengine.training.config import Adversary, Config, from_told
from liveengine.training.groove_loop import GrooveTrainer, say, tensors
from liveengine.training.models import critic
from liveengine.training.models.groove import GrooveModel
from liveengine.training.team import Team

ROWS = ToyRows(24)
RANKS = tasks.quantiles(ROWS.all)
PLAN = Adversary(begins=2, alone=1, ramp=2, most=0.1, width=8)


def contested() -> Config:
    return replace(still(), mode="vae_gan", adversary=PLAN)


def trainer(folder: Path, config: Config) -> GrooveTrainer:
    return GrooveTrainer(config, ROWS, folder, RANKS)


# -- the critic ------------------------------------------------------------


def heard(*scores: float) -> critic.Heard:
    return critic.Heard(tuple(torch.tensor([[score]]) for score in scores), (torch.full((1, 2, 3), scores[0]),))


def test_losses_of_the_game_have_their_known_values():
    real, made = heard(2.0, 0.5), heard(-3.0, 0.0)
    # A hinge: sure and right costs nothing; 0.5 lacks 0.5, 0 lacks 1.
    assert critic.real_is_known(real, made).item() == pytest.approx((0.0 + 1.5) / 2)
    assert critic.fooled(real, made).item() == pytest.approx(1.5)
    assert critic.matched(real, made).item() == pytest.approx(5.0)
    sheet = torch.ones(2, 3, 4, requires_grad=True)
    # Of 3 · mean the slope is 3/12 in each of twelve places.
    assert critic.steepness((3 * sheet.flatten(1),), sheet).tolist() == pytest.approx([12 * (3 / 12) ** 2] * 2)


def test_the_critic_hears_three_scales_and_no_layer_stretches():
    torch.manual_seed(1)
    one = critic.Critic(8)
    for _ in range(30):
        found = one(torch.rand(5, critic.HEARD, FRAMES))
    assert [score.shape for score in found.scores] == [(5, FRAMES), (5, 2), (5, 1)]
    for layer in (one.hear, one.step, one.bar, one.phrase, one.say_step, one.say_bar, one.say_phrase):
        assert torch.linalg.matrix_norm(layer.weight.flatten(1), 2).item() == pytest.approx(1.0, rel=0.05)


def test_a_draw_is_of_whole_hits_and_has_the_softmaxs_gradient():
    logits = torch.zeros(1, FRAMES, VOICE_COUNT, PATTERNS, requires_grad=True)
    torch.manual_seed(1)
    hits = adversary.drawn(logits, adversary.gumbel(1), 1.0)
    assert set(hits.detach().round(decimals=5).flatten().tolist()) == {0.0, 1.0}
    assert hits.mean().item() == pytest.approx(0.5, abs=0.05)  # each sub-step is in half of the patterns
    hits[..., 0].sum().backward()
    assert logits.grad is not None and logits.grad.abs().sum() > 0


def test_what_is_known_is_not_drawn():
    one = tasks.batch(ROWS.batch(np.arange(8)), RANKS, np.random.default_rng(1))
    truth = tensors(one)
    said, _ = say(GrooveModel(toy().size), truth, torch.zeros(8, 4))
    real = critic.sheet(truth["hits"], truth["velocity"], truth["offset"])
    known = {**truth, "hits_hidden": 0 * truth["hits_hidden"], "feel_hidden": 0 * truth["feel_hidden"]}
    assert torch.equal(adversary.made(said, known, adversary.gumbel(8), 1.0), real)


def test_the_critic_comes_in_late_and_is_ramped():
    plan = Adversary(begins=100, alone=10, ramp=20, most=0.5)
    weights = [adversary.weight(step, plan) for step in (0, 100, 110, 120, 130, 500)]
    assert weights == pytest.approx([0, 0, 0, 0.25, 0.5, 0.5])


# -- runs ------------------------------------------------------------------


def test_until_the_critic_is_heard_the_game_learns_as_if_it_were_not_there(tmp_path):
    one = trainer(tmp_path / "a", replace(contested(), adversary=replace(PLAN, begins=1, alone=100)))
    assert one.opponent is not None
    before = {name: value.clone() for name, value in one.opponent.critic.state_dict().items()}
    assert "critic" not in one.update()
    assert all(torch.equal(value, before[name]) for name, value in one.opponent.critic.state_dict().items())
    told = one.update()
    assert "critic" in told and "fooled" not in told


def test_a_game_begun_anew_goes_on_to_the_bit(tmp_path):
    config = replace(contested(), size=replace(contested().size, dropout=0.1))
    run = goes_on_to_the_bit(lambda folder: trainer(folder, config), tmp_path, kept=3)
    assert any(name.startswith("critic_adam.") for name in run.state())
    told = run.update()
    assert told["fooled"] and told["matched"] > 0


def game(folder: Path) -> GrooveTrainer:
    return trainer(folder, contested())


def test_a_game_killed_while_it_saves_goes_on_to_the_bit(tmp_path):
    killed_goes_on_to_the_bit(game, tmp_path)


@pytest.mark.timeout(180)
def test_two_processes_play_the_game_as_one_does(tmp_path):
    first, second = together(tmp_path / "two", "contested", "test_modes")
    assert first == second and "fooled" in first[-1]
    assert_alike(losses(contested(), tmp_path / "one", Team()), first)


def test_without_a_latent_the_encoder_stands_idle(tmp_path):
    one = trainer(tmp_path, replace(toy(), mode="transformer"))
    before = {name: value.clone() for name, value in one.model.state_dict().items()}
    assert one.update()["nats"] == 0.0
    after = one.model.state_dict()
    assert all(torch.equal(after[name], before[name]) == name.startswith("encoder.") for name in after)


def test_a_config_of_before_is_a_vae_and_other_modes_are_refused():
    told = toy().told()
    del told["mode"], told["adversary"]
    assert from_told(told, "x") == toy()
    with pytest.raises(ValueError, match=r'no mode "vae_gam".*vae_gan'):
        from_told({**told, "mode": "vae_gam"}, "x")
