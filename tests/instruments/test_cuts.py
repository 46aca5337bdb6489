"""Blocks, exact samples and silence: how the frames are cut is never heard."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest
from desk import RATE, choose, controller, event, let_go, render, render_on, rms, solo, strike, turn
from hypothesis import given, settings
from hypothesis import strategies as st

from liveengine.instruments.play import play
from liveengine.instruments.rack import RACK_LAYOUT, Rack, look_ahead_frames, make_rack
from liveengine.music.event import ALL_NOTES_OFF, ALL_SOUND_OFF, EVENT, SUSTAIN
from liveengine.music.sound import DRUM_NOTES, MASTER_CONTROLS, SOUND_CONTROLS, SOUNDS

LENGTH = 6_000
LATE = look_ahead_frames(RATE)

BUSY = [
    *(choose(track, sound) for track, sound in enumerate(SOUNDS)),
    *(turn(track, "delay", 0.5) for track in range(4)),
    turn(-1, "delay_time", 0.02),
    *(strike(37 + 211 * step, 0, note) for step, note in enumerate(DRUM_NOTES.values())),
    *(strike(100 + 900 * step, 1, 36 + step) for step in range(5)),
    *(strike(55 * pitch % 2_000, 2, pitch) for pitch in (60, 64, 67)),
    *(strike(5, 3, pitch) for pitch in (48, 55)),
    turn(0, "drive", 0.6, 1_500),
    turn(2, "tone", 0.9, 1_777),
    turn(-1, "delay_time", 0.03, 2_000),
    turn(3, "pan", -0.7, 2_111),
    controller(2_500, 2, SUSTAIN, 127),
    let_go(2_600, 2, 60),
    controller(3_000, 2, SUSTAIN, 0),
    choose(3, "bass", 3_500),
    controller(4_000, 0, ALL_SOUND_OFF, 0),
    controller(4_500, 1, ALL_NOTES_OFF, 0),
]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, LENGTH - 1), max_size=12))
def test_T3_any_cut_into_blocks_gives_the_same_samples_to_the_last_bit(cuts):
    whole = render_on(make_rack(RATE), BUSY, [LENGTH])
    cut = render_on(make_rack(RATE), BUSY, [*sorted(set(cuts)), LENGTH])
    assert rms(whole) > 0.01
    assert np.array_equal(whole, cut)


def test_T3_single_frames_give_the_same_samples():
    assert np.array_equal(
        render_on(make_rack(RATE), BUSY, [LENGTH]), render_on(make_rack(RATE), BUSY, list(range(1, LENGTH + 1)))
    )


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 4_000), st.integers(0, 255), st.integers(0, 255), st.integers(0, 255),
            st.integers(-3, 20), st.integers(0, 3), st.floats(width=32),
        ),
        max_size=60,
    )
)  # fmt: skip
def test_F5_no_event_whatever_breaks_the_sound(wild):
    score = [(w, 0, value, 0, track, size, b0, b1, b2) for w, b0, b1, b2, track, size, value in wild]
    heard = render_on(make_rack(RATE), [*BUSY, *score], [LENGTH])
    assert np.isfinite(heard).all()
    assert np.abs(heard).max() <= 0.8913


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 999), st.sampled_from(sorted(DRUM_NOTES)))
def test_a_drum_is_struck_on_its_very_sample(when, drum):
    heard = render(solo("drums", strike(when, 0, DRUM_NOTES[drum])), 0.05)
    first = int(np.argmax(np.abs(heard).max(axis=0) > 0))
    # A body starts from zero, so its first sample may still be nothing.
    assert when <= first <= when + 1


def test_events_for_other_ports_and_past_the_count_are_not_heard():
    elsewhere = np.array([event(0, 0, 0x90, 60, 100, port=1), strike(0, 0, 60)], EVENT)
    out = np.ones((2, 4_000), np.float32)
    play(make_rack(RATE), elsewhere, 1, 0, out[0], out[1], 4_000)
    assert not out.any()


def test_an_event_outside_the_block_moves_to_its_nearest_frame():
    def first_heard(when):
        out, score = np.zeros((2, 1_000), np.float32), np.array([strike(when, 0, 42)], EVENT)
        rack = make_rack(RATE)
        rack.strips["sound"] = 0
        play(rack, score, 1, 5_000, out[0, :500], out[1, :500], 500)
        play(rack, score, 0, 5_500, out[0, 500:], out[1, 500:], 500)
        return int(np.argmax(np.abs(out[0]) > 0)) - LATE

    assert first_heard(4_000) == 0
    assert first_heard(5_123) == 123
    assert first_heard(9_999) == 499


def test_a_rack_rebuilt_from_addresses_plays_the_same():
    original, twin = make_rack(RATE), make_rack(RATE)
    rebuilt = Rack(
        *(
            np.frombuffer((ctypes.c_byte * array.nbytes).from_address(array.ctypes.data), dtype)
            for array, (_, _, dtype) in zip(original, RACK_LAYOUT, strict=True)
        )
    )
    assert np.array_equal(render_on(rebuilt, BUSY, [LENGTH]), render_on(twin, BUSY, [LENGTH]))


@pytest.mark.parametrize("control", [*SOUND_CONTROLS, *MASTER_CONTROLS])
def test_F5_a_value_outside_a_controls_range_is_taken_as_its_end(control):
    track = 0 if control in SOUND_CONTROLS else -1
    rack = make_rack(RATE)
    for wild, wanted in ((1e30, control.high), (-1e30, control.low), (np.inf, control.low), (np.nan, control.low)):
        render_on(rack, [event(0, track, control.number, value=wild)], [100])
        assert rack.goals[(16 if track < 0 else 0) * 16 + control.number] == pytest.approx(wanted)


def test_N1_when_every_key_is_up_silence_comes_and_is_exact():
    score = [*BUSY[:4], *(turn(track, "delay", 0.8) for track in range(4)), turn(-1, "reverb_size", 0.2)]
    score += [strike(0, 0, note) for note in DRUM_NOTES.values()]
    score += [strike(0, track, pitch) for track in (1, 2, 3) for pitch in (40, 60)]
    score += [let_go(20_000, track, pitch) for track in (1, 2, 3) for pitch in (40, 60)]
    rack = make_rack(RATE)
    heard = render_on(rack, score, [40 * RATE])
    assert rms(heard[:, :20_000]) > 0.02
    assert np.abs(heard[:, 30 * RATE :]).max() < 1e-6
    assert not heard[:, -RATE:].any()
    assert not rack.voices["state"].any()
    assert not rack.strips["busy"].any()


@pytest.mark.parametrize("sound", SOUNDS)
def test_N4_all_sound_off_is_silent_within_ten_milliseconds(sound):
    heard = render(solo(sound, strike(0, 0, 49), controller(9_000, 0, ALL_SOUND_OFF, 0)), 0.5)
    assert rms(heard[:, 4_000:9_000]) > 1e-3
    # What is left then is only the mean returning to zero.
    assert np.abs(heard[:, 9_000 + RATE // 100 :]).max() < 0.02 * np.abs(heard).max()
    assert np.abs(np.diff(heard[:, 9_000 + RATE // 100 :])).max() < 1e-4


def test_the_pedal_holds_and_lets_go():
    def heard(*pedal):
        return render(solo("keys", strike(10, 0, 60), let_go(4_800, 0, 60), *pedal), 2)[:, 40_000:]

    held = heard(controller(0, 0, SUSTAIN, 127))
    let = heard(controller(0, 0, SUSTAIN, 127), controller(20_000, 0, SUSTAIN, 0))
    assert rms(held) > 0.01
    assert rms(let) < 1e-3 * rms(held)
    assert rms(heard()) < 1e-3 * rms(held)
