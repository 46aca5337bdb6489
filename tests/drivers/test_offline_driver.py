"""The offline driver: however a stretch is cut, the same events and the same sound."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from turned import BAR, playing, sent

from liveengine.drivers.offline import OfflineDriver
from liveengine.music.note import Bar, Note
from liveengine.music.sound import STRIPS
from liveengine.music.time import TICKS_PER_BEAT
from liveengine.sequencer import commands as do
from liveengine.sequencer.records.patterns import SLOT_STEPS
from liveengine.sequencer.records.ports import OUT_SIZE
from liveengine.sequencer.slots import write_slot
from liveengine.sequencer.state import make_state

RATE = 48_000.0
LENGTH = 60_000


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, LENGTH - 1), max_size=8))
def test_T3_any_cut_gives_the_same_events_and_the_same_samples(cuts):
    whole_events, whole_sound = OfflineDriver(playing(RATE)).turn(LENGTH)
    driver = OfflineDriver(playing(RATE))
    edges = sorted({0, *cuts, LENGTH})
    parts = [driver.turn(end - begin) for begin, end in itertools.pairwise(edges)]
    assert [one for events, _ in parts for one in sent(events)] == sent(whole_events) != []
    assert np.array_equal(np.concatenate([sound for _, sound in parts]), whole_sound)
    assert np.abs(whole_sound).max() > 0.01


def test_notes_alone_are_the_same_notes_and_silence():
    with_sound = OfflineDriver(playing(RATE)).turn(LENGTH)[0]
    events, sound = OfflineDriver(playing(RATE), with_sound=False).turn(LENGTH)
    assert sent(events) == sent(with_sound)
    assert sound.shape == (LENGTH, 2)
    assert not sound.any()


def test_its_clock_is_what_was_turned():
    driver = OfflineDriver(playing(RATE), with_sound=False)
    assert driver.now() == 0
    driver.turn(1_000)
    driver.turn(1)
    assert driver.now() == 1_001


def test_no_time_is_no_events():
    events, sound = OfflineDriver(playing(RATE)).turn(0)
    assert events.size == 0
    assert sound.shape == (0, 2)


@given(st.integers(1, 40_000), st.integers(0, 8 * TICKS_PER_BEAT))
def test_the_frames_until_a_song_tick_lead_to_it(frames, tick):
    driver = OfflineDriver(playing(RATE, 120.0), with_sound=False)
    driver.turn(frames)
    left = driver.frames_until(tick)
    assert driver.now() + left == max(frames, (2 * tick * 24_000 + TICKS_PER_BEAT) // (2 * TICKS_PER_BEAT))


def test_more_events_than_one_rendering_holds_all_come_out():
    """Every track strikes every note of its pattern at once: several renderings within one block."""
    state = make_state(RATE)
    crowd = Bar.of([Note(k % 4, k % 128, gate=3_003) for k in range(SLOT_STEPS)], BAR.length)
    for track in range(STRIPS):
        write_slot(state, track, crowd)
        do.push(state, do.DO_ROUTE, track, a=1 + track % 2, b=track)
        do.push(state, do.DO_LAUNCH, track, a=track)
    do.push(state, do.DO_START)
    events = OfflineDriver(state, with_sound=False).turn(10_000)[0]
    ons = [data for _, _, data in sent(events) if data[0] & 0xF0 == 0x90]
    offs = [data for _, _, data in sent(events) if data[0] & 0xF0 == 0x80]
    assert events.size > OUT_SIZE
    assert len(ons) == len(offs) == STRIPS * SLOT_STEPS
    assert np.all(np.diff(events["when"]) >= 0)
