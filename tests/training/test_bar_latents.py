"""What a phrase model is told that it can do without: a latent of each bar, and what else plays."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")
pytest.importorskip("safetensors")

import torch
import toy_lines
from toy_lines import toy

from liveengine.generators.codecs import lines
from liveengine.training.data.phrase_rows import posed, stacked
from liveengine.training.evaluation.phrase_held_out import asked
from liveengine.training.models.phrase import PhraseModel
from liveengine.training.phrase_loop import Noise, PhraseTrainer, latents, say


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    return toy_lines.rows(toy_lines.prepared(tmp_path_factory.mktemp("rows")))


@pytest.fixture
def model():
    torch.manual_seed(5)
    return PhraseModel(toy(latent=True).phrase).eval()


def batch_of(rows, count=3):
    return stacked([posed(line, rows.context) for line in rows.lines[:count]])


def test_a_model_begins_as_one_that_is_told_neither(rows, model):
    batch = batch_of(rows)
    bare = batch._replace(told=batch.told.copy())
    bare.told[..., : lines.OPTIONAL] = 0.0
    assert lines.part(batch.told, "others").any()
    with torch.no_grad():
        told = say(model, batch, Noise.drawn(3, share=1.0))[0]
        assert torch.equal(told, say(model, bare)[0])
        torch.nn.init.normal_(model.told_beside.weight)
        assert not torch.equal(told, say(model, batch)[0])


def test_a_run_that_begins_with_a_plain_one_s_weights_says_what_that_said(rows, tmp_path):
    plain = PhraseTrainer(toy(), rows, tmp_path / "plain", {})
    plain.update()
    plain.save()
    plain._judge({"bits_per_note": 1.0})
    more = PhraseTrainer(toy(latent=True), rows, tmp_path / "more", {})
    more.begin_from(tmp_path / "plain" / "best.safetensors")
    with torch.no_grad():
        said = [say(trainer.averaged(), batch_of(rows))[0] for trainer in (plain, more)]
    assert torch.equal(*said)


def test_a_latent_stands_beside_its_own_bar_and_only_where_it_is_told(rows, model):
    batch = batch_of(rows)
    noise = Noise(torch.zeros(3, 8, lines.LATENT), torch.tensor([True, False, True]))
    bar = torch.from_numpy(batch.bar)
    x = torch.randn(*bar.shape, model.size.width)
    with torch.no_grad():
        told, nats = latents(model.encoder, x, bar, noise)
        moved = x + torch.where(bar == 2, 1.0, 0.0)[..., None] * torch.randn(model.size.width)
        otherwise, _ = latents(model.encoder, moved, bar, noise)
    assert torch.equal(told[..., -1], ((bar >= 0) & noise.there[:, None]).float())
    assert not told[1].any()
    for number in range(int(bar[0].max()) + 1):
        alone = told[0][bar[0] == number]
        assert (alone == alone[0]).all()
        assert torch.allclose(alone, otherwise[0][bar[0] == number]) == (number != 2)
    assert nats.shape == (len(set(batch.bar[0])) + len(set(batch.bar[2]) - {-1}), lines.LATENT)
    assert (nats >= 0).all()


def test_what_a_latent_says_beyond_what_is_free_costs_more_the_higher_its_weight(rows, tmp_path):
    trainer = PhraseTrainer(toy(latent=True), rows, tmp_path, {})
    nats, told = torch.full((6, lines.LATENT), 0.5), {}
    trainer.beta = 0.2
    cost = trainer._of_latents(nats, told)
    trainer.beta = 0.4
    assert trainer._of_latents(nats, told) == pytest.approx(2 * cost.item())
    assert cost == pytest.approx(6 * 0.2 * lines.LATENT * 0.5)
    assert told["nats"] == pytest.approx(2 * lines.LATENT * 0.5)
    assert trainer._of_latents(nats[:0], {}) == 0.0


def test_what_is_held_out_is_asked_without_them(rows):
    told = asked(rows.lines[0], rows.context, full=True).told
    assert not told[..., : lines.OPTIONAL].any()


def test_a_bar_in_which_nothing_else_plays_is_told_so_by_saying_nothing(rows):
    told = rows.lines[0].told
    others = told.others.copy()
    others[1] = 0.0
    told = lines.Told(told.role, told.metre, told.chords, told.tonic, told.scale, told.density, others=others)
    found = lines.part(told.numbers(), "others")
    assert found[0].any() and found[0, 0, -1] == 1.0
    assert not found[1].any()
