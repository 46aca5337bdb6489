"""Every proposer by the name that patches call it: the built-in ones, models, and those other packages add.

A package adds its own through the entry-point group `liveengine.generators`.
Loading runs that package's code: do it before the show. A model is found here by its name alone; whoever plays makes
what asks it (`runtime/inference.py`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib.metadata import entry_points
from typing import cast

from liveengine.generators import models
from liveengine.generators.contract import Proposer
from liveengine.generators.rules import RULES
from liveengine.music.spelling import did_you_mean

GROUP = "liveengine.generators"

BUILT_IN: dict[str, Proposer] = {**RULES}


_to_log: Callable[[str], None] = logging.getLogger(__name__).warning


def catalogue(report: Callable[[str], None] = _to_log) -> dict[str, Proposer]:
    """Return all proposers by name. One that does not load is told to `report`, and left out."""
    proposers = {**{name: models.Absent(f"{name} is not loaded") for name in models.shipped()}, **BUILT_IN}
    for entry in entry_points(group=GROUP):
        if entry.name in proposers:
            report(f'generator "{entry.name}" of {entry.value} is left out: the name is taken')
            continue
        try:
            found = entry.load()
        except Exception as wrong:  # whatever a stranger's package raises must not stop the show
            report(f'generator "{entry.name}" of {entry.value} is left out: {wrong!r}')
            continue
        if callable(found):
            proposers[entry.name] = cast(Proposer, found)
        else:
            report(f'generator "{entry.name}" of {entry.value} is left out: it cannot be called')
    return proposers


def find(name: str) -> Proposer:
    """Return the proposer of this name. Raises ValueError, naming the nearest."""
    if name in BUILT_IN:
        return BUILT_IN[name]
    proposers = catalogue()
    if name not in proposers:
        raise ValueError(f'no generator called "{name}"{did_you_mean(name, proposers)}')
    return proposers[name]
