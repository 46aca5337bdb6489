"""Rows that many parameters are like: what is struck, what is only told, what stands on a sound."""

from __future__ import annotations

from liveengine.engine.parameter import Effect, Kind, Parameter
from liveengine.music.sound import SOUNDS, SoundControl

#: The largest whole number that OSC carries: the end of a count that has none.
COUNT_MAX = 2**31 - 1


def trigger(address: str, effect: Effect, meaning: str) -> Parameter:
    """Return the parameter of something that happens."""
    return Parameter(address, "trigger", 0, 1, 0, "", effect, meaning)


def told(address: str, kind: Kind, low: float, high: float, effect: Effect, meaning: str, unit: str = "") -> Parameter:
    """Return the parameter of a number that is told and cannot be set."""
    return Parameter(address, kind, low, high, low, unit, effect, meaning, read_only=True)


def words(address: str, effect: Effect, meaning: str) -> Parameter:
    """Return the parameter of words that are told and cannot be set."""
    return Parameter(address, "text", 0, 0, "", "", effect, meaning, read_only=True)


def of_sound(control: SoundControl, root: str) -> Parameter:
    """Return the parameter of an instrument's control; which sounds have it is part of its meaning."""
    whose = f" ({', '.join(control.sounds)})" if control.sounds not in ((), SOUNDS) else ""
    return Parameter(
        root + control.name,
        "float",
        control.low,
        control.high,
        control.default,
        control.unit,
        "now",
        control.meaning + whose,
    )
