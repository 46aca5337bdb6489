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
from liveengine.generators.codecs.frames import CONDITIONS, FRAMES, PATTERNS, VIEW, VOICE_COUNT
from liveengine.generators.contract import Controls
from liveengine.generators.drawing import surprise
from liveengine.generators.neural import Groove
from liveengine.runtime.inference import Session
from liveengine.runtime.precision import FP32, INT8, opened
from liveengine.training import checkpoints, export, tasks
from liveengine.training.asking import Torch, onnx
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


def test_what_is_exported_plays_in_either_precision_and_has_its_card(weights, tmp_path, monkeypatch):
    monkeypatch.setattr(export, "OTHERWISE_MAX", 1.0)
    folder = export.export(weights, tmp_path / "models", ABOUT)
    for wanted in (FP32, INT8):
        session = Session(folder, open_model=partial(opened, wanted=wanted))
        bar = Groove("toy", session.begin, session.latent, session.density)(None, frozenset(), Controls(), 1)
        assert session.opened.precision == wanted and bar.notes
    card = json.loads((folder / "card.json").read_text())
    assert card["parity"]["apart"] <= export.APART_MAX
    for kind, networks in (("fp32", export.NETWORKS), ("int8", map(models.in_int8, export.NETWORKS))):
        assert card["files"][kind]["bytes"] == export.size_of(folder, networks)
    assert (folder / "card.md").read_text().startswith("# toy\n")
    assert models.shipped(tmp_path / "models") == {"toy": folder}


def test_int8_comes_along_where_no_more_than_one_in_a_thousand_is_otherwise_and_an_older_one_goes(tmp_path):
    small = [models.in_int8(name) for name in export.NETWORKS]
    for name in (*export.NETWORKS, *small):
        (tmp_path / name).write_bytes(name.encode())
    both, one = (export.shipped(tmp_path, export.NETWORKS, otherwise) for otherwise in (0.001, 0.0011))
    assert both == {name: name.encode() for name in (*export.NETWORKS, *small)}
    assert one == {name: name.encode() for name in export.NETWORKS}
    assert [export.names(files) for files in (both, one)] == ["fp32 and int8", "fp32"]
    parity = {"apart": 0.0, "cells": 0, "grooves": 4}
    for files in (both, one):
        card = export.Card("toy", toy().told(), 0, 1, {**ABOUT, "shipped": export.names(files)}, parity, {})
        folder = export.write_folder(tmp_path, card, files, {})
        assert {place.name for place in folder.glob("*.onnx")} == set(files)
        assert f"Shipped is {export.names(files)}:" in (folder / "card.md").read_text()


def test_what_does_not_say_what_torch_says_is_not_written(weights, tmp_path, monkeypatch):
    def write_another(model, folder):
        torch.manual_seed(2)
        export_one(GrooveModel(toy().size).eval(), folder)

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
    session = onnx(export.export(weights, tmp_path / "models", ABOUT), toy().size.cache, toy().size.latent)
    conditions, latents = export.questions(toy().size.latent, 1)
    view = np.zeros((1, FRAMES, VIEW), np.float32)
    untold = conditions.copy()
    untold[:, CONDITIONS.index("latent told")] = 0.0
    one, other = session.read(view, conditions, latents), session.read(view, untold, 0 * latents)
    assert all((a == b).all() for a, b in zip(one, other, strict=True))


def test_frame_by_frame_it_says_what_it_learnt_to_say_of_whole_grooves():
    """The stage's step, against the same model as it learns: every frame at once, and each hidden from those before."""
    torch.manual_seed(3)
    model = GrooveModel(toy().size).eval()
    conditions, latents = export.questions(toy().size.latent, 3)
    pattern = np.random.default_rng(1).integers(PATTERNS, size=(3, FRAMES, VOICE_COUNT), dtype=np.uint8)
    nothing = torch.zeros(3, FRAMES, VIEW)
    with torch.no_grad():
        asked = map(torch.from_numpy, (conditions, latents, pattern.astype(np.int64)))
        said = model.decoder(nothing, *asked).logits.double()
        truth = torch.from_numpy(pattern.astype(np.int64))
        nats = torch.nn.functional.cross_entropy(said.flatten(0, 2), truth.flatten(), reduction="none")
    expected = nats.view(3, -1).sum(dim=1).numpy()
    assert surprise(Torch(model), pattern, conditions, latents) == pytest.approx(expected, rel=1e-5)
