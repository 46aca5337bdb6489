"""Grooves in files of their own: TOML, to be read, kept and mended by hand.

Offsets are written as shares of a step, later above 0, and velocities as
factors, so that a groove can be drawn up without counting ticks.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from liveengine.engine.schema import Section
from liveengine.engine.tomlfile import close_file, open_file
from liveengine.engine.values import number_in
from liveengine.music.groove import LEVEL_MAX, STEPS_MAX, Groove, GrooveStep
from liveengine.music.time import TICKS_PER_BEAT

#: The longest groove, in quarter notes.
BEATS_MAX = 64.0

#: The latest that a step may be written, in steps; a groove says how far that may be in ticks.
LATE_MAX = 8.0


def groove_text(groove: Groove) -> str:
    """Return a groove as a file says it; `read_groove` gives the same again."""
    offsets = ", ".join(f"{step.offset / groove.step_ticks:.7f}".rstrip("0").rstrip(".") for step in groove.steps)
    levels = ", ".join(f"{step.level:.4f}".rstrip("0").rstrip(".") for step in groove.steps)
    evidence = ", ".join(str(step.evidence) for step in groove.steps)
    # TOML's strings are JSON's, but for one letter.
    name = json.dumps(groove.name, ensure_ascii=False).replace("\x7f", "\\u007f")
    return f"""name = {name}
beats = {groove.length / TICKS_PER_BEAT:.9g}  # quarter notes that the steps share out evenly

# For each step: how late it comes, as a share of a step; a factor of its velocity; notes that have shown it.
late = [{offsets}]
level = [{levels}]
evidence = [{evidence}]
"""


def read_groove(path: Path) -> Groove:
    """Read a groove. Raises FileError with everything that is wrong with it."""
    top = open_file(path)
    name = top.text("name", path.stem, 200)
    length = round(top.number("beats", 1 / 16, BEATS_MAX, 4.0, "quarter notes") * TICKS_PER_BEAT)
    late = top.each("late", number_in(-LATE_MAX, LATE_MAX), (), STEPS_MAX)
    level = top.each("level", number_in(0.0, LEVEL_MAX), (), STEPS_MAX) or (1.0,) * len(late)
    evidence = top.each("evidence", number_in(0, 1e6), (), STEPS_MAX) or (0.0,) * len(late)
    groove = Groove(name, length, (GrooveStep(),))
    if not top.faults:
        groove = _groove(top, name, length, late, level, evidence) or groove
    close_file(top)
    return groove


def _groove(
    top: Section, name: str, length: int, late: Sequence[float], level: Sequence[float], evidence: Sequence[float]
) -> Groove | None:
    if not late:
        top.problem("late", "is missing: how late each step comes")
    for key, values in (("level", level), ("evidence", evidence)):
        if len(values) != len(late):
            top.problem(key, f"holds {len(values)} entries, late holds {len(late)}")
    if top.faults:
        return None
    step_ticks = length / len(late)
    try:
        return Groove(
            name,
            length,
            tuple(
                GrooveStep(round(share * step_ticks), factor, round(count))
                for share, factor, count in zip(late, level, evidence, strict=True)
            ),
        )
    except ValueError as wrong:
        top.problem("late", str(wrong))
        return None
