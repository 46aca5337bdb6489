"""The witness: a thread on every processor, before all others, that only looks whether the machine runs at all.

On a virtual machine the host may take a processor away for milliseconds. Nothing that runs in the machine can be
in time then, so what happens in such a moment is counted apart. A witness that is above every thread of ours and
wakes late proves that it was the machine.

    python -m timing.witness PROCESSOR    until standard input closes
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import sys
import time

from timing.ending import input_closed

PRIORITY = 95
PERIOD_NS = 2_000_000
#: As late as this the machine stood still.
STILL_NS = 500_000


def watch(processor: int) -> list[tuple[float, float]]:
    """Wake every 2 ms on one processor; return from when to when it stood still, in µs of the monotonic clock."""
    ended = input_closed()
    gc.disable()
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setaffinity(0, {processor})
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY))
    print("watches", flush=True)
    stood: list[tuple[float, float]] = []
    due = time.monotonic_ns()
    while not ended.is_set():
        due = max(due + PERIOD_NS, time.monotonic_ns())
        time.sleep(max(0, due - time.monotonic_ns()) / 1e9)
        now = time.monotonic_ns()
        if now - due > STILL_NS:
            stood.append((due / 1e3, now / 1e3))
    return stood


if __name__ == "__main__":
    print(json.dumps({"stood": watch(int(sys.argv[1]))}), flush=True)
