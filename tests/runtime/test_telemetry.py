"""What the data plane measured of itself, in words over OSC, on the status line, and as numbers at the end."""

from __future__ import annotations

import json
import socket
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from live_set import live
from nights import moody, night
from pythonosc.osc_message_builder import build_msg

from liveengine.dashboard.meter import counts as read_counts
from liveengine.drivers.lateness import count_late
from liveengine.engine.clock import Sources
from liveengine.generators.catalogue import BUILT_IN
from liveengine.ports.osc import messages
from liveengine.runtime import telemetry
from liveengine.runtime.status import line
from liveengine.runtime.telemetry import LATE_US, SCHEMA, STATES
from liveengine.sequencer.records.ports import IN_PORTS, PORTS
from liveengine.sequencer.records.sources import LINK, PULSES
from liveengine.sequencer.state import make_state

INTERNAL, BOX = Sources.parse("internal"), Sources.parse("midi:box")

#: A bin is an eighth of an octave.
BIN = 2 ** (1 / 8)


@pytest.fixture(autouse=True)
def _moods(monkeypatch):
    monkeypatch.setitem(BUILT_IN, "moody", moody)


def told(state, source=INTERNAL, ports=None) -> dict:
    return json.loads(telemetry.as_json(state, source, "timer", ports or {}, {"bars": 3}))


# -- lateness ------------------------------------------------------------------


@settings(deadline=None)  # the first may compile
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=200))
def test_every_event_is_counted_once_and_the_late_are_those_past_the_limit(late_us):
    state = make_state(1e9)
    for late in late_us:
        count_late(state.lateness, late)
    night_ = told(state)
    assert sum(night_["lateness_by_octave"]) == len(late_us)
    surely = sum(late > LATE_US * BIN for late in late_us)
    perhaps = sum(late > LATE_US / BIN for late in late_us)
    assert surely <= night_["late"] <= perhaps
    shares = list(night_["lateness_us"].values())
    assert shares == sorted(shares)
    if max(late_us) > BIN:  # what is under a µs is not late at all
        assert night_["lateness_us"]["1.0"] >= min(max(late_us), 30_000) / BIN


def test_a_night_without_an_event_has_no_lateness():
    night_ = told(make_state(1e9))
    assert night_["late"] == 0
    assert set(night_["lateness_us"].values()) == {0.0}


# -- the clock -----------------------------------------------------------------


@pytest.mark.parametrize("number", range(len(STATES)))
def test_c4_every_state_of_the_clock_has_its_word_and_the_jitter_is_in_us(number):
    state = make_state(48_000.0)
    state.transport[0]["leader"] = PULSES
    state.follower[0]["state"] = number
    state.follower[0]["spread"] = 48.0
    found = telemetry.clock(state, BOX)
    assert (found.source, found.state) == ("midi:box", STATES[number])
    assert found.jitter_us == pytest.approx(1000.0)
    assert told(state, BOX)["clock"] == {
        "source": found.source,
        "state": found.state,
        "jitter_us": found.jitter_us,
        "sources": {"midi:box": STATES[number]},
    }


@pytest.mark.parametrize(("fault", "words"), [(1, "locked, twice the pulses"), (-1, "locked, half the pulses")])
def test_c8_twice_or_half_the_pulses_are_told(fault, words):
    state = make_state(48_000.0)
    state.transport[0]["leader"] = PULSES
    state.follower[0]["state"], state.follower[0]["fault"] = STATES.index("locked"), fault
    assert telemetry.clock(state, BOX).state == words


def test_c10_every_source_is_told_by_name():
    state = make_state(48_000.0)
    state.sources[LINK]["lives"] = 1
    night_ = told(state, Sources.parse("midi:a=b,link,internal"))
    assert night_["clock"]["sources"] == {"midi:a=b": "internal", "link": "locked", "internal": "internal"}


# -- ports ---------------------------------------------------------------------

port_names = st.text("abc :=\n/0", max_size=6)


@given(
    st.lists(port_names, max_size=PORTS - 1, unique=True),
    st.lists(port_names, max_size=IN_PORTS, unique=True),
    st.integers(0, 2**31),
)
def test_every_message_of_every_port_is_counted_under_its_name(outputs, inputs, seed):
    state = make_state(1e9)
    state.traffic[:] = np.random.default_rng(seed).integers(0, 10**6, state.traffic.size)
    found = telemetry.counts(state, outputs, inputs)
    assert set(found) == {"instruments", *outputs, *inputs}
    assert sum(sent for sent, _ in found.values()) == state.traffic[: 1 + len(outputs)].sum()
    assert sum(came for _, came in found.values()) == state.traffic[PORTS : PORTS + len(inputs)].sum()
    night_ = told(state, ports=found)
    assert {name: (port["sent"], port["received"]) for name, port in night_["ports"].items()} == found


def test_the_dashboard_reads_what_is_told_of_the_ports():
    state = make_state(1e9)
    state.traffic[0], state.traffic[1], state.traffic[PORTS] = 5, 7, 9
    words = telemetry.traffic(state, ["Moog: out"], ["pads"]).ports
    assert read_counts(words) == {"instruments": (5, 0), "Moog: out": (7, 0), "pads": (0, 9)}


# -- a night -------------------------------------------------------------------


def test_a_nights_numbers_hold_everything():
    with live(night(tempo_bpm=240)) as set_:
        set_.listen_until(lambda: set_.strikes >= 8)
        set_.pads.send(b"\xb0\x01\x01", 0)
        set_.listen_until(lambda: json.loads(set_.stage.telemetry())["ports"]["pads"]["received"] == 1)
    night_ = json.loads(set_.stage.telemetry())
    assert set(night_) == {
        *("schema", "driver", "late", "late_is_over_us", "lateness_us", "lateness_by_octave", "clock", "ports"),
        *("latencies_ms", "stalls", "faults", "bars", "errors", "unknown_inputs", "models"),
    }
    assert (night_["schema"], night_["driver"]) == (SCHEMA, "timer")
    assert night_["clock"] == {
        "source": "internal",
        "state": "internal",
        "jitter_us": 0.0,
        "sources": {"internal": "internal"},
    }
    out = night_["ports"][set_.output.name]
    assert out == {"sent": len(set_.heard), "received": 0}
    assert sum(night_["lateness_by_octave"]) >= len(set_.heard)
    assert not any(night_["faults"].values())
    assert night_["latencies_ms"][set_.output.name] == {"sounds_late": 0.0, "waits": 0.0}
    assert night_["bars"] >= 1


def test_lateness_clock_and_traffic_are_told_over_osc():
    wanted = {"/engine/late", "/engine/lateness_us", "/engine/histogram", "/port/activity", "/clock/state"}
    with live(night(tempo_bpm=240), osc=("127.0.0.1", 0)) as set_, socket.socket(type=socket.SOCK_DGRAM) as client:
        client.settimeout(10.0)
        client.sendto(build_msg("/refresh", []).dgram, set_.stage.osc.address)
        seen: dict[str, object] = {}
        while not (wanted <= seen.keys() and seen["/engine/histogram"] and seen["/port/activity"]):
            for message, _ in messages(client.recv(65_536)):
                seen[message.address] = message.params[0] if message.params else None
    assert seen["/clock/state"] == "internal"
    assert len(str(seen["/engine/histogram"]).split(",")) == 16
    assert set_.output.name in read_counts(str(seen["/port/activity"]))


@pytest.mark.parametrize(
    ("driver", "source", "state", "words"),
    [
        ("timer", "internal", "internal", "timer p99 0.00 ms late  ["),
        ("jack", "internal", "internal", "jack exact  ["),
        ("timer", "midi:box", "freewheeling", "timer p99 0.00 ms late, midi:box freewheeling  ["),
    ],
)
def test_the_status_line_says_how_time_is_kept(driver, source, state, words):
    values = {"/clock/source": source, "/clock/state": state}
    engine = SimpleNamespace(
        scene=-1,
        panel=SimpleNamespace(values=values),
        launches=SimpleNamespace(waiting=()),
        tracks=[],
        sources=Sources(),
    )
    stage = SimpleNamespace(driver=SimpleNamespace(name=driver, state=make_state(1e9)), engine=engine)
    assert words in line(stage)
