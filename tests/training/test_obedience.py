"""The models that ship do what they are asked: the battery's own measure, on the files that play."""

from __future__ import annotations

import numpy as np
import pytest

from liveengine.generators import models
from liveengine.generators.drawing import Said
from liveengine.runtime.inference import Session
from liveengine.training.evaluation import battery

#: Spearman's ρ that a knob has to reach.
WANTED = {"density": 0.8, "syncopation": 0.6, "velocity": 0.6}
GROOVES = [name for name in models.shipped() if name.startswith("groove")]


@pytest.mark.parametrize("name", GROOVES)
def test_a_shipped_groove_model_obeys_its_knobs(name, monkeypatch):
    monkeypatch.setattr(battery, "DRAWN", 160)
    session = Session(models.shipped()[name])
    one = session.begin()

    def say(view, told, latent) -> Said:
        said = [one(view[i : i + 1], told[i : i + 1], latent[i : i + 1]) for i in range(len(view))]
        return Said(*(np.concatenate(parts) for parts in zip(*said, strict=True)))

    heeded = battery.obedience(say, session.latent, session.vocabulary["ranks"])
    assert all(heeded[knob]["rho"] >= least for knob, least in WANTED.items()), heeded
