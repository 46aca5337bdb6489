"""Mutes, mute groups and solos: who is heard, and that the data plane hears of every change once."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from sets import BASS, DRUMS, playing, small_set

from liveengine.engine.mixing import Mixing
from liveengine.sequencer import commands as do

GROUPS = (1, 1, 1, 2, 0)
deeds = st.lists(st.tuples(st.sampled_from(["mute", "solo"]), st.integers(0, 4), st.booleans()), max_size=30)


@given(deeds)
def test_the_data_plane_is_told_of_every_change_once_and_of_nothing_else(story):
    mixing, heard = Mixing(GROUPS), [True] * 5
    for deed, track, on in story:
        getattr(mixing, deed)(track, on)
        for order in mixing.changes():
            assert heard[order.track] == bool(order.a), "told what it knew"
            heard[order.track] = not order.a
        soloed = any(mixing.soloed)
        assert heard == [not mixing.muted[k] and (mixing.soloed[k] or not soloed) for k in range(len(GROUPS))]


@given(deeds)
def test_whoever_is_unmuted_is_alone_in_its_group(story):
    mixing = Mixing(GROUPS)
    for deed, track, on in story:
        getattr(mixing, deed)(track, on)
        if deed == "mute" and not on and GROUPS[track]:
            assert [k for k, group in enumerate(GROUPS) if group == GROUPS[track] and not mixing.muted[k]] == [track]


@given(deeds, st.lists(st.integers(0, 4), unique=True))
def test_when_the_last_solo_goes_all_is_as_it_was(story, soloed):
    mixing = Mixing(GROUPS)
    for deed, track, on in story:
        if deed == "mute":
            mixing.mute(track, on)
    before = [mixing.silent(track) for track in range(5)]
    for on in (True, False):
        for track in soloed:
            mixing.solo(track, on)
    assert [mixing.silent(track) for track in range(5)] == before


def test_l2_unmuting_one_of_a_group_mutes_the_others_in_the_same_batch_and_tells_so():
    desk = playing(small_set(tracks=(replace(DRUMS, mute_group=1), replace(BASS, mute_group=1))))
    desk.ask("/track/drums/mute", 1)
    desk.ask("/track/drums/mute", 0)
    assert [(order.track, order.a, order.quantum) for order in desk.commands(do.DO_MUTE)] == [(1, 1, 0), (0, 0, 0)]
    assert desk.told["/track/2/mute"] is True
    assert desk.engine.panel.values["/track/2/mute"] is True


def test_a_solo_silences_the_others_and_leaves_their_mutes_as_they_are():
    desk = playing().ask("/track/bass/solo", 1)
    assert [(order.track, order.a) for order in desk.commands()] == [(0, 1)]
    assert desk.engine.panel.values["/track/1/mute"] == 0
    assert [(order.track, order.a) for order in desk.ask("/track/bass/solo", 0).commands()] == [(0, 0)]
