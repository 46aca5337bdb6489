"""The rule proposers: one idea each, in all four roles.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from liveengine.generators.bass import bass
from liveengine.generators.chords import chords
from liveengine.generators.contract import Controls
from liveengine.generators.drums import drums
from liveengine.generators.euclid import EUCLID
from liveengine.generators.fibonacci import FIBONACCI
from liveengine.generators.idea import Idea
from liveengine.generators.lead import lead
from liveengine.generators.performance import locked, performed
from liveengine.generators.phi import PHI
from liveengine.generators.polyrhythm import POLYRHYTHM
from liveengine.generators.stroke import Stroke, thinned
from liveengine.music.note import Bar

#: Who writes the strokes of a role.
WRITERS: dict[str, Callable[[Idea, Controls, int], list[Stroke]]] = {
    "drums": drums,
    "bass": bass,
    "chords": chords,
    "lead": lead,
}

#: Roles in which a note ends where the next begins.
ONE_VOICE = frozenset({"bass", "chords", "lead"})


@dataclass(frozen=True, slots=True)
class Rule:
    """A Proposer that plays one idea: writes the strokes, thins them to the density, performs the rest."""

    idea: Idea

    def __call__(
        self, source: Bar | None, locks: frozenset[int], controls: Controls, seed: int, model: str = ""
    ) -> Bar:
        """Return a bar as the contract says; `model` is of no use to a rule."""
        strokes = thinned(WRITERS[controls.role](self.idea, controls, seed), controls.density)
        notes = performed(strokes, controls, seed, controls.role in ONE_VOICE)
        return Bar.of(locked(notes, source, locks, controls.length), controls.length)


#: Every rule by its catalogue name.
RULES: dict[str, Rule] = {idea.name: Rule(idea) for idea in (EUCLID, FIBONACCI, PHI, POLYRHYTHM)}
