"""What a run begins with, and what it learns from beside that by which it is measured."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("safetensors")

import torch
import toy_lines
from toy_lines import toy

from liveengine.training import phrase_command
from liveengine.training.cards import Card, as_markdown
from liveengine.training.phrase_loop import PhraseTrainer


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    return toy_lines.rows(toy_lines.prepared(tmp_path_factory.mktemp("rows")))


def looked(rows, folder, steps=3, **size):
    """Return a trainer that has taken some steps, and where its best weights lie."""
    trainer = PhraseTrainer(toy(**size), rows, folder, {})
    for _ in range(steps):
        trainer.update()
    trainer.save()
    trainer._judge({"bits_per_note": 1.0})
    return trainer, folder / "best.safetensors"


def test_a_run_begins_with_the_weights_of_another_and_tells_so(rows, tmp_path):
    plain, best = looked(rows, tmp_path / "plain")
    more = PhraseTrainer(toy(layers=2), rows, tmp_path / "more", {})
    own = {name: value.clone() for name, value in more.model.state_dict().items()}
    more.begin_from(best)
    for name, value in more.model.state_dict().items():
        assert torch.equal(value, plain.mean.get(name, own[name])), name
        assert torch.equal(value, more.mean[name]), name
    assert more.about()["began_from"] == "toy, step 3"
    assert "began_from" not in plain.about()
    more.update()
    more.save()

    gone_on = PhraseTrainer(toy(layers=2), rows, tmp_path / "more", {})
    gone_on.begin_from(best)  # the same command again: it goes on with its own
    assert (gone_on.step, gone_on.about()["began_from"]) == (1, "toy, step 3")
    for trainer in (more, gone_on):
        trainer.update()
    weights = gone_on.mean
    assert all(torch.equal(value, weights[name]) for name, value in more.mean.items())


def test_a_card_tells_what_a_run_began_with():
    about = {"licence": "none", "attribution": "Nobody", "rows": {}, "notes": [], "measures": {}}
    parity = {"apart": 0.0, "cells": 0, "grooves": 1}
    texts = [
        as_markdown(Card("toy", {**toy().told(), "family": "groove"}, 1, 2, {**about, **more}, parity, {}))
        for more in ({}, {"began_from": ""}, {"began_from": "mine, step 3"})
    ]
    assert ["began with" in text for text in texts] == [False, False, True]
    assert "\nIt began with the weights of mine, step 3 (`--begin-from`).\n" in texts[2]


def test_what_was_begun_with_stays_in_the_mean_and_what_is_new_is_soon_its_own(rows, tmp_path):
    plain, best = looked(rows, tmp_path / "plain", 1)
    more = PhraseTrainer(toy(layers=2), rows, tmp_path / "more", {})
    more.begin_from(best)
    new = more.mean["layers.1.out.weight"].clone()
    more.update()
    average = more.config.schedule.average
    now = more.model.state_dict()
    kept = average * plain.mean["layers.0.out.weight"] + (1 - average) * now["layers.0.out.weight"]
    assert torch.allclose(more.mean["layers.0.out.weight"], kept, atol=1e-7)
    assert torch.allclose(more.mean["layers.1.out.weight"], 0.1 * new + 0.9 * now["layers.1.out.weight"], atol=1e-7)


def test_weights_that_do_not_fit_are_refused_by_name(rows, tmp_path):
    _, best = looked(rows, tmp_path / "deep", 0, layers=2)
    with pytest.raises(ValueError, match=r"best.safetensors: a model of this config has no layers\.1\."):
        PhraseTrainer(toy(), rows, tmp_path / "a", {}).begin_from(best)
    with pytest.raises(ValueError, match=r"is \(.*\), and here \(.*\); the sizes must be the same"):
        PhraseTrainer(toy(layers=2, width=24), rows, tmp_path / "b", {}).begin_from(best)
    with pytest.raises(ValueError, match=r"nowhere/best.safetensors: there is no such file"):
        PhraseTrainer(toy(), rows, tmp_path / "c", {}).begin_from(tmp_path / "nowhere" / "best.safetensors")


def test_what_is_learnt_from_also_is_drawn_as_often_as_asked_and_is_nowhere_measured(tmp_path):
    data = toy_lines.prepared(tmp_path / "one", 12)
    (toy_lines.prepared(tmp_path / "two", 6) / "made").rename(data / "beside")
    config = toy_lines.toy_with(also="beside", also_share=0.2)
    both, alone = phrase_command.learnt_rows(config, data), phrase_command.rows_of(config, data, "train")
    share = both.weights()
    assert (len(both), len(alone)) == (18, 12)
    assert share.sum() == pytest.approx(1.0)
    assert share[12:].sum() == pytest.approx(0.2)
    assert np.allclose(share[:12], 0.8 * alone.weights())
    assert both.pieces[12] == (1, 0)
    assert len(phrase_command.rows_of(config, data, "validation")) == 12


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"also": "made"}, "made stands in data and in also"),
        ({"also": "beside", "also_share": 1.0}, "also_share must lie between 0 and 1, not 1.0"),
        ({"also": "beside", "family": "groove", "losses": {}}, "also is of phrase models"),
    ],
)
def test_what_cannot_be_learnt_from_also_is_said(changes, words):
    with pytest.raises(ValueError, match=words):
        toy_lines.toy_with(**changes)
