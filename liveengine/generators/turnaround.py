"""The last half bar, where a fill or a turn-around goes.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from liveengine.generators.contract import Controls
from liveengine.generators.stroke import AS_WRITTEN, Stroke
from liveengine.music.time import TICKS_PER_SIXTEENTH


def turnaround(controls: Controls) -> range:
    """Return the ticks of the sixteenths in the last half bar; none where a bar is too short for a fill."""
    half = controls.length - controls.metre.bar_ticks // 2
    start = -(-half // TICKS_PER_SIXTEENTH) * TICKS_PER_SIXTEENTH
    return range(start, controls.length, TICKS_PER_SIXTEENTH)


def before(strokes: Iterable[Stroke], ticks: range) -> list[Stroke]:
    """Keep the strokes before a turn-around."""
    return [stroke for stroke in strokes if stroke.tick < ticks.start]


def busier(strokes: Iterable[Stroke], ticks: range) -> list[Stroke]:
    """Let half the density do in the turn-around: what only filled there is now played as written."""
    return [
        replace(stroke, need=stroke.need * AS_WRITTEN) if stroke.tick >= ticks.start else stroke for stroke in strokes
    ]
