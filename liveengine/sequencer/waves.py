"""The shapes of LFOs: from a number of turns to a height between -1 and 1.

Sine and triangle begin in the middle and rise; chance is thrown anew each
turn, by counter (`music.dice`), so that any place can be found at once.

Realtime-safe.
"""

from __future__ import annotations

import math
from typing import Any

from liveengine.compiled import compiled
from liveengine.music.modulation import POINTS_MAX, SHAPES
from liveengine.sequencer.chance import uniform
from liveengine.sequencer.state import State

_SINE, _TRIANGLE, _UP, _DOWN, _SQUARE, _RANDOM, _SMOOTH, _DRAWN = range(len(SHAPES))

#: What a throw is for (see `reading`): each of a track's LFOs has dice of its own.
THROW_LFO = 2304


@compiled
def wave(s: State, number: int, group: int, place: int, turns: float) -> float:
    """Return the height, -1 … 1, of an LFO after so many turns; `group` and `place` in it name its dice."""
    shape = s.lfos[number].shape
    turn = math.floor(turns)
    share = turns - turn
    if s.lfos[number].once and turn != 0:
        share = 0.0 if turn < 0 else 1.0
        turn = 0
    if shape == _DRAWN:
        return 2.0 * _drawn(s, number, share) - 1.0
    if shape >= _RANDOM:
        height = _throw(s, group, place, turn)
        if shape == _SMOOTH:
            height += (_throw(s, group, place, turn + 1) - height) * share * share * (3.0 - 2.0 * share)
        return height
    return _steady(shape, share)


@compiled
def _steady(shape: int, share: float) -> float:
    if shape == _SINE:
        return math.sin(2.0 * math.pi * share)
    if shape == _TRIANGLE:
        return 1.0 - abs(4.0 * ((share + 0.25) % 1.0) - 2.0)
    if shape == _UP:
        return 2.0 * share - 1.0
    if shape == _DOWN:
        return 1.0 - 2.0 * share
    return 1.0 if share < 0.5 else -1.0


@compiled
def _throw(s: State, group: int, place: int, turn: int) -> float:
    return 2.0 * uniform(s.transport[0].seed, group, turn, THROW_LFO + place) - 1.0


@compiled
def _drawn(s: State, number: int, share: float) -> float:
    """Return the height, 0 … 1, of a drawn line; before its first point and after its last it is level."""
    lfo: Any = s.lfos[number]
    first = number * POINTS_MAX
    after = 0
    while after < lfo.points and s.points[first + after].place <= share:
        after += 1
    if after == 0:
        return s.points[first].height
    left = s.points[first + after - 1]
    if after == lfo.points or lfo.stepped:
        return left.height
    right = s.points[first + after]
    return left.height + (right.height - left.height) * (share - left.place) / (right.place - left.place)
