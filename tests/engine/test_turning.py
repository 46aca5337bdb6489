"""What is turned is ordered, what changes is told, and what means nothing is counted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sets import Desk, bar_for, playing, small_set

from liveengine.engine.events import BarReady, KeyPressed, LatenessTold, MidiCame, TransportMoved
from liveengine.engine.mapping import Binding, Mapping
from liveengine.engine.orders import Report, ReportAll, ToSequencer
from liveengine.music.sound import MASTER_CONTROL, STRIP_CONTROL
from liveengine.music.time import TEMPO_MAX_BPM, TEMPO_MIN_BPM
from liveengine.sequencer import commands as do

# -- transport, tempo, mutes, levels -------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "value", "expected"),
    [
        ("/transport/start", None, ToSequencer(do.DO_START)),
        ("/transport/stop", None, ToSequencer(do.DO_STOP)),
        ("/transport/continue", 1, ToSequencer(do.DO_CONTINUE)),
        ("/transport/play", 0, ToSequencer(do.DO_STOP)),
        ("/transport/play", True, ToSequencer(do.DO_START)),
        ("/transport/play", None, ToSequencer(do.DO_STOP)),
        ("/panic", None, ToSequencer(do.DO_PANIC)),
        ("/track/bass/mute", 1, ToSequencer(do.DO_MUTE, 1, a=1)),
        ("/track/1/mute", None, ToSequencer(do.DO_MUTE, 0, a=1)),
        ("/track/2/level", -12, ToSequencer(do.DO_CONTROL, 1, a=STRIP_CONTROL["level"].number, x=-12.0)),
        ("/track/2/sound/tone", 9, ToSequencer(do.DO_CONTROL, 1, a=STRIP_CONTROL["tone"].number, x=1.0)),
        ("/master/level", -6, ToSequencer(do.DO_CONTROL, a=MASTER_CONTROL["level"].number, x=-6.0)),
    ],
)
def test_what_is_turned_is_ordered(address, value, expected):
    assert playing().ask(address, value).commands() == [expected]


def test_a_trigger_that_is_let_go_does_nothing():
    assert playing().ask("/transport/stop", 0).orders == []


@given(tempo=st.floats(1, 1000), nudge=st.floats(-2, 2))
def test_a_nudge_hurries_the_beat_by_four_percent_at_most_and_never_out_of_range(tempo, nudge):
    desk = playing()
    desk.ask("/transport/tempo", tempo)
    (ordered,) = desk.ask("/transport/nudge", nudge).commands(do.DO_TEMPO)
    kept = min(max(tempo, TEMPO_MIN_BPM), TEMPO_MAX_BPM)
    nudged = kept * (1 + 0.04 * min(max(nudge, -1), 1))
    assert ordered.x == pytest.approx(min(max(nudged, TEMPO_MIN_BPM), TEMPO_MAX_BPM))


def test_the_delay_follows_the_tempo_unless_the_patch_sets_it():
    number = MASTER_CONTROL["delay_time"].number
    (delay,) = playing().ask("/transport/tempo", 90).commands(do.DO_CONTROL)
    assert (delay.a, delay.x) == (number, pytest.approx(0.5))
    assert playing(small_set(master={"delay_time": 0.3})).ask("/transport/tempo", 90).commands(do.DO_CONTROL) == []


def test_the_play_toggle_tells_what_the_transport_does():
    desk = playing()
    assert desk.engine.panel.values["/transport/play"] is True
    desk.feed(TransportMoved(False, 99))
    assert desk.told == {"/transport/play": False, "/transport/playing": False}


def test_keys_and_pads_do_what_their_mapping_says():
    binding = Binding("note", 36, "/track/drums/mute")
    mapping = Mapping(small_set().path, "pads", ("LPD8*",), (binding, Binding("key", "x", "/scene/next")))
    desk = playing(mappings=[mapping])
    assert desk.feed(MidiCame("LPD8", bytes((0x90, 36, 9)))).commands() == [ToSequencer(do.DO_MUTE, 0, a=1)]
    assert desk.feed(MidiCame("Other", bytes((0x90, 36, 9)))).orders == []
    assert len(desk.feed(KeyPressed("x")).requests) == 2
    assert desk.feed(KeyPressed("y")).orders == []


# -- what is told, and what means nothing --------------------------------------------------------


def test_k6_a_change_is_told_to_all_but_whoever_made_it():
    desk = playing().ask("/track/drums/level", -3, origin="osc 1")
    assert desk.of(Report) == [Report("/track/1/level", -3.0, but="osc 1")]


def test_k6_a_ping_is_answered_to_the_asker_alone():
    assert playing().ask("/ping", origin="osc 1").of(Report) == [Report("/pong", True, to="osc 1")]


def test_k6_a_refresh_tells_every_value_to_the_asker_alone():
    desk = playing().ask("/refresh", origin="osc 1")
    (told,) = desk.orders
    assert told == ReportAll(desk.engine.panel.values, "osc 1")
    assert {"/transport/tempo", "/track/1/density", "/track/2/sound/tone", "/scene/current"} <= set(told.values)


@pytest.mark.parametrize(
    ("address", "value", "words"),
    [
        ("/track/bas/mute", 1, 'did you mean "bass"?'),
        ("/track/9/mute", 1, "1 drums, 2 bass"),
        ("/transport/temp", 1, "/transport/tempo"),
        ("/scene/launch", 9, "there is no scene 9: this patch has 4"),
        ("/track/bass/pattern", 3, "track bass has no pattern 3"),
        ("/track/bass/level", "loud", "takes a number"),
        ("/transport/bar", 3, "can be read, not set"),
    ],
)
def test_k6_what_means_nothing_is_counted_and_told_with_what_there_is(address, value, words):
    desk = playing().ask(address, value)
    assert words in desk.said
    assert desk.engine.unknown == 1
    assert not desk.commands()


@pytest.mark.parametrize(("address", "value", "stands"), [("/scene/launch", 9, 1), ("/track/2/pattern", 3, 1)])
def test_k4_a_choice_that_is_refused_is_told_as_it_stands(address, value, stands):
    desk = playing().ask(address, value)
    assert desk.told[address] == stands == desk.engine.panel.values[address]


def test_lateness_is_told():
    told = playing().feed(LatenessTold(3, 41.5)).told
    assert told == {"/engine/late": 3, "/engine/lateness_us": 41.5}


def test_an_answer_that_nobody_waits_for_is_ignored():
    request = Desk().requests[0]
    assert playing().feed(BarReady(4000, bar_for(request))).orders == []
