"""What JACK says of a port's latency: how long until what leaves it is heard, or since what came to it was played.

JACK-Client does not reach this part of libjack, so that it is called through ctypes.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import functools
from typing import Any

# jack_latency_callback_mode_t
_CAPTURE, _PLAYBACK = 0, 1


class _Range(ctypes.Structure):
    """jack_latency_range_t."""

    _fields_ = [("min", ctypes.c_uint32), ("max", ctypes.c_uint32)]


def playback_frames(binding: Any, port: Any) -> int:
    """Return in how many frames, at most, what is written to `port` now is heard."""
    return _longest(binding, port, _PLAYBACK)


def capture_frames(binding: Any, port: Any) -> int:
    """Return how many frames ago, at most, what is read from `port` now was played."""
    return _longest(binding, port, _CAPTURE)


def _longest(binding: Any, port: Any, mode: int) -> int:
    found = _Range()
    address = int(binding._ffi.cast("intptr_t", port._ptr))
    _library().jack_port_get_latency_range(ctypes.c_void_p(address), mode, ctypes.byref(found))
    return int(found.max)


@functools.cache
def _library() -> ctypes.CDLL:
    return ctypes.CDLL(ctypes.util.find_library("jack"))
