"""A phrase model on stage: loaded before the show, refused by name, and never a reason for silence."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest

pytest.importorskip("onnxruntime")

from liveengine.engine.events import BarReady
from liveengine.engine.orders import RequestBar
from liveengine.engine.patch import load_patch
from liveengine.generators import models
from liveengine.generators.codecs.events import STEP_TICKS
from liveengine.generators.codecs.windows import known, window
from liveengine.generators.contract import Controls
from liveengine.generators.neural import RULE
from liveengine.music.time import Metre
from liveengine.runtime.generation import answer
from liveengine.runtime.inference import load_models
from liveengine.runtime.offline import Rendering

SMALL = models.HOME / "phrase-small"

ROLES = {"bass": (28, 55), "chords": (48, 79), "lead": (60, 91)}
TRACK = """
[[track]]
name = "{role}"
role = "{role}"
[[track.pattern]]
name = "line"
generator = "phrase-small"
bars = 2
"""
PATCH = "".join(TRACK.format(role=role) for role in ROLES) + (
    '[[scene]]\nname = "one"\npatterns = { bass = "line", chords = "line", lead = "line" }\n'
)


@pytest.fixture
def patch(tmp_path):
    (tmp_path / "set.toml").write_text(PATCH)
    return load_patch(tmp_path / "set.toml")


def wanted(role: str, seed: int = 3, **controls: object) -> RequestBar:
    low, high = ROLES.get(role, (36, 84))
    asked = Controls(role=role, low=low, high=high, **controls)  # type: ignore[arg-type]
    return RequestBar(1, 0, "phrase-small", None, frozenset(), asked, seed)


def test_it_plays_bass_chords_and_lead_of_its_own_and_g2_the_same_again(patch):
    loaded = load_models(patch, pytest.fail)
    for role in ROLES:
        for more in ({"bars": 2}, {"fill": True}, {"rhythm": "euclid(3, 8)"}, {"metre": Metre(7, 8)}):
            request = wanted(role, **more)
            made = answer(request, loaded)
            assert isinstance(made, BarReady)
            assert (made.by_model, made.gave_way) == (True, "")
            assert made == answer(request, loaded)
            assert made.bar != RULE(None, frozenset(), request.controls, request.seed, "")


@pytest.mark.parametrize("role", list(ROLES))
def test_density_asks_for_fuller_bars(patch, role):
    loaded = load_models(patch, pytest.fail)
    counts = [
        sum(len({n.tick for n in answer(wanted(role, seed, density=d), loaded).bar.notes}) for seed in range(8))
        for d in (0.1, 0.9)
    ]
    assert counts[1] > 1.5 * counts[0]


def test_two_bars_that_stand_in_training_are_said_again_and_that_is_told(patch):
    loaded = load_models(patch, pytest.fail)
    request = wanted("lead", bars=2)
    made = answer(request, loaded)
    learnt = known([window((note.tick // STEP_TICKS, note.pitch) for note in made.bar.notes)])
    again = answer(request, {"phrase-small": replace(loaded["phrase-small"], known=learnt)})
    assert again.said_again > 0
    assert again.bar != made.bar


def test_what_is_late_or_not_its_own_a_rule_plays_and_is_counted(patch):
    for request, loaded, words in (
        (wanted("bass"), load_models(patch, pytest.fail, patience_s=-1.0), "it was late"),
        (wanted("drums"), load_models(patch, pytest.fail), "not drums"),
        (wanted("lead", metre=Metre(11, 8)), load_models(patch, pytest.fail), "no token for 11/8"),
    ):
        made = answer(request, loaded)
        assert made.bar == RULE(None, frozenset(), request.controls, request.seed, "")
        assert made.by_model
        assert words in made.gave_way


def test_a_model_of_another_vocabulary_is_refused_by_name(patch, tmp_path):
    folder = tmp_path / "models" / "phrase-small"
    shutil.copytree(SMALL, folder)
    place = folder / models.VOCABULARY
    place.write_text(json.dumps({**json.loads(place.read_text()), "tokens": "another"}))
    told: list[str] = []
    loaded = load_models(patch, told.append, home=tmp_path / "models")
    assert len(told) == 1
    assert "phrase-small cannot play" in told[0]
    assert '"sha256" is not as this version has it' in told[0]
    assert "sha256" in answer(wanted("bass"), loaded).gave_way


def test_a_model_agrees_with_its_card():
    card = json.loads((SMALL / "card.json").read_text())
    assert (SMALL / models.WEIGHTS).stat().st_size == card["files"]["fp32"]["bytes"]
    assert card["parity"]["apart"] <= 1e-4
    assert (card["parity"]["lines_otherwise"], card["parity"]["bars"]) == (0, 64)


def test_a_rendering_plays_it_and_counts_every_bar(patch):
    engine = Rendering(patch, with_sound=False).session.engine
    assert engine.modelled == 3
    assert engine.gave_way.total() == 0
