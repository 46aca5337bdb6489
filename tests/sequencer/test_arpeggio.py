"""Arpeggios: every order by hand, keys from a pattern and from a keyboard, and no note left behind (N1)."""

from __future__ import annotations

import pytest
from crank import RATE, awaited, data_plane, order, play_until
from hypothesis import given, settings
from hypothesis import strategies as st

from liveengine.music.arpeggio import MODES
from liveengine.music.note import Bar, Note
from liveengine.music.time import TICKS_PER_BEAT, TICKS_PER_SIXTEENTH
from liveengine.sequencer.inlet import receive
from liveengine.sequencer.state import State

BEAT = int(RATE / 2)  # at 120 BPM
SIXTEENTH = BEAT // 4
ON, MODE, OCTAVES, PACE, GATE, LATCH = range(6)


def arpeggiating(*pitches: int, gate: int = 4 * TICKS_PER_BEAT) -> State:
    """A data plane whose track 0 arpeggiates a chord that comes each bar, and listens to input 0."""
    bar = Bar.of([Note(0, pitch, gate=gate) for pitch in pitches], 4 * TICKS_PER_BEAT)
    state = data_plane([bar])
    order(state, "thru", track=0, a=0)
    order(state, "arp", track=0, a=ON, b=1)
    order(state, "launch", track=0)
    return state


def struck(events: list) -> list[tuple[int, int]]:
    return [(when, data[1]) for when, _, _, data in events if data[0] == 0x90]


def sounding(events: list) -> set[int]:
    notes: set[int] = set()
    for _, _, _, data in events:
        if data[0] == 0x90:
            assert data[1] not in notes
            notes.add(data[1])
        elif data[0] == 0x80:
            notes.remove(data[1])
    return notes


def press(state: State, pitch: int, velocity: int = 100) -> None:
    receive(state, 0, int(state.transport[0]["until"]), 3, 0x90, pitch, velocity)


@pytest.mark.parametrize(
    ("mode", "octaves", "expected"),
    [
        ("up", 1, [60, 64, 67, 60, 64, 67]),
        ("up", 2, [60, 64, 67, 72, 76, 79, 60]),
        ("down", 1, [67, 64, 60, 67, 64]),
        ("updown", 1, [60, 64, 67, 64, 60, 64]),
        ("downup", 1, [67, 64, 60, 64, 67, 64]),
        ("golden", 2, [60, 72, 64, 79, 67, 60, 76]),
    ],
)
def test_each_order(mode, octaves, expected):
    state = arpeggiating(64, 60, 67)
    order(state, "arp", track=0, a=MODE, b=MODES.index(mode))
    order(state, "arp", track=0, a=OCTAVES, b=octaves)
    order(state, "start")
    heard = struck(play_until(state, 4 * BEAT))
    assert [pitch for _, pitch in heard][: len(expected)] == expected
    assert [when for when, _ in heard] == [n * SIXTEENTH for n in range(16)]


def test_a_chord_is_struck_together_an_octave_higher_each_time():
    state = arpeggiating(60, 64)
    order(state, "arp", track=0, a=MODE, b=MODES.index("chord"))
    order(state, "arp", track=0, a=OCTAVES, b=2)
    order(state, "start")
    assert struck(play_until(state, 2 * SIXTEENTH)) == [(0, 60), (0, 64), (SIXTEENTH, 72), (SIXTEENTH, 76)]


def test_as_played_is_the_order_of_the_hand():
    state = arpeggiating()
    order(state, "arp", track=0, a=MODE, b=MODES.index("played"))
    order(state, "start")
    play_until(state, 100)
    for pitch in (67, 60, 64):
        press(state, pitch)
    heard = struck(play_until(state, 6 * SIXTEENTH))
    assert heard == [(n * SIXTEENTH, pitch) for n, pitch in enumerate((67, 60, 64, 67, 60), 1)]


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(MODES), st.integers(1, 3), st.sets(st.integers(50, 70), min_size=1, max_size=5))
def test_every_order_plays_only_the_keys_and_comes_to_all_of_them(mode, octaves, pitches):
    state = arpeggiating(*pitches)
    order(state, "arp", track=0, a=MODE, b=MODES.index(mode))
    order(state, "arp", track=0, a=OCTAVES, b=octaves)
    order(state, "start")
    there = {pitch + 12 * octave for pitch in pitches for octave in range(octaves)}
    heard = {pitch for _, pitch in struck(play_until(state, 64 * BEAT))}
    assert heard == there or (mode == "random" and heard <= there)


def test_a_note_sounds_its_share_of_a_step():
    state = arpeggiating(60)
    order(state, "arp", track=0, a=PACE, b=TICKS_PER_BEAT)
    order(state, "arp", track=0, a=GATE, x=0.25)
    order(state, "start")
    assert [(when, data[0]) for when, _, _, data in play_until(state, 2 * BEAT)] == [
        (0, 0x90), (BEAT // 4, 0x80), (BEAT, 0x90), (BEAT + BEAT // 4, 0x80)
    ]  # fmt: skip


def test_without_keys_it_stands_still_and_costs_nothing():
    state = arpeggiating(60, gate=TICKS_PER_SIXTEENTH * 2)
    order(state, "start")
    assert [when for when, _ in struck(play_until(state, 4 * BEAT))] == [0, SIXTEENTH]
    order(state, "launch", track=0, a=-1)
    play_until(state, 8 * BEAT)
    assert awaited(state) == 2, "the bar line and the clock, and no more"


def test_a_latch_plays_on_until_the_next_chord_and_no_longer_than_the_pattern():
    state = arpeggiating()
    order(state, "arp", track=0, a=LATCH, b=1)
    order(state, "start")
    play_until(state, 1)
    press(state, 60)
    press(state, 60, 0)
    assert {pitch for _, pitch in struck(play_until(state, 8 * SIXTEENTH))} == {60}
    press(state, 65)
    assert {pitch for _, pitch in struck(play_until(state, 16 * SIXTEENTH))} == {65}

    state = arpeggiating(60, gate=TICKS_PER_SIXTEENTH)
    order(state, "arp", track=0, a=LATCH, b=1)
    order(state, "start")
    assert len(struck(play_until(state, 4 * BEAT))) == 16
    order(state, "launch", track=0, a=-1)
    assert struck(play_until(state, 12 * BEAT)) == []


@pytest.mark.parametrize("by", ["off", "stop", "panic", "mute", "unplug"])
def test_N1_switched_off_while_keys_are_down_nothing_is_left(by):
    state = arpeggiating(60, 64)
    order(state, "start")
    events = play_until(state, SIXTEENTH // 4)
    press(state, 72)
    events += play_until(state, 5 * SIXTEENTH + 10)
    assert sounding(events)
    if by == "off":
        order(state, "arp", track=0, a=ON, b=0)
        order(state, "launch", track=0, a=-1)
    elif by == "mute":
        order(state, "mute", track=0, a=1)
    elif by == "unplug":
        order(state, "thru", track=0, a=-1)
        order(state, "launch", track=0, a=-1)
    else:
        order(state, by)
        order(state, "launch", track=0, a=-1)
    play_until(state, 5 * SIXTEENTH + 10)
    events += play_until(state, 24 * BEAT)
    assert sounding(events) == set()
    assert struck(play_until(state, 28 * BEAT)) == []


def test_N1_keys_that_are_down_when_it_is_switched_on_are_taken_in():
    state = data_plane([])
    order(state, "thru", track=0, a=0)
    play_until(state, 1)
    press(state, 64)
    press(state, 60)
    events = play_until(state, BEAT)
    assert sounding(events) == {60, 64}
    order(state, "arp", track=0, a=ON, b=1)
    events += play_until(state, 2 * BEAT)
    assert [pitch for _, pitch in struck(events)][2:] == [60, 64, 60, 64]
    press(state, 64, 0)
    press(state, 60, 0)
    events += play_until(state, 3 * BEAT)
    assert sounding(events) == set()
    assert awaited(state) == 0


def test_keys_held_by_hand_go_on_after_a_locate_and_wait_while_stopped():
    state = arpeggiating()
    order(state, "start")
    play_until(state, 10)
    press(state, 60)
    play_until(state, BEAT)
    order(state, "locate", a=TICKS_PER_BEAT)
    assert len(struck(play_until(state, 2 * BEAT))) == 4
    order(state, "stop")
    assert struck(play_until(state, 4 * BEAT)) == []
    order(state, "start")
    assert [pitch for _, pitch in struck(play_until(state, 5 * BEAT))] == [60] * 4


def test_chords_come_on_the_grid_whatever_their_timing():
    bar = Bar.of([Note(0, 60, offset=9000, gate=2 * TICKS_PER_BEAT)], 4 * TICKS_PER_BEAT)
    state = data_plane([bar])
    order(state, "arp", track=0, a=ON, b=1)
    order(state, "launch", track=0)
    order(state, "start")
    assert struck(play_until(state, SIXTEENTH)) == [(0, 60)]
