"""FP32 or INT8: which of a model's files is asked.

A model may come with the same weights in one byte each, which answer sooner on some processors and a little otherwise.
So a bar is the same again in the same precision only (G2, T4): the clock chooses on stage alone, before the show, and
what it chose is told; whatever writes a file takes FP32, or what it is told to take.

Waits for the disk, and measures time: before the show.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple, TypeAlias

from liveengine.generators import models
from liveengine.generators.networks import as_on_stage

FP32, INT8, AUTO = "fp32", "int8", "auto"

#: INT8 is taken where it needs so much of FP32's time at the most.
QUICKER = 0.9

#: How long all models of a set may be timed together, and how often each file at the most.
BENCHMARK_S, RUNS = 2.0, 50


@dataclass(slots=True)
class Precisions:
    """Which precision is wanted, FP32, INT8 or AUTO, and which each model has got, by its name."""

    wanted: str = FP32
    taken: dict[str, str] = field(default_factory=dict)

    def settle(self) -> None:
        """Time no more: what is loaded while a set plays is not to take a core from it."""
        self.wanted = FP32 if self.wanted == AUTO else self.wanted


#: Asks a model once, given onnxruntime's sessions of its networks by name.
Ask: TypeAlias = Callable[[Mapping[str, Any]], object]


class Opened(NamedTuple):
    """What is asked: sessions by network, in which precision, and what is to be told of that; empty: nothing."""

    sessions: Mapping[str, Any]
    precision: str
    told: str = ""


def opened(folder: Path, networks: Sequence[str], ask: Ask, wanted: str = FP32, seconds: float = BENCHMARK_S) -> Opened:
    """Open a model's networks and ask it once: the first run plans its memory. With AUTO, time how it is asked in both.

    Raises OSError where there is no onnxruntime, ValueError for a file that cannot be run. What is wrong with INT8 is
    told, and FP32 is asked.
    """
    full = Opened(_asked({name: _session(folder / name) for name in networks}, folder, ask), FP32)
    if wanted == FP32:
        return full
    if not all((folder / models.in_int8(name)).exists() for name in networks):
        return full._replace(told="plays in FP32: it came without INT8" if wanted == INT8 else "")
    try:
        small = _asked({name: _made_of(folder, name) for name in networks}, folder, ask)
    except ValueError as error:
        return full._replace(told=f"plays in FP32: {error}")
    if wanted == INT8:
        return Opened(small, INT8)
    full_s, small_s = took(lambda: ask(full.sessions), lambda: ask(small), seconds)
    times = f"{1000 * full_s:.2f} ms a question in FP32, {1000 * small_s:.2f} in INT8"
    if small_s > QUICKER * full_s:
        return full._replace(told=f"plays in FP32: {times}")
    return Opened(small, INT8, f"plays in INT8: {times}; only `render --precision int8` writes the same bars")


def took(
    one: Callable[[], object],
    other: Callable[[], object],
    seconds: float,
    clock: Callable[[], float] = time.perf_counter,
) -> tuple[float, float]:
    """Return the median seconds of each, done in turn RUNS times, or until so many seconds are over; once at least."""
    ends_s = clock() + seconds
    taken: tuple[list[float], list[float]] = ([], [])
    while len(taken[0]) < RUNS and (not taken[0] or clock() < ends_s):
        for deed, each in zip((one, other), taken, strict=True):
            began_s = clock()
            deed()
            each.append(clock() - began_s)
    return median(taken[0]), median(taken[1])


def _made_of(folder: Path, network: str) -> Any:
    """Open a network in INT8. Raises ValueError where it cannot be run, or was made of other weights than lie there."""
    place = folder / models.in_int8(network)
    small = _session(place)
    beside = hashlib.sha256((folder / network).read_bytes()).hexdigest()
    if small.get_modelmeta().custom_metadata_map.get(models.MADE_OF) != beside:
        raise ValueError(f"{place}: was not made of the {network} beside it; export the model again")
    return small


def _session(place: Path) -> Any:
    """Open a file. Raises OSError where there is no onnxruntime, ValueError for what it cannot run."""
    try:
        import onnxruntime as runtime
    except ImportError as error:
        raise OSError("onnxruntime is not installed: pip install onnxruntime") from error
    options = as_on_stage(runtime.SessionOptions())
    try:
        return runtime.InferenceSession(str(place), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own kinds, which derive from nothing narrower
        raise ValueError(f"{place}: cannot be run: {error}") from error


def _asked(sessions: Mapping[str, Any], folder: Path, ask: Ask) -> Mapping[str, Any]:
    """Return sessions that have been asked once. Raises ValueError where they cannot."""
    try:
        ask(sessions)
    except Exception as error:  # as above
        raise ValueError(f"{folder}: cannot be run: {error}") from error
    return sessions
