"""Whole sets on a virtual clock: metres that change, steps by hand, readings, songs and solos, as they are heard."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from live_set import live
from nights import Watched, asked, deeds, night

from liveengine.engine.follow import Follow
from liveengine.engine.spec import PatternSpec, SceneSpec, SongSpec, TrackSpec
from liveengine.engine.written import Lane, Touch, WrittenLanes, WrittenSteps
from liveengine.music.condition import Condition
from liveengine.music.pitch import pitch_of
from liveengine.music.reading import Reading
from liveengine.music.target import Target
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_SIXTEENTH, Metre
from liveengine.rhythms.steps import parse_steps
from liveengine.runtime.offline import RATE_HZ, Rendering, blocks_until

BEAT = TICKS_PER_BEAT
BEAT_FRAMES = RATE_HZ // 2  # at 120 BPM
ODD = (Metre(4, 4), Metre(4, 4), Metre(7, 8))

WALK = WrittenSteps(parse_steps("C3 D3 E3 F3", pitch_of), TICKS_PER_SIXTEENTH)
BEATS = WrittenLanes((Lane("kick", "x..."), Lane("snare", "..x.", Touch(condition=(Condition.parse("fill"),)))))
HAND = TrackSpec("hand", "drums", "drums", channel=10, mute_group=1, patterns=(PatternSpec("beats", written=BEATS),))
STEPS = TrackSpec(
    "steps",
    "lead",
    "keys",
    channel=2,
    mute_group=1,
    patterns=(
        PatternSpec("walk", written=WALK),
        PatternSpec("back", written=WALK, reading=Reading(direction="reverse")),
        PatternSpec("swung", written=WALK, reading=Reading(swing=0.7)),
    ),
)
LEAD = TrackSpec(
    "lead", "lead", "keys", channel=3, low=60, high=84, patterns=(PatternSpec("phi", "phi", bars=2, every=1),)
)
SCENES = (
    SceneSpec("all", {"hand": "beats", "steps": "walk", "lead": "phi"}, follow=Follow(5, "random")),
    SceneSpec("fives", {"steps": "back"}, metres=(Metre(5, 8),), follow=Follow(3, "random")),
    SceneSpec("threes", {"lead": ""}, metres=(Metre(3, 4), Metre(2, 4))),
)


def odd_night(**more):
    return night(**{"tracks": (HAND, STEPS, LEAD), "scenes": SCENES, "metres": ODD, **more})


def heard(watched: Watched, beats: float) -> list[tuple[int, int, int]]:
    """Let beats pass; return (song tick, track, pitch) of every note-on."""
    before = len(watched.struck)
    for _ in range(round(2 * beats)):
        watched.turn(BEAT_FRAMES // 2)
    return [(tick, track, pitch) for tick, track, pitch, _ in watched.struck[before:]]


# -- metres ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("bars", [1, 3, 7])
def test_t7_a_rendering_is_as_long_as_its_bars_whatever_their_metres(bars):
    rendering = Rendering(odd_night(scenes=SCENES[:1]), with_sound=False)
    list(blocks_until(rendering, bars))
    beats = sum([4, 4, 3.5][bar % 3] for bar in range(bars))
    assert rendering.driver.now() == beats * BEAT_FRAMES


def test_lanes_fill_every_bar_in_its_own_metre():
    kicks = [tick for tick, track, pitch in heard(Watched(odd_night()), 11.5) if (track, pitch) == (0, 36)]
    assert kicks == [0, 4 * BEAT, 8 * BEAT]


def test_a_pattern_that_is_launched_within_the_cycle_keeps_step_with_it():
    watched = Watched(odd_night(scenes=SCENES[:1]))
    plain = Watched(odd_night(scenes=SCENES[:1]))
    heard(watched, 5), heard(plain, 5)
    watched.do(asked("/track/hand/pattern", 1))
    assert heard(watched, 30) == heard(plain, 30)


def test_l3_a_generators_fill_is_one_bar_in_any_metre_and_home_comes_back_in_its_phase():
    scenes = (SceneSpec("lead", {"lead": "phi"}),)
    lead = TrackSpec(
        "lead", "lead", "keys", low=60, high=84, patterns=(PatternSpec("phi", "phi", bars=2, rhythm="x......."),)
    )
    plain, filled = (Watched(odd_night(tracks=(lead,), scenes=scenes)) for _ in range(2))
    for watched in (plain, filled):
        heard(watched, 5)
    filled.do(asked("/track/lead/fill"))
    notes = [heard(watched, 40) for watched in (plain, filled)]
    inside, outside = (
        [[n for n in part if (8 * BEAT <= n[0] < 11.5 * BEAT) == during] for part in notes] for during in (1, 0)
    )
    assert inside[0] != inside[1]
    assert inside[1][0][0] == 8 * BEAT, "it begins where its bar does"
    assert outside[0] == outside[1]


def test_a_scene_brings_its_metre_and_the_others_the_patchs():
    watched = Watched(odd_night(scenes=tuple(SceneSpec(s.name, s.patterns, s.metres) for s in SCENES)))
    heard(watched, 1)
    watched.do(asked("/scene/launch", 2))
    heard(watched, 4)
    bars = watched.rendering.session.engine.metre.bars
    assert (bars.metres, bars.first_bar, bars.first_tick) == ((Metre(5, 8),), 1, 4 * BEAT)
    watched.do(asked("/scene/launch", 1))
    heard(watched, 4)
    bars = watched.rendering.session.engine.metre.bars
    assert (bars.metres, bars.first_bar, bars.first_tick) == (ODD, 2, 6.5 * BEAT)
    metres = [(change.tick, str(change.metre)) for change in watched.rendering.recorder.score().metres]
    assert metres == [(0, "4/4"), (4 * BEAT, "5/8"), (6.5 * BEAT, "4/4")]


def test_a_metre_that_changed_within_the_song_begins_with_it_from_the_top():
    watched = Watched(odd_night())
    heard(watched, 3)
    watched.do(asked("/scene/launch", 2))
    heard(watched, 2)
    watched.do(asked("/transport/start"))
    watched.turn(10)
    bars = watched.rendering.session.engine.metre.bars
    assert (bars.first_bar, bars.first_tick, bars.metres) == (0, 0, (Metre(5, 8),))
    transport = watched.rendering.session.state.transport[0]
    assert (int(transport["metre_tick"]), int(transport["metre_bar"])) == (0, 0)


# -- readings -------------------------------------------------------------------------------------


def pitches(watched: Watched, beats: float) -> list[int]:
    return [pitch for _, track, pitch in heard(watched, beats) if track == 1]


def test_a_reading_that_is_written_is_heard_from_the_first_step():
    watched = Watched(odd_night(scenes=(SceneSpec("back", {"steps": "back"}),)))
    assert pitches(watched, 2) == [53, 52, 50, 48] * 2


def test_a_knob_is_heard_at_once_and_a_reroll_of_nothing_keeps_it():
    watched = Watched(odd_night(scenes=(SceneSpec("walk", {"steps": "walk"}),)))
    assert pitches(watched, 1) == [48, 50, 52, 53]
    watched.do(asked("/track/steps/transpose", 12))
    watched.do(asked("/track/steps/rate", "2"))
    assert set(pitches(watched, 1)) == {60, 62, 64, 65}
    assert len(pitches(watched, 2)) == 16


def test_swing_moves_the_off_beats_as_far_as_it_says():
    watched = Watched(odd_night(scenes=(SceneSpec("swung", {"steps": "swung"}),)))
    late = round(0.4 * TICKS_PER_SIXTEENTH)
    ticks = [tick for tick, _, _ in heard(watched, 2)]
    assert ticks == [k * TICKS_PER_SIXTEENTH + late * (k % 2) for k in range(8)]


def test_a_lock_is_sent_with_its_hit_and_comes_back_to_what_the_patch_says():
    tone = Target.parse("tone")
    lane = WrittenLanes((Lane("kick", "x...x...", Touch(locks=((tone, (0.25, None)),))),))
    track = TrackSpec("kit", "drums", "drums", {"tone": 0.75}, patterns=(PatternSpec("a", written=lane),))
    watched = Watched(night(tracks=(track,), scenes=(SceneSpec("a", {"kit": "a"}),)))
    events = np.concatenate([watched.turn(BEAT_FRAMES) for _ in range(8)])
    turned = events[(events["size"] == 0) & (events["track"] == 0) & (events["b1"] == tone.number)]
    assert turned["value"].tolist() == [0.75, 0.25, 0.75, 0.25, 0.75]


# -- fills, songs, solos --------------------------------------------------------------------------


def test_l3_steps_that_wait_for_a_fill_sound_in_the_next_bar_alone():
    watched = Watched(odd_night(scenes=SCENES[:1]))
    first = heard(watched, 2)
    watched.do(asked("/fill/next"))
    snares = [tick for tick, track, pitch in first + heard(watched, 20) if (track, pitch) == (0, 38)]
    assert snares == [6 * BEAT]


def test_a_song_is_played_to_its_end_and_stops_on_its_bar_line():
    song = SongSpec(((0, 2), (1, 2), (0, 1)))
    watched = Watched(odd_night(song=song))
    heard(watched, 24)
    state = watched.rendering.session.state.transport[0]
    # Two bars of 4/4, two of 5/8, one of 4/4.
    assert (int(state["playing"]), int(state["position"])) == (0, 17 * BEAT)
    assert watched.sounding == {}
    watched.do(asked("/transport/start"))
    # The lead has had its fresh proposals, and goes on to others; what is written is played as before.
    count = len(watched.struck)
    heard(watched, 17)
    first, again = ([note for note in part if note[1] < 2] for part in (watched.struck[:count], watched.struck[count:]))
    assert again == first


def test_a_mute_group_is_heard_one_at_a_time_and_a_solo_before_it():
    watched = Watched(odd_night(scenes=SCENES[:1]))
    watched.do(asked("/track/steps/mute", 1))
    watched.do(asked("/track/steps/mute", 0))
    assert {track for _, track, _ in heard(watched, 4)} == {1, 2}
    watched.do(asked("/track/lead/solo", 1))
    assert {track for _, track, _ in heard(watched, 4)} == {2}
    watched.do(asked("/track/lead/solo", 0))
    assert {track for _, track, _ in heard(watched, 4)} == {1, 2}


def test_t4_a_song_in_changing_metres_is_the_same_live_and_offline():
    song = SongSpec(((0, 2), (1, 2), (0, 1)))
    patch = odd_night(song=song, tempo_bpm=300.0)
    offline = Rendering(patch, with_sound=False)
    list(blocks_until(offline, 6))
    score = [m.data for m in offline.recorder.score().messages if m.data[0] & 0xF0 == 0x90 and m.data[2]]
    with live(patch) as set_:
        set_.listen_until(lambda: not set_.stage.engine.playing)
        struck = [data for data in set_.heard if data[0] & 0xF0 == 0x90 and data[2]]
    assert struck == score != []


# -- whatever players do --------------------------------------------------------------------------

tracks = st.sampled_from(["hand", "steps", "lead"])
more_deeds = st.one_of(
    deeds,
    st.builds(lambda v: asked("/scene/launch", v), st.integers(1, 3)),
    st.builds(
        lambda t, n, v: asked(f"/track/{t}/{n}", v), tracks, st.sampled_from(["solo", "mute"]), st.integers(0, 1)
    ),
    st.builds(lambda t, v: asked(f"/track/{t}/pattern", v), tracks, st.integers(1, 3)),
    st.builds(lambda t, n: asked(f"/track/{t}/{n}"), tracks, st.sampled_from(["fill", "reroll"])),
    st.builds(lambda t, v: asked(f"/track/{t}/direction", v), tracks, st.integers(1, 5)),
    st.builds(lambda t, v: asked(f"/track/{t}/rate", v), tracks, st.integers(1, 17)),
    st.builds(lambda t, v: asked(f"/track/{t}/length", v), tracks, st.integers(0, 40)),
    st.builds(lambda t, v: asked(f"/track/{t}/rotation", v), tracks, st.integers(-64, 64)),
    st.builds(lambda v: asked("/fill", v), st.integers(0, 1)),
    st.builds(asked, st.sampled_from(["/fill/next", "/song/play"])),
)


@settings(max_examples=25, deadline=None)
@given(
    story=st.lists(st.tuples(more_deeds, st.integers(1, 90_000)), max_size=15),
    quantum=st.sampled_from(["none", "beat", "bar", "2 bars"]),
    with_song=st.booleans(),
)
def test_t4_n1_the_same_deeds_give_the_same_night_end_in_silence_and_leak_nothing(story, quantum, with_song):
    song = SongSpec(((0, 2), (1, 1), (2, 2)), "loop") if with_song else None

    def told():
        watched = Watched(odd_night(quantum=quantum, song=song))
        parts = [watched.turn(5000)]
        for event, frames in story:
            watched.do(event)
            parts.append(watched.turn(frames))
            session = watched.rendering.session
            transport, bars = session.state.transport[0], session.engine.metre.bars
            if not session.engine.metre.changes:
                place = (bars.first_bar, bars.first_tick, bars.cycle_ticks)
                assert place == tuple(int(transport[name]) for name in ("metre_bar", "metre_tick", "metre_ticks"))
        watched.end()
        return np.concatenate(parts)

    assert told().tolist() == told().tolist()
