"""The few calls of the operating system that compiled code makes itself: clock, wait, write.

Linux only; elsewhere the timer driver turns its crank from Python.

Realtime-safe.
"""

from __future__ import annotations

import sys
from typing import Any

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

#: Something to read, or nothing any more: an error, a writer that has gone, a descriptor that was closed.
_READABLE = _POLLIN | 8 | 16 | 32


@compiled
def now_ns(time: NDArray[np.int64]) -> int:
    """Return the monotonic clock in ns. `time` is room for two integers."""
    _clock_gettime(_CLOCK_MONOTONIC, time.ctypes)
    return time[0] * NS_PER_SECOND + time[1]


@compiled
def wait_until(deadline_ns: int, polls: NDArray[np.int64], count: int, time: NDArray[np.int64]) -> int:
    """Sleep until an instant of the monotonic clock, or until one of the first `count` of `polls` can be read.

    `polls` are pollfds, made by `poll_for`; `time` is room for two integers. Returns how many can be read.
    """
    left = max(deadline_ns - now_ns(time), 0)
    time[0] = left // NS_PER_SECOND
    time[1] = left % NS_PER_SECOND
    return _ppoll(polls.ctypes, count, time.ctypes, 0)


def poll_for(fd: int) -> int:
    """Return a pollfd that waits for `fd` to be readable: {int fd; short events; short revents;}, little-endian."""
    return fd | (_POLLIN << 32)


@compiled
def is_readable(poll: int) -> bool:
    """Say whether `wait_until` found that reading from this pollfd would not wait, be it for bytes or for the end."""
    return (poll >> 48) & _READABLE != 0


@compiled
def descriptor(poll: int) -> int:
    """Return the file descriptor of a pollfd."""
    return poll & 0xFFFFFFFF


@compiled
def read_bytes(fd: int, into: Any, count: int) -> int:
    """Read at most `count` bytes into an array; return how many came, 0 at the end, negative on an error."""
    return _read(fd, into.ctypes, count)


@compiled
def write_bytes(fd: int, data: NDArray[np.uint8], count: int) -> int:
    """Write the first `count` bytes to a file descriptor; return how many went, negative on an error."""
    return _write(fd, data.ctypes, count)
