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
#: How often segments are drawn again for an interval.
DRAWS = 1000


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
        late = {
            is_with: [
                _late(instants, segment, origins, step_us, stood)
                for segment in told["segments"]
                if segment["with"] == is_with
            ]
            for is_with in (False, True)
        }
        for is_with, segments in late.items():
            facts = _worse(late[True], late[False]) if is_with else {}
            facts |= _facts(what, told) if is_with and part == "notes" else {}
            left_out = sum(np.isnan(each).sum() for each in segments)
            facts |= {"left out": float(left_out)} if left_out else {}
            name = f"{part}, {'with' if is_with else 'without'}"
            rows.append(Row(what, name, False, GRID, spread_of(_counted(segments)), facts))
    return rows


def _late(instants: Instants, segment: dict[str, Any], origins: list[Origin], step_us: float, stood: Stood) -> Instants:
    """Return how late the events of a segment were; nan where the whole machine stood still."""
    within = instants[(instants >= segment["begins"]) & (instants < segment["ends"])]
    late = lateness(within, origins, step_us)
    return np.where(while_it_ran(within, late, stood), late, np.nan)


def _counted(segments: list[Instants]) -> Instants:
    late = np.concatenate(segments)
    return np.asarray(late[~np.isnan(late)])


def _worse(with_it: list[Instants], without: list[Instants]) -> dict[str, float]:
    """Return by how much p99 is worse with it, and between what that lies for 95 % of draws of segments.

    What happens to one segment happens to its neighbours alike, so segments are drawn, not events.
    """
    chance = np.random.default_rng(1)

    def p99_us(segments: list[Instants]) -> float:
        return spread_of(_counted(segments)).p99_us

    def drawn(segments: list[Instants]) -> list[Instants]:
        return [segments[number] for number in chance.integers(len(segments), size=len(segments))]

    worse = [p99_us(drawn(with_it)) - p99_us(drawn(without)) for _ in range(DRAWS)]
    low, high = np.quantile(worse, (0.025, 0.975)).tolist()
    return {"p99 worse by µs": round(p99_us(with_it) - p99_us(without), 1), "from": round(low, 1), "to": round(high, 1)}


def _facts(what: str, told: dict[str, Any]) -> dict[str, float]:
    if what == "inference":
        return {"bars by the model": told["by_model"], "fell back to a rule": told["by_rule"]}
    return {"bytes drawn": told["drawn"]}
