"""What the data plane measures of itself, put into words for players and programs.

Reads the data plane's memory and writes nothing there.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from liveengine.drivers.lateness import by_octaves, percentile_us
from liveengine.engine.clock import Sources
from liveengine.engine.display import activity_words
from liveengine.engine.events import ClockTold, LatenessTold, TrafficTold
from liveengine.sequencer.records.ports import LATENESS_BINS, PORTS
from liveengine.sequencer.records.sources import OWN, PULSES
from liveengine.sequencer.state import State

#: What `as_json` writes; a change of its meaning gets another number.
SCHEMA = "liveengine-telemetry/1"

#: An event that leaves more than this after its instant counts as late. Players rate a steady 10 ms like none,
#: but hear a wavering of 3 ms (Jack et al. 2018).
LATE_US = 3000.0
_LATE_BIN = int(8 * math.log2(LATE_US))
assert _LATE_BIN < LATENESS_BINS

#: Words for the follower's states, in their order (C4).
STATES = ("internal", "acquiring", "locked", "freewheeling", "lost")


def lateness(state: State) -> LatenessTold:
    """Say how late events have left since the start."""
    bins = state.lateness
    histogram = ",".join(map(str, by_octaves(bins)))
    return LatenessTold(int(bins[_LATE_BIN:].sum()), percentile_us(bins, 0.99), histogram)


def _clock_words(state: State, source: int) -> str:
    """Say in a word how a source does (C4)."""
    if source == OWN:
        return "internal"
    if source != PULSES:
        return "locked" if state.sources[source]["lives"] else "lost"
    follower = state.follower[0]
    words = STATES[int(follower["state"])]
    if follower["fault"]:
        words += ", twice the pulses" if follower["fault"] > 0 else ", half the pulses"
    return words


def clock(state: State, sources: Sources) -> ClockTold:
    """Say whose time is kept, how well, how much it jitters, and how the others do.

    Where the beat goes on by itself, for want of a clock that was asked for, it is that clock's word that is told.
    """
    follower, leader = state.follower[0], int(state.transport[0]["leader"])
    if leader == OWN and not sources.has("internal") and follower["state"]:
        leader = PULSES
    spread_us = float(follower["spread"]) * 1e6 / float(state.transport[0]["rate"]) if leader == PULSES else 0.0
    name = sources.name_of(leader) or "internal"
    everybody = "\n".join(f"{source}={_clock_words(state, source.number)}" for source in sources.ranked)
    return ClockTold(name, _clock_words(state, leader), spread_us, everybody)


def counts(state: State, outputs: Sequence[str], inputs: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Return how many messages went out and came in, by port; `outputs` begin with port 1."""
    found: dict[str, tuple[int, int]] = {}
    for port, name in enumerate(("instruments", *outputs)):
        found[name] = (int(state.traffic[port]), 0)
    for port, name in enumerate(inputs):
        sent, _ = found.get(name, (0, 0))
        found[name] = (sent, int(state.traffic[PORTS + port]))
    return found


def traffic(state: State, outputs: Sequence[str], inputs: Sequence[str]) -> TrafficTold:
    """Say how many messages went out of and came in at each port; `outputs` begin with port 1."""
    return TrafficTold(activity_words(counts(state, outputs, inputs)))


def as_json(
    state: State, sources: Sources, driver: str, ports: Mapping[str, tuple[int, int]], extra: Mapping[str, Any]
) -> str:
    """Return everything that was measured in a night; `ports` are `counts`, `extra` is what others know of it."""
    told, kept = lateness(state), clock(state, sources)
    night = {
        "schema": SCHEMA,
        "driver": driver,
        "late": told.late,
        "late_is_over_us": LATE_US,
        "lateness_us": {str(share): percentile_us(state.lateness, share) for share in (0.5, 0.99, 0.999, 1.0)},
        "lateness_by_octave": by_octaves(state.lateness),
        "clock": {
            "source": kept.source,
            "state": kept.state,
            "jitter_us": kept.jitter_us,
            "sources": dict(line.rsplit("=", 1) for line in kept.sources.splitlines()),
        },
        "ports": {name: {"sent": sent, "received": received} for name, (sent, received) in ports.items()},
        "stalls": int(state.transport[0]["realigned"]),
        **extra,
    }
    return json.dumps(night, indent=1, ensure_ascii=False)
