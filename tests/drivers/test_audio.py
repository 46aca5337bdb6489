"""The audio driver: each event one buffer after its stamp at its exact place, and a clock without the jitter."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liveengine.drivers.audio import CLOCK, Audio, follow, make_audio, take_due, try_callback
from liveengine.drivers.timer import AUDIO_EVENTS, make_timer
from liveengine.instruments.rack import make_rack
from liveengine.music.event import EVENT, NOTE_ON
from liveengine.music.time import NS_PER_SECOND
from liveengine.sequencer.ring import publish, waiting

RATE = 48_000.0
FRAME_NS = NS_PER_SECOND / RATE
BUFFER = 256


def fed_audio() -> Audio:
    """Return the callback's memory, with an empty ring."""
    timer = make_timer({})
    return make_audio(RATE, timer.audio, timer.audio_ends)


def put(audio: Audio, *whens: float) -> None:
    """Let notes come through the ring, stamped in ns."""
    for when in whens:
        event = np.zeros(1, EVENT)[0]
        event["when"], event["size"], event["b0"], event["b1"], event["b2"] = round(when), 3, NOTE_ON, 60, 100
        audio.events[(audio.ends[0]) % AUDIO_EVENTS] = event
        publish(audio.ends, 1)


# -- the clock ----------------------------------------------------------------


def ticking(periods: int, frame_ns: float = FRAME_NS, jitter_ns: list[int] | None = None) -> np.ndarray:
    """Return the clock after callbacks that came `frame_ns` a frame apart, each late by its jitter."""
    clock = np.zeros(1, CLOCK)
    clock["rate"] = RATE
    for k in range(periods):
        late = jitter_ns[k % len(jitter_ns)] if jitter_ns else 0
        follow(clock[0], int(10**12 + k * BUFFER * frame_ns) + late, BUFFER)
    return clock[0]


@given(st.integers(2, 200))
def test_callbacks_in_time_are_believed_to_the_nanosecond(periods):
    clock = ticking(periods)
    assert clock["start_ns"] == pytest.approx(10**12 + (periods - 1) * BUFFER * FRAME_NS, abs=2.0)


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(0, 2_000_000), min_size=50, max_size=50))
def test_most_of_the_jitter_is_filtered_out(jitter_ns):
    clock = ticking(2_000, jitter_ns=jitter_ns)
    ideal = 10**12 + 1_999 * BUFFER * FRAME_NS + np.mean(jitter_ns)
    assert abs(clock["start_ns"] - ideal) < 0.25 * 2_000_000


@settings(deadline=None, max_examples=20)
@given(st.floats(-200e-6, 200e-6))
def test_a_card_that_runs_fast_or_slow_is_followed(wrong):
    """Cards are off by up to some 100 ppm: after a while the clock knows by how much."""
    clock = ticking(4_000, frame_ns=FRAME_NS * (1 + wrong))
    assert clock["frame_ns"] / FRAME_NS - 1 == pytest.approx(wrong, abs=5e-6)


def test_after_a_long_gap_it_begins_anew():
    clock = ticking(100)
    follow(clock, 10**13, BUFFER)
    assert clock["start_ns"] == 10**13


# -- events -------------------------------------------------------------------


@settings(deadline=None)
@given(st.lists(st.integers(0, 20 * BUFFER - 1), max_size=40))
def test_every_event_is_due_one_buffer_after_its_stamp_at_its_place(places):
    """Law of constant latency: what is stamped k frames after the beginning is played in frame k + one buffer."""
    audio = fed_audio()
    put(audio, *(10**12 + k * FRAME_NS for k in sorted(places)))
    due = []
    for k in range(22):
        now = int(10**12 + k * BUFFER * FRAME_NS)
        follow(audio.clock[0], now, BUFFER)
        count = take_due(audio, BUFFER)
        due += audio.due[:count]["when"].tolist()
        assert all(k * BUFFER <= when < (k + 1) * BUFFER for when in audio.due[:count]["when"])
        audio.clock[0]["frames"] += BUFFER
    assert waiting(audio.ends) == 0
    assert len(due) == len(places)
    assert all(abs(when - place - BUFFER) <= 1 for when, place in zip(due, sorted(places), strict=True))


def test_an_event_that_comes_too_late_sounds_at_once():
    audio = fed_audio()
    put(audio, 10**12 - 50 * BUFFER * FRAME_NS)
    follow(audio.clock[0], 10**12, BUFFER)
    assert take_due(audio, BUFFER) == 1
    assert audio.due[0]["when"] == 0


def test_an_event_of_the_future_waits_and_so_do_those_behind_it():
    audio = fed_audio()
    put(audio, 10**12 + 10 * BUFFER * FRAME_NS, 10**12)
    follow(audio.clock[0], 10**12, BUFFER)
    assert take_due(audio, BUFFER) == 0
    assert waiting(audio.ends) == 2


# -- the callback -------------------------------------------------------------


def test_the_callback_is_silent_where_nothing_is_played():
    audio = fed_audio()
    assert not try_callback(make_rack(RATE), audio.events, audio.ends, BUFFER).any()


def test_the_callback_plays_what_came_through_the_ring():
    audio = fed_audio()
    put(audio, 0.0)
    sound = try_callback(make_rack(RATE), audio.events, audio.ends, 4_096)
    assert sound.shape == (4_096, 2)
    assert 0.01 < np.abs(sound).max() <= 1.0
    assert waiting(audio.ends) == 0


@pytest.mark.parametrize("frames", [1, 7, 8_192, 8_193, 20_000])
def test_the_callback_fills_a_buffer_of_any_length(frames):
    """The longest are rendered in parts; the last frames are as true as the first."""
    audio = fed_audio()
    put(audio, 0.0)
    sound = try_callback(make_rack(RATE), audio.events, audio.ends, frames)
    assert sound.shape == (frames, 2)
    assert np.all(np.isfinite(sound))
    if frames > 16_384:
        assert np.abs(sound[8_192:16_384]).max() > 0.001


# -- on a card -----------------------------------------------------------------


def test_an_event_is_heard_as_late_as_the_driver_says(jack_server):
    """A buffer, and the limiter's look-ahead, after its stamp: there the callback's frames leave for the card."""
    program = Path(__file__).with_name("heard_on_card.py")
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, timeout=120, check=True)
    told = json.loads(done.stdout)
    if "problem" in told:
        pytest.skip("this machine has no PortAudio that plays through JACK")
    assert told["name"]
    assert told["rack_ms"] == pytest.approx(1000.0 * (jack_server.period_frames + 72) / jack_server.rate)
    # The callback comes some time into its period, and a busy machine holds it up now and then.
    assert np.median(told["heard_ms"]) == pytest.approx(told["rack_ms"], abs=1.0)
