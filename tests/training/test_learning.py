"""Training: known values, schedules, and runs that go on to the bit after whatever ends them."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("safetensors")

import torch
import toy_lines
from resuming import goes_on_to_the_bit, killed_goes_on_to_the_bit
from toy import ToyRows, toy

from liveengine.formats import midifile
from liveengine.generators.codecs.frames import FEELS, FRAMES, PATTERNS, SUBSTEPS, VOICE_COUNT
from liveengine.generators.neural import Groove
from liveengine.music.time import Metre
from liveengine.training import checkpoints, config, losses, objectives, samples, schedules, tasks
from liveengine.training.asking import Torch
from liveengine.training.config import Changes, Divergence, Schedule
from liveengine.training.evaluation import battery
from liveengine.training.evaluation.held_out import measured
from liveengine.training.evaluation.obedience import spearman
from liveengine.training.groove_loop import GrooveTrainer
from liveengine.training.models.groove import GrooveModel, Said

ROWS = ToyRows(24)
RANKS = tasks.quantiles(ROWS.all)


def trainer(folder: Path, **schedule: object) -> GrooveTrainer:
    return GrooveTrainer(toy(**schedule), ROWS, folder, RANKS)


def look(model: GrooveModel) -> dict[str, float]:
    return measured(Torch(model), model.latent, ROWS.all, RANKS)


def sampled(model: GrooveModel, place: Path) -> None:
    play = Groove("toy", lambda bars: Torch(model), model.latent, tuple(RANKS["density"]))
    samples.write("toy", play, {"drums": 0.9}, place)


def run(one: GrooveTrainer) -> str:
    return one.run(look, lambda text: None)


def weights(one: GrooveTrainer) -> dict[str, torch.Tensor]:
    return {**one.model.state_dict(), **{f"mean.{name}": value for name, value in one.mean.items()}}


# -- losses on known values ------------------------------------------------


def question(hidden: float = 1.0) -> dict[str, torch.Tensor]:
    cells = (2, FRAMES, VOICE_COUNT)
    return {
        "pattern": torch.zeros(cells, dtype=torch.long),
        "hits": torch.ones(*cells, SUBSTEPS),
        "velocity": torch.full((*cells, SUBSTEPS), 0.5),
        "offset": torch.full((*cells, SUBSTEPS), -0.25),
        "hits_hidden": torch.full(cells, hidden),
        "feel_hidden": torch.full(cells, hidden),
    }


def even() -> Said:
    cells = (2, FRAMES, VOICE_COUNT)
    felt = torch.zeros(*cells, SUBSTEPS, len(FEELS))
    return Said(torch.zeros(*cells, PATTERNS), felt, felt)


CELLS = FRAMES * VOICE_COUNT


@pytest.mark.parametrize(
    ("name", "value"),
    [("hits", CELLS * math.log(8)), ("velocity", CELLS * 3 * 0.5), ("offset", CELLS * 3 * 0.25)],
)
def test_a_loss_has_its_known_value_and_counts_only_what_is_hidden(name, value):
    assert objectives.LOSSES[name].cost(even(), question()).tolist() == pytest.approx([value] * 2, rel=1e-5)
    assert objectives.LOSSES[name].cost(even(), question(hidden=0.0)).tolist() == [0.0, 0.0]


def test_how_a_hit_is_played_costs_least_where_so_many_lie_below_as_are_said_to():
    loudness = torch.rand(400, generator=torch.Generator().manual_seed(1))
    velocity = loudness.view(-1, 1, 1, 1).expand(400, 1, 1, SUBSTEPS)
    truth = {"velocity": velocity, "hits": torch.ones_like(velocity), "feel_hidden": torch.ones(400, 1, 1)}
    guesses = torch.linspace(0, 1, 101)
    none = torch.zeros(1)
    for place, below in enumerate(FEELS):
        costs = []
        for guess in guesses:
            said = velocity[..., None].repeat(1, 1, 1, 1, len(FEELS))  # all others cost nothing
            said[..., place] = guess
            costs.append(losses.velocity(Said(none, said, none), truth).mean())
        best = guesses[int(torch.stack(costs).argmin())].item()
        assert best == pytest.approx(loudness.quantile(below).item(), abs=0.02), below


def test_the_divergence_from_the_prior_is_gausss():
    mean, log_variance = torch.tensor([[0.0, 2.0]]), torch.tensor([[0.0, math.log(4.0)]])
    nats = losses.divergence(mean, log_variance)
    assert nats.tolist()[0] == pytest.approx([0.0, 0.5 * (4 + 4 - 1 - math.log(4))])
    assert losses.beyond_free(nats, 0.25).item() == pytest.approx(0.25 + nats[0, 1].item())


# -- schedules -------------------------------------------------------------


def test_the_rate_rises_then_falls_to_a_twentieth():
    plan = Schedule(steps=100, warm_up=10, rate=1.0)
    rates = [schedules.rate(step, plan) for step in range(101)]
    assert max(rates) == rates[10] == 1.0
    assert rates[0] == 0.1
    assert rates[100] == pytest.approx(0.05)
    assert all(a >= b for a, b in pairwise(rates[10:]))


@pytest.mark.parametrize(
    ("shape", "expected"),
    [("linear", [0, 0.25, 0.5, 0.5]), ("cosine", [0, 0.25, 0.5, 0.5]), ("cyclical", [0, 0.5, 0.0, 0.0])],
)
def test_the_weight_of_the_divergence_has_its_shape(shape, expected):
    plan = Divergence(shape, most=0.5, steps=10)
    assert [schedules.SHAPES[shape](step, plan, 0, 0) for step in (0, 5, 10, 20)] == pytest.approx(expected)


def test_an_adaptive_weight_goes_where_the_nats_are_wanted():
    plan = Divergence("adaptive", most=0.5, target_nats=10)
    adapted = [schedules.SHAPES["adaptive"](0, plan, 0.1, nats) for nats in (5, 10, 20)]
    assert adapted[0] < adapted[1] == 0.1 < adapted[2]


# -- runs ------------------------------------------------------------------


def test_something_is_learnt(tmp_path):
    before = look(trainer(tmp_path / "none").averaged())
    one = trainer(tmp_path / "run", steps=60)
    assert run(one) == "all steps are done"
    after = look(one.averaged())
    assert after["bits_per_hit"] < before["bits_per_hit"] / 3
    assert after["offset"] < before["offset"]
    lines = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines if "looked" in line] == list(range(10, 61, 10))
    last = [line for line in lines if "loss" in line][-1]
    assert (last["epoch"], last["batch"], last["files"]) == (60 * 8 / 24, 60, 24)
    assert last["memory_mb"] > 50  # torch alone takes more


def test_each_look_leaves_something_to_hear_and_tells_where(tmp_path):
    one = trainer(tmp_path / "run", steps=20)
    steps: list[int] = []
    one.run(look, lambda text: None, (), sampled, lambda numbers: steps.append(one.step))
    assert steps == list(range(1, 21))
    lines = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    heard = [Path(line["looked"]["sample"]) for line in lines if "looked" in line]
    assert heard == sorted((tmp_path / "run" / samples.FOLDER).glob("*.mid")) and len(heard) == 2
    score = midifile.read(heard[-1])
    assert score.length == 4 * Metre(4, 4).bar_ticks
    assert {message.channel for message in score.messages} == {10}


def test_a_run_begun_anew_goes_on_to_the_bit(tmp_path):
    goes_on_to_the_bit(trainer, tmp_path, kept=7)


def changing(folder: Path, share: float = 1.0) -> GrooveTrainer:
    return GrooveTrainer(replace(toy(), changes=Changes(share, steps=4)), ROWS, folder, RANKS)


def hits_of(one: GrooveTrainer) -> list[float]:
    return [one.update()["hits"] for _ in range(6)]


def test_rows_are_changed_as_they_are_drawn_and_such_a_run_goes_on_to_the_bit(tmp_path):
    goes_on_to_the_bit(changing, tmp_path, kept=7)
    plain, changed = (hits_of(changing(tmp_path / str(share), share)) for share in (0.0, 1.0))
    assert plain[0] == changed[0]  # the changes come in little by little
    assert plain[-1] != changed[-1]


@pytest.mark.parametrize("config", [toy(), toy_lines.toy()])
def test_changes_are_shares(config):
    assert replace(config, changes=Changes(0.5)).changes.share == 0.5
    for wrong in (Changes(1.5), Changes(-0.1), Changes(0.5, 0)):
        with pytest.raises(ValueError, match="toy, changes: share goes from 0 to 1"):
            replace(config, changes=wrong)


def test_a_run_killed_while_it_saves_goes_on_to_the_bit(tmp_path):
    killed_goes_on_to_the_bit(trainer, tmp_path)


def test_a_torn_checkpoint_is_passed_over_for_the_one_before(tmp_path):
    one = trainer(tmp_path)
    one.update()
    first = one.save()
    one.update()
    second = one.save()
    second.write_bytes(second.read_bytes()[:-1])
    assert checkpoints.newest(tmp_path / "checkpoints") == first
    with pytest.raises(ValueError, match="not whole"):
        checkpoints.read(second)


def test_a_run_does_not_go_on_under_another_config(tmp_path):
    trainer(tmp_path).save()
    with pytest.raises(ValueError, match="another config"):
        trainer(tmp_path, rate=0.5)


def test_a_loss_that_is_no_number_goes_back_to_the_last_checkpoint(tmp_path):
    one = trainer(tmp_path)
    one.update()
    one.save()
    held = {name: value.clone() for name, value in weights(one).items()}
    one.update()
    assert one._has_diverged(math.nan)
    assert all(torch.equal(value, held[name]) for name, value in weights(one).items())
    assert one.step == 2  # other rows come now


def test_a_gradient_that_is_no_number_is_never_kept(tmp_path):
    one = trainer(tmp_path, steps=30)
    weight = next(one.model.decoder.parameters())
    weight.register_hook(lambda gradient: gradient * math.nan if one.step == 19 else gradient)  # the step that is saved
    one.run(lambda model: {"bits_per_hit": 1.0, "velocity": 1.0, "offset": 1.0}, lambda text: None)
    assert one.rollbacks == 1
    assert all(value.isfinite().all() for value in weights(one).values())


def test_it_ends_when_nothing_gets_better(tmp_path):
    one = trainer(tmp_path, steps=10_000)
    still = {"bits_per_hit": 1.0, "velocity": 1.0, "offset": 1.0}
    object.__setattr__(one.config.watch, "patience", 2)
    assert "no measure" in one.run(lambda model: still, lambda text: None)
    assert one.step == 30


# -- tasks, configs, measures ----------------------------------------------


def test_every_task_hides_what_it_says():
    chance = np.random.default_rng(1)
    for name, _, masks in tasks.TASKS:
        hits, feel = masks(chance)
        assert not (feel & ~hits).any(), name
    assert not tasks.TASKS[0][2](chance)[0].any()


def test_a_config_that_says_what_there_is_not_is_refused_with_the_nearest(tmp_path):
    place = tmp_path / "mine.toml"
    place.write_text("[schedule]\nstep = 4\n")
    with pytest.raises(ValueError, match=r'schedule: no key "step" .did you mean "steps"'):
        config.load(place)
    with pytest.raises(ValueError, match="groove-nano"):
        config.find("groove-nan")


def test_the_configs_that_come_along_can_be_read():
    names = {config.load(place).name for place in config.CONFIGS.glob("*.toml")}
    assert names == {"groove-nano", "groove-small", "phrase-plain", "phrase-small"}


def test_ranks_are_evenly_spread_and_equals_share_theirs():
    table = [0.0, 0.0, 0.0, 1.0, 2.0]
    assert tasks.rank(np.array([0.0, 1.0, 1.5, 2.0, 9.0]), table).tolist() == [0.25, 0.75, 0.875, 1.0, 1.0]


def test_overlap_is_whole_for_the_same_and_none_for_what_lies_apart():
    values = np.random.default_rng(1).random((50, 3))
    assert battery.overlap(values, values) == pytest.approx(1.0)
    assert battery.overlap(values, values + 5) == 0.0


def test_divergence_is_none_for_the_same_and_counted_as_by_hand():
    values = np.random.default_rng(1).random((50, 3))
    assert battery.divergence(values, values) == 0.0
    # Two of three in the first of twenty bins and one in the last, against one and two; half a count more in each bin.
    one, other = np.array([[0.0], [0.0], [1.0]]), np.array([[0.0], [1.0], [1.0]])
    expected = (1.5 * math.log(1.5 / 2.5) + 2.5 * math.log(2.5 / 1.5)) / 13
    assert battery.divergence(one, other) == pytest.approx(expected)


def test_spearman_sees_order_alone():
    rising = np.arange(20.0)
    assert spearman(rising, np.exp(rising)) == 1.0
    assert spearman(rising, -(rising**3)) == -1.0
