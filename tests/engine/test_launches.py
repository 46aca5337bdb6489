"""Launches under way, and the slots they take: nothing is launched twice, nothing waits for ever, nothing leaks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from liveengine.engine.launches import Launch, Launches, Slots
from liveengine.music.note import Bar
from liveengine.sequencer.records.patterns import SLOTS

BAR = Bar((), 720_720)


@st.composite
def stories(draw):
    """Draw what is asked for and answered: a set of tracks launched together, or the answer to a ticket."""
    asked, story = 0, []
    for _ in range(draw(st.integers(1, 20))):
        if asked and draw(st.booleans()):
            story.append(("answer", draw(st.integers(1, asked)), draw(st.booleans())))
        else:
            tracks = draw(st.lists(st.integers(0, 3), min_size=1, max_size=4, unique=True))
            silences = draw(st.lists(st.sampled_from(tracks), max_size=2, unique=True))
            story.append(("launch", {asked + n: t for n, t in enumerate(tracks, 1) if t not in silences}, silences))
            asked += len(tracks)
    return story


@given(stories())
def test_only_the_newest_request_for_a_track_is_ever_launched_and_that_once(story):
    launches, newest, launched = Launches(), {}, []
    for kind, what, more in story:
        if kind == "launch":
            launch = Launch(0, False, waiting=dict(what), silences=list(more))
            newest |= {track: ticket for ticket, track in what.items()} | dict.fromkeys(more)
            ready = launches.add(launch)
        else:
            ready = launches.answer(what, Bar((), what) if more else None)
        for gone in ready:
            assert not gone.waiting
            for track, bar in gone.bars.items():
                assert newest[track] == bar.length  # its ticket
                assert bar.length not in launched
                launched.append(bar.length)
            for track in gone.silences:
                assert newest[track] is None
    for ticket in [ticket for ticket in newest.values() if ticket]:
        list(launches.answer(ticket, None))
    assert launches.waiting == set()


@given(tickets=st.permutations([1, 2, 3]))
def test_l2_what_was_asked_for_together_goes_together_whatever_comes_first(tickets):
    launches = Launches()
    assert list(launches.add(Launch(0, False, waiting={1: 5, 2: 6, 3: 7}))) == []
    *first, last = tickets
    assert [list(launches.answer(ticket, BAR)) for ticket in first] == [[], []]
    (launch,) = launches.answer(last, BAR)
    assert set(launch.bars) == {5, 6, 7}


def test_a_renewed_request_keeps_its_place_in_its_launch():
    launches = Launches()
    list(launches.add(Launch(0, False, waiting={1: 5, 2: 6})))
    assert list(launches.answer(1, BAR)) == []
    assert launches.renew(5, 3)
    assert list(launches.answer(2, BAR)) == []
    (launch,) = launches.answer(3, BAR)
    assert set(launch.bars) == {5, 6}
    assert not launches.renew(5, 4)


def test_a_fill_is_not_renewed_into_something_else():
    launches = Launches()
    list(launches.add(Launch(0, True, True, waiting={1: 5})))
    assert not launches.renew(5, 2)


def test_what_waits_may_be_looked_at_while_answers_come():
    launches = Launches()
    launch = Launch(0, False, waiting={1: 5, 2: 6})
    list(launches.add(launch))
    looked_at = iter(launch.waiting.items())
    next(looked_at)
    list(launches.answer(1, BAR))
    assert next(looked_at) == (2, 6)  # as another thread would see it


@given(st.lists(st.booleans() | st.integers(0, SLOTS - 1), max_size=400))
def test_a_slot_is_taken_by_one_at_a_time(story):
    slots, taken = Slots(), set()
    for deed in story:
        if isinstance(deed, bool):
            slot = slots.take()
            assert (slot is None) == (len(taken) == SLOTS)
            assert slot not in taken
            taken |= {slot} - {None}
        else:
            slots.give_back(deed)  # free or not: given back twice it is still one slot
            taken.discard(deed)


def test_when_all_slots_are_taken_there_is_none():
    slots = Slots()
    assert len({slots.take() for _ in range(SLOTS)}) == SLOTS
    assert slots.take() is None
