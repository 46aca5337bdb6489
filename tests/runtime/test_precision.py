"""FP32 or INT8: which is asked, what is told of it, and that the same precision makes the same bar again (G2)."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from statistics import median

import pytest

pytest.importorskip("onnxruntime")

from drum_set import NANO, drum_set
from hypothesis import given
from hypothesis import strategies as st
from live_set import live

from liveengine.cli import parser
from liveengine.engine.orders import RequestBar, Say
from liveengine.generators import models
from liveengine.generators.contract import Controls
from liveengine.runtime import precision
from liveengine.runtime.generation import answer
from liveengine.runtime.inference import Session, load_models
from liveengine.runtime.model_checks import trained_models
from liveengine.runtime.offline import Rendering
from liveengine.runtime.precision import AUTO, FP32, INT8, Precisions, took

NAMED = NANO.name


@pytest.fixture
def patch(tmp_path):
    return drum_set(tmp_path)


@pytest.fixture(scope="module")
def quantised(tmp_path_factory) -> Path:
    """A home of one model that came along in both."""
    pytest.importorskip("torch")
    pytest.importorskip("onnx")
    from liveengine.training.export import NETWORKS, write_int8

    folder = shutil.copytree(NANO, tmp_path_factory.mktemp("models") / NAMED)
    write_int8(folder, NETWORKS)
    return folder.parent


@pytest.fixture
def home(quantised, tmp_path) -> Path:
    """The same, to be spoilt."""
    return shutil.copytree(quantised, tmp_path / "models")


def loaded(patch, home: Path, wanted: str) -> tuple[list, str, list[str]]:
    """Return bars of a model, the precision that it got, and what was told."""
    told: list[str] = []
    precisions = Precisions(wanted)
    there = load_models(patch, told.append, home=home, precisions=precisions)
    asked = (RequestBar(1, 0, NAMED, None, frozenset(), Controls(bars=2), seed) for seed in range(6))
    return [answer(each, there) for each in asked], precisions.taken[NAMED], told


def test_in_the_same_precision_the_same_bars_come_again_and_in_another_others(patch, quantised):
    full, small = (loaded(patch, quantised, wanted) for wanted in (FP32, INT8))
    assert (full[1:], small[1:]) == ((FP32, []), (INT8, []))
    assert full == loaded(patch, quantised, FP32) == loaded(patch, models.HOME, FP32)
    assert small == loaded(patch, quantised, INT8)
    assert full[0] != small[0] and all(made.by_model and not made.gave_way for made in small[0])


@pytest.mark.parametrize(("times", "taken"), [((1.0, 0.9), INT8), ((1.0, 0.91), FP32), ((1.0, 2.0), FP32)])
def test_the_clock_chooses_int8_where_it_is_a_tenth_quicker_and_it_is_told(patch, quantised, monkeypatch, times, taken):
    monkeypatch.setattr(precision, "took", lambda full, small, seconds: times)
    made, got, told = loaded(patch, quantised, AUTO)
    assert got == taken
    assert made == loaded(patch, quantised, taken)[0]
    (words,) = told
    assert words.startswith(
        f"{NAMED} plays in {taken.upper()}: 1000.00 ms a question in FP32, {1000 * times[1]:.2f} in INT8"
    )
    assert ("render --precision int8" in words) == (taken == INT8)


def test_two_real_files_are_timed_and_what_is_taken_is_told(patch, quantised):
    _, got, (words,) = loaded(patch, quantised, AUTO)
    assert words.startswith(f"{NAMED} plays in {got.upper()}: ")


@given(st.lists(st.floats(0.001, 1.0), min_size=1, max_size=9), st.lists(st.floats(0.001, 1.0), min_size=1, max_size=9))
def test_each_is_done_in_turn_until_time_is_over_and_its_median_counts(full, small):
    done: list[tuple[str, float]] = []
    now_s = 0.0

    def deed(name: str, lasts: list[float]):
        def do() -> None:
            nonlocal now_s
            seconds = lasts[len(done) // 2 % len(lasts)]
            done.append((name, seconds))
            now_s += seconds

        return do

    found = took(deed("full", full), deed("small", small), 2.0, clock=lambda: now_s)
    assert [name for name, _ in done] == ["full", "small"] * (len(done) // 2)
    assert found == pytest.approx([median(s for name, s in done if name == each) for each in ("full", "small")])
    pairs = len(done) // 2
    assert pairs == precision.RUNS or now_s >= 2.0
    assert sum(seconds for _, seconds in done[:-2]) < 2.0


def test_where_there_is_no_time_each_is_done_once():
    done: list[str] = []
    took(lambda: done.append("full"), lambda: done.append("small"), 0.0)
    assert done == ["full", "small"]


def spoil(home: Path) -> None:
    (home / NAMED / models.in_int8(models.WEIGHTS)).write_bytes(b"no model")


def exchange(home: Path) -> None:
    """Put the weights of another model beside, of the same shape."""
    import onnx

    other = onnx.load(home / NAMED / models.WEIGHTS)
    other.doc_string = "another export"
    onnx.save(other, home / NAMED / models.WEIGHTS)


@pytest.mark.parametrize("wanted", [AUTO, INT8])
@pytest.mark.parametrize(("harm", "words"), [(spoil, "cannot be run"), (exchange, "was not made of the model.onnx")])
def test_int8_that_cannot_be_asked_or_is_of_other_weights_is_told_and_fp32_plays(patch, home, wanted, harm, words):
    harm(home)
    made, got, (told,) = loaded(patch, home, wanted)
    assert got == FP32 and "plays in FP32" in told and words in told
    assert made == loaded(patch, home, FP32)[0]
    assert loaded(patch, home, FP32)[2] == []


def test_what_came_without_int8_plays_in_fp32_and_only_who_asked_for_int8_is_told(patch):
    for wanted, told in ((AUTO, []), (FP32, []), (INT8, [f"{NAMED} plays in FP32: it came without INT8"])):
        assert loaded(patch, models.HOME, wanted)[1:] == (FP32, told)


def test_nothing_is_timed_any_more_once_the_set_plays(patch, quantised, monkeypatch):
    monkeypatch.setattr(precision, "took", lambda *_: pytest.fail("timed"))
    for wanted, then in ((AUTO, FP32), (INT8, INT8), (FP32, FP32)):
        precisions = Precisions(wanted)
        precisions.settle()
        load_models(patch, pytest.fail, home=quantised, precisions=precisions)
        assert precisions.taken == {NAMED: then}


def test_whoever_opens_a_model_by_itself_gets_fp32(quantised):
    assert Session(quantised / NAMED).opened.precision == FP32


def test_t4_a_rendering_takes_what_it_is_told_and_never_asks_the_clock(patch):
    told: list[str] = []
    for wanted in ([], [INT8]):
        Rendering(patch, False, lambda heard: told.append(heard.text) if isinstance(heard, Say) else None, *wanted)
    assert told == [f"{NAMED} plays in FP32: it came without INT8"]
    words = ["render", "set.toml", "--bars", "1", "-o", "x.mid"]
    assert parser().parse_args(words).precision == FP32
    with pytest.raises(SystemExit):
        parser().parse_args([*words, "--precision", AUTO])
    assert parser().parse_args(["play"]).precision == AUTO


def test_the_doctor_tells_what_would_be_taken_and_what_cannot_be_asked(quantised, home, monkeypatch):
    monkeypatch.setattr(precision, "took", lambda full, small, seconds: (1.0, 0.5))
    assert (trained_models().state, trained_models(home.parent / "none").found) == ("ok", "none")
    assert all(f"{name} in FP32" in trained_models().found for name in models.shipped())
    assert trained_models(quantised).found == f"{NAMED} in INT8"
    spoil(home)
    assert (trained_models(home).state, trained_models(home).found) == ("ok", f"{NAMED} in FP32")
    (home / NAMED / models.WEIGHTS).write_bytes(b"no model")
    assert trained_models(home).state == "warn" and "cannot be run" in trained_models(home).found


def test_a_set_that_plays_tells_which_it_took(patch):
    with live(patch, precision=INT8) as set_:
        assert f"{NAMED} plays in FP32: it came without INT8" in set_.said
        assert json.loads(set_.stage.telemetry())["models"] == {NAMED: FP32}
