"""Fills, and bars that come anew by themselves: one bar, one round, and never at another time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from sets import BAR, Desk, bar_for, playing, small_set

from liveengine.engine.events import LaunchTold, TransportMoved
from liveengine.engine.spec import SceneSpec
from liveengine.sequencer.players import INTERLUDE, LEGATO

# -- fills ---------------------------------------------------------------------------------------


def fill(desk):
    """Ask for a fill and answer; return its request and its one launch."""
    (request,) = desk.ask("/track/bass/fill").requests
    (launch,) = desk.answer(request, pitch=70).tell_launches().launches
    return request, launch


def test_l3_a_fill_is_one_bar_and_home_comes_back_after_it_in_its_phase():
    desk = playing()
    home = desk.engine.tracks[1].home
    request, launch = fill(desk)
    assert (request.controls.bars, request.controls.fill, launch.quantum, launch.b) == (1, True, -1, INTERLUDE)
    (back,) = desk.bar(1).launches
    assert (back.track, back.quantum, back.b) == (1, -1, LEGATO)
    assert desk.written == [home]
    assert desk.bar(2).launches == []


@given(bar=st.integers(0, 40))
def test_l3_a_fill_is_made_for_the_chord_of_its_bar(bar):
    desk = playing()
    for number in range(1, bar + 1):
        desk.bar(number)
    request, _ = fill(desk)
    assert request.controls.chords == (desk.engine.patch.chords[(bar + 1) % 4],)


def test_a_slider_that_is_turned_while_a_fill_waits_or_sounds_does_not_cut_it():
    desk = playing(small_set("8 bars"))
    fill(desk)
    again = desk.ask("/track/bass/density", 0.9).requests[0]
    assert desk.answer(again, pitch=71).launches == []
    desk.bar(1)
    assert desk.written == [bar_for(again, 71)]
    again = desk.ask("/track/bass/density", 0.8).requests[0]
    (launch,) = desk.answer(again, pitch=72).launches
    assert (launch.quantum, launch.b) == (-1, LEGATO)


def test_a_fill_that_a_stop_overtakes_goes_home_after_the_next_first_bar():
    desk = playing()
    for number in range(1, 6):
        desk.bar(number)
    fill(desk)
    desk.feed(TransportMoved(False, 5 * BAR + 3)).feed(TransportMoved(True, 0))
    assert len(desk.bar(0).launches) == 1


def test_no_fill_comes_where_there_is_nothing_to_come_back_to():
    silent = playing(small_set(scenes=(SceneSpec("drums", {"drums": "one"}),)))
    assert silent.ask("/track/bass/fill").requests == []
    stopped = playing().feed(TransportMoved(False, 0))
    assert stopped.ask("/track/bass/fill").requests == []
    failed = Desk()
    for request in failed.requests:
        failed.fail(request)
    failed.feed(TransportMoved(True, 0)).bar(0)
    assert failed.ask("/track/bass/fill").requests == []


def test_a_fill_that_is_ready_only_after_a_stop_is_left_out():
    desk = playing()
    (request,) = desk.ask("/track/bass/fill").requests
    desk.feed(TransportMoved(False, 10))
    assert desk.answer(request).commands() == []


# -- bars ----------------------------------------------------------------------------------------


def test_every_asks_in_the_last_bar_of_its_round():
    desk = playing()
    (two,) = desk.ask("/track/drums/pattern", 2).requests
    desk.answer(two).tell_launches()  # begins in bar 1: two bars long, asked anew every second time round
    asked = [bool(desk.bar(number).requests) for number in range(1, 13)]
    assert [bar for bar, was in enumerate(asked, 1) if was] == [4, 8, 12]


def test_every_waits_for_a_pattern_that_has_not_begun():
    desk = playing(small_set("8 bars"))
    (two,) = desk.ask("/track/drums/pattern", 2).requests
    desk.answer(two).tell_launches()
    asked = [number for number in range(1, 13) if desk.bar(number).requests]
    assert asked == [11]


def test_every_counts_from_where_the_pattern_began_though_slots_come_again():
    desk = playing()
    (two,) = desk.ask("/track/drums/pattern", 2).requests
    (launch,) = desk.answer(two).tell_launches().launches
    desk.bar(1)
    desk.bar(2)
    (again,) = desk.ask("/track/drums/reroll").requests
    desk.answer(again)
    # The data plane gave the very same slot back before the re-roll took it.
    desk.feed(LaunchTold(0, launch.a, 3 * BAR))
    assert [number for number in range(3, 10) if desk.bar(number).requests] == [4, 8]


def test_a_bar_is_told_from_one():
    assert playing().bar(4).told["/transport/bar"] == 5
