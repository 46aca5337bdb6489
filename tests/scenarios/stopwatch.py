"""Reads raw MIDI from a FIFO and notes when each message came, on the monotonic clock.

    python stopwatch.py FIFO

Prints [[instant in ns, [bytes]], …] in JSON when the writer has gone.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time

import mido


def main() -> None:
    fd = os.open(sys.argv[1], os.O_RDONLY)
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(30))
    parser = mido.Parser()
    came = []
    while data := os.read(fd, 4096):
        now = time.monotonic_ns()
        parser.feed(data)
        came += [(now, message.bytes()) for message in parser]
    print(json.dumps(came))


if __name__ == "__main__":
    main()
