"""What a step, a lane or an LFO can turn on its track: a controller, the bend, the pressure, a control of the sound.

Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from liveengine.music.sound import SOUND_CONTROLS
from liveengine.music.spelling import did_you_mean

# The kinds, as numbers that the data plane reads.
CONTROLLER = 0  # number: 0-119; value 0-127
BEND = 1  # value -1 … 1, of the device's whole range
PRESSURE = 2  # of the channel; value 0-127
SOUND = 3  # number: of a SoundControl; value in its range

#: The first controller number that is not one, but a channel mode message.
CONTROLLERS = 120

#: Each target of a track has a place in a row of so many.
TARGETS = 256

_CONTROLS = {control.name: control for control in SOUND_CONTROLS}
_NAMES = {control.number: control.name for control in SOUND_CONTROLS}


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """One thing that can be turned.

    >>> str(Target.parse("cc 74")), str(Target.parse("tone"))
    ('cc 74', 'tone')
    """

    kind: int
    number: int = 0

    def __post_init__(self) -> None:
        if self.kind == CONTROLLER and not 0 <= self.number < CONTROLLERS:
            raise ValueError(f"cc {self.number} is outside 0-{CONTROLLERS - 1}")
        if self.kind == SOUND and self.number not in _NAMES:
            raise ValueError(f"no control of a sound has the number {self.number}")
        if self.kind not in (CONTROLLER, BEND, PRESSURE, SOUND):
            raise ValueError(f"no target has the kind {self.kind}")

    @classmethod
    def parse(cls, text: str) -> Target:
        """Read `cc N`, `bend`, `pressure`, or the name of a sound's control."""
        word = " ".join(text.lower().split())
        if match := re.fullmatch(r"cc ?(\d{1,3})", word):
            return cls(CONTROLLER, int(match[1]))
        if word in ("bend", "pressure"):
            return cls(BEND if word == "bend" else PRESSURE)
        if word in _CONTROLS:
            return cls(SOUND, _CONTROLS[word].number)
        raise ValueError(
            f'nothing to turn is called "{text}"{did_you_mean(word, ["cc 74", "bend", "pressure", *_CONTROLS])}'
        )

    def __str__(self) -> str:
        if self.kind == CONTROLLER:
            return f"cc {self.number}"
        return _NAMES[self.number] if self.kind == SOUND else "bend" if self.kind == BEND else "pressure"

    @property
    def span(self) -> tuple[float, float]:
        """Lowest and highest value."""
        if self.kind == SOUND:
            control = _CONTROLS[_NAMES[self.number]]
            return control.low, control.high
        return (-1.0, 1.0) if self.kind == BEND else (0.0, 127.0)

    @property
    def place(self) -> int:
        """Its place in a track's row of TARGETS."""
        return self.kind * (TARGETS // 4) + self.number if self.kind != CONTROLLER else self.number

    def clamp(self, value: float) -> float:
        """Bring `value` into the target's range."""
        low, high = self.span
        return min(max(value, low), high)


@dataclass(frozen=True, slots=True, order=True)
class Lock:
    """A parameter lock: what a step turns, and to what, from its instant to the next step that does not say so."""

    target: Target
    value: float

    def __post_init__(self) -> None:
        low, high = self.target.span
        if not low <= self.value <= high:
            raise ValueError(f"{self.target} takes {low:g} to {high:g}, not {self.value:g}")
