"""Phrase models: what they read, what they learn, and what is exported plays and says what torch says."""

from __future__ import annotations

import argparse
import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("safetensors")

import torch
import toy_lines
from toy_lines import toy

from liveengine.cli import OK, main
from liveengine.generators import models
from liveengine.generators.codecs import lines
from liveengine.generators.codecs.vocabulary import BAR, BEGIN, MEANING
from liveengine.generators.codecs.windows import NOTHING, stands
from liveengine.generators.contract import Controls
from liveengine.generators.hearing import Memory
from liveengine.generators.phrase import Phraser
from liveengine.generators.speaking import Heard, Speaker
from liveengine.training import phrase_command, phrase_export
from liveengine.training.config import Changes, from_told
from liveengine.training.data.augmentation import Row
from liveengine.training.data.phrase_rows import GIVEN, REGISTERS, Batch, Change, posed
from liveengine.training.evaluation import phrase_battery, phrase_structure
from liveengine.training.evaluation.phrase_baselines import baselines, targets_of
from liveengine.training.evaluation.phrase_held_out import measured
from liveengine.training.models.attention import ATTENTION
from liveengine.training.models.phrase import PhraseModel
from liveengine.training.phrase_loop import PhraseTrainer


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return toy_lines.prepared(tmp_path_factory.mktemp("rows"))


@pytest.fixture(scope="module")
def rows(data):
    return toy_lines.rows(data)


# -- what is read ----------------------------------------------------------


def test_what_training_reads_at_once_the_stage_reads_step_by_step(rows):
    """The fast twin equals the slow one, in every number of every token."""
    for line in rows.lines[:3]:
        batch = posed(line, rows.context)
        asked = []

        def listening(question, asked=asked):
            asked.append(question)
            return Heard(np.zeros(1, np.float32), np.zeros((1, 2, 1, 2), np.float32))

        speaker = Speaker(listening, Memory((1, 2, 1, 4, 2)), line.told)
        for token in batch.token[0]:
            speaker.take(int(token))
        for name in ("token", "hints", "root"):
            assert [getattr(each, name).ravel().tolist() for each in asked] == [
                np.ravel(each).tolist() for each in getattr(batch, name)[0]
            ], name
        told = np.stack([each.told[0, 0] for each in asked])
        assert np.allclose(told[1:], batch.told[0][1:])


def test_a_line_in_another_key_is_the_same_but_for_pitches_and_roots(rows):
    line, chance = rows.lines[0], np.random.default_rng(1)
    plain = posed(line, rows.context)
    for _ in range(20):
        moved = posed(line, 10_000, chance)
        real = moved.target[0] != GIVEN
        by = (moved.root[0, 1] - plain.root[0, 1]) % 12
        assert len(moved.token[0]) > 1
        assert {MEANING[t][0] for t in moved.target[0][real]} <= {"special", "shift", "family", "velocity", "note_on",
                                                                  "note_off"}  # fmt: skip
        struck = lines.PITCH[moved.token[0]]
        own = lines.PITCH[line.tokens]
        assert set((struck[struck >= 0] - by) % 12) <= set(own[own >= 0] % 12)
        low, high = REGISTERS[line.role]
        assert min(low, own[own >= 0].min()) <= struck[struck >= 0].min()
        assert struck.max() <= max(high, own.max())


def test_a_line_is_what_a_change_makes_of_its_row(rows):
    def lines_of(number: int, change: Change | None = None) -> Batch:
        return rows.lines_of([number], np.random.default_rng(3), rows.context, change)

    seen: list[Row] = []

    def keeping(row: Row, chance: np.random.Generator) -> Row:
        seen.append(row)
        return row

    for number in (0, 1):
        assert all(map(np.array_equal, lines_of(number, keeping), lines_of(number)))
    assert all(map(np.array_equal, lines_of(0, lambda row, chance: seen[1]), lines_of(1)))
    assert not np.array_equal(lines_of(0).token, lines_of(1).token)


def test_lines_are_changed_as_they_are_drawn_where_the_config_says_so(rows, tmp_path, monkeypatch):
    lines_of, made = rows.lines_of, []

    def watched(numbers, chance, context, change=None):
        plain, drawn = (lines_of(numbers, np.random.default_rng(5), context, each) for each in (None, change))
        made.append(np.array_equal(plain.token, drawn.token))
        return lines_of(numbers, chance, context, change)

    monkeypatch.setattr(rows, "lines_of", watched)
    for share in (0.0, 1.0):
        one = PhraseTrainer(toy_lines.toy_with(changes=Changes(share, 1)), rows, tmp_path / str(share), {})
        one.step = 1  # from there on the share is whole
        assert np.isfinite(one.update()["loss"])
    assert made == [True, False]


def test_a_target_is_the_next_token_and_what_is_given_counts_for_nothing(rows):
    line = rows.lines[0]
    batch = posed(line, rows.context)
    assert batch.token[0, :2].tolist() == [BEGIN, BAR]
    assert batch.target[0, 0] == GIVEN
    assert batch.target[0, 1:-1].tolist() == batch.token[0, 2:].tolist()
    assert batch.target[0, 1:].tolist() == targets_of(line, rows.context).tolist()


def test_rows_of_another_vocabulary_are_refused(tmp_path):
    toy_lines.prepared(tmp_path, 3, vocabulary="another")
    with pytest.raises(ValueError, match="prepare the data again"):
        toy_lines.rows(tmp_path)


# -- what is learnt --------------------------------------------------------


def test_attention_hears_what_came_before_and_of_that_a_window_or_the_heads_of_bars():
    bar, head = torch.tensor([[0, 0, 1, 1, 2, 2]]), torch.tensor([[True, False] * 3])
    heard = {name: hears(bar, head, 2)[0].int().tolist() for name, hears in ATTENTION.items()}
    assert heard["full"] == [[1] * (place + 1) + [0] * (5 - place) for place in range(6)]
    assert heard["sliding"][:3] == [[1, 0, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0], [0, 1, 1, 0, 0, 0]]
    assert heard["hierarchical"] == [*heard["full"][:4], [1, 0, 1, 1, 1, 0], [1, 0, 1, 1, 1, 1]]
    with pytest.raises(ValueError, match='no attention "all"'):
        PhraseModel(replace(toy().phrase, attention="all"))


@pytest.mark.parametrize(
    "changes",
    [{"latent": True}, {"attention": "sliding", "window": 9}, {"attention": "hierarchical", "window": 48}],
)
def test_one_token_at_a_time_says_what_all_at_once_say(rows, changes):
    torch.manual_seed(3)
    line = rows.lines[2]  # of so few tokens a bar that two of them and the heads of all fit into the slots
    model = PhraseModel(toy(**changes).phrase).eval()
    torch.nn.init.normal_(model.told_beside.weight)
    batch = posed(line, rows.context)
    with torch.no_grad():
        at_once = model(*(torch.from_numpy(np.ascontiguousarray(array)) for array in batch[:5]))[0].numpy()
    speaker = Speaker(phrase_export.asked_of(model), model.size.memory, line.told)
    for number, token in enumerate(batch.token[0]):
        logits = speaker.take(int(token))
        assert number == 0 or np.abs(logits - at_once[number]).max() < 1e-4


@pytest.mark.parametrize("latent", [False, True])
def test_something_is_learnt_more_than_the_baselines_know_and_a_run_goes_on_to_the_bit(rows, tmp_path, latent):
    def trainer(name):
        return PhraseTrainer(toy(latent=latent), rows, tmp_path / name, phrase_command.ranks_of(rows))

    one = trainer("a")
    before = measured(one.averaged(), rows.lines)["bits_per_note"]
    for _ in range(30):
        one.update()
    one.save()
    for _ in range(30):
        one.update()
    assert measured(one.averaged(), rows.lines)["bits_per_note"] < before / 4
    other = PhraseTrainer(toy(latent=latent), rows, tmp_path / "a", {})
    assert other.step == 30
    for _ in range(30):
        other.update()
    weights = other.model.state_dict()
    assert all(torch.equal(value, weights[name]) for name, value in one.model.state_dict().items())


def test_baselines_know_the_more_the_more_they_see_and_their_chances_add_up(rows):
    table = phrase_battery.held_out(phrase_battery.guessed(PhraseModel(toy().phrase), rows.lines, rows), rows)
    order = ["Markov, from the chord's root", "Markov", "usual at its place", "random"]
    bits = [table[name]["bits_per_note"] for name in order]
    assert bits == sorted(bits)
    assert table["random"]["bits_per_token"] == pytest.approx(np.log2(689))
    for name, likely in baselines(rows.lines):
        found = likely(rows.lines[0])
        assert len(found) == len(targets_of(rows.lines[0], 10_000)), name
        assert (found > 0).all() and (found <= 1).all()


# -- what is exported ------------------------------------------------------


@pytest.fixture(scope="module")
def few():
    """Let everything that is made to be measured be few."""
    patch = pytest.MonkeyPatch()
    for place, name, count in (
        (phrase_export, "LINES", 3),
        (phrase_export, "BENCHMARK", 3),
        (phrase_battery, "DRAWN", 3),
        (phrase_battery, "RESAMPLED", 5),
        (phrase_structure, "PIECES", 1),
        (phrase_structure, "BARS", 8),
    ):
        patch.setattr(place, name, count)
    yield
    patch.undo()


@pytest.fixture(scope="module")
def shipped(data, few, tmp_path_factory):
    """A toy that was trained, measured and exported by the commands; its folder."""
    pytest.importorskip("onnxscript")
    pytest.importorskip("onnxruntime")
    base = tmp_path_factory.mktemp("exported")
    arguments = argparse.Namespace(data=data, run=base / "run", to=base / "models", log=(), begin_from=None)
    phrase_command.train(toy(), arguments, "best.safetensors")
    phrase_command.export_model(base / "run" / "best.safetensors", data, base / "models")
    return base / "models" / "toy"


def test_what_is_exported_plays_and_has_its_card(shipped):
    from liveengine.runtime.inference import LineSession

    session = LineSession(shipped)
    play = Phraser("toy", session.begin, session.memory, session.ranks, session.known)
    bar = play(None, frozenset(), Controls(role="bass", low=30, high=60), 1)
    assert bar.notes
    assert bar == play(None, frozenset(), Controls(role="bass", low=30, high=60), 1)
    card = json.loads((shipped / "card.json").read_text())
    assert card["parity"]["apart"] <= phrase_export.APART_MAX
    assert card["parity"]["lines_otherwise"] == 0
    assert (shipped / models.WEIGHTS).stat().st_size == card["files"]["fp32"]["bytes"]
    assert (shipped / models.in_int8(models.WEIGHTS)).exists() == (card["files"]["int8"]["lines_otherwise"] == 0)
    assert (shipped / "card.md").read_text().startswith("# toy\n\nA phrase model of ")
    assert models.shipped(shipped.parent) == {"toy": shipped}


def test_what_was_trained_is_measured_into_a_report(data, shipped, tmp_path):
    run = shipped.parent.parent / "run"
    assert main(["evaluate", "--data", str(data), "--run", str(run), "--report", str(tmp_path)]) == OK
    told = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert told.startswith("# toy\n")
    card = json.loads((shipped / "card.json").read_text())
    assert all(title in told for title in card["about"]["measures"])
    assert "| bass, real | " in told and "| rho low | rho high |" in told


def test_what_was_learnt_lies_beside_the_weights_and_no_other_file_will_do(rows, shipped, tmp_path):
    found = models.known(shipped)
    assert all(stands(found, each) for line in rows.lines for each in phrase_battery.windows(line))
    copied = shutil.copytree(shipped, tmp_path / "toy")
    np.save(copied / models.KNOWN, found[1:])
    with pytest.raises(ValueError, match="is not the one that the model was exported with"):
        models.known(copied)


def test_what_does_not_say_what_torch_says_is_not_written(data, shipped, tmp_path, monkeypatch):
    def write_another(model, place):
        torch.manual_seed(2)
        write_one(PhraseModel(toy().phrase).eval(), place)

    write_one = phrase_export.write_onnx
    monkeypatch.setattr(phrase_export, "write_onnx", write_another)
    monkeypatch.setattr(phrase_export, "LINES", 2)
    weights = shipped.parent.parent / "run" / "best.safetensors"
    with pytest.raises(ValueError, match="from torch"):
        phrase_export.export(weights, tmp_path / "models", {}, NOTHING)
    assert not (tmp_path / "models").exists()


def test_a_phrase_run_is_read_whatever_size_grooves_had_then():
    told = toy().told()
    assert from_told({**told, "size": {**told["size"], "decoder_layers": 4}}, "x") == toy()
    with pytest.raises(ValueError, match='x, size: no key "decoder_layers"'):
        from_told({**told, "family": "groove", "losses": {}, "size": {"decoder_layers": 4}}, "x")
