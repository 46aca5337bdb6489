"""Grooves that are made by a formula, each by its name: `swing(58)`, `phi`, `layback`.

Pure.
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable

from liveengine.music.groove import Groove, GrooveStep
from liveengine.music.reading import SWING_MAX
from liveengine.music.spelling import did_you_mean
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_SIXTEENTH

#: The golden section.
SECTION = (math.sqrt(5.0) - 1.0) / 2.0

_EIGHTH, _SIXTEENTH = TICKS_PER_BEAT // 2, TICKS_PER_SIXTEENTH


def _swung(place: float, unit: float) -> Groove:
    if unit not in (4, 8, 16, 32):
        raise ValueError(f"what swings is a 4th, 8th, 16th or 32nd note, not {unit:g}")
    ticks = 4 * TICKS_PER_BEAT // int(unit)
    return Groove("", 2 * ticks, (GrooveStep(), GrooveStep(round(2 * ticks * (place - 0.5)))))


def _share(percent: float) -> int:
    """Return ticks for a percentage of a sixteenth."""
    if not 0.0 <= percent <= 50.0:
        raise ValueError(f"{percent:g} % is outside 0-50 % of a sixteenth")
    return round(_SIXTEENTH * percent / 100.0)


def swing(percent: float = 62.0, unit: float = 16.0) -> Groove:
    """Let the second of every two 16ths (or 8ths, …) fall at `percent` of them: 50 straight, 54-66 usual, 75 hard."""
    if not 50.0 <= percent <= 100.0 * SWING_MAX:
        raise ValueError(f"swing lies in 50-{100 * SWING_MAX:g} %, not {percent:g}")
    return _swung(percent / 100.0, unit)


def phi(unit: float = 16.0) -> Groove:
    """Let the second of every two fall at the golden section, 61.8 %."""
    return _swung(SECTION, unit)


def shuffle(unit: float = 8.0) -> Groove:
    """Let the second of every two eighths fall on the last of three triplets."""
    return _swung(2.0 / 3.0, unit)


def push(percent: float = 8.0) -> Groove:
    """Play everything early, by `percent` of a sixteenth."""
    return Groove("", _SIXTEENTH, (GrooveStep(-_share(percent)),))


def layback(percent: float = 8.0) -> Groove:
    """Play everything late, by `percent` of a sixteenth."""
    return Groove("", _SIXTEENTH, (GrooveStep(_share(percent)),))


def backbeat(percent: float = 12.0) -> Groove:
    """Play every second beat late and a little louder, by `percent` of a sixteenth; all else on time."""
    late = GrooveStep(_share(percent), 1.1)
    return Groove("", 2 * TICKS_PER_BEAT, tuple(late if step == 4 else GrooveStep() for step in range(8)))


def drive(percent: float = 8.0) -> Groove:
    """Play the off-beat eighths early and louder, by `percent` of a sixteenth, and the sixteenths between softer."""
    steps = (GrooveStep(), GrooveStep(0, 0.8), GrooveStep(-_share(percent), 1.1), GrooveStep(0, 0.8))
    return Groove("", TICKS_PER_BEAT, steps)


def golden(percent: float = 8.0) -> Groove:
    """Spread the sixteenths of a bar round the grid by steps of the golden section, `percent` either way at most."""
    reach = _share(percent)
    turns = [(step * SECTION + 0.5) % 1.0 for step in range(16)]
    return Groove("", 4 * TICKS_PER_BEAT, tuple(GrooveStep(round(reach * (2.0 * turn - 1.0))) for turn in turns))


#: Every formula by the name that patches call it.
FORMULAS: dict[str, Callable[..., Groove]] = {
    each.__name__: each for each in (swing, phi, shuffle, push, layback, backbeat, drive, golden)
}


def named(text: str) -> Groove:
    """Return a groove by its formula. Raises ValueError, naming the nearest, or what its numbers may be.

    >>> named("swing(75)").steps[1].offset, named("phi").name
    (90090, 'phi')
    """
    match = re.fullmatch(r"\s*(\w+)\s*(?:\(\s*([\d.,\s]*)\))?\s*", text)
    name = match[1] if match else text
    if match is None or name not in FORMULAS:
        raise ValueError(f'no groove called "{name}"{did_you_mean(name, FORMULAS)}')
    takes = inspect.signature(FORMULAS[name]).parameters
    try:
        numbers = [float(word) for word in (match[2] or "").split(",") if word.strip()]
    except ValueError:
        raise ValueError(f"{text}: write it like {name}({', '.join(takes)})") from None
    if len(numbers) > len(takes):
        raise ValueError(f"{text}: write it like {name}({', '.join(takes)})")
    groove = FORMULAS[name](*numbers)
    return Groove(text.strip(), groove.length, groove.steps)
