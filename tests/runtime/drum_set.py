"""A set of drums alone, by the smallest model."""

from __future__ import annotations

from pathlib import Path

from liveengine.engine.patch import load_patch
from liveengine.engine.spec import Patch
from liveengine.generators import models

NANO = models.HOME / "groove-nano"

PATCH = f"""
[[track]]
name = "drums"
role = "drums"
[[track.pattern]]
name = "groove"
generator = "{NANO.name}"
bars = 2
[[scene]]
name = "one"
patterns = {{ drums = "groove" }}
"""


def drum_set(folder: Path) -> Patch:
    """Write the set into a folder and load it."""
    place = folder / "set.toml"
    place.write_text(PATCH, encoding="utf-8")
    return load_patch(place)
