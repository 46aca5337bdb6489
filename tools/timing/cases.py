"""The cases: each lets something play, alone or beside full load, hears it from another process, and returns rows."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from timing.grid import (
    PULSE_US,
    SIXTEENTH_US,
    Instants,
    Origin,
    Spread,
    fitted,
    histogram_spread,
    lateness,
    missing,
    origins_of,
    read_cyclictest,
    spread_of,
    strikes_and_pulses,
    tempo_spread,
    while_it_ran,
)
from timing.playing import SETTLE_S, TIMER_PRIORITY
from timing.processes import PERIOD, PYTHON, RATE, Child, Missing, Stood, jack_server, witnessed
from timing.rows import PEERS, Row

GRID, LINE, SAMPLE = "its own grid", "the best line", "its exact sample"


@dataclass(frozen=True, slots=True)
class Heard:
    """One set, as an ear heard it and as the engine knows it; events by their instant in µs."""

    notes: dict[int, Instants]
    pulses: Instants
    origins: Sequence[Origin]
    collapses: Sequence[tuple[float, float]]
    stood: Stood
    ear: dict[str, Any]
    engine: dict[str, Any]


def perform(ear_words: Sequence[str], asked: dict[str, Any], seconds: float) -> tuple[dict[str, Any], ...]:
    """Let an ear listen while the engine plays; return what both tell, and from when to when it counts (µs)."""
    with Child("timing.hearing", *ear_words) as ear, Child("timing.playing", json.dumps(asked)) as engine:
        if engine.first != "plays":
            raise Missing(engine.first)
        begins_us = time.monotonic_ns() / 1e3 + SETTLE_S * 1e6
        time.sleep(SETTLE_S + seconds)
        ends_us = time.monotonic_ns() / 1e3
        if ear_words[0] == "pipe":
            told = engine.end()  # the pipe closes with it
            return ear.end(), told, {"begins": begins_us, "ends": ends_us}
        heard = ear.end()
        heard["xruns"] = sum(begins_us <= us < ends_us for us in heard["disturbed_us"])
        return heard, engine.end(), {"begins": begins_us, "ends": ends_us}


def hear_timer(loaded: bool, seconds: float) -> Heard:
    """Play by the timer driver into a pipe."""
    with tempfile.TemporaryDirectory() as folder:
        pipe = str(Path(folder) / "pipe")
        os.mkfifo(pipe)
        with witnessed() as stood:
            ear, engine, when = perform(("pipe", pipe), {"driver": "timer", "port": pipe, "load": loaded}, seconds)
    reads = [(us, bytes.fromhex(data)) for us, data in ear["events"] if when["begins"] <= us < when["ends"]]
    return _heard(reads, 1e-3, stood, ear, engine, when["begins"])


def hear_jack(driver: str, loaded: bool, seconds: float) -> Heard:
    """Play by the jack driver, or by the timer through python-rtmidi, into a JACK client."""
    with jack_server():
        asked = {"driver": driver, "port": "timing-ear", "load": loaded}
        with witnessed() as stood:
            ear, engine, when = perform(("jack",), asked, seconds)
    events = [(f, us, bytes.fromhex(data)) for f, us, data in ear["events"] if when["begins"] <= us < when["ends"]]
    if not events:
        raise Missing("nothing was heard: " + "; ".join(engine.get("said", [])))
    if driver == "timer":
        reads = [(us, data) for _, us, data in events]
        return _heard(reads, 1e-3, stood, ear, engine, when["begins"])
    reads = [(frame * 1e6 / RATE, data) for frame, _, data in events]
    # The server's frames stand still when it does: each event says how the two clocks lie at that moment.
    frames_us, clock_us = [at_us for at_us, _ in reads], [us for _, us, _ in events]
    begins, ends = (np.interp([pair[side] for pair in stood], clock_us, frames_us) for side in (0, 1))
    stood = list(zip(begins.tolist(), ends.tolist(), strict=True))
    return _heard(reads, 1e6 / RATE, stood, ear, engine, reads[0][0])


def _heard(
    reads: list[tuple[float, bytes]],
    unit_us: float,
    stood: Stood,
    ear: dict[str, Any],
    engine: dict[str, Any],
    begins_us: float,
) -> Heard:
    """Put together what was heard and what the engine told in units of its own clock."""
    collapses = [(since * unit_us, slid * unit_us) for since, slid in engine["collapses"]]
    origins = origins_of(engine["origin"] * unit_us, collapses)
    counted = [(since, slid) for since, slid in collapses if since >= begins_us]
    return Heard(*strikes_and_pulses(reads), origins, counted, stood, ear, engine)


def rows_of(case: str, heard: Heard, loaded: bool, against: str) -> list[Row]:
    """Return what a set gives: notes and clock against the engine's grid, and notes with a constant delay forgiven.

    What fell into a moment in which the whole machine stood still is left out and counted.
    """
    notes = np.sort(np.concatenate(list(heard.notes.values())))
    first = next(iter(heard.notes.values()))
    rows = []
    for part, heard_at, lines, step_us in (
        ("notes", notes, first, SIXTEENTH_US),
        ("clock", heard.pulses, heard.pulses, PULSE_US),
    ):
        late = lateness(heard_at, heard.origins, step_us)
        # A collapsed stall is late once, by as much as it slid the grid.
        instants, late = (
            np.concatenate((values, [collapse[place] for collapse in heard.collapses]))
            for place, values in enumerate((heard_at, late))
        )
        kept = while_it_ran(instants, late, heard.stood)
        facts: dict[str, float] = {"missing": missing(lines, step_us), **_left_out(late, kept)}
        if against == SAMPLE:
            facts["off their sample"] = int(np.sum(np.abs(late[kept]) > 0.5e6 / RATE))
        if "xruns" in heard.ear:
            facts["xruns"] = heard.ear["xruns"]
            facts["period µs"] = round(heard.ear["period"] * 1e6 / heard.ear["rate"])
        if part == "clock":
            slowest, fastest = tempo_spread(lines, kept[: lines.size])
            facts |= {"BPM from": round(slowest, 3), "to": round(fastest, 3)}
        else:
            facts["collapsed"] = len(heard.collapses)
            drift_ppm = float(np.polyfit(instants[kept] - instants[0], late[kept], 1)[0]) * 1e6
            forgiven = spread_of(late[kept] - late[kept].mean())
            rows.append(Row(case, part, loaded, LINE, forgiven, {"drift ppm": round(drift_ppm, 3)}))
        rows.append(Row(case, part, loaded, against, spread_of(late[kept]), facts))
    return sorted(rows, key=lambda row: row.against == LINE)


def _left_out(late: Instants, kept: NDArray[np.bool_]) -> dict[str, float]:
    """Return how many events are left out, and the worst of all, with those."""
    worst_ms = float(np.abs(late).max()) / 1000.0
    return {"left out": int(np.sum(~kept)), "with them max ms": round(worst_ms, 1)} if not kept.all() else {}


def measure_timer(loaded: bool, seconds: float) -> list[Row]:
    """Measure the timer driver at the end of a pipe, and read its own histogram."""
    heard = hear_timer(loaded, seconds)
    rows = rows_of("timer", heard, loaded, GRID)
    stood = {
        "stood still": len(heard.stood),
        "longest ms": round(max((b - a for a, b in heard.stood), default=0) / 1e3, 1),
    }
    own = heard.engine["own"]
    told = Spread(own["count"], own["p50"], own["p99"], own["p999"], own["max"])
    facts = {"inferences": float(heard.engine["inferences"]), **stood}
    if not heard.engine["priority"]:
        facts["without priority"] = 1.0
    return [*rows, Row("timer", "by its own histogram", loaded, GRID, told, facts)]


def measure_jack(loaded: bool, seconds: float) -> list[Row]:
    """Measure the jack driver: how far from their exact sample events are."""
    return rows_of("jack", hear_jack("jack", loaded, seconds), loaded, SAMPLE)[:2]


def measure_rtmidi(loaded: bool, seconds: float) -> list[Row]:
    """Measure the timer driver through the sender process, python-rtmidi and JACK."""
    return rows_of("rtmidi", hear_jack("timer", loaded, seconds), loaded, GRID)


def measure_through(loaded: bool, seconds: float) -> list[Row]:
    """Measure from a note that comes in to the same note going out, by frames, for both drivers."""
    rows = []
    for driver in ("jack", "timer"):
        with jack_server():
            asked = {"driver": driver, "port": "timing-ear", "load": loaded, "listen": "*"}
            ear, _, when = perform(("through",), asked, seconds)
        came = {data: frame for frame, us, data in ear["events"] if when["begins"] <= us < when["ends"]}
        played = {data: frame for frame, data in ear["played"] if data.startswith("9")}
        frames = [_came_frame(came, data) - frame for data, frame in played.items() if _came_frame(came, data) > 0]
        facts = {"period µs": float(round(PERIOD * 1e6 / RATE)), "xruns": float(ear["xruns"])}
        if not frames:
            raise Missing(f"nothing came back through the {driver} driver")
        errors = np.array(frames) * 1e6 / RATE
        rows.append(Row("through", f"by {driver}", loaded, "when it was played", spread_of(errors), facts))
    return rows


def _came_frame(came: dict[str, int], played: str) -> int:
    """Return when the note of a message came back, on whatever channel; 0 where it did not."""
    return next((frame for data, frame in came.items() if data[0] == "9" and data[2:] == played[2:]), 0)


def measure_limit(loaded: bool, seconds: float) -> list[Row]:
    """Let cyclictest measure how late this machine wakes a thread of the same priority."""
    if shutil.which("cyclictest") is None:
        raise Missing("cyclictest is not installed (Debian: apt install rt-tests)")
    command = [
        "cyclictest",
        "-t1",
        f"-p{TIMER_PRIORITY}",
        "-m",
        "-q",
        "-i1000",
        f"-D{max(1, round(seconds))}",
        "-h50000",
    ]
    with Child("timing.load", "alone") if loaded else contextlib.nullcontext():
        time.sleep(SETTLE_S)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Missing(f"cyclictest: {done.stderr.strip() or done.stdout.strip()}")
    spread = histogram_spread(read_cyclictest(done.stdout))
    return [Row("limit", "cyclictest", loaded, "its own deadlines", spread)]


def measure_peer(name: str) -> Callable[[bool, float], list[Row]]:
    """Return what measures a peer: its notes against the best line through them."""

    def measure(loaded: bool, seconds: float) -> list[Row]:
        command = [*PYTHON, "timing.peers", name, str(seconds + SETTLE_S), *(["load"] if loaded else [])]
        with witnessed() as stood:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Missing(f"{name}: {done.stderr.strip().splitlines()[-1]}")
        told = json.loads(done.stdout)
        instants = np.array(told["instants"])
        instants = instants[instants >= instants[0] + SETTLE_S * 1e6]
        spread, drift_ppm = fitted(instants, SIXTEENTH_US)
        kept = while_it_ran(instants, spread, stood)
        facts = {"drift ppm": round(drift_ppm, 1), **_left_out(spread, kept)}
        return [Row(name, told["version"], loaded, LINE, spread_of(spread[kept]), facts)]

    return measure


CASES: dict[str, Callable[[bool, float], list[Row]]] = {
    "timer": measure_timer,
    "limit": measure_limit,
    "jack": measure_jack,
    "rtmidi": measure_rtmidi,
    "through": measure_through,
    **{name: measure_peer(name) for name in PEERS},
}
