"""A latent of levels: one level is the model of before, each level has its nats, and what is exported plays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("safetensors")

import torch
from resuming import goes_on_to_the_bit, killed_goes_on_to_the_bit
from toy import ToyRows, toy

from liveengine.generators.codecs.frames import CONDITIONS, FRAMES, VIEW
from liveengine.generators.contract import Controls
from liveengine.generators.neural import Groove
from liveengine.runtime.inference import Session
from liveengine.training import checkpoints, export, tasks
from liveengine.training.config import Config, Divergence, Size, from_told
from liveengine.training.groove_loop import GrooveTrainer
from liveengine.training.losses import beyond_free, divergence
from liveengine.training.models.groove import GrooveModel
from liveengine.training.models.levels import Descent

ROWS = ToyRows(24)
RANKS = tasks.quantiles(ROWS.all)

#: Three numbers of the piece, two of each of its bars, one of each of its beats.
LEVELS = Size(
    width=16, heads=2, encoder_layers=1, reader_layers=1, writer_layers=1, latent=3, bar_latent=2, beat_latent=1
)
SIZES = {"piece": 3, "bar": 4, "beat": 8}


def layered(**schedule: object) -> Config:
    return replace(toy(**schedule), size=LEVELS)


def trainer(folder: Path) -> GrooveTrainer:
    return GrooveTrainer(layered(steps=6), ROWS, folder, RANKS)


def settled() -> Descent:
    """Return a descent whose priors have something to say: they begin as standard ones."""
    torch.manual_seed(2)
    one = Descent(LEVELS)
    for weight in one.parameters():
        torch.nn.init.normal_(weight, std=0.5)
    return one


# -- one level -------------------------------------------------------------


def test_one_level_has_the_weights_of_before_and_costs_the_same_to_the_bit(tmp_path):
    one = GrooveTrainer(toy(), ROWS, tmp_path, RANKS)
    assert not [name for name in one.model.state_dict() if "ascent" in name or "descent" in name]
    assert one.model.latent == toy().size.latent
    one.beta = 0.3
    nats = torch.rand(8, 4, generator=torch.Generator().manual_seed(1))
    told: dict[str, float] = {}
    assert torch.equal(one._diverged(nats, 8.0, told), 0.3 * beyond_free(nats, toy().divergence.free_nats))
    assert told == {"nats": nats.sum().item() / 8}


def test_a_config_of_before_has_one_level():
    told = toy().told()
    for part, names in (("size", ("bar_latent", "beat_latent")), ("divergence", ("bar_free_nats", "beat_free_nats"))):
        for name in names:
            del told[part][name]
    assert from_told(told, "x") == toy()


def test_what_no_latent_of_levels_can_be_is_refused():
    with pytest.raises(ValueError, match="size: beat_latent must be 0, for none, or more, not -1"):
        replace(toy(), size=replace(LEVELS, beat_latent=-1))
    with pytest.raises(ValueError, match="a mixture is a prior of one level"):
        replace(layered(), divergence=Divergence(components=2))


# -- levels ----------------------------------------------------------------


def test_nats_by_level_sum_to_those_of_the_whole_and_each_level_has_its_free_ones(tmp_path):
    one = trainer(tmp_path)
    told = one.update()
    assert set(told) >= {f"nats of {name}" for name in SIZES}
    assert sum(told[f"nats of {name}"] for name in SIZES) == pytest.approx(told["nats"])
    none = torch.zeros(8, LEVELS.latents)
    one.beta = 1.0
    for name, free in (("free_nats", "piece"), ("bar_free_nats", "bar"), ("beat_free_nats", "beat")):
        plan = replace(one.config.divergence, **{n: 0.0 for n in ("free_nats", "bar_free_nats", "beat_free_nats")})
        one.config = replace(one.config, divergence=replace(plan, **{name: 0.5}))
        assert one._diverged(none, 8.0, {}).item() == 0.5 * SIZES[free]


def test_nats_of_distances_are_those_from_the_prior_that_the_level_above_gives():
    """KL of two Gaussians in closed form, against KL of the distances from N(0, 1)."""
    descent = settled()
    chance = torch.Generator().manual_seed(3)
    piece, bar = torch.randn(5, 1, 3, generator=chance), torch.zeros(5, 2, 2)
    expected = descent.above[0](piece, bar)  # at distance 0, the prior's mean
    spread = descent.above[0](piece, bar + 1.0) - expected
    away, log_variance = torch.randn(5, 2, 2, generator=chance), 0.3 * torch.randn(5, 2, 2, generator=chance)
    posterior = torch.distributions.Normal(expected + spread * away, spread * (0.5 * log_variance).exp())
    prior = torch.distributions.Normal(expected, spread)
    torch.testing.assert_close(
        torch.distributions.kl_divergence(posterior, prior), divergence(away, log_variance), atol=1e-5, rtol=1e-4
    )


def test_a_prior_is_standard_before_anything_is_learnt():
    torch.manual_seed(1)
    distances = torch.randn(2, LEVELS.latents)
    held = torch.cat([latent.flatten(1) for latent in Descent(LEVELS).latents(distances)], dim=1)
    assert torch.equal(held, distances)


@pytest.mark.parametrize(("place", "frames"), [(3, range(16)), (5, range(16, 32)), (7, range(4)), (14, range(28, 32))])
def test_what_is_of_a_bar_or_a_beat_is_told_to_its_own_frames_alone(place, frames):
    distances = torch.zeros(1, LEVELS.latents)
    moved = distances.clone()
    moved[0, place] = 1.0
    descent = settled()
    apart = (descent(moved) - descent(distances)).abs().sum(dim=(0, 2))
    assert torch.nonzero(apart > 1e-6).flatten().tolist() == list(frames)


def test_a_level_may_be_left_out():
    size = replace(LEVELS, bar_latent=0)
    assert [level.name for level in size.levels] == ["piece", "beat"]
    model = GrooveModel(size)
    mean, log_variance = model.encoder(torch.zeros(2, FRAMES, VIEW))
    assert mean.shape == log_variance.shape == (2, model.latent) == (2, 3 + 8)
    _, velocity, _ = model.decoder.reader(torch.zeros(2, FRAMES, VIEW), torch.zeros(2, len(CONDITIONS)), mean)
    assert velocity.shape[:2] == (2, FRAMES)


# -- runs ------------------------------------------------------------------


def test_a_run_with_levels_goes_on_to_the_bit_and_learns_all_of_them(tmp_path):
    begun = trainer(tmp_path / "none").model.state_dict()
    run = goes_on_to_the_bit(trainer, tmp_path)
    assert [name for name, weight in run.model.state_dict().items() if torch.equal(weight, begun[name])] == []


def test_a_run_with_levels_killed_while_it_saves_goes_on_to_the_bit(tmp_path):
    killed_goes_on_to_the_bit(trainer, tmp_path)


def test_what_is_exported_of_levels_says_what_torch_says_and_plays(tmp_path, monkeypatch):
    pytest.importorskip("onnxscript")
    pytest.importorskip("onnxruntime")
    monkeypatch.setattr(export, "GROOVES", 4)
    monkeypatch.setattr(export, "BARS", 4)
    place = tmp_path / "best.safetensors"
    torch.manual_seed(1)
    model = GrooveModel(LEVELS)
    for weight in model.decoder.reader.descent.parameters():
        torch.nn.init.normal_(weight, std=0.5)
    checkpoints.write_weights(place, model.state_dict(), {"config": layered().told(), "ranks": RANKS, "step": 0})
    about = {"licence": "none", "attribution": "Nobody", "rows": {"train": 24}, "notes": [], "measures": {}}
    session = Session(export.export(place, tmp_path / "models", about))  # refuses what is not as torch has it
    assert session.latent == LEVELS.latents == sum(SIZES.values())
    assert Groove("toy", session.begin, session.latent, session.density)(None, frozenset(), Controls(), 1).notes
