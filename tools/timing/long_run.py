"""A long run beside full load: how many events of how many are off their exact sample.

JACK tells of periods that it missed. What falls within two periods of such a one is nobody's: it is left out
and counted. All else counts.
"""

from __future__ import annotations

import numpy as np

from timing.cases import SAMPLE, perform
from timing.grid import PULSE_US, SIXTEENTH_US, Instants, lateness, origins_of, spread_of, strikes_and_pulses
from timing.processes import PERIOD, RATE, Missing, jack_server
from timing.rows import Row

#: Four tracks of sixteenths and a clock, at 120 BPM.
EVENTS_PER_S = 4 * 8 + 48
SAMPLE_US = 1e6 / RATE
PERIOD_US = PERIOD * SAMPLE_US


def seconds_for(events: int, minutes: float) -> float:
    """Return how long is played: so many minutes, and so many events at least."""
    return max(60.0 * minutes, events / EVENTS_PER_S)


def undisturbed(instants: Instants, missed: Instants) -> np.ndarray:
    """Say of each event whether no period within two of its own was missed; both in µs of one clock."""
    kept = np.ones(instants.size, np.bool_)
    for instant in missed:
        kept &= np.abs(instants - instant) > 2 * PERIOD_US
    return kept


def measure_long(events: int, minutes: float, loaded: bool = True) -> list[Row]:
    """Play for long by the jack driver; return rows of notes and of clock, and what was left out of them."""
    seconds = seconds_for(events, minutes)
    with jack_server():
        ear, engine, when = perform(("jack",), {"driver": "jack", "port": "timing-ear", "load": loaded}, seconds)
    heard = [(f, us, bytes.fromhex(data)) for f, us, data in ear["events"] if when["begins"] <= us < when["ends"]]
    if not heard:
        raise Missing("nothing was heard: " + "; ".join(engine.get("said", [])))
    frames_us = np.array([frame * SAMPLE_US for frame, _, _ in heard])
    # The server's frames stand still when it does: each event says how the two clocks lie at that moment.
    missed = np.interp(ear["disturbed_us"], [us for _, us, _ in heard], frames_us)
    collapses = [(since * SAMPLE_US, slid * SAMPLE_US) for since, slid in engine["collapses"]]
    origins = origins_of(engine["origin"] * SAMPLE_US, collapses)
    notes, pulses = strikes_and_pulses((frame * SAMPLE_US, data) for frame, _, data in heard)
    rows = []
    struck = np.sort(np.concatenate(list(notes.values())))
    for part, instants, step_us in (("notes", struck, SIXTEENTH_US), ("clock", pulses, PULSE_US)):
        late = lateness(instants, origins, step_us)
        kept = undisturbed(instants, missed) if missed.size else np.ones(instants.size, np.bool_)
        facts = {
            "off their sample": int(np.sum(np.abs(late[kept]) > SAMPLE_US / 2)),
            "xruns": float(sum(when["begins"] <= us < when["ends"] for us in ear["disturbed_us"])),
            "left out": int(np.sum(~kept)),
            "collapsed": len(collapses),
        }
        rows.append(Row("jack", f"{part}, long", loaded, SAMPLE, spread_of(late[kept]), facts))
    return rows
