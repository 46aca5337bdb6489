"""What comes by itself: follow actions, songs and fills, each on its bar line and decided a bar ahead."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sets import BAR, BASS, DRUMS, Desk, playing, small_set
from small_sets import SMALLEST

from liveengine.engine.events import BeatBegan, LaunchTold, MetreTold, TransportMoved
from liveengine.engine.follow import FOLLOW_WORDS, Follow, follower
from liveengine.engine.orders import ToSequencer
from liveengine.engine.patch import load_patch
from liveengine.engine.problems import FileError
from liveengine.engine.spec import PatternSpec, SceneSpec, SongSpec
from liveengine.engine.written import Lane, Touch, WrittenLanes
from liveengine.music.condition import Condition
from liveengine.music.time import Metre
from liveengine.sequencer import commands as do
from liveengine.sequencer.players import ANEW, IN_STEP

NAMES = ("a", "b", "c", "d")
SCENES = small_set().scenes


# -- which one follows ----------------------------------------------------------------------------


@given(st.integers(1, 8), st.data(), st.sampled_from(FOLLOW_WORDS), st.integers(0, 2**62))
def test_l2_what_follows_is_there_and_follows_its_word(count, data, word, seed):
    present = data.draw(st.integers(0, count - 1))
    then = follower(Follow(4, word), present, [str(k) for k in range(count)], seed)
    expected = {"next": (present + 1) % count, "previous": (present - 1) % count, "first": 0, "again": present}
    if word == "random":
        assert 0 <= then < count
        assert then != present or count == 1
    else:
        assert then == expected[word]


def test_a_name_follows_and_chance_decides_whether_and_which_with_the_seed():
    assert follower(Follow(4, "c"), 0, NAMES, 1) == 2
    assert follower(Follow(4, "next"), 0, ("a", "next", "first"), 1) == 1
    often = [follower(Follow(4, "b", 0.25), 0, NAMES, seed) for seed in range(2000)]
    assert 400 < often.count(1) < 600
    assert set(often) == {1, None}
    assert {follower(Follow(4, "random"), 0, NAMES, seed) for seed in range(100)} == {1, 2, 3}


# -- on stage -------------------------------------------------------------------------------------


def follow_desk(follow: Follow, **more) -> Desk:
    return playing(small_set("8 bars", scenes=(replace(SCENES[0], follow=follow), *SCENES[1:]), **more))


def settle(desk: Desk) -> list[int]:
    """Answer everything; let the data plane tell of the launches at the next bar line; return their quanta."""
    orders = list(desk.orders)
    for request in desk.requests:
        orders += desk.answer(request).orders
    launches = [order for order in orders if isinstance(order, ToSequencer) and order.kind == do.DO_LAUNCH]
    for launch in launches:
        desk.feed(LaunchTold(launch.track, launch.a, (desk.engine.bar + 1) * BAR))
    return [launch.quantum for launch in launches]


def scenes_heard(desk: Desk, bars: int) -> list[int]:
    """Let bars begin, answer everything at once, and return the scene that is asked for by each bar's end."""
    heard = []
    for number in range(1, bars + 1):
        assert set(settle(desk.bar(number))) <= {-1}, "not on the next bar line"
        heard.append(desk.engine.scene)
    return heard


@pytest.mark.parametrize("after", [2, 3, 5])
def test_l2_a_scene_is_followed_after_its_bars_and_is_asked_for_in_the_last_of_them(after):
    # Bar 0 began with the desk; the last bar of `after` is number after - 1.
    assert scenes_heard(follow_desk(Follow(after, "drums alone")), after) == [0] * (after - 2) + [2, 2]


def test_l2_a_scene_that_a_player_launched_counts_its_bars_from_where_it_begins():
    scenes = tuple(replace(scene, follow=Follow(3, "next")) for scene in SCENES)
    numbers = []
    desk = playing(small_set(scenes=scenes))
    desk.bar(1).ask("/scene/launch", 3)
    settle(desk)
    for number in range(2, 9):
        settle(desk.bar(number))
        numbers.append(desk.engine.scene)
    assert numbers == [2, 2, 3, 3, 3, 0, 0]


def test_a_pattern_is_followed_after_its_bars_by_itself_alone():
    patterns = (
        replace(DRUMS.patterns[0], follow=Follow(2, "two")),
        replace(DRUMS.patterns[1], follow=Follow(4, "first")),
    )
    desk = playing(small_set("8 bars", tracks=(replace(DRUMS, patterns=patterns), BASS)))
    playing_now = []
    for number in range(1, 10):
        settle(desk.bar(number))
        playing_now.append(desk.engine.tracks[0].pattern)
    assert playing_now == [1, 1, 1, 1, 0, 0, 1, 1, 1]
    assert desk.engine.tracks[1].pattern == 0


def test_a_follow_that_chance_lets_stay_is_asked_again_after_as_many_bars():
    desk = follow_desk(Follow(2, "other", probability=0.0))
    assert scenes_heard(desk, 12) == [0] * 12


# -- songs ----------------------------------------------------------------------------------------

SONG = SongSpec(((1, 2), (0, 1), (1, 1)))


def song_desk(end: str = "stop") -> Desk:
    return playing(small_set("8 bars", song=replace(SONG, end=end)))


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), min_size=1, max_size=6))
def test_a_song_plays_its_scenes_each_for_its_bars(order):
    desk = playing(small_set("8 bars", song=SongSpec(tuple(order), "loop")))
    heard = [desk.engine.scene]  # asked for in bar 0, its own if that is not its scene's last
    settle(desk)
    bars = [scene for scene, bars in order for _ in range(bars)]
    for number in range(1, 2 * len(bars)):
        settle(desk.bar(number))
        heard.append(desk.engine.scene)
    # What is asked for in a bar is what sounds in the next.
    assert heard == (3 * bars)[1 : 2 * len(bars) + 1]


def test_a_song_stops_on_the_bar_line_after_its_last_scene():
    desk = song_desk()
    found = []
    for number in range(1, 4):
        desk.bar(number)
        found += [(number, order.quantum) for order in desk.commands(do.DO_STOP)]
        settle(desk)
    assert found == [(3, -1)]


def test_a_song_is_left_by_hand_and_taken_up_again_from_its_first_scene():
    desk = song_desk("loop")
    desk.bar(1)
    assert desk.told["/song/place"] == 2
    settle(desk)
    assert desk.ask("/scene/launch", 4).told["/song/play"] is False
    settle(desk)
    assert scenes_heard(desk, 6)[1:] == [3] * 5
    desk.ask("/song/play", 1)
    assert "there is no scene 9" in desk.ask("/scene/launch", 9).said
    assert desk.engine.song.is_on
    desk.ask("/song/play", 1)
    assert (desk.told["/song/place"], desk.engine.scene) == (1, 1)


def test_start_begins_the_song_with_its_first_scene_and_not_before_that_is_there():
    desk = song_desk("loop")
    settle(desk.bar(1))
    desk.ask("/transport/start")
    assert [order.kind for order in desk.commands()] == [do.DO_STOP]
    *first, last = desk.requests
    for request in first:
        assert desk.answer(request).commands(do.DO_START) == []
    assert desk.answer(last).commands()[-1].kind == do.DO_START
    assert desk.engine.scene == 1


def test_a_patch_without_a_song_says_so():
    desk = playing().ask("/song/play", 1)
    assert "no [song]" in desk.said
    assert desk.told["/song/play"] is False


# -- fills ----------------------------------------------------------------------------------------


def fills(desk: Desk) -> list[tuple[int, int]]:
    return [(order.a, order.quantum) for order in desk.commands(do.DO_FILL)]


def test_l3_a_fill_sounds_while_it_is_held():
    desk = playing()
    assert fills(desk.ask("/fill", 1)) == [(1, 0)]
    assert fills(desk.ask("/fill", 0)) == [(0, 0)]


def test_l3_the_next_bar_is_a_fill_and_no_more():
    desk = playing()
    assert fills(desk.ask("/fill/next")) == [(1, -1)]
    assert fills(desk.bar(1)) == [(0, -1)]
    assert fills(desk.bar(2)) == [(0, 0)]
    assert fills(desk.bar(3)) == []


def test_l3_a_fill_that_is_held_through_the_next_bars_fill_goes_on_after_it():
    desk = playing()
    desk.ask("/fill/next").bar(1).ask("/fill", 1)
    assert fills(desk.bar(2)) == [(1, 0)]


def test_l3_a_fill_that_a_stop_overtakes_is_ended():
    desk = playing()
    desk.ask("/fill/next").feed(TransportMoved(False, 5)).feed(TransportMoved(True, 0))
    assert fills(desk.bar(0)) == [(0, 0)]
    assert fills(playing().feed(TransportMoved(False, 5)).ask("/fill/next")) == []


@pytest.mark.parametrize(("condition", "asks"), [("fill", True), ("first", False)])
def test_l3_a_tracks_fill_is_that_of_its_written_steps(condition, asks):
    written = WrittenLanes((Lane("snare", "x", Touch(condition=(Condition.parse(condition),))),))
    drums = replace(DRUMS, patterns=(PatternSpec("hand", written=written),))
    desk = playing(small_set(tracks=(drums,), scenes=(SceneSpec("all", {"drums": "hand"}),))).ask("/track/1/fill")
    assert fills(desk) == ([(1, -1)] if asks else [])
    assert ("fill conditions" in desk.said) != asks


# -- metres ---------------------------------------------------------------------------------------

ODD = (Metre(4, 4), Metre(7, 8))


def test_a_scene_in_another_metre_brings_it_with_its_patterns_and_begins_everybody_anew():
    scenes = (SCENES[0], SceneSpec("odd", {"drums": "two"}, metres=ODD))
    desk = playing(small_set("2 bars", scenes=scenes))
    drums, bass = desk.ask("/scene/launch", 2).requests
    assert [(request.controls.bars, request.metres) for request in (drums, bass)] == [(2, ODD), (4, ODD)]
    desk.answer(drums)
    desk.answer(bass)
    ordered = [(order.kind, order.quantum, order.a, order.x) for order in desk.commands() if order.kind == do.DO_METRE]
    assert ordered == [(do.DO_METRE, -2, BAR, 0), (do.DO_METRE, -2, 7 * BAR // 8, 1)]
    assert desk.commands()[0].kind == do.DO_METRE, "the metre goes before the launches"
    assert {(launch.track, launch.quantum, launch.b) for launch in desk.launches} == {(0, -2, ANEW), (1, -2, ANEW)}
    desk.feed(MetreTold(4, 4 * BAR))
    assert desk.bar(4).told.get("/transport/metre", "4/4") == "4/4"
    assert desk.bar(5).told["/transport/metre"] == "7/8"
    (again,) = desk.ask("/track/drums/pattern", 1).requests
    (launch,) = desk.answer(again).launches
    assert (again.controls.bars, launch.b) == (2, IN_STEP)
    back = desk.ask("/scene/launch", 1).requests
    assert {request.metres for request in back} == {(Metre(),)}


def test_a_fill_is_in_the_metre_of_its_bar():
    desk = playing(small_set(metres=ODD))
    (fill,) = desk.ask("/track/bass/fill").requests
    assert (fill.metres, fill.controls.metre) == ((Metre(7, 8),), Metre(7, 8))


def test_the_beat_is_counted_from_its_own_bar_line():
    desk = playing(small_set(metres=ODD))
    line = BAR + 7 * BAR // 8
    assert [desk.feed(BeatBegan(tick)).told["/transport/beat"] for tick in (BAR, line, line + BAR // 4)] == [1, 1, 2]


# -- slips ----------------------------------------------------------------------------------------

SLIPS = [
    ('metre = ["4/4", "7/9"]', 'key "metre": no such metre: 7/9'),
    ("song = {}", 'song, key "order": is missing (write it order = [["intro", 4], ["verse", 8]])'),
    ('song = { order = [["dusk", 4]] }', 'song, key "order": no scene named "dusk" (did you mean "dust"?)'),
    ('song = { order = [["dust"]] }', 'song, key "order": a list is no part of a song (write it ["verse", 8], or'),
    ('song = { order = [["dust", 0]] }', 'song, key "order": dust: 1–1024 bars, 1–64 times are wanted'),
    (
        'song = { order = [["dust", 1]], end = "lop" }',
        'song, key "end": "lop" is not among its words (did you mean "loop"?)',
    ),
]
SCENE_SLIPS = [
    ('metre = "5/7"', 'scene "dust", key "metre": no such metre: 5/7'),
    ("follow = {}", 'scene "dust", follow, key "after": is missing'),
    (
        'follow = { after = 4, then = "nxt" }',
        'scene "dust", key "follow": nothing called "nxt" can follow (did you mean "next"?)',
    ),
    ("follow = { after = 4, probability = 2 }", 'scene "dust", follow, key "probability": 2 is outside 0–1'),
    ("follow = { afetr = 4 }", 'scene "dust", follow, key "afetr": no such key (did you mean "after"?)'),
]


@pytest.mark.parametrize(("top", "scene", "told"), [
    *((line, "", told) for line, told in SLIPS), *(("", line, told) for line, told in SCENE_SLIPS)
])  # fmt: skip
def test_f3_a_slip_names_file_key_value_and_nearest_word(tmp_path, top, scene, told):
    path = tmp_path / "set.toml"
    path.write_text(top + SMALLEST + '[[scene]]\nname = "dust"\n' + scene)
    with pytest.raises(FileError) as caught:
        load_patch(path)
    assert any(f"set.toml: {told}" in problem for problem in caught.value.problems), caught.value


def test_f3_a_pattern_that_takes_too_long_to_come_round_is_told(tmp_path):
    path = tmp_path / "set.toml"
    path.write_text('metre = ["4/4", "3/4", "7/8"]' + SMALLEST + "bars = 16\n")
    with pytest.raises(FileError, match="16 over a cycle of 3 metres come round after 48; 16 at most"):
        load_patch(path)
