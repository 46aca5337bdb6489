"""How late each output is taken to sound, and what the data plane is told of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nights import night

from liveengine.drivers.offline import OfflineDriver
from liveengine.engine.compensation import Latency, compensate
from liveengine.engine.spec import NO_SOUND, OutputSpec
from liveengine.runtime.wiring import Reach, latencies, wire_ports, wire_waits
from liveengine.sequencer.records.ports import PORTS
from liveengine.sequencer.state import make_state

RATE = 48_000.0

outputs = st.lists(st.builds(Latency, st.floats(0, 500), st.floats(-500, 500)), min_size=1, max_size=8)


@given(outputs)
def test_what_is_sent_to_after_its_wait_is_heard_together_and_nobody_waits_longer_than_it_must(outputs):
    waits = compensate(outputs)
    heard = [wait + output.notes_ms for wait, output in zip(waits.notes_ms, outputs, strict=True)]
    clocks = [
        wait + output.notes_ms - output.clock_offset_ms for wait, output in zip(waits.clock_ms, outputs, strict=True)
    ]
    assert heard == pytest.approx([waits.lead_ms] * len(outputs))
    assert clocks == pytest.approx([waits.lead_ms] * len(outputs))
    assert min([*waits.notes_ms, *waits.clock_ms]) == pytest.approx(0.0, abs=1e-9)


# -- how late an output sounds -------------------------------------------------


def late(port_ms: float | None, reach: Reach, known: dict[str, float]) -> float:
    patch = night(outputs=(OutputSpec("synth", port_ms, clock=True),))
    return latencies(patch, ["synth"], [Reach(), reach], known)[1].notes_ms


def test_what_the_patch_says_goes_before_what_was_measured_and_that_before_what_is_reported():
    reach, known = Reach({"synth:in": 3.0}), {"synth:in": 7.0, "other:in": 90.0}
    assert late(11.0, reach, known) == 11.0
    assert late(0.0, reach, known) == 0.0
    assert late(None, reach, known) == 7.0
    assert late(None, reach, {}) == 3.0
    assert late(None, Reach(), known) == 0.0


def test_of_several_devices_the_latest_counts_each_by_what_is_known_of_it():
    assert late(None, Reach({"a": 3.0, "b": 9.0}), {"b": 4.0}) == 4.0
    assert late(None, Reach({"a": 3.0, "b": 9.0}), {"a": 14.0}) == 14.0


def test_the_instruments_sound_late_by_their_own_way_and_their_devices():
    sound = Reach({"card:left": 5.0, "card:right": 5.0}, own_ms=1.5)
    patch = night()
    assert latencies(patch, [], [sound], {})[0].notes_ms == 6.5
    assert latencies(patch, [], [sound], {"card:left": 8.0})[0].notes_ms == 9.5
    assert latencies(patch, [], [Reach({}, own_ms=1.5)], {})[0].notes_ms == 0.0, "nobody hears them"
    silent = replace(patch, tracks=tuple(replace(track, sound=NO_SOUND) for track in patch.tracks))
    assert latencies(silent, [], [sound], {})[0].notes_ms == 0.0, "no track is played on them"


# -- what the data plane is told -----------------------------------------------


def test_the_lanes_wait_in_the_drivers_own_units():
    state = make_state(RATE, 120.0)
    waits = wire_waits(state, [Latency(1.5), Latency(20.0, -4.0), Latency(0.0)])
    OfflineDriver(state).turn(128)
    assert waits.notes_ms == pytest.approx((22.5, 4.0, 24.0))
    assert [int(lane["delay"]) for lane in state.lanes[:3]] == [1080, 192, 1152]
    assert [int(lane["delay"]) for lane in state.lanes[PORTS : PORTS + 3]] == [1080, 0, 1152]
    assert int(state.transport[0]["lead"]) == 1152


def test_a_clock_is_sent_to_the_ports_that_want_it():
    state = make_state(RATE, 120.0)
    patch = night(outputs=(OutputSpec("b", clock=True, clock_when_stopped=True),))
    wire_ports(state, patch, ["a", "b"])
    OfflineDriver(state).turn(128)
    assert [(int(port["clock"]), int(port["clock_when_stopped"])) for port in state.ports[1:3]] == [(0, 0), (1, 1)]
