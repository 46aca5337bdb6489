"""The curriculum: lines grow with the steps, no batch is longer than its step allows, and a run goes on to the bit."""

from __future__ import annotations

from dataclasses import replace

import pytest

pytest.importorskip("torch")
pytest.importorskip("safetensors")

import toy
import toy_lines
from hypothesis import given
from hypothesis import strategies as st
from resuming import goes_on_to_the_bit

from liveengine.training import config
from liveengine.training.config import Config, Schedule
from liveengine.training.phrase_loop import PhraseTrainer
from liveengine.training.schedules import context

WHOLE = toy_lines.toy().phrase.context


def growing(**schedule: int) -> Config:
    usual = {"context_from": 16, "context_steps": 6, "steps": 10, "batch": 4, "warm_up": 1}
    return replace(toy_lines.toy(), schedule=Schedule(**{**usual, **schedule}))


@given(st.integers(16, 256), st.integers(1, 500), st.integers(0, 600))
def test_the_context_only_grows_from_what_is_asked_to_the_whole(least: int, steps: int, step: int) -> None:
    plan = Schedule(context_from=least, context_steps=steps)
    assert context(0, plan, 256) == least
    assert least <= context(step, plan, 256) <= context(step + 1, plan, 256) <= 256
    assert context(steps, plan, 256) == 256
    assert context(step, Schedule(), 256) == 256


def test_half_way_it_is_half_way() -> None:
    assert context(50, Schedule(context_from=56, context_steps=100), 256) == 156


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    return toy_lines.rows(toy_lines.prepared(tmp_path_factory.mktemp("rows")))


def test_no_batch_is_longer_than_its_step_allows_and_the_first_are_as_long(rows, tmp_path, monkeypatch) -> None:
    assert max(len(line.tokens) for line in rows.lines) > WHOLE
    one, seen = PhraseTrainer(growing(), rows, tmp_path, {}), []
    lines_of = rows.lines_of

    def watched(*asked):
        batch = lines_of(*asked)
        seen.append((one.step, batch.token.shape[1]))
        return batch

    monkeypatch.setattr(rows, "lines_of", watched)
    for _ in range(10):
        one.update()
    assert [step for step, _ in seen] == list(range(10))
    assert all(length <= context(step, one.config.schedule, WHOLE) for step, length in seen)
    assert seen[0][1] == 16
    assert max(length for _, length in seen) > 40


def test_a_curriculum_goes_on_to_the_bit(rows, tmp_path) -> None:
    goes_on_to_the_bit(lambda folder: PhraseTrainer(growing(), rows, folder, {}), tmp_path, kept=3)


def test_a_curriculum_is_refused_where_there_is_none_to_have() -> None:
    with pytest.raises(ValueError, match="context_from is of phrase models"):
        toy.toy(context_from=32)
    for wrong in ({"context_from": 8}, {"context_from": WHOLE + 1}):
        with pytest.raises(ValueError, match=f"16 tokens at least and {WHOLE}, the whole context, at most"):
            growing(**wrong)
    with pytest.raises(ValueError, match="context_steps must be 1 or more"):
        growing(context_steps=0)


def test_a_config_of_before_has_the_whole_context() -> None:
    told = toy_lines.toy().told()
    del told["schedule"]["context_from"], told["schedule"]["context_steps"]
    assert config.from_told(told, "x") == toy_lines.toy()
