"""What a model costs: quantiles have their known values, and a shipped model is loaded as the stage loads it."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")
pytest.importorskip("onnxruntime")

from liveengine.generators import models
from liveengine.training import benchmark, export
from liveengine.training.benchmark import Took
from liveengine.training.evaluation import exported


def test_of_a_hundred_deeds_the_quantiles_are_where_they_belong() -> None:
    took = Took([number / 1000 for number in range(101)], [0.002] * 101).milliseconds()
    assert [took[f"{name}_ms"] for name in ("p50", "p95", "p99", "max")] == pytest.approx([50, 95, 99, 100])
    assert {took[f"cpu_{name}_ms"] for name in benchmark.QUANTILES} == {2.0}


def test_a_share_and_a_name_are_of_all() -> None:
    whole, half = (Took([0.1], [0.1]).milliseconds(share, "bar_") for share in (1.0, 0.5))
    assert all(half[name] == value / 2 and name.startswith("bar_") for name, value in whole.items())


def test_every_deed_is_done_once_and_timed() -> None:
    done: list[int] = []
    took = benchmark.timed(lambda number=number: done.append(number) for number in range(5))
    assert done == list(range(5))
    assert len(took.clock_s) == len(took.core_s) == 5
    assert all(clock > 0 for clock in took.clock_s)


def test_a_report_tells_what_a_shipped_model_costs(monkeypatch) -> None:
    monkeypatch.setattr(export, "BARS", 6)
    bar, loading = exported.costs(models.HOME / "groove-nano").values()
    took = [bar["one bar"][f"{name}_ms"] for name in benchmark.QUANTILES]
    assert took == sorted(took) and took[0] > 0
    assert loading["one model"]["load_ms"] > 0
    assert loading["one model"]["memory_mb"] > (models.HOME / "groove-nano" / models.WEIGHTS).stat().st_size / 2e6


def test_a_phrase_model_is_loaded_as_one() -> None:
    assert benchmark.cost(models.HOME / "phrase-small")["load_ms"] > 0
