"""What goes wrong is said once it grows, in words, and not too often."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st
from live_set import live
from nights import night

from liveengine.drivers.audio import AudioDriver
from liveengine.drivers.jack import JackDriver
from liveengine.drivers.timer import TimerDriver
from liveengine.runtime import faults
from liveengine.runtime.faults import FAULTS, QUIET_S, Faults, by_place
from liveengine.sequencer import commands
from liveengine.sequencer.state import make_state

told_faults = [name for name, words in FAULTS.items() if words]


@given(st.lists(st.tuples(st.floats(0, 4), st.integers(0, 3)), max_size=60), st.sampled_from(told_faults))
def test_what_is_said_adds_up_to_what_was_counted_and_leaves_time_to_read(steps, name):
    said, now, count = Faults(), 0.0, 0
    times, total = [], 0
    for step, more in [*steps, (QUIET_S + 1.0, 0)]:
        now += step
        count += more
        for sentence in said.news({(name, "MIDI out Moog"): count}, now):
            assert sentence.startswith(f"MIDI out Moog: {FAULTS[name]} (")
            total += int(sentence.rpartition("(")[2].removesuffix("×)"))
            times.append(now)
    assert total == count
    assert all(later - earlier >= QUIET_S - 1e-9 for earlier, later in itertools.pairwise(times))


def test_one_fault_does_not_keep_another_quiet():
    said = Faults()
    assert len(list(said.news({("refused", ""): 1, ("log_lost", ""): 1}, 0.0))) == 2
    assert list(said.news({("refused", ""): 1, ("log_lost", ""): 1}, 100.0)) == []


def test_every_fault_that_anybody_counts_has_its_words():
    counted = {name for name, _, _ in faults.of_data_plane(make_state())}
    counted |= {name for name, _, _ in TimerDriver(make_state(), {}).counted()}
    consts = [kind.counted.__code__.co_consts for kind in (JackDriver, AudioDriver)]
    counted |= {word for words in consts for word in map(str, words) if word in FAULTS}
    assert counted | {"commands_lost", "osc_garbage", "osc_crowded"} == set(FAULTS)


def test_ports_are_told_by_name_and_those_without_a_fault_are_left_out():
    counts = by_place([("port_lost", 2, 3), ("port_lost", 1, 0), ("refused", -1, 0)], ["midi_out", "Moog"])
    assert counts == {("port_lost", "MIDI out Moog"): 3, ("refused", ""): 0}
    assert faults.words(counts) == "port_lost of MIDI out Moog=3"


def test_a_live_set_says_what_its_data_plane_refuses_and_keeps_the_count():
    with live(night(tempo_bpm=240)) as set_:
        for _ in range(3):
            commands.push(set_.stage.driver.state, 99)
        set_.listen_until(lambda: any(FAULTS["refused"] in said for said in set_.said))
        set_.listen_until(lambda: set_.stage.engine.panel.values["/engine/faults"] == "refused=3")
    assert '"refused": 3' in set_.stage.telemetry()


def test_O4_a_live_set_says_which_cable_carries_too_little():
    with live(night(tempo_bpm=240)) as set_:
        commands.push(set_.stage.driver.state, commands.DO_WIRE, 1, x=100.0)
        set_.listen_until(lambda: any(FAULTS["wire_overloads"] in said for said in set_.said))
        assert any(said.startswith("MIDI out virtual: more to send") for said in set_.said)
        commands.push(set_.stage.driver.state, commands.DO_WIRE, 1, x=0.0)
