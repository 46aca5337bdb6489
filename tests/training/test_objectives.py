"""Losses by name: what the table says is what is weighed, and what a config does not name weighs what it did."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("safetensors")

import numpy as np
import torch
import toy_lines
from resuming import assert_same
from test_modes import contested
from toy import ToyRows, toy

from liveengine.generators.codecs import lines
from liveengine.generators.codecs import vocabulary as words
from liveengine.training import objectives, phrase_losses, tasks
from liveengine.training.config import Config, from_told
from liveengine.training.data.phrase_rows import GIVEN
from liveengine.training.groove_loop import GrooveTrainer

ROWS = ToyRows(24)
RANKS = tasks.quantiles(ROWS.all)
HOW_TO = Path(__file__).resolve().parents[2] / "docs" / "HOW_TO_TRAIN.md"


def learnt(config: Config, folder: Path, steps: int = 6) -> dict[str, torch.Tensor]:
    one = GrooveTrainer(config, ROWS, folder, RANKS)
    for _ in range(steps):
        told = one.update()
    assert math.isfinite(told["loss"])
    return one.state()


def test_the_how_to_has_the_table():
    text = HOW_TO.read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| ([a-z, ]+) \| (.+?) \| (.+?) \|$", text, re.MULTILINE)
    told = {name: (tuple(of.split(", ")), meaning, float(unnamed)) for name, of, meaning, unnamed in rows}
    assert told == {name: (loss.families, loss.meaning, loss.unnamed) for name, loss in objectives.LOSSES.items()}


@pytest.mark.parametrize(
    ("family", "name", "nearest"),
    [("groove", "regularty", "regularity"), ("phrase", "chordfit", "chord_fit"), ("groove", "matchd", "matched")],
)
def test_a_loss_that_there_is_not_is_refused_with_the_nearest(family, name, nearest):
    with pytest.raises(ValueError, match=rf'mine.*losses: no loss "{name}" of {family} models.*"{nearest}"'):
        from_told({"name": "mine", "family": family, "losses": {name: 1.0}}, "mine.toml")
    # The other family's are none of its own.
    with pytest.raises(ValueError, match='no loss "surprise" of groove'):
        replace(toy(), losses={"surprise": 1.0})


def test_what_is_not_named_weighs_what_it_did():
    assert toy().losses == {"hits": 1.0, "velocity": 10.0, "offset": 10.0}
    assert toy_lines.toy().losses == Config("x", family="phrase").losses == {"surprise": 1.0}
    one = replace(toy(), losses={"offset": 3.0, "hits": 1.0})
    assert list(one.weighed("said").items()) == [("offset", 3.0), ("hits", 1.0)]
    assert one.weighed("latent") == {"divergence": 1.0}
    assert one.weighed("critic") == {"fooled": 1.0, "matched": 1.0}
    assert replace(toy(), losses={"hits": 1.0, "matched": 0.0}).weighed("critic") == {"matched": 0.0, "fooled": 1.0}


def test_what_the_critic_once_weighed_is_a_loss_by_name():
    told = toy().told()
    assert "matching" not in told["adversary"]
    assert from_told({**told, "adversary": {**told["adversary"], "matching": 1.0}}, "x") == toy()
    old = from_told({"name": "toy", "adversary": {"matching": 2.5}}, "x")
    assert old.weighed("critic") == {"matched": 2.5, "fooled": 1.0}
    assert old.weighed("said") == toy().losses


def test_the_divergence_weighs_what_its_schedule_says_times_what_the_table_says(tmp_path):
    config = replace(toy(), divergence=replace(toy().divergence, most=0.5, free_nats=0.0))
    half = replace(config, divergence=replace(config.divergence, most=0.25))
    twice = replace(half, losses={**half.losses, "divergence": 2.0})
    whole = learnt(config, tmp_path / "a")
    assert_same(learnt(twice, tmp_path / "b"), whole)
    assert not torch.equal(learnt(half, tmp_path / "c")["model.encoder.say.weight"], whole["model.encoder.say.weight"])


def test_the_critics_word_weighs_what_its_ramp_says_times_what_the_table_says(tmp_path):
    config = replace(contested(), adversary=replace(contested().adversary, most=0.5))
    losses = {**config.losses, "fooled": 0.5, "matched": 0.5}
    one = replace(config, adversary=replace(config.adversary, most=0.25))
    other = replace(config, losses=losses)
    assert_same(learnt(one, tmp_path / "a"), learnt(other, tmp_path / "b"))


# -- phrases' own, by hand -------------------------------------------------


def told(*chords: tuple[int, ...]) -> torch.Tensor:
    """Return what is told of one row, of chords as distances from their root."""
    rows = np.zeros((1, len(chords), lines.TOLD), np.float32)
    for time, chord in enumerate(chords):
        lines.part(rows, "chord")[0, time, list(chord)] = 1.0
    return torch.from_numpy(rows)


def said(*pitches: tuple[int, ...]) -> torch.Tensor:
    """Return logits of one row that are sure of these pitches alike, were a note to be struck."""
    logits = torch.zeros(1, len(pitches), words.SIZE)
    for time, each in enumerate(pitches):
        logits[0, time, [words.FIRST["note_on"] + pitch for pitch in each]] = 50.0
    return logits


def truth(*targets: int, root: int = 0, chord: tuple[int, ...] = (0, 4, 7)) -> dict[str, torch.Tensor]:
    return {
        "target": torch.tensor([targets]),
        "root": torch.full((1, len(targets)), root),
        "told": told(*[chord] * len(targets)),
    }


NOTE = words.FIRST["note_on"] + 60


def test_surprise_is_the_nats_of_what_was_not_given():
    even = torch.zeros(1, 3, words.SIZE)
    assert phrase_losses.surprise(even, truth(GIVEN, NOTE, 4)).tolist() == pytest.approx([2 * math.log(words.SIZE)])


def test_notes_outside_their_chord_are_its_misfit_and_other_tokens_none():
    # A minor, told as a root of 9 and distances: A and C fit, B does not.
    asked = truth(NOTE, NOTE, words.BAR, NOTE, root=9, chord=(0, 3, 7))
    assert phrase_losses.chord_fit(said((57,), (60, 59), (59,), (71,)), asked).tolist() == pytest.approx([0 + 0.5 + 1])


def test_voices_are_led_from_note_to_note_over_what_lies_between():
    asked = truth(NOTE, words.BAR, NOTE, NOTE)
    assert phrase_losses.voice_leading(said((60,), (66,), (62,), (73,)), asked).tolist() == pytest.approx([2 + 1])
    assert phrase_losses.voice_leading(said((60,)), truth(NOTE)).tolist() == [0.0]
