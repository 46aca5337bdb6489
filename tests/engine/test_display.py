"""What a window is shown of the tracks: steps when they are heard, not before, and where they began."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from sets import playing, small_set

from liveengine.engine.as_read import AsRead, steps_of
from liveengine.engine.display import Display
from liveengine.engine.events import BeatBegan, ClockTold, LatenessTold, TrafficTold, TransportMoved
from liveengine.music.note import Bar, Note
from liveengine.music.reading import Reading
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_SIXTEENTH

BEAT = TICKS_PER_BEAT

notes = st.builds(
    Note,
    st.integers(0, 4 * BEAT - 1),
    st.integers(0, 127),
    st.integers(1, 127),
    offset=st.integers(-BEAT // 2, BEAT // 2),
)


def _bar(steps: str) -> Bar:
    velocity = {"x": 80, "X": 110}
    struck = [Note(k * TICKS_PER_SIXTEENTH, 60, velocity[sign]) for k, sign in enumerate(steps) if sign != "."]
    return Bar.of(struck, len(steps) * TICKS_PER_SIXTEENTH)


@given(st.text(".xX", min_size=4, max_size=64))
def test_steps_are_the_bar_sign_by_sign(steps: str) -> None:
    assert steps_of(_bar(steps)) == steps


@given(st.lists(notes, max_size=40), st.integers(4 * BEAT, 5 * BEAT))
def test_every_note_is_on_a_step_and_every_step_has_its_note(struck: list[Note], length: int) -> None:
    steps = steps_of(Bar.of(struck, length))
    assert len(steps) == -(-length // TICKS_PER_SIXTEENTH)
    assert {k for k, sign in enumerate(steps) if sign != "."} == {note.tick // TICKS_PER_SIXTEENTH for note in struck}


def test_what_is_launched_is_shown_on_its_beat_and_counted_down_to() -> None:
    display = Display(1)
    display.write(3, _bar("x..."), legato=False)
    assert dict(display.launch(0, 3, 8 * BEAT, True)) == {"/track/1/due": 8}
    assert dict(display.beat(7 * BEAT)) == {}
    shown = {"/track/1/steps": "x...", "/track/1/began": 8.0, "/track/1/due": 0}
    assert dict(display.beat(8 * BEAT)) == shown
    assert dict(display.beat(9 * BEAT)) == {}


def test_l1_legato_keeps_where_the_pattern_began_and_a_fresh_launch_does_not() -> None:
    display = Display(1)
    for slot, steps, legato in ((1, "xxxx", False), (2, "X...", True), (3, "....", False)):
        display.write(slot, _bar(steps), legato)
    assert dict(display.launch(0, 1, 0, False))["/track/1/began"] == 0.0
    assert dict(display.launch(0, 2, 4 * BEAT, False))["/track/1/began"] == 0.0
    assert dict(display.launch(0, 3, 6 * BEAT, False))["/track/1/began"] == 6.0
    assert dict(display.launch(0, -1, 7 * BEAT, False))["/track/1/steps"] == ""
    assert dict(display.launch(0, 2, 9 * BEAT, False))["/track/1/began"] == 9.0, "nothing played to keep the place of"


def test_a_launch_that_is_replaced_is_never_shown() -> None:
    display = Display(1)
    display.write(1, _bar("x..."), legato=False)
    display.write(2, _bar("..X."), legato=False)
    list(display.launch(0, 1, 4 * BEAT, True))
    list(display.launch(0, 2, 4 * BEAT, True))
    assert [value for address, value in display.beat(4 * BEAT) if address.endswith("steps")] == ["..X."]


def test_a_stop_brings_every_launch_to_its_end_and_the_top_begins_all_anew() -> None:
    display = Display(2)
    display.write(1, _bar("x..."), legato=False)
    list(display.launch(0, 1, 4 * BEAT, True))
    stopped = dict(display.move(3 * BEAT, from_the_top=False))
    assert (stopped["/track/1/steps"], stopped["/track/1/due"]) == ("x...", 0)
    assert dict(display.move(0, from_the_top=True))["/track/1/began"] == 0.0


def test_the_engine_tells_the_beat_of_the_bar_and_where_the_song_is() -> None:
    told = playing().feed(BeatBegan(6 * BEAT)).told
    assert (told["/transport/beat"], told["/transport/position"]) == (3, 6.0)


def test_measures_are_told_once_and_again_when_they_change() -> None:
    desk = playing()
    events = (
        (LatenessTold(3, 41.5, "1,2"), {"/engine/late": 3, "/engine/lateness_us": 41.5, "/engine/histogram": "1,2"}),
        (
            ClockTold("midi:box", "locked", 120.0),
            {"/clock/source": "midi:box", "/clock/state": "locked", "/clock/jitter_us": 120.0},
        ),
        (TrafficTold("a=1/2"), {"/port/activity": "a=1/2"}),
    )
    for event, values in events:
        assert desk.feed(event).told == values
        assert desk.feed(event).told == {}
        assert {address: desk.engine.panel.values[address] for address in values} == values


def test_the_scene_is_told_by_its_name() -> None:
    assert playing().ask("/scene/next").told["/scene/name"] == "other"


def test_a_track_shows_nothing_of_what_was_played_before_the_top() -> None:
    desk = playing()
    before = desk.engine.panel.values["/track/1/steps"]
    desk.feed(TransportMoved(False, 5 * BEAT)).feed(TransportMoved(True, 0))
    assert desk.engine.panel.values["/track/1/began"] == 0.0
    assert desk.engine.panel.values["/track/1/steps"] == before != ""


def test_a_pattern_is_shown_as_it_is_read_and_as_it_is_turned_while_it_plays() -> None:
    display = Display(1)
    display.write(1, _bar("xX.."), legato=False, reading=Reading(direction="reverse"))
    assert dict(display.launch(0, 1, 0, False))["/track/1/steps"] == "..Xx"
    assert dict(display.turn(0, "rotation", Reading(rotation=1)))["/track/1/steps"] == ".xX."
    assert dict(display.turn(0, "humanise", Reading(humanise=1.0))) == {}
    moved = dict(display.counted_from(0, 1, 5 * TICKS_PER_SIXTEENTH))
    assert (moved["/track/1/began"], moved["/track/1/steps"]) == (1.25, ".xX.")
    assert dict(display.counted_from(0, 2, 0)) == {}


def test_what_is_thrown_anew_each_round_is_shown_anew() -> None:
    display = Display(1, seed=7)
    bar, reading = _bar("x.X..x..XX......"), Reading(direction="random")
    display.write(1, bar, legato=False, reading=reading)
    told = dict(display.launch(0, 1, 0, False))
    rounds = [told["/track/1/steps"]]
    for beat in range(1, 13):
        told = dict(display.beat(beat * BEAT))
        assert set(told) == ({"/track/1/steps", "/track/1/began"} if beat % 4 == 0 else set())
        if told:
            assert told["/track/1/began"] == beat
            rounds.append(told["/track/1/steps"])
    assert rounds == [AsRead(bar, reading, 0, 7).steps(n * 4 * BEAT) for n in range(4)]
    assert len(set(rounds)) > 1


def test_turning_a_knob_of_a_reading_tells_the_steps_as_they_are_read_from_now_on() -> None:
    desk = playing()
    before = desk.engine.panel.values["/track/1/steps"]
    desk.ask("/track/1/direction", "reverse")
    assert desk.told["/track/1/steps"] == before[::-1] != before
    assert desk.ask("/track/1/direction", "forward").told["/track/1/steps"] == before


def test_mute_groups_are_told() -> None:
    grouped = tuple(replace(track, mute_group=2) for track in small_set().tracks)
    assert playing(small_set(tracks=grouped)).engine.panel.values["/track/2/mute_group"] == 2
    assert playing().engine.panel.values["/track/2/mute_group"] == 0
