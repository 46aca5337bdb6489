"""Ask the system to run the calling thread first, and to keep memory in place.

Both are wishes: where the system refuses, the engine plays on, and `doctor`
says what to change.
"""

from __future__ import annotations

import ctypes
import os
import sys

#: Above JACK's own threads (10 by default) and below the kernel's interrupt threads (50).
PRIORITY = 40

_PR_SET_TIMERSLACK = 29
_MCL_CURRENT = 1


def run_first() -> bool:
    """Give the calling thread SCHED_FIFO, and timers without slack; say whether the system let us."""
    if sys.platform != "linux":
        return False
    ctypes.CDLL(None).prctl(_PR_SET_TIMERSLACK, 1, 0, 0, 0)
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY))
    except OSError:
        return False
    return True


def lock_memory() -> bool:
    """Keep every page that this process has now in memory; say whether the system let us.

    Not those to come: under a small limit a later allocation would fail, and that is worse than a page fault.
    """
    if sys.platform != "linux":
        return False
    return bool(ctypes.CDLL(None).mlockall(_MCL_CURRENT) == 0)
