"""Export: what is written says what torch says, plays, and is not written where it does not."""

from __future__ import annotations

import json
from functools import partial

import pytest

pytest.importorskip("torch")
pytest.importorskip("onnxscript")
pytest.importorskip("onnxruntime")

import numpy as np
import torch
from toy import ToyRows, toy

from liveengine.generators import models
from liveengine.generators.codecs.frames import CONDITIONS, FRAMES, VIEW
from liveengine.generators.contract import Controls
from liveengine.generators.neural import Groove
from liveengine.runtime.inference import Session
from liveengine.runtime.precision import FP32, INT8, opened
from liveengine.training import checkpoints, export, tasks
from liveengine.training.models.groove import GrooveModel

ABOUT = {"licence": "none", "attribution": "Nobody", "rows": {"train": 64}, "notes": [], "measures": {}}


@pytest.fixture
def weights(tmp_path):
    torch.manual_seed(1)
    place = tmp_path / "best.safetensors"
    told = {"config": toy().told(), "ranks": tasks.quantiles(ToyRows().all), "step": 0}
    checkpoints.write_weights(place, GrooveModel(toy().size).state_dict(), told)
    return place


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(export, "GROOVES", 4)
    monkeypatch.setattr(export, "BARS", 4)


def test_what_is_exported_plays_and_has_its_card(weights, tmp_path):
    folder = export.export(weights, tmp_path / "models", ABOUT)
    session = Session(folder)
    bar = Groove("toy", session.begin, session.latent, session.density)(None, frozenset(), Controls(), 1)
    assert bar.notes
    card = json.loads((folder / "card.json").read_text())
    assert card["parity"]["apart"] <= export.APART_MAX
    assert card["files"]["fp32"]["bytes"] == (folder / models.WEIGHTS).stat().st_size
    assert (folder / "card.md").read_text().startswith("# toy\n")
    assert models.shipped(tmp_path / "models") == {"toy": folder}


@pytest.mark.parametrize(("otherwise_max", "comes_along"), [(1.0, True), (-1.0, False)])
def test_int8_comes_along_where_it_says_nearly_the_same_and_an_older_one_goes(
    weights, tmp_path, monkeypatch, otherwise_max, comes_along
):
    (tmp_path / "models" / "toy").mkdir(parents=True)
    (tmp_path / "models" / "toy" / models.INT8_WEIGHTS).write_bytes(b"of an export before")
    monkeypatch.setattr(export, "OTHERWISE_MAX", otherwise_max)
    folder = export.export(weights, tmp_path / "models", ABOUT)
    card = json.loads((folder / "card.json").read_text())
    assert (folder / models.INT8_WEIGHTS).exists() == comes_along
    session = Session(folder, open_model=partial(opened, wanted=INT8))
    assert session.opened.precision == (INT8 if comes_along else FP32)
    assert card["about"]["shipped"] == ("fp32 and int8" if comes_along else "fp32")
    if comes_along:
        assert card["files"]["int8"]["bytes"] == (folder / models.INT8_WEIGHTS).stat().st_size
    assert f"Shipped is {card['about']['shipped']}:" in (folder / "card.md").read_text()


def test_what_does_not_say_what_torch_says_is_not_written(weights, tmp_path, monkeypatch):
    def write_another(model, place):
        torch.manual_seed(2)
        export_one(GrooveModel(toy().size).eval(), place)

    export_one = export.write_onnx
    monkeypatch.setattr(export, "write_onnx", write_another)
    with pytest.raises(ValueError, match="from torch"):
        export.export(weights, tmp_path / "models", ABOUT)
    assert not (tmp_path / "models").exists()


def test_what_has_another_prior_than_the_stage_draws_from_is_not_written(weights, tmp_path):
    held, told = checkpoints.read(weights)
    checkpoints.write_weights(weights, held, {**told, "prior": {"share": [1.0]}})
    with pytest.raises(ValueError, match="mixture"):
        export.export(weights, tmp_path / "models", ABOUT)
    assert not (tmp_path / "models").exists()


def test_what_learnt_without_a_latent_heeds_none_and_plays(weights, tmp_path):
    held, told = checkpoints.read(weights)
    checkpoints.write_weights(weights, held, {**told, "config": {**told["config"], "mode": "transformer"}})
    session = export.session(export.export(weights, tmp_path / "models", ABOUT) / models.WEIGHTS)
    conditions, latents = export.questions(toy().size.latent, 1)
    view = np.zeros((1, FRAMES, VIEW), np.float32)
    untold = conditions.copy()
    untold[:, CONDITIONS.index("latent told")] = 0.0
    one, other = session(view, conditions, latents), session(view, untold, 0 * latents)
    assert all((a == b).all() for a, b in zip(one, other, strict=True))
