"""Ablation: each run differs from the first in one thing, and what that does is told with how sure it is."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("safetensors")

import torch
import toy_lines
from made import groove_midi, midi, rock
from toy import toy

from liveengine.training import ablation
from liveengine.training.config import Changes
from liveengine.training.data.collections import find
from liveengine.training.data.prepare import prepare
from liveengine.training.evaluation import intervals

PARTS = ("losses", "divergence", "mode", "balance", "seed")


def test_each_change_changes_one_part_and_none_is_left_out():
    told = ablation.changes(toy())
    assert told.pop(ablation.AS_IS) == toy()
    for name, config in told.items():
        changed = [each.name for each in fields(config) if getattr(config, each.name) != getattr(toy(), each.name)]
        assert len(changed) == 1 and changed[0] in PARTS, name
    assert {
        "another seed",
        "without velocity",
        "without offset",
        "with regularity",
        "without free nats",
        "without divergence",
    } <= set(told)
    contested = ablation.changes(replace(toy(), mode="vae_gan"))
    assert set(contested) - set(told) == {ablation.AS_IS, "without fooled", "without matched"}
    changed = ablation.changes(replace(toy(), changes=Changes(0.5)))
    assert set(changed) - set(told) == {ablation.AS_IS, "without changed rows"}
    assert changed["without changed rows"] == toy()
    bare = replace(toy(), mode="transformer", balance="uncertainty")
    assert not any("latent" in name or "nats" in name or "learnt" in name for name in ablation.changes(bare))
    with pytest.raises(ValueError, match="a phrase model"):
        ablation.changes(toy_lines.toy())


def test_a_shorter_run_has_shorter_schedules_and_one_look():
    short = ablation.shortened(toy(steps=100, warm_up=20), 10)
    assert short.adversary.begins == toy().adversary.begins // 10
    assert (short.schedule.steps, short.schedule.warm_up, short.divergence.steps, short.watch.every) == (10, 2, 1, 10)
    assert short.schedule.average == pytest.approx(toy().schedule.average ** 10)


def sums(bits: np.ndarray) -> dict[str, np.ndarray]:
    one = np.ones(len(bits))
    return {"bits": bits, "velocity": 2 * one, "timing_ms": one, "latent_nats": one, "hits": 4 * one, "grooves": one}


def test_a_difference_that_all_pieces_have_is_sure_and_one_that_each_has_otherwise_is_not():
    usual, luck = (np.random.default_rng(seed).normal(12, 4, 60) for seed in (1, 2))
    grooves = {ablation.AS_IS: sums(usual), "better": sums(usual - 2), "otherwise": sums(luck)}
    measured, apart = ablation.tables(grooves, intervals.draws({"piece": np.arange(60)})).values()
    assert measured["better"]["bits_per_hit"] == pytest.approx((usual.mean() - 2) / 4)
    assert measured["better"]["velocity"] == 0.5
    assert list(apart) == ["better", "otherwise"]
    row = apart["better"]
    assert [row[f"bits_per_hit{end}"] for end in ("", " low", " high")] == pytest.approx([-0.5] * 3)
    row = apart["otherwise"]
    assert row["bits_per_hit low"] < 0 < row["bits_per_hit high"]


def test_runs_are_made_measured_written_and_gone_on_with(tmp_path):
    groove_midi(
        tmp_path / "groove",
        [(f"drummer{n}/session1", "rock", "beat", midi(rock(4, late=n))) for n in (1, 2, 3, 5, 7)],
    )
    prepare(find("gmd"), tmp_path / "groove", tmp_path / "rows")
    config = replace(toy(), data="gmd")
    told: list[str] = []
    measures = ablation.ablated(config, tmp_path / "rows", tmp_path / "run", 2, told.append)
    assert len(told) == len(ablation.changes(config))
    assert json.loads(ablation.write(tmp_path / "run", measures).read_text()) == measures
    usual, apart = measures.values()
    assert usual["without a latent (transformer)"]["latent_nats"] == 0.0 < usual[ablation.AS_IS]["latent_nats"]
    assert all(abs(apart[name]["bits_per_hit"]) > 0 for name in ("another seed", "without offset"))
    torch.manual_seed(9)
    again = ablation.ablated(config, tmp_path / "rows", tmp_path / "run", 2, told.append)
    assert again == measures
