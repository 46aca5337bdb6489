"""Loading a patch while another plays: what the engine orders, and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sets import BASS, DRUMS, Desk, bar_for, playing, small_set

from liveengine.engine.crossing import MARK
from liveengine.engine.events import BarReady, LineCrossed, PatchLoaded
from liveengine.engine.orders import LoadPatch, RequestBar, TakesOver, WriteGroove, WriteLfo
from liveengine.engine.spec import LfoSpec, Patch, PatternSpec, SceneSpec, TrackSpec
from liveengine.music.chord import Chord
from liveengine.music.groove_formulas import named
from liveengine.music.modulation import Lfo
from liveengine.music.reading import Reading
from liveengine.music.target import Target
from liveengine.music.time import Metre
from liveengine.sequencer import commands as do
from liveengine.sequencer.players import ANEW, LEGATO

#: What moves a clock, or the tempo: none of these may be ordered by a patch that takes over.
OF_TIME = (do.DO_START, do.DO_STOP, do.DO_CONTINUE, do.DO_LOCATE, do.DO_TEMPO, do.DO_CLOCK, do.DO_DELAY, do.DO_LEAD)


def load(desk: Desk, patch: Patch, ports: tuple[int, ...] | None = None) -> list[object]:
    """Load a patch, let its bars be made, and return all that is ordered until it has taken over."""
    desk.feed(PatchLoaded(patch, ports or (-1,) * len(patch.tracks)))
    orders = list(desk.orders)
    for request in desk.requests:
        desk.feed(BarReady(request.ticket, bar_for(request)))
        orders += desk.orders
    desk.orders = orders
    return orders


def changed(**more: object) -> Patch:
    """Return the small set as its player has written it anew."""
    return small_set(**more)


def lower(track: TrackSpec, **more: object) -> TrackSpec:
    return replace(track, **more)  # type: ignore[arg-type]


def test_a_patch_that_says_the_same_orders_nothing_that_sounds():
    desk = playing()
    load(desk, changed())
    assert not desk.launches and not desk.requests
    assert [order.track for order in desk.commands()] == [MARK]


def test_only_what_was_written_anew_is_launched_and_it_keeps_its_playhead():
    desk = playing()
    bass = lower(BASS, patterns=(PatternSpec("low", "phi", bars=2), BASS.patterns[1]))
    load(desk, changed(tracks=(DRUMS, bass)))
    assert [(launch.track, launch.quantum, launch.b) for launch in desk.launches] == [(1, do.NEXT_BAR, 1)]
    assert all(order.quantum == do.NEXT_BAR for order in desk.commands())


def test_O3_no_order_of_a_patch_that_takes_over_is_of_time():
    desk = playing()
    load(desk, replace(changed(seed=9, tempo_bpm=174.0), path=Path("other.toml")))
    assert not desk.commands(*OF_TIME)
    assert desk.engine.panel.values["/transport/tempo"] == 120.0


def test_the_tempo_of_a_patch_comes_when_it_is_asked_for():
    desk = playing()
    load(desk, changed(tempo_bpm=174.0))
    assert [order.x for order in desk.ask("/patch/tempo").commands(do.DO_TEMPO)] == [174.0]
    assert desk.told["/transport/tempo"] == 174.0


def test_all_that_a_patch_changes_is_ordered_for_one_bar_line_and_the_mark_comes_last():
    desk = playing()
    load(desk, replace(changed(), path=Path("other.toml")))
    commands = desk.commands()
    assert {order.quantum for order in commands} == {do.NEXT_BAR}
    assert (commands[-1].kind, commands[-1].track) == (do.DO_MUTE, MARK)


def test_what_a_player_turned_stays_where_the_file_has_not_changed_it():
    desk = playing()
    desk.ask("/track/2/density", 0.9).ask("/track/2/level", -20.0).ask("/track/1/mute", 1).ask("/track/2/swing", 0.6)
    desk.ask("/master/reverb_size", 0.9)
    bass = lower(BASS, program=35)
    load(desk, changed(tracks=(DRUMS, bass)))
    values = desk.engine.panel.values
    assert (values["/track/2/level"], values["/track/1/mute"], values["/master/reverb_size"]) == (-20.0, True, 0.9)
    assert desk.engine.tracks[1].sliders["density"] == 0.9
    assert desk.engine.tracks[1].reading.swing == 0.6


def test_what_the_file_has_changed_goes_before_what_was_turned():
    desk = playing()
    desk.ask("/track/2/density", 0.9).ask("/track/2/level", -20.0).ask("/master/reverb_size", 0.9)
    bass = lower(BASS, controls={"level": -3.0}, patterns=(replace(BASS.patterns[0], density=0.1), BASS.patterns[1]))
    load(desk, changed(tracks=(DRUMS, bass), master={"reverb_size": 0.2}))
    values = desk.engine.panel.values
    assert (values["/track/2/level"], values["/master/reverb_size"]) == (-3.0, 0.2)
    assert desk.engine.tracks[1].sliders["density"] == 0.1


def test_another_file_begins_as_its_player_wrote_it():
    desk = playing()
    desk.ask("/track/1/mute", 1).ask("/track/2/level", -20.0)
    load(desk, replace(changed(), path=Path("other.toml")))
    values = desk.engine.panel.values
    assert (values["/track/1/mute"], values["/track/2/level"], values["/scene/current"]) == (False, -6.0, 1)
    assert {launch.track for launch in desk.launches} == {0, 1}


def test_a_track_that_is_gone_falls_silent_and_its_name_is_taken_back():
    desk = playing()
    load(desk, changed(tracks=(DRUMS,), scenes=(SceneSpec("both", {"drums": "one"}),)))
    assert [(launch.track, launch.a) for launch in desk.launches] == [(1, -1)]
    assert desk.told["/track/2/name"] == ""
    assert not [address for address in desk.engine.panel.values if address.startswith("/track/2/")]


def test_what_is_asked_of_a_track_meanwhile_does_not_make_the_coming_bars_void():
    desk = playing()
    other = replace(changed(seed=11), path=Path("other.toml"))
    desk.feed(PatchLoaded(other, (-1, -1)))
    ours = {request.track for request in desk.requests}
    assert not ours & {0, 1}


def test_a_scene_that_is_launched_meanwhile_is_the_one_that_goes_on():
    desk = playing()
    desk.feed(PatchLoaded(changed(seed=11), (-1, -1)))
    waited = desk.requests
    desk.ask("/scene/launch", 2)
    scene = desk.requests
    for request in (*scene, *waited):
        desk.feed(BarReady(request.ticket, bar_for(request)))
    again = desk.of(RequestBar)
    assert again, "the new patch's bars are those of the scene that was left"
    for request in again:
        desk.feed(BarReady(request.ticket, bar_for(request)))
    assert desk.of(TakesOver)
    assert desk.engine.scene == 1
    assert desk.engine.tracks[0].playing is not None and desk.engine.tracks[0].playing.name == "two"


def test_a_knob_that_is_turned_before_the_line_is_where_it_was_turned_to_after_it():
    desk = playing()
    load(desk, changed(tracks=(DRUMS, lower(BASS, controls={"level": -3.0}))))
    desk.ask("/track/2/level", -12.0)
    levels = [order.x for order in desk.feed(LineCrossed()).commands(do.DO_CONTROL)]
    assert levels == [-12.0]


def test_a_patch_that_comes_before_the_line_waits_for_it():
    desk = playing()
    load(desk, changed(seed=11))
    load(desk, changed(seed=12))
    assert desk.engine.patch.seed == 11 and not desk.orders
    desk.feed(LineCrossed())
    for request in desk.requests:
        desk.feed(BarReady(request.ticket, bar_for(request)))
    assert desk.engine.patch.seed == 12


def test_an_lfo_is_written_only_when_the_old_one_is_off():
    swing = LfoSpec(Lfo(Target.parse("tone")))
    desk = playing(small_set(tracks=(DRUMS, lower(BASS, lfos=(swing,)))))
    faster = LfoSpec(replace(swing.lfo, period=swing.lfo.period // 2))
    load(desk, small_set(tracks=(DRUMS, lower(BASS, lfos=(faster,)))))
    assert not desk.of(WriteLfo)
    assert [(order.quantum, order.b) for order in desk.commands(do.DO_LFO)] == [(do.NEXT_BAR, 0)]
    assert [order.lfo for order in desk.feed(LineCrossed()).of(WriteLfo)] == [faster.lfo]


def test_a_groove_goes_into_a_row_that_nobody_reads():
    def grooved(*formulas: str) -> Patch:
        pattern = replace(BASS.patterns[0], reading=Reading(groove=len(formulas) - 1))
        grooves = tuple(named(formula) for formula in formulas)
        return small_set(tracks=(DRUMS, lower(BASS, patterns=(pattern, BASS.patterns[1]))), grooves=grooves)

    desk = playing(grooved("swing(58)"))
    load(desk, grooved("swing(66)"))
    (written,) = desk.of(WriteGroove)
    assert written.number == 1
    assert desk.engine.tracks[1].reading.groove == 1
    desk.feed(LineCrossed())
    load(desk, grooved("swing(58)"))
    assert not desk.of(WriteGroove)
    assert desk.engine.tracks[1].reading.groove == 0


def test_other_chords_let_generators_be_asked_again_in_place():
    desk = playing()
    load(desk, changed(chords=(Chord.parse("Em7"),)))
    assert {launch.b for launch in desk.launches} == {1}
    assert len(desk.launches) == 2


def test_other_metres_let_everybody_begin_anew():
    desk = playing()
    load(desk, changed(metres=(Metre(3, 4),)))
    assert desk.commands(do.DO_METRE)
    assert {launch.b for launch in desk.launches} == {0}


@pytest.mark.parametrize(
    ("address", "value", "name"), [("/patch/load", "techno", "techno"), ("/patch/reload", None, "")]
)
def test_patches_are_asked_for_by_name(address: str, value: str | None, name: str):
    assert playing().ask(address, value).of(LoadPatch) == [LoadPatch(name)]


@pytest.mark.parametrize("legato", [False, True])
def test_L1_the_patch_that_has_taken_over_says_who_keeps_the_playhead(legato):
    desk = playing()
    load(desk, changed(tracks=(lower(DRUMS, legato=legato), BASS)))
    desk.feed(LineCrossed())
    (request,) = desk.ask("/track/drums/pattern", 2).requests
    (launch,) = desk.answer(request).launches
    assert launch.b == (LEGATO if legato else ANEW)
