"""Losses by name on values worked out by hand, and how they are weighed."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

pytest.importorskip("torch")
pytest.importorskip("safetensors")

import torch
from resuming import goes_on_to_the_bit
from test_learning import even, question
from toy import ToyRows, toy

from liveengine.training import losses, tasks, tonal
from liveengine.training.balance import Uncertainty
from liveengine.training.groove_loop import GrooveTrainer

ROWS = ToyRows(24)
RANKS = tasks.quantiles(ROWS.all)


def classes(*chords: tuple[int, ...]) -> torch.Tensor:
    """Return one row of chords whose tones are equally likely, (1, times, 12)."""
    row = torch.zeros(1, len(chords), 12)
    for time, chord in enumerate(chords):
        row[0, time, list(chord)] = 1 / len(chord)
    return row


def test_a_pulse_is_like_itself_after_its_period_and_stillness_like_nothing():
    density = torch.tensor([[1.0, 0, 0, 0] * 2, [1.0] * 8])
    # Away from the mean 1/4: 3/4 and three times -1/4; energy 12/16, and one step later -4/16.
    assert losses.autocorrelation(density)[0].tolist() == pytest.approx([-1 / 3, -1 / 3, -1 / 3, 1.0])
    assert losses.autocorrelation(density)[1].tolist() == [0.0] * 4


def test_regularity_is_nothing_for_the_true_pulse_and_counts_each_lag():
    truth, said = question(), even()
    truth["pattern"][:, ::4, 0] = 1
    said.logits[..., 0] = 50.0
    # A model that says nothing: its autocorrelation is 0 everywhere; the pulse's is 1 at four of 16 lags, else -1/3.
    assert losses.regularity(said, truth).tolist() == pytest.approx([4 + 12 / 9] * 2, rel=1e-4)
    said.logits[:, ::4, 0, 1] = 100.0
    assert losses.regularity(said, truth).tolist() == pytest.approx([0.0] * 2, abs=1e-6)
    assert losses.regularity(even(), {**truth, **question(hidden=0.0), "pattern": truth["pattern"]}).tolist() == [0, 0]


def test_what_is_not_in_the_chord_is_its_misfit():
    said = classes((0, 4, 7), (0, 4, 7), (0, 1, 2, 3))
    chords = torch.zeros(1, 3, 12)
    chords[0, 0, [0, 4, 7]] = 1
    chords[0, 1, [9, 0, 4]] = 1  # A minor: G is none of it; the last time has no chord
    assert tonal.chord_fit(said, chords).tolist() == pytest.approx([(0 + 1 / 3) / 2])
    assert tonal.chord_fit(said, torch.zeros(1, 3, 12)).tolist() == [0.0]


@pytest.mark.parametrize(
    ("chords", "semitones"),
    [
        ([(0, 4, 7), (0, 4, 7)], 0),
        ([(0, 4, 7), (0, 4, 9)], 2),  # C to Am: G to A
        ([(0, 4, 7), (0, 3, 7)], 1),
        ([(0, 4, 7), (0, 5, 9)], 3),  # C to F: E to F, G to A
        ([(0, 4, 7), (1, 5, 8)], 3),
        ([(0, 4, 7), (11, 3, 6)], 3),  # down around the circle
        ([(0, 4, 7), (0, 4, 9), (0, 4, 7), (0, 4, 7)], 4 / 3),
    ],
)
def test_voices_move_as_little_as_they_can(chords, semitones):
    assert tonal.voice_leading(classes(*chords), 3).tolist() == pytest.approx([semitones], abs=1e-5)


def test_a_learnt_weight_rests_where_it_should():
    one = Uncertainty(["hits"], observed=4)
    loss = torch.tensor(6.0)
    assert one("hits", loss).item() == 6.0  # as given, to begin with
    with torch.no_grad():
        one.log_variance["hits"].fill_(math.log(2 * 6.0 / 4))
    cost = one("hits", loss)
    assert cost.item() == pytest.approx(2.0 + 0.5 * 4 * math.log(3.0))
    cost.backward()
    assert one.log_variance["hits"].grad.item() == pytest.approx(0.0, abs=1e-6)


def test_learnt_weights_go_on_to_the_bit(tmp_path):
    config = replace(toy(steps=4), balance="uncertainty", losses={**toy().losses, "regularity": 1.0})
    run = goes_on_to_the_bit(lambda folder: GrooveTrainer(config, ROWS, folder, RANKS), tmp_path)
    assert all(value.item() != 0 for value in run.beside.state_dict().values())
    with pytest.raises(ValueError, match="no balance"):
        replace(toy(), balance="unsure")
