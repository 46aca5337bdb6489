"""The cases: each lets something play, alone or beside full load, hears it from another process, and returns rows."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
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
from timing.jack_ear import EAR
from timing.playing import SETTLE_S, TIMER_PRIORITY
from timing.processes import PATIENCE_S, PERIOD, PYTHON, RATE, Child, Missing, Stood, jack_server, witnessed
from timing.rows import PEERS, Row

#: JACK tells of an xrun so much later at most, on a busy machine.
TOLD_LATE_US = 25_000.0

#: Frames that take a third of a millisecond: a MIDI interface that is fed without JACK has no period at all.
SHORT_PERIOD = 16

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


def perform(
    ear_words: Sequence[str],
    asked: dict[str, Any],
    seconds: float,
    beside: Callable[[], contextlib.AbstractContextManager[Any]] = contextlib.nullcontext,
) -> tuple[dict[str, Any], ...]:
    """Let an ear listen while the engine plays; return what both tell, and from when to when it counts (µs).

    What is `beside` runs for just as long as it counts.
    """
    with Child("timing.hearing", *ear_words) as ear, Child("timing.playing", json.dumps(asked)) as engine:
        if engine.first != "plays":
            raise Missing(engine.first)
        time.sleep(SETTLE_S)
        begins_us = time.monotonic_ns() / 1e3
        with beside():
            time.sleep(seconds)
        ends_us = time.monotonic_ns() / 1e3
        if ear_words[0] == "pipe":
            told = engine.end()  # the pipe closes with it
            return ear.end(), told, {"begins": begins_us, "ends": ends_us}
        heard = ear.end()
        heard["xruns"] = sum(begins_us <= us < ends_us for us in heard["xruns_us"])
        return heard, engine.end(), {"begins": begins_us, "ends": ends_us}


def hear_timer(loaded: bool, seconds: float, limit: dict[int, int]) -> Heard:
    """Play by the timer driver into a pipe; `limit` gets the histogram of cyclictest, which runs beside it."""
    with tempfile.TemporaryDirectory() as folder:
        pipe = str(Path(folder) / "pipe")
        os.mkfifo(pipe)
        with witnessed() as stood:
            asked = {"driver": "timer", "port": pipe, "load": loaded}
            ear, engine, when = perform(("pipe", pipe), asked, seconds, lambda: cyclictest(limit))
    reads = [(us, bytes.fromhex(data)) for us, data in ear["events"] if when["begins"] <= us < when["ends"]]
    return _heard(reads, 1e-3, stood, ear, engine, when["begins"])


def hear_jack(driver: str, loaded: bool, seconds: float, period: int = PERIOD) -> Heard:
    """Play by the jack driver, or by the timer through python-rtmidi, into a JACK client."""
    with jack_server(period):
        asked = {"driver": driver, "port": EAR, "load": loaded}
        with witnessed() as stood:
            ear, engine, when = perform(("jack",), asked, seconds)
    events = [(f, us, bytes.fromhex(data)) for f, us, data in ear["events"] if when["begins"] <= us < when["ends"]]
    if not events:
        raise Missing("nothing was heard: " + "; ".join(engine.get("said", [])))
    if driver == "timer":
        reads = [(us, data) for _, us, data in events]
        return _heard(reads, 1e-3, stood, ear, engine, when["begins"])
    reads = [(frame * 1e6 / RATE, data) for frame, _, data in events]
    return _heard(reads, 1e6 / RATE, _missed(ear, engine, events), ear, engine, reads[0][0])


def _missed(ear: dict[str, Any], engine: dict[str, Any], events: Sequence[tuple[int, float, bytes]]) -> Stood:
    """Return from when to when, in µs of frames, JACK had an xrun: the periods that it skipped, and what it tells of.

    It calls nobody who has not finished with the period before. It also lets the ear run before whom it hears, which
    skips no frame; of that it only tells, a while later.
    """
    skipped = [*map(tuple, ear["skipped"]), *((until - count, until) for until, count in engine["skips"])]
    told = np.interp(ear["xruns_us"], [us for _, us, _ in events], [frame * 1e6 / RATE for frame, _, _ in events])
    return [
        *((since * 1e6 / RATE, until * 1e6 / RATE) for since, until in skipped if since >= events[0][0]),
        *((at - TOLD_LATE_US, at + PERIOD * 1e6 / RATE) for at in told.tolist()),
    ]


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

    What fell into a moment in which the whole machine stood still, or which JACK missed, is left out and counted.
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


@contextlib.contextmanager
def cyclictest(counts: dict[int, int]) -> Iterator[None]:
    """Let cyclictest measure how late this machine wakes a thread of the timer's priority; fills its histogram."""
    if shutil.which("cyclictest") is None:
        print("  cyclictest is left out: not installed (Debian: apt install rt-tests)", file=sys.stderr, flush=True)
        yield
        return
    command = ["cyclictest", "-t1", f"-p{TIMER_PRIORITY}", "-m", "-q", "-i1000", "-h50000"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield
    finally:
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=PATIENCE_S)
    if process.returncode:
        raise Missing(f"cyclictest: {said.strip()}")
    counts |= read_cyclictest(said)


def measure_timer(loaded: bool, seconds: float) -> list[Row]:
    """Measure the timer driver at the end of a pipe, read its own histogram, and let cyclictest run beside it."""
    limit: dict[int, int] = {}
    heard = hear_timer(loaded, seconds, limit)
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
    rows.append(Row("timer", "by its own histogram", loaded, GRID, told, facts))
    if limit:
        rows.append(Row("limit", "cyclictest", loaded, "its own deadlines", histogram_spread(limit)))
    return rows


def measure_jack(loaded: bool, seconds: float) -> list[Row]:
    """Measure the jack driver: how far from their exact sample events are."""
    return rows_of("jack", hear_jack("jack", loaded, seconds), loaded, SAMPLE)[:2]


def measure_rtmidi(loaded: bool, seconds: float) -> list[Row]:
    """Measure the timer driver through the sender process, python-rtmidi and JACK: by short periods, and by usual ones.

    RtMidi hands over what it was given at the beginning of JACK's next period, so that the period bounds it.
    """
    return [
        row
        for period in (SHORT_PERIOD, PERIOD)
        for row in rows_of(f"rtmidi/{period}", hear_jack("timer", loaded, seconds, period), loaded, GRID)
        if row.against == GRID
    ]


def measure_through(loaded: bool, seconds: float) -> list[Row]:
    """Measure from a note that comes in to the same note going out, by frames, for both drivers."""
    rows = []
    for driver in ("jack", "timer"):
        with jack_server():
            asked = {"driver": driver, "port": EAR, "load": loaded, "listen": "*"}
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
    "jack": measure_jack,
    "rtmidi": measure_rtmidi,
    "through": measure_through,
    **{name: measure_peer(name) for name in PEERS},
}
