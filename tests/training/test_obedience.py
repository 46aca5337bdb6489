"""The models that ship do what they are asked: the battery's own measure, on the files that play."""

from __future__ import annotations

import numpy as np
import pytest

from liveengine.generators import models
from liveengine.runtime.inference import Session
from liveengine.training.evaluation import battery
from liveengine.training.evaluation.obedience import agreement, obedience, spearman

#: Spearman's ρ that a knob has to reach.
WANTED = {"density": 0.8, "syncopation": 0.6, "velocity": 0.6}
GROOVES = [name for name in models.shipped() if name.startswith("groove")]


@pytest.mark.parametrize("name", GROOVES)
def test_a_shipped_groove_model_obeys_its_knobs(name, monkeypatch):
    monkeypatch.setattr(battery, "DRAWN", 160)
    session = Session(models.shipped()[name])
    heeded = obedience(session.begin(), session.latent, session.vocabulary["ranks"])
    assert all(heeded[knob]["rho"] >= least for knob, least in WANTED.items()), heeded


def test_what_obeys_wholly_is_known_surely_and_chance_is_not_taken_for_obedience():
    chance = np.random.default_rng(1)
    asked = chance.random(200)
    assert agreement(asked, asked**3) == {"rho": 1.0, "rho low": 1.0, "rho high": 1.0}
    free = agreement(asked, chance.random(200))
    assert free["rho low"] < 0 < free["rho high"]
    # As wide as theory has it: of ρ = 0 and n questions the standard error is 1 / √(n - 1).
    assert free["rho high"] - free["rho low"] == pytest.approx(2 * 1.96 / np.sqrt(199), rel=0.15)


def test_a_knob_that_turns_nothing_has_no_correlation():
    assert spearman(np.arange(9.0), np.ones(9)) == 0.0
