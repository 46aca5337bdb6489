"""What a model costs where it plays: milliseconds a bar, and what loading it takes.

Measures time: nothing else should run.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np

QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}


class Took(NamedTuple):
    """Seconds that each of some deeds took: by the clock, with all else that ran, and of the core's own time."""

    clock_s: list[float]
    core_s: list[float]

    def milliseconds(self, share: float = 1.0, before: str = "") -> dict[str, float]:
        """Return p50, p95, p99 and the most of both, as names `before` which something stands, of a share of each."""
        return {
            f"{before}{core}{name}_ms": 1000 * share * float(np.quantile(taken, at))
            for core, taken in (("", self.clock_s), ("cpu_", self.core_s))
            for name, at in QUANTILES.items()
        }


def timed(deeds: Iterable[Callable[[], object]]) -> Took:
    """Do all and return how long each took."""
    took = Took([], [])
    for deed in deeds:
        began, working = time.perf_counter(), time.thread_time()
        deed()
        took.clock_s.append(time.perf_counter() - began)
        took.core_s.append(time.thread_time() - working)
    return took


#: Opens a model as the stage does, in a process of its own, and tells milliseconds and megabytes that it takes.
_COST = """
import os, sys, time
from pathlib import Path
import onnxruntime
from liveengine.generators import models, voices
from liveengine.runtime.inference import LineSession, Session
held = lambda: int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
folder = Path(sys.argv[1])
kind = LineSession if models.vocabulary(folder)["codec"] == "phrase lines" else Session
voices.warm()  # as whatever is compiled is before the show
before, began = held(), time.perf_counter()
session = kind(folder)
print(1000 * (time.perf_counter() - began), (held() - before) / 1e6)
"""


def cost(folder: Path) -> dict[str, float]:
    """Return milliseconds and megabytes that a folder's model takes to be loaded and warmed up."""
    told = subprocess.run([sys.executable, "-c", _COST, str(folder)], capture_output=True, check=True, text=True)
    load_ms, megabytes = map(float, told.stdout.split())
    return {"load_ms": load_ms, "memory_mb": megabytes}
