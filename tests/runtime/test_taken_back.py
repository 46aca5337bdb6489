"""L1: what is launched can be taken back until it begins, comes in when the player says, and may keep the playhead."""

from __future__ import annotations

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from nights import Watched, asked, night

from liveengine.engine.spec import SceneSpec
from liveengine.music.time import TICKS_PER_BEAT, Metre

BAR = 96_000  # frames, at 120 BPM
BEAT = BAR // 4

launches = st.one_of(
    st.builds(lambda v: asked("/scene/launch", v), st.integers(1, 4)),
    st.builds(lambda t, v: asked(f"/track/{t}/pattern", v), st.sampled_from(["drums", "bass"]), st.integers(1, 2)),
    st.just(asked("/track/drums/fill")),
)


def begun(**more):
    watched = Watched(night(**more))
    watched.turn(1)
    return watched


def playing_on(watched, frames):
    while frames > 0:
        watched.turn(min(frames, 2048))
        frames -= 2048
    return watched


def standing(watched):
    engine = watched.rendering.session.engine
    return engine.scene, engine.metre.wanted, [(t.pattern, t.reading, t.anchor_bar) for t in engine.tracks]


def shown(watched):
    values = watched.rendering.session.engine.panel.values
    names = [f"/track/{n}/{what}" for n in (1, 2, 3) for what in ("playing", "pattern", "due", "density")]
    return {name: values.get(name) for name in ("/scene/current", "/scene/name", *names)}


@settings(max_examples=12, deadline=None, phases=[Phase.generate])
@given(st.integers(0, 2 * BAR), st.lists(launches, min_size=1, max_size=3), st.integers(1, BEAT))
def test_L1_what_is_taken_back_in_time_was_never_there(before, asked_for, meanwhile):
    begins = before - before % BAR + 100  # early in a bar
    plain, changed = (playing_on(begun(), begins) for _ in range(2))
    for event in asked_for:
        changed.do(event)
        playing_on(changed, meanwhile)
    changed.do(asked("/launch/cancel"))
    playing_on(plain, meanwhile * len(asked_for))
    for watched in (plain, changed):
        watched.turn(50)
        watched.turn(50)
    assert standing(changed) == standing(plain)
    assert shown(changed) == shown(plain)
    for watched in (plain, changed):
        playing_on(watched, 6 * BAR)
    assert changed.struck == plain.struck
    assert standing(changed) == standing(plain)


def test_L1_metres_that_were_to_come_are_taken_back_with_their_scene():
    scenes = (SceneSpec("four", {"drums": "one"}), SceneSpec("seven", {"bass": "low"}, metres=(Metre(7, 8),)))
    plain, changed = (playing_on(begun(scenes=scenes), 2 * BAR + 100) for _ in range(2))
    changed.do(asked("/scene/launch", 2))
    for watched in (plain, changed):
        playing_on(watched, BEAT)
    changed.do(asked("/launch/cancel"))
    for watched in (plain, changed):
        playing_on(watched, 4 * BAR)
    assert changed.struck == plain.struck
    assert standing(changed) == standing(plain)


def test_L1_one_track_is_taken_back_alone():
    changed = playing_on(begun(), 2 * BAR + 100)
    changed.do(asked("/scene/launch", 2))
    playing_on(changed, BEAT)
    changed.do(asked("/track/bass/cancel"))
    playing_on(changed, BAR)
    assert [track.pattern for track in changed.rendering.session.engine.tracks] == [1, 0, 0]


def test_L1_what_has_begun_is_not_taken_back():
    changed = playing_on(begun(), 2 * BAR + 100)
    changed.do(asked("/scene/launch", 2))
    playing_on(changed, BAR)
    changed.do(asked("/launch/cancel"))
    playing_on(changed, BAR)
    assert changed.rendering.session.engine.scene == 1
    assert [track.pattern for track in changed.rendering.session.engine.tracks] == [1, 1, 0]


def test_L1_the_quantum_can_be_turned():
    changed = playing_on(begun(), 2 * BAR + 100)
    changed.do(asked("/launch/quantum", "beat"))
    changed.do(asked("/track/bass/pattern", 2))
    playing_on(changed, BEAT // 2)
    assert changed.rendering.session.engine.tracks[1].due_tick == 9 * TICKS_PER_BEAT


@given(st.integers(1, 3), st.sampled_from(["none", "beat", "bar"]))
@settings(max_examples=12, deadline=None)
def test_L1_legato_the_same_pattern_taken_up_again_is_not_heard(beats, quantum):
    def ending(legato):
        watched = playing_on(begun(quantum=quantum), 2 * BAR + beats * BEAT + 100)
        if legato is not None:
            watched.do(asked("/track/bass/legato", legato))
            watched.do(asked("/track/bass/pattern", 1))
        return [note for note in playing_on(watched, 4 * BAR).struck if note[1] == 1]

    # Its four bars are in their third: taken up legato they go on, taken up anew they begin again.
    assert ending(True) == ending(None)
    assert ending(False) != ending(None)
