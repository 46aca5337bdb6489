"""Models on stage: loaded before the show, refused by name, and never a reason for silence."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

pytest.importorskip("onnxruntime")

from drum_set import NANO, PATCH, drum_set

from liveengine.engine.events import BarReady
from liveengine.engine.orders import RequestBar
from liveengine.engine.patch import load_patch
from liveengine.generators import models
from liveengine.generators.contract import Controls
from liveengine.generators.neural import RULE
from liveengine.music.time import Metre
from liveengine.runtime import inference
from liveengine.runtime.generation import answer
from liveengine.runtime.inference import LateError, Session, load_models
from liveengine.runtime.offline import Rendering


@pytest.fixture
def patch(tmp_path):
    return drum_set(tmp_path)


@pytest.fixture
def home(tmp_path):
    """A folder of models with one in it, to be spoilt."""
    shutil.copytree(NANO, tmp_path / "models" / "groove-nano")
    return tmp_path / "models"


def wanted(seed: int = 3, **controls: object) -> RequestBar:
    return RequestBar(1, 0, "groove-nano", None, frozenset(), Controls(**controls), seed)  # type: ignore[arg-type]


def by_rule(request: RequestBar):
    return RULE(None, frozenset(), request.controls, request.seed, "")


def test_a_shipped_model_plays_bars_of_its_own_and_g2_the_same_again(patch):
    told: list[str] = []
    loaded = load_models(patch, told.append)
    assert told == []
    for request in (wanted(bars=2), wanted(fill=True), wanted(density=1.0, bars=4), wanted(rhythm="euclid(3, 8)")):
        made = answer(request, loaded)
        assert isinstance(made, BarReady)
        assert made.by_model
        assert made.gave_way == ""
        assert made == answer(request, loaded)
        assert made.bar != by_rule(request)


def test_density_asks_for_more_hits(patch):
    loaded = load_models(patch, pytest.fail)
    counts = [
        sum(len(answer(wanted(seed, density=d, bars=2), loaded).bar.notes) for seed in range(8))
        for d in (0.1, 0.5, 0.9)
    ]
    assert counts == sorted(counts)
    assert counts[2] > 1.5 * counts[0]


@pytest.mark.parametrize(("controls", "words"), [({"role": "bass"}, "not bass"), ({"metre": Metre(7, 8)}, "not 7/8")])
def test_what_it_cannot_play_a_rule_plays_and_is_counted(patch, controls, words):
    request = wanted(**controls)
    made = answer(request, load_models(patch, pytest.fail))
    assert made.bar == by_rule(request)
    assert words in made.gave_way


def test_a_bar_that_is_late_gives_way_to_a_rule(patch):
    loaded = load_models(patch, pytest.fail, patience_s=-1.0)
    made = answer(wanted(), loaded)
    assert made.bar == by_rule(wanted())
    assert "it was late" in made.gave_way
    with pytest.raises(LateError):
        loaded["groove-nano"](None, frozenset(), Controls(), 1, "")


def spoil_vocabulary(folder: Path) -> None:
    place = folder / models.VOCABULARY
    told = json.loads(place.read_text())
    place.write_text(json.dumps({**told, "voices": ["kick"]}))


def spoil_weights(folder: Path) -> None:
    (folder / models.WEIGHTS).write_bytes(b"no model")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (spoil_vocabulary, '"sha256" is not as this version has it'),
        (spoil_weights, "cannot be run"),
        (lambda folder: (folder / models.WEIGHTS).unlink(), "cannot be run"),
        (lambda folder: (folder / models.VOCABULARY).write_text("{"), "is no JSON"),
    ],
)
def test_a_spoilt_model_is_told_once_and_a_rule_plays(patch, home, spoil, words):
    spoil(home / "groove-nano")
    told: list[str] = []
    loaded = load_models(patch, told.append, home=home)
    assert len(told) == 1
    assert words in told[0]
    made = answer(wanted(), loaded)
    assert made.bar == by_rule(wanted())
    assert words in made.gave_way


def test_only_what_a_patch_names_is_loaded(patch, home, tmp_path):
    shutil.copytree(home / "groove-nano", home / "other")
    assert load_models(patch, pytest.fail, home=home).keys() == {"groove-nano"}
    (tmp_path / "set.toml").write_text(PATCH.replace("groove-nano", "phi"))
    assert load_models(load_patch(tmp_path / "set.toml"), pytest.fail) == {}


def test_a_patch_that_misspells_a_model_is_told_its_name(tmp_path):
    (tmp_path / "set.toml").write_text(PATCH.replace("groove-nano", "groove-nanu"))
    with pytest.raises(ValueError, match='did you mean "groove-nano"'):
        load_patch(tmp_path / "set.toml")


def test_a_model_agrees_with_its_card():
    card = json.loads((NANO / "card.json").read_text())
    assert card["files"]["fp32"]["bytes"] == sum(
        (NANO / name).stat().st_size for name in (models.WEIGHTS, models.WRITER)
    )
    assert card["parity"]["apart"] <= 1e-4
    assert card["parity"]["cells"] == 0
    assert Session(NANO).latent == card["config"]["size"]["latent"]
    assert 16 * card["files"]["fp32"]["p99_ms"] / 1000 < inference.PATIENCE_S


def test_a_rendering_plays_it_and_counts_every_bar(patch):
    rendering = Rendering(patch, with_sound=False)
    engine = rendering.session.engine
    assert engine.modelled == 1
    assert engine.gave_way.total() == 0
