"""Averages: a mean is a mean, a run keeps its best looks and no others, and what is averaged is a run that plays."""

from __future__ import annotations

from dataclasses import replace

import pytest

pytest.importorskip("torch")
pytest.importorskip("safetensors")

import torch
from toy import ToyRows, toy

from liveengine.training import averaging, checkpoints, export, tasks
from liveengine.training.config import Watch
from liveengine.training.groove_loop import GrooveTrainer

ROWS = ToyRows(24)
LOOKS = [5.0, 2.0, 4.0, 1.0, 3.0]


def test_a_mean_has_its_known_value_and_keeps_what_all_agree_on() -> None:
    one = {"a": torch.tensor([1.0, -2.0]), "b": torch.tensor([[0.1]])}
    other = {"a": torch.tensor([3.0, 2.0]), "b": torch.tensor([[0.1]])}
    told = averaging.mean([one, other])
    assert told["a"].tolist() == [2.0, 0.0]
    assert torch.equal(averaging.mean([one] * 3)["b"], one["b"])
    assert {value.dtype for value in told.values()} == {torch.float32}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Run five looks of which the fourth is the best; its folder, and the weights at each look."""
    folder = tmp_path_factory.mktemp("run")
    config = replace(toy(steps=10), watch=Watch(every=2, keep=2, keep_best=3, patience=100))
    one = GrooveTrainer(config, ROWS, folder, tasks.quantiles(ROWS.all))
    seen: dict[int, dict[str, torch.Tensor]] = {}

    def look(model) -> dict[str, float]:
        seen[one.step] = {name: value.clone() for name, value in one.mean.items()}
        return dict.fromkeys(config.watch.measures, LOOKS[one.step // 2 - 1])

    one.run(look, lambda text: None)
    return folder, seen


def test_the_best_looks_are_kept_and_no_others(run) -> None:
    folder, seen = run
    kept = averaging.best(folder, "bits_per_hit")
    assert [checkpoints.read(place)[1]["step"] for place in kept] == [8, 4, 10]
    assert sorted(checkpoints.steps(folder / averaging.LOOKS)) == sorted(kept)
    assert len(list((folder / averaging.LOOKS).iterdir())) == 2 * len(kept)
    weights, told = averaging.of_best(folder, 2, "bits_per_hit")
    assert (told["step"], told["averaged"]) == (8, [4, 8])
    assert all(torch.allclose(value, (seen[4][name] + seen[8][name]) / 2) for name, value in weights.items())
    alone, _ = averaging.of_best(folder, 1, "bits_per_hit")
    best, _ = checkpoints.read(folder / "best.safetensors")
    assert all(torch.equal(value, best[name]) for name, value in alone.items())


def test_the_newest_checkpoints_are_averaged_as_well(run) -> None:
    folder, seen = run
    weights, told = averaging.of_last(folder, 2)
    assert told["averaged"] == [8, 10]
    assert all(torch.allclose(value, (seen[8][name] + seen[10][name]) / 2) for name, value in weights.items())
    checkpoints.write_weights(folder / "averaged.safetensors", weights, told)
    model, _ = export.load_model(folder / "averaged.safetensors")
    assert all(torch.equal(value, weights[name]) for name, value in model.state_dict().items())


def test_more_than_are_kept_are_refused_in_words(run) -> None:
    folder, _ = run
    with pytest.raises(ValueError, match=r"3 are kept, not 4 \(`keep_best` under \[watch\]"):
        averaging.of_best(folder, 4, "bits_per_hit")
    with pytest.raises(ValueError, match="2 are kept, not 3"):
        averaging.of_last(folder, 3)
