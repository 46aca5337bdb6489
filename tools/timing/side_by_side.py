"""Lateness with something beside the engine and without it, in alternating segments of one run."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from timing.alternating import TEMPO_BPM
from timing.cases import GRID
from timing.grid import Instants, Origin, lateness, origins_of, spread_of, strikes_and_pulses, while_it_ran
from timing.processes import Child, Stood, witnessed
from timing.rows import Row

#: How long a segment is at most; at least two are played with, and two without.
SEGMENT_S = 10.0
SEGMENTS_MIN = 4


def segments_of(seconds: float) -> tuple[int, float]:
    """Return how many segments a run of so many seconds has, and how long each is.

    >>> segments_of(20), segments_of(300)
    ((4, 5.0), (30, 10.0))
    """
    count = max(SEGMENTS_MIN, 2 * round(seconds / SEGMENT_S / 2))
    return count, seconds / count


def compare(what: str, seconds: float) -> list[Row]:
    """Play with and without `what` ("dashboard" or "inference") by the timer driver; return a row for each side."""
    count, each_s = segments_of(seconds)
    with tempfile.TemporaryDirectory() as folder:
        pipe = str(Path(folder) / "pipe")
        os.mkfifo(pipe)
        asked = json.dumps({"what": what, "port": pipe, "segments": count, "seconds": each_s})
        with (
            witnessed() as stood,
            Child("timing.hearing", "pipe", pipe) as ear,
            Child("timing.alternating", asked) as engine,
        ):
            told = engine.end(patience_s=2 * seconds + 60.0 + 3.0 * count)
            heard = ear.end()
    reads = [(us, bytes.fromhex(data)) for us, data in heard["events"]]
    return rows_of(what, told, reads, stood)


def rows_of(what: str, told: dict[str, Any], reads: list[tuple[float, bytes]], stood: Stood) -> list[Row]:
    """Return the rows of both sides, of notes and of clock."""
    origins = origins_of(told["origin"] * 1e-3, [(since * 1e-3, slid * 1e-3) for since, slid in told["collapses"]])
    notes, pulses = strikes_and_pulses(reads)
    struck = np.sort(np.concatenate([notes[channel] for channel in notes if channel < 4]))
    beat_us = 60e6 / TEMPO_BPM[what]
    rows = []
    for part, instants, step_us in (("notes", struck, beat_us / 4), ("clock", pulses, beat_us / 24)):
        for is_with in (False, True):
            segments = [segment for segment in told["segments"] if segment["with"] == is_with]
            facts = _facts(what, told) if is_with and part == "notes" else {}
            rows.append(_side(what, part, is_with, _within(instants, segments), origins, step_us, stood, facts))
    return rows


def _facts(what: str, told: dict[str, Any]) -> dict[str, float]:
    if what == "inference":
        return {"bars by the model": told["by_model"], "fell back to a rule": told["by_rule"]}
    return {"bytes drawn": told["drawn"]}


def _within(instants: Instants, segments: list[dict[str, Any]]) -> Instants:
    kept = [instants[(instants >= s["begins"]) & (instants < s["ends"])] for s in segments]
    return np.concatenate(kept)


def _side(
    what: str,
    part: str,
    is_with: bool,
    instants: Instants,
    origins: list[Origin],
    step_us: float,
    stood: Stood,
    facts: dict[str, float],
) -> Row:
    late = lateness(instants, origins, step_us)
    kept = while_it_ran(instants, late, stood)
    left_out = {"left out": float(np.sum(~kept))} if not kept.all() else {}
    name = f"{part}, {'with' if is_with else 'without'}"
    return Row(what, name, False, GRID, spread_of(late[kept]), {**facts, **left_out})
