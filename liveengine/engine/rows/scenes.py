"""Rows of scenes, of the song that they make, and of fills."""

from __future__ import annotations

from collections.abc import Iterator

from liveengine.engine.parameter import Parameter
from liveengine.engine.rows.kinds import COUNT_MAX, told, trigger, words
from liveengine.engine.spec import QUANTA

SCENES_MAX = 64


def scenes() -> Iterator[Parameter]:
    """Yield scenes, and the song."""
    yield trigger("/scene/next", "next bar", "Launch the scene after this one")
    yield trigger("/scene/previous", "next bar", "Launch the scene before this one")
    yield Parameter("/scene/launch", "int", 1, SCENES_MAX, 1, "", "next bar", "Launch a scene by its number")
    yield Parameter(
        "/launch/quantum",
        "word",
        1,
        len(QUANTA),
        "bar",
        "",
        "now",
        "When what is launched from now on comes in",
        words=QUANTA,
    )
    yield trigger("/launch/cancel", "now", "Take back everything that was launched and has not begun")
    yield told("/scene/current", "int", 0, SCENES_MAX, "now", "Number of the scene that plays; 0 before the first")
    yield words("/scene/name", "now", "Name of the scene that plays")
    yield Parameter(
        "/song/play", "toggle", 0, 1, 0, "", "next bar", "1 plays the patch's song from its first scene, 0 leaves it"
    )
    yield told("/song/place", "int", 0, COUNT_MAX, "now", "Entry of the song that plays, from 1; 0 where none does")
    yield told("/song/length", "int", 0, COUNT_MAX, "now", "Entries of the song, each repeat counted; 0 for no song")
    yield told("/song/repeat", "int", 0, COUNT_MAX, "now", "Which time in a row that entry plays, from 1")
    yield told("/song/repeats", "int", 0, COUNT_MAX, "now", "How many times in a row it is to play")


def fills() -> Iterator[Parameter]:
    """Yield fills of the whole set."""
    yield Parameter("/fill", "toggle", 0, 1, 0, "", "now", "While it is 1, steps that wait for a fill sound", held=True)
    yield Parameter("/fill/phrases", "toggle", 0, 1, 1, "", "next bar", "1 makes a phrase's last bar a fill")
    yield trigger("/fill/next", "next bar", "Let the steps that wait for a fill sound in the next bar")
