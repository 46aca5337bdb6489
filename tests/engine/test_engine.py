"""How a set begins, and how its scenes, patterns and re-rolls are asked for and launched."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sets import BAR, BASS, Desk, bar_for, playing, small_set

from liveengine.engine.events import BarReady
from liveengine.engine.orders import ToSequencer
from liveengine.engine.spec import SceneSpec
from liveengine.music.sound import MASTER_CONTROL, STRIP_CONTROL
from liveengine.sequencer import commands as do

# -- how a set begins ----------------------------------------------------------------------------


def test_a_set_is_set_up_before_anything_sounds():
    desk = Desk(ports=[1, 2])
    kinds = [command.kind for command in desk.commands()]
    assert kinds[:2] == [do.DO_METRE, do.DO_SEED]
    assert do.DO_TEMPO in kinds
    assert do.DO_START not in kinds
    assert ToSequencer(do.DO_ROUTE, 0, a=1, b=9) in desk.orders
    assert ToSequencer(do.DO_ROUTE, 1, a=2, b=0) in desk.orders
    assert ToSequencer(do.DO_SEND, 2, a=0xC0 | (33 << 8), b=2) in desk.orders
    assert ToSequencer(do.DO_CONTROL, 1, a=STRIP_CONTROL["level"].number, x=-6.0) in desk.orders
    assert ToSequencer(do.DO_CONTROL, a=MASTER_CONTROL["reverb_size"].number, x=0.5) in desk.orders


def test_a_set_asks_for_a_bar_a_track_and_starts_only_when_all_are_there():
    desk = Desk()
    drums, bass = desk.requests
    assert (drums.track, drums.generator, bass.track, bass.generator) == (0, "euclid", 1, "phi")
    assert desk.answer(bass).commands() == []
    desk.answer(drums)
    assert [(launch.track, launch.quantum) for launch in desk.launches] == [(1, -1), (0, -1)]
    assert desk.commands()[-1].kind == do.DO_START


def test_a_set_whose_generators_all_fail_starts_nevertheless():
    desk = Desk()
    for request in desk.requests:
        assert not desk.commands(do.DO_START, do.DO_LAUNCH)
        desk.fail(request)
        assert "no idea" in desk.said
    assert [command.kind for command in desk.commands()] == [do.DO_START]
    assert desk.engine.failures == 2


def test_a_first_scene_of_silence_starts_at_once():
    desk = Desk(small_set(scenes=(SceneSpec("rest", {"drums": "", "bass": ""}),)))
    assert desk.requests == []
    assert [command.a for command in desk.launches] == [-1, -1]
    assert desk.commands()[-1].kind == do.DO_START


# -- re-rolls ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quantum", "ticks"), [("none", 0), ("beat", BAR // 4), ("bar", -1), ("2 bars", -2), ("8 bars", -8)]
)
def test_l1_a_reroll_asks_under_a_new_seed_and_launches_legato_at_the_patchs_quantum(quantum, ticks):
    desk = playing(small_set(quantum))
    first = desk.ask("/track/drums/reroll").requests[0]
    (launch,) = desk.answer(first).launches
    assert (launch.track, launch.quantum, launch.b) == (0, ticks, 1)
    second = desk.ask("/track/1/reroll").requests[0]
    assert first.controls == second.controls
    assert len({first.seed, second.seed, Desk().requests[0].seed}) == 3


def test_g2_what_is_asked_for_depends_on_the_patch_and_on_what_was_asked_before_alone():
    def asked(seed):
        desk = playing(small_set(seed=seed))
        return [desk.ask(address).requests[0] for address in ("/track/1/reroll", "/track/2/reroll", "/track/1/reroll")]

    assert asked(7) == asked(7)
    assert all(one.seed != other.seed for one, other in zip(asked(7), asked(8), strict=True))


def test_g4_a_slider_asks_anew_under_the_same_seed():
    desk = playing()
    (request,) = desk.ask("/track/drums/density", 0.9).requests
    assert request.controls.density == 0.9
    assert request.seed == Desk().requests[0].seed


def test_the_newest_request_wins_and_an_older_answer_is_ignored():
    desk = playing()
    older = desk.ask("/track/drums/reroll").requests[0]
    newer = desk.ask("/track/drums/reroll").requests[0]
    assert desk.answer(older).orders == []
    assert len(desk.answer(newer).launches) == 1
    assert desk.answer(newer).orders == []


def test_g1_a_failing_generator_leaves_the_track_as_it_plays():
    desk = playing()
    home = desk.engine.tracks[0].home
    desk.fail(desk.ask("/track/drums/reroll").requests[0])
    assert not desk.commands()
    assert desk.engine.tracks[0].home == home


# -- scenes --------------------------------------------------------------------------------------


def test_l2_the_tracks_of_a_scene_are_launched_in_one_batch_of_orders():
    desk = playing()
    drums, bass = desk.ask("/scene/launch", 2).requests
    assert desk.launches == []
    assert desk.answer(drums).orders == []
    desk.answer(bass)
    assert {(launch.track, launch.quantum, launch.b) for launch in desk.launches} == {(0, -1, 0), (1, -1, 0)}


def test_l2_a_track_that_is_turned_while_its_scene_is_made_still_goes_with_the_scene():
    desk = playing()
    drums, bass = desk.ask("/scene/launch", 2).requests
    again = desk.ask("/track/drums/density", 0.9).requests[0]
    assert desk.answer(drums).orders == []
    assert desk.answer(again).orders == []
    desk.answer(bass)
    assert {(launch.track, launch.b) for launch in desk.launches} == {(0, 0), (1, 0)}


def test_l2_silence_comes_with_the_rest_of_its_scene():
    desk = playing()
    (drums,) = desk.ask("/scene/launch", 3).requests
    assert desk.launches == []
    desk.answer(drums)
    assert {launch.track: launch.a >= 0 for launch in desk.launches} == {0: True, 1: False}


def test_a_scene_that_a_newer_one_overtakes_silences_nobody():
    desk = playing()
    (drums,) = desk.ask("/scene/launch", 3).requests
    (bass,) = desk.ask("/scene/launch", 4).requests
    desk.answer(bass)
    desk.answer(drums)
    assert [launch.track for launch in desk.launches] == [0]


def test_a_failing_generator_does_not_hold_up_its_scene():
    desk = playing()
    drums, bass = desk.ask("/scene/launch", 2).requests
    desk.answer(bass)
    desk.fail(drums)
    assert [launch.track for launch in desk.launches] == [1]


def test_scenes_go_round_both_ways():
    desk = playing()
    desk.ask("/scene/previous")
    assert desk.told["/scene/current"] == 4
    desk.ask("/scene/next")
    assert desk.told["/scene/current"] == 1


def test_a_pattern_takes_its_sliders_along():
    desk = playing()
    desk.ask("/track/drums/pattern", 2)
    assert desk.told["/track/1/density"] == 0.25
    assert desk.told["/track/1/playing"] == "two (fibonacci)"
    assert desk.requests[0].controls.density == 0.25


def test_a_pattern_that_is_turned_before_it_begins_still_begins_at_its_beginning():
    desk = playing()
    for request in desk.ask("/scene/launch", 2).requests:
        desk.answer(request)
    desk.tell_launches()
    again = desk.ask("/track/bass/density", 0.9).requests[0]
    (launch,) = desk.answer(again).tell_launches().launches
    assert launch.b == 0
    desk.bar(1)
    again = desk.ask("/track/bass/density", 0.8).requests[0]
    assert desk.answer(again).launches[0].b == 1


def test_a_request_tells_the_tempo_that_was_turned_the_scene_and_the_pattern_s_style():
    styled = replace(BASS, patterns=tuple(replace(pattern, style="funk") for pattern in BASS.patterns))
    scenes = (SceneSpec("Verse 1", {"bass": "low"}), SceneSpec("drop", {"bass": "lower"}))
    desk = Desk(small_set(scenes=scenes, tracks=(styled,), tempo_bpm=98.0))
    told = [request.controls for request in desk.requests]
    assert [(each.tempo_bpm, each.section, each.style) for each in told] == [(98.0, "Verse 1", "funk")]
    desk.ask("/transport/tempo", 140.0)
    (controls,) = (request.controls for request in desk.ask("/scene/launch", 2).requests)
    assert (controls.tempo_bpm, controls.section) == (140.0, "drop")


def test_a_fill_is_told_what_its_bars_are_told():
    desk = playing(small_set(tempo_bpm=98.0))
    (fill,) = desk.ask("/track/bass/fill").requests
    assert (fill.controls.fill, fill.controls.tempo_bpm, fill.controls.section) == (True, 98.0, "both")


def test_what_a_model_said_again_is_counted_with_its_bars():
    desk = playing()
    for said_again in (2, 0, 1):
        (request,) = desk.ask("/track/bass/reroll").requests
        desk.feed(BarReady(request.ticket, bar_for(request), by_model=True, said_again=said_again))
    assert (desk.engine.modelled, desk.engine.said_again) == (3, 3)
