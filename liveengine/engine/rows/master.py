"""Rows of the whole set's sound: its tuning, its LFOs, its master controls."""

from __future__ import annotations

from collections.abc import Iterator

from liveengine.engine.parameter import Parameter
from liveengine.engine.rows.kinds import of_sound
from liveengine.engine.rows.modulation import lfos
from liveengine.engine.spec import OWN_SCALE
from liveengine.music.sound import MASTER_CONTROLS
from liveengine.music.temperament import SCALE_WORDS
from liveengine.music.tuning import A4_HZ, A4_MAX_HZ, A4_MIN_HZ, EQUAL


def tuning() -> Iterator[Parameter]:
    """Yield what every tuned note keeps to."""
    yield Parameter(
        "/tuning/a4", "float", A4_MIN_HZ, A4_MAX_HZ, A4_HZ, "Hz", "now", "Pitch of A4, which the other keys keep to"
    )
    words = (*SCALE_WORDS, OWN_SCALE)
    meaning = f"Scale of the keys; {OWN_SCALE} is the one that the patch names"
    yield Parameter("/tuning/scale", "word", 1, len(words), EQUAL.name, "", "now", meaning, words=words)


def master() -> Iterator[Parameter]:
    """Yield LFOs of the set, and what all sounds go through."""
    yield from lfos("/")
    for control in MASTER_CONTROLS:
        yield of_sound(control, "/master/")
