"""LFOs and arpeggiators turned live: which commands follow, what is told to whom, and what returns."""

from __future__ import annotations

from dataclasses import replace

from sets import BASS, DRUMS, Desk, playing, small_set

from liveengine.engine.events import ModulationTold
from liveengine.engine.orders import Report, ToSequencer, WriteLfo
from liveengine.engine.spec import ArpSpec, LfoSpec, Patch
from liveengine.music.arpeggio import Arpeggio
from liveengine.music.modulation import LFOS, Lfo
from liveengine.music.target import Target
from liveengine.music.time import TICKS_PER_BEAT
from liveengine.sequencer import arpeggio, modulation
from liveengine.sequencer import commands as do
from liveengine.sequencer.records.tracks import TRACKS

TONE = LfoSpec(Lfo(Target.parse("tone")))
PAN = LfoSpec(Lfo(None, low=-1.0, high=1.0), address="/track/bass/pan")
FULL = LfoSpec(Lfo(None), address="/track/1/density", on=False)
HUE = LfoSpec(Lfo(None, rate_hz=7.83), address="/visuals/hue", is_foreign=True)
SET = TRACKS * LFOS


def swinging_set() -> Patch:
    tracks = (replace(DRUMS, lfos=(TONE,)), replace(BASS, arp=ArpSpec(Arpeggio("down"), on=True)))
    return small_set(tracks=tracks, lfos=(PAN, FULL, HUE))


def lfo(number: int, field: int, b: int = 0, x: float = 0.0) -> ToSequencer:
    return ToSequencer(do.DO_LFO, number, a=field, b=b, x=x)


def test_the_patch_s_own_are_written_and_set_going():
    d = Desk(swinging_set())
    assert [order.number for order in d.of(WriteLfo)] == [0, SET, SET + 1, SET + 2]
    on = [order.track for order in d.commands(do.DO_LFO) if order.a == modulation.ON]
    assert on == [0, SET, SET + 2]
    assert ToSequencer(do.DO_CONTROL, 0, a=5, x=0.5) in d.orders, "a sound's control has a place to return to"
    assert lfo(SET, modulation.CENTRE, x=0.5) in d.orders
    arp = d.commands(do.DO_ARP)
    assert {order.track for order in arp} == {1} and arp[-1].a == arpeggio.ON


def test_each_parameter_turns_its_field():
    d = Desk(swinging_set())
    for address, value, expected in (
        ("/track/1/lfo/1/depth", 0.25, lfo(0, modulation.DEPTH, x=0.25)),
        ("/track/1/lfo/1/hz", 7.83, lfo(0, modulation.RATE_HZ, 7, 7.83)),
        ("/track/1/lfo/1/beats", 3.0, lfo(0, modulation.PERIOD, 3 * TICKS_PER_BEAT, 3.0)),
        ("/lfo/3/on", 0, lfo(SET + 2, modulation.ON)),
        ("/track/2/arp/mode", "golden", ToSequencer(do.DO_ARP, 1, a=arpeggio.MODE, b=7)),
        ("/track/bass/arp/step", 1.0, ToSequencer(do.DO_ARP, 1, a=arpeggio.RATE, b=TICKS_PER_BEAT)),
        ("/track/1/arp/hold", 1, ToSequencer(do.DO_ARP, 0, a=arpeggio.LATCH, b=1)),
    ):
        assert d.ask(address, value).commands() == [expected]


def test_what_the_patch_says_stands_on_the_panel_and_what_it_has_not_is_refused_by_name():
    d = Desk(swinging_set())
    values = d.engine.panel.values
    assert (values["/track/2/arp/mode"], values["/track/2/arp/on"], values["/lfo/2/on"]) == ("down", True, False)
    assert values["/lfo/3/hz"] == 7.83 and "/lfo/4/on" not in values and "/track/2/lfo/1/on" not in values
    assert d.ask("/lfo/4/on", 1).said == "this patch has no lfo 4 there"


def test_another_program_s_address_is_told_while_it_is_on():
    d = Desk(swinging_set())
    assert d.feed(ModulationTold(TRACKS, 2, 0.5)).orders == [Report("/visuals/hue", 0.5)]
    d.ask("/lfo/3/on", 0)
    assert d.feed(ModulationTold(TRACKS, 2, 0.75)).orders == []


def test_a_parameter_is_turned_but_keeps_what_the_player_set():
    d = Desk(swinging_set())
    assert d.feed(ModulationTold(TRACKS, 0, -0.5)).orders == [ToSequencer(do.DO_CONTROL, 1, a=2, x=-0.5)]
    assert d.engine.panel.values["/track/2/pan"] == 0.0
    assert lfo(SET, modulation.CENTRE, x=0.75) in d.ask("/track/2/pan", 0.5).commands()
    assert d.ask("/lfo/1/on", 0).commands()[-1] == ToSequencer(do.DO_CONTROL, 1, a=2, x=0.5)


def test_what_is_heard_at_the_next_bar_is_asked_once_a_bar():
    d = playing(swinging_set())
    d.ask("/lfo/2/on", 1)
    for value in (0.1, 0.2, 0.3):
        assert d.feed(ModulationTold(TRACKS, 1, value)).orders == []
    assert [request.controls.density for request in d.bar(1).requests] == [0.3]
    assert d.bar(2).requests == []
