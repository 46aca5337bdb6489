"""The engine in a Link session: it begins with the session's word, starts and stops with it, and never echoes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from sets import Desk

from liveengine.engine.clock import Sources
from liveengine.engine.events import LedTold, LinkTold, TransportMoved
from liveengine.engine.orders import SharePlaying, ShareTempo
from liveengine.sequencer import commands as do
from liveengine.sequencer.records.sources import LINK

MOVES = (do.DO_START, do.DO_STOP, do.DO_CONTINUE)


def waiting(answered: bool = True) -> Desk:
    """Return a desk whose bars are ready, or not yet, and which waits for the session."""
    desk = Desk(sources=Sources.parse("link"))
    for request in desk.requests if answered else []:
        desk.answer(request)
    return desk


def hear(desk: Desk, tempo_bpm: float = 120.0, playing: bool = False) -> Desk:
    return desk.feed(LinkTold(0.0, tempo_bpm, playing, 0, peers=1))


def moved(desk: Desk) -> list[int]:
    return [command.kind for command in desk.commands(*MOVES)]


def begun() -> Desk:
    """Return a desk that has joined a session and plays."""
    return hear(waiting()).feed(LedTold(LINK)).feed(TransportMoved(True, 0))


def test_the_music_begins_with_the_sessions_first_word_and_not_before():
    desk = waiting()
    assert moved(desk) == []
    assert moved(hear(desk)) == [do.DO_START]
    assert moved(hear(desk)) == []


def test_the_first_word_comes_before_the_start_so_that_its_bar_line_is_known():
    orders = [command.kind for command in hear(waiting()).commands(do.DO_STEER, do.DO_START)]
    assert orders == [do.DO_STEER, do.DO_START]


def test_a_session_that_speaks_before_the_bars_are_ready_is_waited_for_with_them():
    desk = waiting(answered=False)
    requests = desk.requests
    assert moved(hear(desk)) == []
    for request in requests:
        desk.answer(request)
    assert moved(desk) == [do.DO_START]


def test_who_pressed_start_before_the_first_word_is_not_started_again():
    desk = waiting().ask("/transport/start")
    assert moved(desk) == [do.DO_START]
    assert moved(hear(desk)) == []


def test_the_music_starts_and_stops_with_the_session():
    desk = begun()
    assert moved(hear(desk, playing=True)) == [], "it plays already"
    assert moved(hear(desk, playing=False)) == [do.DO_STOP]
    desk.feed(TransportMoved(False, 0))
    assert moved(hear(desk, playing=True)) == [do.DO_START]


def test_what_a_player_does_is_shared_and_comes_back_without_effect():
    desk = begun().ask("/transport/stop")
    assert moved(desk) == [do.DO_STOP] and desk.of(SharePlaying) == [SharePlaying(False)]
    desk.feed(TransportMoved(False, 0))
    desk.ask("/transport/start")
    assert moved(desk) == [do.DO_START] and desk.of(SharePlaying) == [SharePlaying(True)]
    assert moved(hear(desk, playing=False)) == [], "said before it had heard"
    assert moved(hear(desk, playing=True)) == [], "said because it has heard"
    desk.feed(TransportMoved(True, 0))
    assert moved(hear(desk, playing=True)) == []


def test_nothing_is_shared_before_there_is_a_session():
    desk = waiting().ask("/transport/tempo", 99.0)
    assert desk.of(ShareTempo) == []
    assert desk.ask("/transport/start").of(SharePlaying) == []


def test_a_players_tempo_is_shared_the_sessions_is_not():
    desk = begun()
    hear(desk, tempo_bpm=97.0)
    assert desk.of(ShareTempo) == [], "an echo would undo what a peer changes next"
    assert desk.told["/transport/tempo"] == 97.0
    assert desk.ask("/transport/tempo", 101.0).of(ShareTempo) == [ShareTempo(101.0)]
    assert desk.ask("/refresh").of(ShareTempo) == []


words = st.lists(st.tuples(st.booleans(), st.floats(20, 400)), max_size=30)


@given(words)
def test_the_session_never_hears_its_own_words(words):
    desk = waiting()
    for playing, tempo_bpm in words:
        hear(desk, tempo_bpm, playing)
        assert desk.of(ShareTempo) == desk.of(SharePlaying) == []


@given(words)
def test_after_any_word_the_last_order_is_what_the_session_does_once_it_has_changed(words):
    desk = begun()
    plays, before = True, False
    for playing, tempo_bpm in words:
        hear(desk, tempo_bpm, playing)
        if playing != before:
            plays = playing
        for kind in moved(desk):
            desk.feed(TransportMoved(kind == do.DO_START, 0))
        assert desk.engine.playing == plays
        before = playing
