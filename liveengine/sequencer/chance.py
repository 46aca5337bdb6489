"""Counter-based chance for the data plane: the compiled twin of `music.dice`.

Realtime-safe.
"""

from __future__ import annotations

import numpy as np

from liveengine.compiled import compiled

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_M1 = np.uint64(0xBF58476D1CE4E5B9)
_M2 = np.uint64(0x94D049BB133111EB)
_30, _27, _31, _11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)


@compiled
def mix(value: np.uint64) -> np.uint64:
    """Scramble 64 bits into 64 others, one to one."""
    value = (value ^ (value >> _30)) * _M1
    value = (value ^ (value >> _27)) * _M2
    return value ^ (value >> _31)


@compiled
def uniform(seed: int, track: int, tick: int, pitch: int) -> float:
    """Return the number in [0, 1) that belongs to this note of this track under this seed."""
    state = mix(np.uint64(seed) + _GAMMA)
    state = mix((state ^ np.uint64(track)) + _GAMMA)
    state = mix((state ^ np.uint64(tick)) + _GAMMA)
    state = mix((state ^ np.uint64(pitch)) + _GAMMA)
    return np.float64(state >> _11) * 2.0**-53
