"""Offline rendering: the same night again and again, and what a player hears of a scene, a fill, a mute."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nights import SCENES, Watched, asked, deeds, moody, night

from liveengine.engine.spec import SceneSpec
from liveengine.formats import midifile
from liveengine.generators.catalogue import BUILT_IN
from liveengine.music.time import TICKS_PER_BEAT
from liveengine.runtime.offline import RATE_HZ, Rendering, blocks_until
from liveengine.runtime.render import render_file
from liveengine.sequencer import outlet
from liveengine.sequencer.draining import drain_log

BAR = 4 * TICKS_PER_BEAT
BAR_FRAMES = 2 * RATE_HZ  # at 120 BPM


@pytest.fixture(autouse=True)
def _moods(monkeypatch):
    monkeypatch.setitem(BUILT_IN, "moody", moody)


def heard(watched: Watched, bars: int) -> list[tuple[int, int, int]]:
    """Let bars pass; return (frame, track, pitch) of every note-on."""
    events = np.concatenate([watched.turn(BAR_FRAMES // 8) for _ in range(8 * bars)])
    struck = events[(events["size"] == 3) & (events["b0"] & 0xF0 == 0x90)]
    return [(int(e["when"]), int(e["track"]), int(e["b1"])) for e in struck]


@settings(max_examples=15, deadline=None)
@given(story=st.lists(st.tuples(deeds, st.integers(1, 60_000)), max_size=12), seed=st.integers(0, 2**62))
def test_t4_the_same_patch_seed_and_events_give_the_identical_event_list(story, seed):
    def told():
        watched = Watched(night("beat", seed))
        parts = [watched.turn(5000)]
        for event, frames in story:
            watched.do(event)
            parts.append(watched.turn(frames))
        return np.concatenate(parts), watched.said

    (first, said), (second, said_again) = told(), told()
    assert first.tolist() == second.tolist()  # not its bytes: what lies between the fields is no event
    assert said == said_again


def test_g2_the_same_seed_gives_the_identical_midi_file_and_another_seed_another(tmp_path):
    def rendered(seed, name):
        assert render_file(night(seed=seed), 12, tmp_path / name) == 0
        return (tmp_path / name).read_bytes()

    assert rendered(5, "one.mid") == rendered(5, "two.mid") != rendered(6, "three.mid")


def test_n1_a_midi_file_ends_every_note_and_is_as_long_as_its_bars(tmp_path):
    render_file(night(), 8, tmp_path / "night.mid")
    score = midifile.read(tmp_path / "night.mid")
    assert score.closed().messages == score.messages
    assert abs(score.last_tick() - 8 * BAR) <= TICKS_PER_BEAT // 100


@pytest.mark.parametrize("bars", [1, 3, 8])
def test_t7_a_rendering_is_as_long_as_arithmetic_says_to_the_frame(bars):
    rendering = Rendering(night(), with_sound=False)
    sound = [block for block in blocks_until(rendering, bars)]
    assert sum(len(block) for block in sound) == rendering.driver.now() == bars * BAR_FRAMES


def test_a_rendering_with_sound_is_heard():
    rendering = Rendering(night())
    sound = np.concatenate([rendering.turn(RATE_HZ // 4)[1] for _ in range(8)])
    assert sound.shape == (2 * RATE_HZ, 2)
    assert 0.01 < np.abs(sound).max() <= 1.0


def test_l2_the_tracks_of_a_scene_switch_on_the_same_tick():
    rendering = Rendering(night("2 bars"), with_sound=False)
    rendering.turn(BAR_FRAMES // 2)
    rendering.feed(asked("/scene/launch", 2))
    rendering.driver.turn(100)
    told = drain_log(rendering.session.state)
    launched = told[told["kind"] == outlet.LAUNCHED]
    assert {int(track) for track in launched["track"]} == {0, 1}
    assert {int(tick) for tick in launched["tick"]} == {2 * BAR}


def test_l3_a_fill_takes_one_bar_and_what_it_interrupted_goes_on_where_it_would_be():
    scenes = (SceneSpec("bass", {"bass": "low"}),)
    plain, filled = Watched(night(scenes=scenes)), Watched(night(scenes=scenes))
    for watched in (plain, filled):
        heard(watched, 1)
        watched.turn(1)
    filled.do(asked("/track/bass/fill"))
    before, during, after = ([heard(watched, bars) for watched in (plain, filled)] for bars in (1, 1, 6))
    assert before[0] == before[1]
    assert during[0] != during[1]
    assert after[0] == after[1]


def test_l3_a_fill_that_waits_while_the_transport_stops_is_still_one_bar():
    scenes = (SceneSpec("bass", {"bass": "low"}),)
    watched = Watched(night(scenes=scenes))
    first = heard(watched, 4)
    watched.do(asked("/track/bass/fill"))
    watched.do(asked("/transport/stop"))
    watched.turn(10)
    watched.do(asked("/transport/start"))
    begins = watched.rendering.driver.now()
    again = [(when - begins, track, pitch) for when, track, pitch in heard(watched, 4)]
    assert [note for note in again if note[0] >= BAR_FRAMES] == [note for note in first if note[0] >= BAR_FRAMES]
    assert [note for note in again if note[0] < BAR_FRAMES] != [note for note in first if note[0] < BAR_FRAMES]


def test_a_mute_silences_a_track_and_its_playhead_runs_on():
    scenes = (SceneSpec("bass", {"bass": "low"}),)
    plain, muted = Watched(night(scenes=scenes)), Watched(night(scenes=scenes))
    for watched in (plain, muted):
        heard(watched, 1)
    muted.do(asked("/track/bass/mute", 1))
    heard(plain, 2)
    assert heard(muted, 2) == []
    muted.do(asked("/track/bass/mute", 0))
    assert heard(plain, 2) == heard(muted, 2) != []


def test_a_tempo_change_moves_the_grid_and_not_the_beat():
    watched = Watched(night(tempo_bpm=120.0))
    watched.turn(BAR_FRAMES)
    tick = watched.rendering.song_tick
    watched.do(asked("/transport/tempo", 60))
    assert watched.rendering.song_tick == tick
    watched.turn(BAR_FRAMES)
    assert watched.rendering.song_tick - tick == pytest.approx(BAR / 2, abs=20)


def test_every_brings_a_fresh_bar_each_round_and_never_at_another_time():
    watched = Watched(night(scenes=(SCENES[1],)))
    rounds = []
    for round_ in range(4):
        begin = 4 * round_ * BAR_FRAMES
        notes = heard(watched, 4)
        rounds.append(
            [[(w - begin - part, p) for w, t, p in notes if t == 0 and part <= w - begin < part + 2 * BAR_FRAMES]
             for part in (0, 2 * BAR_FRAMES)]
        )  # fmt: skip
    # Two bars long, asked anew every second time round: twice the same, then another.
    assert all(once == again for once, again in rounds)
    assert all(one != other for (one, _), (other, _) in pairwise(rounds))


def test_g1_a_generator_that_always_fails_is_told_and_the_others_play(monkeypatch):
    def broken(*_):
        raise ValueError("no idea today")

    monkeypatch.setitem(BUILT_IN, "phi", broken)
    watched = Watched(night())
    tracks = {track for _, track, _ in heard(watched, 2)}
    assert tracks == {0}
    assert sum("phi could not make a bar: no idea today" in said for said in watched.said) >= 2


@pytest.mark.parametrize("name", ["night.wav", "night.mid"])
def test_a_rendering_that_is_cancelled_leaves_no_file(tmp_path, monkeypatch, name, capsys):
    def cancelled(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Rendering, "turn", cancelled)
    assert render_file(night(), 4, tmp_path / name) == 130
    assert list(tmp_path.iterdir()) == []
    assert "was not written" in " ".join(capsys.readouterr().err.split())


def test_a_name_that_is_neither_mid_nor_wav_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"must end in \.mid or \.wav"):
        render_file(night(), 4, tmp_path / "night.mp3")


def test_the_beat_is_told_as_it_comes_and_only_while_it_plays():
    told = []
    rendering = Rendering(night(), False, told.append)

    def beats():
        values = [t.value for t in told if getattr(t, "address", "") == "/transport/beat"]
        told.clear()
        return values

    for _ in range(32):
        rendering.turn(BAR_FRAMES // 16)
    assert beats() == [1, 2, 3, 4, 1, 2, 3, 4]
    rendering.stop()
    rendering.turn(BAR_FRAMES)
    assert beats() == []
