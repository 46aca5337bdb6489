"""The few calls of the operating system that compiled code makes itself: clock, wait, write.

Linux only; elsewhere the timer driver turns its crank from Python.

Realtime-safe.
"""

from __future__ import annotations

import sys

import numpy as np
from numba import types
from numpy.typing import NDArray

from liveengine.compiled import compiled
from liveengine.music.time import NS_PER_SECOND

#: Whether the calls below exist here.
NATIVE = sys.platform == "linux"

_clock_gettime = types.ExternalFunction("clock_gettime", types.int32(types.int32, types.voidptr))
_ppoll = types.ExternalFunction("ppoll", types.int32(types.voidptr, types.uint64, types.voidptr, types.intp))
_read = types.ExternalFunction("read", types.int64(types.int32, types.voidptr, types.uint64))
_write = types.ExternalFunction("write", types.int64(types.int32, types.voidptr, types.uint64))

_CLOCK_MONOTONIC = 1
_POLLIN = 1


@compiled
def now_ns(time: NDArray[np.int64]) -> int:
    """Return the monotonic clock in ns. `time` is room for two integers."""
    _clock_gettime(_CLOCK_MONOTONIC, time.ctypes)
    return time[0] * NS_PER_SECOND + time[1]


@compiled
def wait_until(deadline_ns: int, wake_fd: int, time: NDArray[np.int64], poll: NDArray[np.int64]) -> None:
    """Sleep until an instant of the monotonic clock, or until the eventfd `wake_fd` is written to.

    `time` is room for two integers, `poll` for one (a pollfd) and the eventfd's count behind it.
    """
    left = deadline_ns - now_ns(time)
    if left <= 0:
        return
    time[0] = left // NS_PER_SECOND
    time[1] = left % NS_PER_SECOND
    # struct pollfd {int fd; short events; short revents;}, little-endian
    poll[0] = wake_fd | (_POLLIN << 32)
    if _ppoll(poll.ctypes, 1, time.ctypes, 0) > 0:
        _read(wake_fd, poll[1:].ctypes, 8)


@compiled
def write_bytes(fd: int, data: NDArray[np.uint8], count: int) -> int:
    """Write the first `count` bytes to a file descriptor; return how many went, negative on an error."""
    return _write(fd, data.ctypes, count)
