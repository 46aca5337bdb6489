"""How a process of the benchmark is told to end: its standard input closes, however its parent ended."""

from __future__ import annotations

import os
import threading


def input_closed() -> threading.Event:
    """Return an event that is set when standard input closes."""
    closed = threading.Event()

    def wait() -> None:
        while os.read(0, 4096):  # not sys.stdin, whose lock would outlive us
            pass
        closed.set()

    threading.Thread(target=wait, daemon=True).start()
    return closed
